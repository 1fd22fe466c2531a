import type pg from 'pg'

/** The second halves of a lock's key may be any number; the first halves say what is locked. */
export type LockKey = [subject: number, which: number]

// PostgreSQL gives a lock back when its session ends, however it ends: so a run of tests that was killed is told
// from one that goes on, on this machine or another.
export const SERVER_IN_USE = 7101
export const RUN_ALIVE = 7102
export const TEMPLATE_IN_USE = 7103

export async function lock(session: pg.Client, key: LockKey): Promise<void> {
  await session.query('SELECT pg_advisory_lock($1, $2)', key)
}

export async function unlock(session: pg.Client, key: LockKey): Promise<void> {
  await session.query('SELECT pg_advisory_unlock($1, $2)', key)
}

export async function lockShared(session: pg.Client, key: LockKey): Promise<void> {
  await session.query('SELECT pg_advisory_lock_shared($1, $2)', key)
}

export async function unlockShared(session: pg.Client, key: LockKey): Promise<void> {
  await session.query('SELECT pg_advisory_unlock_shared($1, $2)', key)
}

/** False if another session has the lock; never waits. */
export async function tryLock(session: pg.Client, key: LockKey): Promise<boolean> {
  return taken(session.query('SELECT pg_try_advisory_lock($1, $2) AS taken', key))
}

/** False if another session has the lock for itself; never waits. */
export async function tryLockShared(session: pg.Client, key: LockKey): Promise<boolean> {
  return taken(session.query('SELECT pg_try_advisory_lock_shared($1, $2) AS taken', key))
}

async function taken(answer: Promise<pg.QueryResult<{ taken: boolean }>>): Promise<boolean> {
  const { rows } = await answer
  return rows[0]?.taken ?? false
}
