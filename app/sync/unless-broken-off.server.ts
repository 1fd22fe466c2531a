import type { Sql } from '../kernel/sql.ts'
import type { Sync } from './facts.ts'

const DEADLOCK = '40P01'
const MOST_TRIES = 4

/**
 * In one transaction. Two who free pieces at several places and fill orders with them can wait for each other. PostgreSQL
 * breaks one of them off, and nothing of it was kept: it is done again, after the other.
 */
export async function unlessBrokenOff<T>(
  { inTransaction }: Pick<Sync, 'inTransaction'>,
  work: (tx: Sql) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(work)
    } catch (thrown) {
      const isDeadlock = thrown instanceof Error && 'code' in thrown && thrown.code === DEADLOCK
      if (!isDeadlock || tries === MOST_TRIES) throw thrown
    }
  }
}
