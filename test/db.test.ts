import { once } from 'node:events'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPool, transaction } from '#app/db.server.ts'
import { freshDatabase, type FreshDatabase } from './support/database.ts'

let database: FreshDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await freshDatabase()
  pool = openPool(database.url, { max: 1 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

it('a database that restarts between two questions of a transaction ends the transaction, and not the process', async () => {
  let session: pg.PoolClient | undefined
  pool.once('acquire', (client) => (session = client as pg.PoolClient))
  const done = transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' })
    const lost = once(session!, 'end')
    await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
    await lost
    await tx.query({ text: 'SELECT 1' })
  })
  await expect(done).rejects.toThrow(/not queryable|terminat/)
  expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
})
