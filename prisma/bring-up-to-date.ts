import { Logger, runMigrations } from 'graphile-worker'
import { databaseUrl } from './database.ts'
import { migrate } from './migrate.ts'

const SILENT = new Logger(() => () => {})

/**
 * Brings a database to what this checkout's code expects: its own tables, and the queue's schema beside them. Returns
 * the names of the migrations it applied. Any number of processes may call it at once; throws one sentence.
 */
export async function bringUpToDate(url: string): Promise<string[]> {
  const applied = await migrate({ url })
  await runMigrations({ connectionString: url, logger: SILENT })
  return applied
}

// `npm run migrate`
if (import.meta.main) {
  try {
    const applied = await bringUpToDate(databaseUrl())
    console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.')
  } catch (error) {
    console.error(`The database could not be brought up to date: ${reason(error)}`)
    process.exitCode = 1
  }
}

// Several addresses that all refused come as one error without a message.
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ')
  return error instanceof Error ? error.message : String(error)
}
