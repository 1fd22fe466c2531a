import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))
const SCHEMA = join(CHECKOUT, 'prisma/schema.prisma')

let database: FreshDatabase
let folder: string
beforeAll(async () => {
  database = await freshDatabase()
  folder = mkdtempSync(join(tmpdir(), 'vitrine-schema-'))
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

/** What Prisma finds different between the migrations, applied to an empty database, and a schema. */
async function differenceTo(schema: string): Promise<string> {
  const command = join(CHECKOUT, 'node_modules/prisma/build/index.js')
  const question = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema-datamodel', schema]
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...question], {
    cwd: CHECKOUT,
    env: { ...process.env, DATABASE_URL: database.url, HTTPS_PROXY: 'http://127.0.0.1:9', CHECKPOINT_DISABLE: '1' },
  })
  return stdout.trim()
}

test('the migrations and the Prisma schema describe the same database', async () => {
  expect(await differenceTo(SCHEMA)).toBe('No difference detected.')
})

test('a table or a column that only one of them has would be seen', async () => {
  const text = readFileSync(SCHEMA, 'utf8')
  const other = join(folder, 'schema.prisma')
  writeFileSync(other, `${text.replace(/^ {2}shop .*$/m, '  store String @unique')}\nmodel Tray {\n  id Int @id\n}\n`)
  expect(await differenceTo(other)).toMatch(
    /Added tables\n {2}- Tray[^]*Changed the `Session` table[^]*Removed column `shop`[^]*Added column `store`/,
  )
})
