import type { Sql } from '../kernel/sql.ts'

/** A number that was the ledger's latest, and the transactions that were writing it when it was read. */
export type Settling = { upTo: number; writers: string[] }

/**
 * The latest id given to a movement. Ids are given before the commit, so one of them may still be on its way: it belongs
 * to one of `writers`. Whoever writes a movement holds the table's lock from before its id until after its commit.
 */
export async function latest(db: Sql): Promise<Settling> {
  const text = 'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS id FROM movement_id_seq'
  const { rows } = await db.query<{ id: number }>({ text })
  // Asked afterwards, and not in the same statement: who had an id by then is seen here, or has committed.
  return { upTo: Number(rows[0]?.id ?? 0), writers: await writersNow(db) }
}

/** The same number with those that are still writing. When there are none, every id up to it is there or never will be. */
export async function stillWriting(db: Sql, { upTo, writers }: Settling): Promise<Settling> {
  if (writers.length === 0) return { upTo, writers }
  const now = new Set(await writersNow(db))
  return { upTo, writers: writers.filter((one) => now.has(one)) }
}

async function writersNow(db: Sql): Promise<string[]> {
  const text = `SELECT DISTINCT virtualtransaction AS writer FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'movement'::regclass AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  return (await db.query<{ writer: string }>({ text })).rows.map(({ writer }) => writer)
}
