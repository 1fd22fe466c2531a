import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { fillShortfalls } from '../orders/shortfall.server.ts'
import type { Sync } from './facts.ts'
import { closeOversells } from './ingest-order.server.ts'
import { wake } from './wake.server.ts'

/** `freed`: items of which pieces may have become sellable. */
export type Done = { freed: number[] }

class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.sentence)
    this.refusal = refusal
  }
}

/**
 * Something is done to the stock by a person, a rule or time, in one transaction: all of it, or nothing when it is
 * refused. What came free goes to orders that were promised it without stock, before any channel may show it. Then every
 * channel looks.
 */
export async function act<D extends Done>(
  sync: Sync,
  { merchantId }: { merchantId: number },
  work: (tx: Sql, at: Date) => Promise<Refusal | D>,
): Promise<Refusal | D> {
  const at = sync.clock.now()
  try {
    const done = await unlessBrokenOff(sync, async (tx) => {
      const outcome = await work(tx, at)
      // Thrown, so that what was written before it was refused is undone.
      if (isRefusal(outcome)) throw new Refused(outcome)
      const whole = await fillShortfalls(tx, { merchantId, itemIds: [...new Set(outcome.freed)], at })
      await closeOversells(tx, { merchantId, lineIds: whole, at })
      return outcome
    })
    await wake(sync.db, merchantId)
    return done
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.refusal
    throw thrown
  }
}

const DEADLOCK = '40P01'
const MOST_TRIES = 4

// Two who free pieces at several places and fill orders with them can wait for each other. PostgreSQL breaks one of them
// off, and nothing of it was kept: it is done again, after the other.
async function unlessBrokenOff<T>(sync: Sync, work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await sync.inTransaction(work)
    } catch (thrown) {
      const isDeadlock = thrown instanceof Error && 'code' in thrown && thrown.code === DEADLOCK
      if (!isDeadlock || tries === MOST_TRIES) throw thrown
    }
  }
}
