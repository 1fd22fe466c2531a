import { parseArgs } from 'node:util'
import { databaseUrl } from '#prisma/database.ts'
import { openPool, transaction } from './db.server.ts'
import { systemClock } from './kernel/system-clock.server.ts'
import { saidFrom } from './pool/said-from.server.ts'
import { graphileOutbox } from './queue/graphile-outbox.server.ts'
import type { Sync } from './sync/facts.ts'

/** What was asked for makes no sense; the message is one for a person. */
export class NotUnderstood extends Error {}

/** Reads a command's words and its `--name value` options. Throws NotUnderstood, with how it is used. */
export function readCommand(args: string[], names: string[], usage: string) {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const given = Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
    return { words: positionals, options: Object.fromEntries(given) as Record<string, string> }
  } catch {
    throw new NotUnderstood(usage)
  }
}

/** A merchant's number as it is given to a command. */
export function merchantOf(text: string | undefined, usage: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text ?? '')) throw new NotUnderstood(usage)
  return Number(text)
}

/** Runs a command on the database in use. What it does says that it comes from this command. */
export async function onDatabase<T>(command: string, work: (sync: Sync) => Promise<T>): Promise<T> {
  const pool = openPool(databaseUrl(), { max: 2 })
  const inTransaction = saidFrom((inside) => transaction(pool, inside), `command/${command}`)
  try {
    return await work({ db: pool, inTransaction, outbox: graphileOutbox, clock: systemClock })
  } finally {
    await pool.end()
  }
}

/** Runs an entry file: what makes no sense is said, and nothing else is hidden. */
export async function asCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}
