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

// Nothing in it outlives a run, so a power cut may spoil it.
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }

/** Once for a run of tests: vitest.config.ts. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = fileURLToPath(new URL('../../.data/test-postgres', import.meta.url))
  const { testServer, leave } = await joinTestServer({ folder, given: process.env['DATABASE_URL'] })
  project.provide('testServer', testServer)
  return leave
}

export type JoinTestServer = {
  /** Where the embedded server is kept. */
  folder: string
  /** The address of a server to use instead. */
  given?: string
}

/**
 * One server, which runs at the same time share and the last one to leave stops, and on it a template with every
 * migration applied. What killed runs have left is removed.
 */
export async function joinTestServer({ folder, given }: JoinTestServer) {
  const open = () => (given ? foreign(given) : startPostgres({ dir: folder, settings: SETTINGS }))
  const { server, session } = await takeSeat(open)
  const run = randomInt(1, 2 ** 31)
  await lock(session, [RUN_ALIVE, run])
  const template = await ensureTemplate(session, server.url)
  await removeLeftovers(session, { run, template })
  const leave = async () => {
    for (const name of await databases(session, `vitrine_test_${run}_%`)) {
      await session.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    }
    await giveUpSeat({ server, session })
  }
  const testServer: TestServer = { url: server.url, template, run }
  return { testServer, leave }
}

type Server = Pick<Postgres, 'url' | 'stop'>
type Seat = { server: Server; session: pg.Client }

const foreign = (url: string): Promise<Server> => Promise.resolve({ url, stop: () => Promise.resolve() })

async function takeSeat(open: () => Promise<Server>): Promise<Seat> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const server = await open()
    const session = new pg.Client({ connectionString: server.url })
    // The last run stops the server under its own session. A server that dies makes the tests fail by itself.
    session.on('error', () => {})
    if (await isSeated(session, attempt)) return { server, session }
    await sleep(PAUSE_MS)
  }
  throw new Error('The server of the tests was being stopped every time this run came to join it.')
}

const ATTEMPTS = 50
const PAUSE_MS = 100

/** False while the last run is stopping the server: the next attempt starts it anew. */
async function isSeated(session: pg.Client, attempt: number): Promise<boolean> {
  try {
    await session.connect()
    if (await tryLockShared(session, [SERVER_IN_USE, 0])) return true
    await session.end()
  } catch (error) {
    if (attempt === ATTEMPTS - 1) throw error
  }
  return false
}

async function giveUpSeat({ server, session }: Seat): Promise<void> {
  await unlockShared(session, [SERVER_IN_USE, 0])
  // Taken and kept while the server goes down, so that nobody else sits down meanwhile.
  if (await tryLock(session, [SERVER_IN_USE, 0])) await server.stop()
  await session.end()
}
