import type { Sql } from './sql.ts'

/**
 * Locks by name that PostgreSQL holds for a session and lets go when it ends, however it ends. A session that holds
 * a lock may take it again.
 */
export async function tryLock(session: Sql, name: string): Promise<boolean> {
  const text = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken'
  const { rows } = await session.query<{ taken: boolean }>({ text, values: [name] })
  return rows[0]?.taken === true
}

export async function unlock(session: Sql, name: string): Promise<void> {
  await session.query({ text: 'SELECT pg_advisory_unlock(hashtextextended($1, 0))', values: [name] })
}

// pg_locks shows a 64-bit key as its two halves, and objsubid 1 (a key given in two parts has 2).
const THIS_KEY = `locktype = 'advisory' AND granted AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (classid::bigint << 32) | objid::bigint`

/** Those of `names` that some living session holds. */
export async function heldLocks(db: Sql, names: readonly string[]): Promise<Set<string>> {
  const text = `SELECT name FROM unnest($1::text[]) AS name
    WHERE EXISTS (SELECT FROM pg_locks WHERE ${THIS_KEY} = hashtextextended(name, 0))`
  const { rows } = await db.query<{ name: string }>({ text, values: [names] })
  return new Set(rows.map((row) => row.name))
}

/** Makes the session a member of `group` for as long as it lives. */
export async function joinGroup(session: Sql, group: string): Promise<void> {
  await session.query({ text: 'SELECT pg_advisory_lock_shared(hashtextextended($1, 0))', values: [group] })
}

/** How many sessions are members of `group` now. */
export async function groupSize(db: Sql, group: string): Promise<number> {
  const text = `SELECT count(*)::int AS members FROM pg_locks WHERE ${THIS_KEY} = hashtextextended($1, 0)`
  const { rows } = await db.query<{ members: number }>({ text, values: [group] })
  return rows[0]?.members ?? 0
}
