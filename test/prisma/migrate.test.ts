import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { migrate } from '#prisma/migrate.ts'
import { databaseAt } from '#test/support/template.ts'

const clock = new VirtualClock(new Date('2026-11-02T09:00:00Z'))

let folder: string
let name: string
let url: string
let database: pg.Client

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-migrations-'))
  name = `vitrine_test_${inject('testServer').run}_${randomBytes(6).toString('hex')}`
  await onServer(`CREATE DATABASE ${name}`)
  url = databaseAt(inject('testServer').url, name)
  database = new pg.Client({ connectionString: url })
  await database.connect()
})

afterEach(async () => {
  await database.end()
  await onServer(`DROP DATABASE ${name} WITH (FORCE)`)
  rmSync(folder, { recursive: true })
})

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('testServer').url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

function write(migration: string, sql: string): void {
  mkdirSync(join(folder, migration), { recursive: true })
  writeFileSync(join(folder, migration, 'migration.sql'), sql)
}

const run = () => migrate({ url, folder, clock })

const exists = async (table: string) =>
  (await database.query('SELECT to_regclass($1) IS NOT NULL AS found', [table])).rows[0].found

test('migrations apply in the order of their names, each once', async () => {
  write('0002_stones', 'ALTER TABLE ring ADD stone text')
  write('0001_rings', 'CREATE TABLE ring (); CREATE TABLE tray ()')
  expect(await run()).toEqual(['0001_rings', '0002_stones'])
  expect(await run()).toEqual([])
  write('0003_chains', 'CREATE TABLE chain ()')
  expect(await run()).toEqual(['0003_chains'])
})

test("what it records is what Prisma's own command records", async () => {
  write('0001_rings', 'CREATE TABLE ring ();\n')
  await run()
  const { rows } = await database.query('SELECT * FROM _prisma_migrations')
  expect(rows).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      // printf 'CREATE TABLE ring ();\n' | sha256sum
      checksum: '4bd695ff7603096cc1a93f69799fbcc121032b498c8ed6f8a5cb0590a5aa34b2',
      finished_at: clock.now(),
      migration_name: '0001_rings',
      logs: null,
      rolled_back_at: null,
      started_at: clock.now(),
      applied_steps_count: 1,
    },
  ])
})

test('a function may hold semicolons', async () => {
  write('0001_weigh', `CREATE FUNCTION weigh() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$`)
  await run()
  expect((await database.query('SELECT weigh()')).rows).toEqual([{ weigh: 2 }])
})

test('a folder without SQL is passed over, and a folder that is missing holds nothing', async () => {
  mkdirSync(join(folder, '0001_notes'))
  writeFileSync(join(folder, 'migration_lock.toml'), 'provider = "postgresql"')
  expect(await run()).toEqual([])
  expect(await migrate({ url, folder: join(folder, 'nowhere'), clock })).toEqual([])
})

test('one that was modified after it was applied is reported, and not applied again', async () => {
  write('0001_rings', 'CREATE TABLE ring ()')
  await run()
  write('0001_rings', 'CREATE TABLE ring (stone text)')
  const lines: string[] = []
  expect(await migrate({ url, folder, clock, log: (line) => lines.push(line) })).toEqual([])
  expect(lines).toEqual(['Migration 0001_rings was modified after it was applied.'])
})

test('one that fails leaves nothing behind, keeps those before it, and is tried again', async () => {
  write('0001_rings', 'CREATE TABLE ring ()')
  write('0002_trays', 'CREATE TABLE tray (); CREATE TABLE ring ()')
  await expect(run()).rejects.toThrow(
    'Migration 0002_trays failed, and nothing of it was kept: relation "ring" already exists.',
  )
  expect([await exists('ring'), await exists('tray')]).toEqual([true, false])
  write('0002_trays', 'CREATE TABLE tray ()')
  expect(await run()).toEqual(['0002_trays'])
})

test("one that failed in Prisma's hands stops everything until a person has resolved it", async () => {
  write('0001_rings', 'CREATE TABLE ring ()')
  await run()
  await database.query('UPDATE _prisma_migrations SET finished_at = NULL')
  write('0002_trays', 'CREATE TABLE tray ()')
  await expect(run()).rejects.toThrow('Migration 0001_rings failed before')
  expect(await exists('tray')).toBe(false)
  await database.query('UPDATE _prisma_migrations SET rolled_back_at = $1', [clock.now()])
  await database.query('DROP TABLE ring')
  expect(await run()).toEqual(['0001_rings', '0002_trays'])
})

test('of several processes that start at once one applies, and the others find it done', async () => {
  write('0001_rings', 'CREATE TABLE ring ()')
  const applied = await Promise.all([run(), run(), run(), run()])
  expect(applied.flat()).toEqual(['0001_rings'])
})

async function somebodyWaits(): Promise<boolean> {
  const { rows } = await database.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)
  return rows.length > 0
}

test("it waits for Prisma's lock", async () => {
  write('0001_rings', 'CREATE TABLE ring ()')
  await database.query('SELECT pg_advisory_lock(72707369)')
  const waiting = run()
  await vi.waitUntil(somebodyWaits)
  expect(await exists('_prisma_migrations')).toBe(false)
  await database.query('SELECT pg_advisory_unlock(72707369)')
  expect(await waiting).toEqual(['0001_rings'])
})
