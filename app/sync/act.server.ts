import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { fillShortfalls } from '../orders/shortfall.server.ts'
import type { Sync } from './facts.ts'
import { closeOversells } from './ingest-order.server.ts'
import { unlessBrokenOff } from './unless-broken-off.server.ts'
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

/** Does something in one transaction; nothing of it stays when it is refused. */
export async function attempted<T>(
  sync: Pick<Sync, 'inTransaction'>,
  work: (tx: Sql) => Promise<Refusal | T>,
): Promise<Refusal | T> {
  try {
    return await unlessBrokenOff(sync, async (tx) => {
      const outcome = await work(tx)
      // Thrown, so that what was written before it was refused is undone.
      if (isRefusal(outcome)) throw new Refused(outcome)
      return outcome
    })
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.refusal
    throw thrown
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
  const done = await attempted(sync, async (tx) => {
    const outcome = await work(tx, at)
    if (isRefusal(outcome)) return outcome
    const whole = await fillShortfalls(tx, { merchantId, itemIds: [...new Set(outcome.freed)], at })
    await closeOversells(tx, { merchantId, lineIds: whole, at })
    return outcome
  })
  if (!isRefusal(done)) await wake(sync.db, merchantId)
  return done
}
