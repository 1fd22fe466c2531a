import pg from 'pg'
import type { Sql } from './kernel/sql.ts'

// bigint counters of ours stay far below 2^53; as numbers they travel through JSON.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

// UTC: Prisma's adapter reads timestamptz by cutting its offset off. A plan made once: planning the reserve statement anew for each call (its arrays make PostgreSQL prefer that) costs
// twice what running it does.
const OPTIONS = '-c timezone=UTC -c transaction_timeout=60000 -c plan_cache_mode=force_generic_plan'

/** Opens a pool on the database at `url`. One process holds one; a transaction over 60 s is a mistake and is ended. */
export function openPool(url: string, { max = 10 }: { max?: number } = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, options: OPTIONS })
  // An idle connection that the server ends must not end the process: the next query opens another.
  pool.on('error', () => {})
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
