import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { databaseAt } from './template.ts'

export type FreshDatabase = {
  url: string
  pool: pg.Pool
  /** Ends the pool and removes the database. */
  drop(): Promise<void>
}

/** A database of one's own with every migration applied and nothing in it. Takes some 30 ms; call `drop` after. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { url: server, template, run } = inject('testServer')
  const name = `vitrine_test_${run}_${randomBytes(6).toString('hex')}`
  await onServer(server, (session) => session.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const url = databaseAt(server, name)
  const pool = new pg.Pool({ connectionString: url, options: '-c timezone=UTC', allowExitOnIdle: true })
  return {
    url,
    pool,
    async drop() {
      await pool.end()
      await onServer(server, (session) => remove(session, name))
    },
  }
}

// A session that is just closing would complain if it were cut off. One that a test forgot is cut off in the end:
// its database would stay for the whole run.
async function remove(session: pg.Client, name: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && (await isInUse(session, name)); waited += LOOK_MS) await sleep(LOOK_MS)
  await session.query(`DROP DATABASE ${name} WITH (FORCE)`)
}

const PATIENCE_MS = 2_000
const LOOK_MS = 5

async function isInUse(session: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await session.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name])
  return rowCount !== 0
}

async function onServer(url: string, work: (session: pg.Client) => Promise<unknown>): Promise<void> {
  const session = new pg.Client({ connectionString: url })
  await session.connect()
  await work(session)
  await session.end()
}
