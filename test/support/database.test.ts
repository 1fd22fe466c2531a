import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMigrations } from '#prisma/migrate.ts'
import { freshDatabase, type FreshDatabase } from './database.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

test('a fresh database has every migration and no rows of anybody else', async () => {
  const { rows } = await database.pool.query('SELECT migration_name FROM _prisma_migrations ORDER BY migration_name')
  expect(rows.map((row) => row.migration_name)).toEqual(readMigrations().map(({ name }) => name))
})

test('two fresh databases do not see each other', async () => {
  const other = await freshDatabase()
  await database.pool.query('CREATE TABLE seen_here ()')
  const { rows } = await other.pool.query(`SELECT to_regclass('seen_here') AS found`)
  expect(rows).toEqual([{ found: null }])
  await other.drop()
})

test('a session is in UTC, as the Prisma adapter takes for granted', async () => {
  const { rows } = await database.pool.query('SHOW timezone')
  expect(rows).toEqual([{ TimeZone: 'UTC' }])
})

test('a database that was dropped is gone', async () => {
  const { url, drop } = await freshDatabase()
  await drop()
  const { rows } = await database.pool.query('SELECT FROM pg_database WHERE datname = $1', [
    new URL(url).pathname.slice(1),
  ])
  expect(rows).toEqual([])
})
