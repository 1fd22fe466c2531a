import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startPostgres } from '#prisma/embedded-postgres.ts'
import { readPostmaster } from '#prisma/postmaster.ts'
import { databaseAt, databases } from './template.ts'
import { joinTestServer } from './test-server.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-test-server-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const running = () => readPostmaster(join(folder, 'cluster/data')) !== undefined

async function onServer<T>(url: string, work: (session: pg.Client) => Promise<T>): Promise<T> {
  const session = new pg.Client({ connectionString: url })
  await session.connect()
  const result = await work(session)
  await session.end()
  return result
}

const create = (url: string, name: string) => onServer(url, (session) => session.query(`CREATE DATABASE ${name}`))
const ours = (url: string) => onServer(url, (session) => databases(session, 'vitrine_%'))

test('runs at the same time share one server, and the last to leave stops it', async () => {
  const [one, other] = await Promise.all([joinTestServer({ folder }), joinTestServer({ folder })])
  expect(other.testServer).toMatchObject({ url: one.testServer.url, template: one.testServer.template })
  await one.leave()
  expect(running()).toBe(true)
  await other.leave()
  expect(running()).toBe(false)
})

test('a run that comes while the last one leaves gets a server all the same', async () => {
  const last = await joinTestServer({ folder })
  const [next] = await Promise.all([joinTestServer({ folder }), last.leave()])
  expect(await ours(next.testServer.url)).toEqual([next.testServer.template])
  await next.leave()
})

test('a run removes what it forgot to drop, and nothing of another that goes on', async () => {
  const [one, other] = await Promise.all([joinTestServer({ folder }), joinTestServer({ folder })])
  const { url, template } = one.testServer
  await create(url, `vitrine_test_${one.testServer.run}_forgotten`)
  await create(url, `vitrine_test_${other.testServer.run}_in_use`)
  await one.leave()
  const third = await joinTestServer({ folder })
  expect((await ours(url)).sort()).toEqual([template, `vitrine_test_${other.testServer.run}_in_use`])
  await other.leave()
  await third.leave()
})

test('what a killed run left goes with the next one, and so do templates of other migrations', async () => {
  const { testServer, leave } = await joinTestServer({ folder })
  await create(testServer.url, 'vitrine_test_12345_left')
  await create(testServer.url, 'vitrine_template_0123456789ab')
  await create(testServer.url, 'vitrine_of_a_merchant')
  const next = await joinTestServer({ folder })
  expect((await ours(testServer.url)).sort()).toEqual(['vitrine_of_a_merchant', testServer.template])
  await leave()
  await next.leave()
})

test('a template that was half made is made again', async () => {
  const { testServer, leave } = await joinTestServer({ folder })
  const { url, template } = testServer
  await onServer(url, async (session) => {
    await session.query(`ALTER DATABASE ${template} RENAME TO ${template}_draft`)
  })
  const next = await joinTestServer({ folder })
  expect(await ours(url)).toEqual([template])
  const tables = await onServer(databaseAt(url, template), (session) => session.query('SELECT FROM _prisma_migrations'))
  expect(tables.rowCount).toBeGreaterThan(0)
  await leave()
  await next.leave()
})

test('a server that is given is used and left running', async () => {
  const mine = await startPostgres({ dir: folder })
  const { testServer, leave } = await joinTestServer({ folder: '/nowhere', given: mine.url })
  expect(testServer.url).toBe(mine.url)
  await leave()
  expect(running()).toBe(true)
  await mine.stop()
})
