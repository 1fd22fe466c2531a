import { expect, test } from 'vitest'
import { readMigrations } from '#prisma/migrate.ts'

// A default of the database's own time would be another clock than the one the code was handed.
const OWN_TIME = /\b(now\(\)|current_timestamp|clock_timestamp\(\)|statement_timestamp\(\))/i

test('no migration asks the database for the time', () => {
  const lines = readMigrations().flatMap(({ name, sql }) => sql.split('\n').map((line) => `${name}: ${line}`))
  expect(lines.length).toBeGreaterThan(10)
  expect(lines.filter((line) => OWN_TIME.test(line.replace(/--.*/, '')))).toEqual([])
  expect('updated_at timestamptz DEFAULT now()').toMatch(OWN_TIME)
})
