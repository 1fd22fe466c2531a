import type pg from 'pg'
import { transaction } from '#app/db.server.ts'
import type { Clock } from '#app/kernel/clock.ts'
import type { Sync } from '#app/sync/facts.ts'

/** What the sync works with, on a database of a test's own; facts go nowhere. */
export const plainSync = (pool: pg.Pool, clock: Clock): Sync => ({
  db: pool,
  inTransaction: (work) => transaction(pool, work),
  outbox: { record: () => Promise.resolve() },
  clock,
})
