import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { runMigrations } from 'graphile-worker'
import type pg from 'pg'
import { migrate, readMigrations } from '#prisma/migrate.ts'
import { lock, lockShared, RUN_ALIVE, TEMPLATE_IN_USE, tryLock, unlock, type LockKey } from './advisory-lock.ts'

/**
 * The name of a database with every migration applied (the queue's too), made if it is not there. The name holds
 * the hash of them all, and `session` keeps it from being removed.
 */
export async function ensureTemplate(session: pg.Client, url: string): Promise<string> {
  const template = `vitrine_template_${schemaHash()}`
  await lockShared(session, lockOf(template))
  await lock(session, BUILDING)
  const [existing] = await databases(session, template)
  if (!existing) await buildTemplate(session, { url, template })
  await unlock(session, BUILDING)
  return template
}

const BUILDING: LockKey = [TEMPLATE_IN_USE, 0]

async function buildTemplate(session: pg.Client, { url, template }: { url: string; template: string }): Promise<void> {
  const draft = `${template}_draft`
  await session.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`)
  await session.query(`CREATE DATABASE ${draft}`)
  await migrate({ url: databaseAt(url, draft) })
  await runMigrations({ connectionString: databaseAt(url, draft) })
  // Given last, the name says that the template is whole.
  await session.query(`ALTER DATABASE ${draft} RENAME TO ${template}`)
}

function schemaHash(): string {
  const queue = readFileSync(new URL('../../node_modules/graphile-worker/package.json', import.meta.url))
  const hash = createHash('sha256').update(queue)
  for (const { name, checksum } of readMigrations()) hash.update(name).update(checksum)
  return hash.digest('hex').slice(0, 12)
}

/** Removes the databases of runs that were killed, and templates that no run wants any more. */
export async function removeLeftovers(session: pg.Client, keep: { run: number; template: string }): Promise<void> {
  for (const name of await databases(session, 'vitrine_%')) {
    const ours = name === keep.template || name.startsWith(`vitrine_test_${keep.run}_`)
    if (!ours && /^vitrine_(test|template)_/.test(name)) await dropUnlessWanted(session, name)
  }
}

async function dropUnlessWanted(session: pg.Client, name: string): Promise<void> {
  if (!(await tryLock(session, lockOf(name)))) return
  await session.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await unlock(session, lockOf(name))
}

/** The lock that is held for as long as the database is wanted. */
function lockOf(name: string): LockKey {
  const [, kind, id = ''] = name.split('_')
  return kind === 'test' ? [RUN_ALIVE, Number(id)] : [TEMPLATE_IN_USE, Number.parseInt(id.slice(0, 7), 16)]
}

/** The databases whose names are like `pattern`. */
export async function databases(session: pg.Client, pattern: string): Promise<string[]> {
  const { rows } = await session.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname LIKE $1', [
    pattern,
  ])
  return rows.map(({ datname }) => datname)
}

/** The address of another database on the same server. */
export function databaseAt(url: string, name: string): string {
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}
