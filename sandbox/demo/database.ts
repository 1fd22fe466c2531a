import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bringUpToDate } from '#prisma/bring-up-to-date.ts'
import { type Postgres, startPostgres } from '#prisma/embedded-postgres.ts'
import { CannotStart } from '../cannot-start.ts'

/** `DATABASE_URL`'s database where it is set, which is then not ours to stop; else the embedded one kept in `data`. */
export async function openDatabase(data: string): Promise<Postgres> {
  const url = process.env.DATABASE_URL
  if (!url) return startPostgres({ dir: join(data, 'postgres') })
  return { url, adopted: true, died: new Promise(() => {}), stop: async () => {} }
}

/** Brings the database to what this checkout's code expects. */
export async function prepareDatabase(url: string, note: (text: string) => void): Promise<void> {
  const applied = await bringUpToDate(url)
  note(applied.length > 0 ? `${applied.length} applied` : 'nothing to do')
}

/** Throws away what the demo has kept in `data`. A database of somebody else's is left alone: CannotStart. */
export async function forgetAll(data: string): Promise<void> {
  if (process.env.DATABASE_URL)
    throw new CannotStart('--reset empties the demo’s own database only: unset DATABASE_URL, or empty yours yourself.')
  // It may be running still, from a demo that was killed. One that cannot even start is thrown away all the same.
  if (existsSync(join(data, 'postgres')))
    await openDatabase(data).then(
      (database) => database.stop(),
      () => {},
    )
  for (const part of ['postgres', 'sandbox', 'keys.json', 'logs'])
    await rm(join(data, part), { recursive: true, force: true })
}
