import { dueForSeal, MOST_MOVEMENTS, sealNext } from '../pool/seal.server.ts'
import { latest, type Settling, stillWriting } from '../pool/settled.server.ts'
import type { Sync } from './facts.ts'
import type { Timed } from './time-passes.server.ts'

const HOUR_MS = 3_600_000
const MERCHANTS_AT_ONCE = 20
const AGAIN_IN_MS = 100

/**
 * Seals every merchant's ledger once an hour, soon after the full hour. After an outage it seals what there is: nothing
 * is left out, only the seal is longer. `mostMovements`: a seal's size.
 */
export function sealHourly(sync: Sync, { mostMovements = MOST_MOVEMENTS } = {}): Timed {
  let sealedUntil = 0
  let settling: Settling | null = null
  const again = () => new Date(sync.clock.now().getTime() + AGAIN_IN_MS)
  return {
    name: 'seal the ledgers',
    // Between the hours it asks the database nothing. When there is nothing to seal it waits for nothing either.
    async run() {
      const at = sync.clock.now()
      if (at.getTime() < sealedUntil) return null
      settling = settling ? await stillWriting(sync.db, settling) : await latest(sync.db)
      if (settling.writers.length > 0) return again()
      const { upTo } = settling
      const since = new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS)
      const due = await dueForSeal(sync.db, { since, upTo, most: MERCHANTS_AT_ONCE, atMost: mostMovements })
      for (const merchantId of due) {
        await sync.inTransaction((tx) => sealNext(tx, { merchantId, upTo, at, most: mostMovements }))
      }
      if (due.length > 0) return again()
      settling = null
      sealedUntil = since.getTime() + HOUR_MS
      return null
    },
  }
}
