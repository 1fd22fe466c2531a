import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { bringUpToDate } from '#prisma/bring-up-to-date.ts'
import { readMigrations } from '#prisma/migrate.ts'
import { databaseAt } from '#test/support/template.ts'

const COMMAND = fileURLToPath(new URL('../../prisma/bring-up-to-date.ts', import.meta.url))
const MIGRATIONS = readMigrations().map(({ name }) => name)

let name: string
let url: string

beforeEach(async () => {
  name = `vitrine_test_${inject('testServer').run}_${randomBytes(6).toString('hex')}`
  url = databaseAt(inject('testServer').url, name)
  await ask(inject('testServer').url, `CREATE DATABASE ${name}`)
})

afterEach(async () => {
  await ask(inject('testServer').url, `DROP DATABASE ${name} WITH (FORCE)`)
})

async function ask(address: string, text: string) {
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  const { rows } = await client.query(text)
  await client.end()
  return rows
}

const tables = () =>
  ask(
    url,
    `SELECT to_regclass('movement') IS NOT NULL AS ours, to_regclass('graphile_worker.jobs') IS NOT NULL AS queue`,
  )

const command = (address: string) =>
  spawnSync(process.execPath, [COMMAND], { env: { ...process.env, DATABASE_URL: address }, encoding: 'utf8' })

test('an empty database gets our tables and the queue’s, once', async () => {
  expect(await tables()).toEqual([{ ours: false, queue: false }])
  expect(await bringUpToDate(url)).toEqual(MIGRATIONS)
  expect(await tables()).toEqual([{ ours: true, queue: true }])
  expect(await bringUpToDate(url)).toEqual([])
})

test('two machines that start together do it once between them', async () => {
  const applied = await Promise.all([bringUpToDate(url), bringUpToDate(url)])
  expect(applied.flat()).toEqual(MIGRATIONS)
})

test('npm run migrate says what it did', () => {
  expect(command(url)).toMatchObject({ status: 0, stdout: `Applied ${MIGRATIONS.join(', ')}.\n` })
  expect(command(url)).toMatchObject({ status: 0, stdout: 'The database is up to date.\n' })
})

test('npm run migrate says in one sentence that there is no server', () => {
  const { status, stderr } = command('postgresql://nobody@localhost:1/none')
  expect(status).toBe(1)
  expect(stderr).toMatch(/^The database could not be brought up to date: connect ECONNREFUSED \S+:1(; .*)?\n$/)
})
