import pg from 'pg'
import { openPool } from '#app/db.server.ts'
import type { Sessions } from './mortal.ts'

// As the app's own connections (app/db.server.ts); nobody needs this database after the machine has lost its power.
const SETTINGS = '-c timezone=UTC -c plan_cache_mode=force_generic_plan -c jit=off -c synchronous_commit=off'

/** The sessions of a simulated process, and a pool that looks on. */
export async function openSessions(
  url: string,
): Promise<{ pool: pg.Pool; sessions: Sessions; close(): Promise<void> }> {
  const pool = openPool(url, { max: 1, settings: '-c synchronous_commit=off' })
  const [plain, own] = [
    new pg.Client({ connectionString: url, options: SETTINGS }),
    new pg.Client({ connectionString: url, options: SETTINGS }),
  ]
  await Promise.all([plain.connect(), own.connect()])
  return {
    pool,
    sessions: { plain, own },
    async close() {
      await Promise.all([plain.end(), own.end(), pool.end()])
    },
  }
}
