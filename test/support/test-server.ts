import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startPostgres, type Postgres } from '#prisma/embedded-postgres.ts'
import { lock, RUN_ALIVE, SERVER_IN_USE, tryLock, tryLockShared, unlockShared } from './advisory-lock.ts'
import { databases, ensureTemplate, removeLeftovers } from './template.ts'

/** What a test file needs to make a database of its own. */
export type TestServer = { url: string; template: string; run: number }

declare module 'vitest' {
  export interface ProvidedContext {
    testServer: TestServer
  }
}

const FOLDER = fileURLToPath(new URL('../../.data/test-postgres', import.meta.url))

// Nothing in it outlives a run, so a power cut may spoil it.
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }

/**
 * Once for a run of tests: one server (that of `DATABASE_URL`, or an embedded one, which runs at the same time
 * share), a template with every migration applied; what killed runs have left is removed.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, session } = await joinServer()
  const run = randomInt(1, 2 ** 31)
  await lock(session, [RUN_ALIVE, run])
  const template = await ensureTemplate(session, server.url)
  await removeLeftovers(session, { run, template })
  project.provide('testServer', { url: server.url, template, run })
  return async () => {
    for (const name of await databases(session, `vitrine_test_${run}_%`)) {
      await session.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    }
    await leaveServer(server, session)
  }
}

type Joined = { server: Postgres; session: pg.Client }

async function joinServer(): Promise<Joined> {
  for (;;) {
    const server = await testPostgres()
    const session = new pg.Client({ connectionString: server.url })
    // The last run stops the server under its own session. A server that dies makes the tests fail by itself.
    session.on('error', () => {})
    if (await takeSeat(session)) return { server, session }
    await sleep(100)
  }
}

async function testPostgres(): Promise<Postgres> {
  const url = process.env['DATABASE_URL']
  if (!url) return startPostgres({ dir: FOLDER, settings: SETTINGS })
  return { url, adopted: true, died: new Promise(() => {}), stop: () => Promise.resolve() }
}

/** False while the last run is stopping the server: the next attempt starts it anew. */
async function takeSeat(session: pg.Client): Promise<boolean> {
  try {
    await session.connect()
    if (await tryLockShared(session, [SERVER_IN_USE, 0])) return true
    await session.end()
  } catch (error) {
    if (process.env['DATABASE_URL']) throw error
  }
  return false
}

async function leaveServer(server: Postgres, session: pg.Client): Promise<void> {
  await unlockShared(session, [SERVER_IN_USE, 0])
  // Taken and kept while the server goes down, so that nobody else sits down meanwhile.
  if (await tryLock(session, [SERVER_IN_USE, 0])) await server.stop()
  await session.end()
}
