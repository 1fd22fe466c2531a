import { fileURLToPath } from 'node:url'
import { localUrl, startPostgres, type Postgres } from './embedded-postgres.ts'
import { findCluster } from './postgres-cluster.ts'
import { readPostmaster } from './postmaster.ts'

/** The folder of this checkout's own database. */
export const DATABASE_FOLDER = fileURLToPath(new URL('../.data/postgres', import.meta.url))

/**
 * The address of the database: `DATABASE_URL` where it is set, else the embedded server of this checkout, which
 * must be running. Throws one sentence if there is neither.
 */
export function databaseUrl(given: string | undefined = process.env['DATABASE_URL']): string {
  if (given) return given
  const cluster = findCluster(DATABASE_FOLDER)
  const running = cluster && readPostmaster(cluster.data)
  if (cluster && running?.ready) return localUrl(cluster.password, running.port)
  throw new Error('There is no database: set DATABASE_URL, or start the embedded one with `npm run demo`.')
}

/**
 * The database, started if need be: `DATABASE_URL` where it is set (then `stop` leaves it alone), else the embedded
 * server of this checkout. Throws one sentence if it does not start.
 */
export async function openDatabase(): Promise<Postgres> {
  const url = process.env['DATABASE_URL']
  if (!url) return startPostgres({ dir: DATABASE_FOLDER })
  return { url, adopted: true, died: new Promise(() => {}), stop: () => Promise.resolve() }
}
