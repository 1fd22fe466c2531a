import type { Sql } from '#app/kernel/sql.ts'

/**
 * Settles once a session of this database waits for another's lock. `db` must be outside of every transaction: inside
 * one, PostgreSQL goes on showing the sessions as they were at the first look.
 */
export async function someoneWaits(db: Sql, sessions = 1): Promise<void> {
  const text = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`
  while ((await db.query({ text })).rows.length < sessions);
}
