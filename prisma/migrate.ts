import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Clock } from '#app/kernel/clock.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'

/** The folder of this checkout's migrations. */
export const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

export type Migration = { name: string; sql: string; checksum: string }

export type Migrate = {
  url: string
  /** A folder with one folder per migration, applied in the order of their names. */
  folder?: string
  clock?: Clock
  /** Told of each migration applied, and of anything odd. */
  log?: (line: string) => void
}

/**
 * Brings a database up to date and returns the names of the migrations it applied. It keeps Prisma's own table,
 * checksum and lock (schema-engine of Prisma 6), so `prisma migrate` agrees with it afterwards, and needs none of
 * Prisma's engines. Any number of processes may call it at once. Throws one sentence if a migration fails, now or
 * in an earlier attempt.
 */
export async function migrate({
  url,
  folder = MIGRATIONS,
  clock = systemClock,
  log = () => {},
}: Migrate): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Held by the session, so it is given back even if this process is killed.
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK])
    await client.query(PRISMA_TABLE)
    const due = await stillDue(client, { migrations: readMigrations(folder), log })
    for (const migration of due) {
      await apply(client, { migration, clock })
      log(`Applied migration ${migration.name}.`)
    }
    return due.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

/** The migrations of a folder, in the order in which they apply. */
export function readMigrations(folder: string = MIGRATIONS): Migration[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  return names
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

// The number is Prisma's: its CLI and this function exclude one another.
const PRISMA_LOCK = 72707369

const PRISMA_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY NOT NULL,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL,
  applied_steps_count integer NOT NULL DEFAULT 0
)`

type Applied = { migration_name: string; checksum: string; finished_at: Date | null }

async function stillDue(
  client: pg.Client,
  { migrations, log }: { migrations: Migration[]; log: (line: string) => void },
): Promise<Migration[]> {
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  const failed = rows.find((row) => !row.finished_at)
  if (failed) throw new Error(`Migration ${failed.migration_name} failed before: ${RESOLVE}`)
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]))
  for (const { name, checksum } of migrations) {
    if (applied.has(name) && applied.get(name) !== checksum) log(`Migration ${name} was modified after it was applied.`)
  }
  return migrations.filter(({ name }) => !applied.has(name))
}

const RESOLVE = 'mend the database, then `npx prisma migrate resolve`.'

// In one transaction with its row: a start that is killed halfway leaves nothing to mend (Prisma's own leaves a
// failed migration behind, which stops every later start until a person has resolved it).
async function apply(client: pg.Client, { migration, clock }: { migration: Migration; clock: Clock }): Promise<void> {
  const { name, sql, checksum } = migration
  const id = randomUUID()
  try {
    await client.query('BEGIN')
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ($1, $2, $3, $4)',
      [id, checksum, name, clock.now()],
    )
    await client.query(sql)
    await client.query('UPDATE _prisma_migrations SET finished_at = $2, applied_steps_count = 1 WHERE id = $1', [
      id,
      clock.now(),
    ])
    await client.query('COMMIT')
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Error(`Migration ${name} failed, and nothing of it was kept: ${said}.`, { cause: error })
  }
}
