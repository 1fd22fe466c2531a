import pg from 'pg'
import type { Sql } from './kernel/sql.ts'

// bigint counters of ours stay far below 2^53; as numbers they travel through JSON.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

// UTC: Prisma's adapter reads timestamptz by cutting its offset off. A plan made once: PostgreSQL would rather plan the
// reserve statement anew for each call, because of its arrays, and that costs twice what running it does. No JIT: it
// compiled statements of 0.2 ms for 10.
const OPTIONS = '-c timezone=UTC -c transaction_timeout=60000 -c plan_cache_mode=force_generic_plan -c jit=off'

/** Opens a pool on the database at `url`. One process holds one; a transaction over 60 s is a mistake and is ended. */
export function openPool(url: string, { max = 10, settings = '' }: { max?: number; settings?: string } = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, options: `${OPTIONS} ${settings}` })
  // An idle connection that the server ends must not end the process: the next query opens another.
  pool.on('error', () => {})
  // Nor one that it ends between two queries of a transaction: the next query fails.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Runs `work` in one transaction: all of it, or nothing when it throws. */
export async function transaction<T>(pool: pg.Pool, work: (db: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    )
    throw error
  }
}

/**
 * Tells PostgreSQL how large its tables have become: after an import, before the plans that are made once are made for
 * tables that were empty (13 times slower was seen).
 */
export async function learnSizes(db: Sql): Promise<void> {
  await db.query({
    text: 'ANALYZE item, listing, balance, movement, location, channel_account, channel_order, order_line',
  })
}
