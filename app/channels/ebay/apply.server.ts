import { TryAgain } from '../../kernel/outage.ts'
import type { SetQuantity, WriteOutcome } from '../connector.ts'
import { REVISED_AT_ONCE, SKUS_AT_ONCE } from './limits.ts'
import { look } from './look.server.ts'
import { keyOf, type Notes } from './notes.ts'
import { dayAt } from './revisions.ts'
import { reviseOffers } from './revise-offers.server.ts'
import { reviseItems } from './revise-items.server.ts'
import { type Applying, laneOf, type Sent } from './sending.ts'
import { chunksOf, planUnit, type Target, type Write } from './writes.ts'

/**
 * Reads what the units show, compares and writes; an outcome for every change. Throws TryAgain only when nothing at all
 * was written; what was turned away while others were written is `unknown`.
 */
export async function applyUnits(applying: Applying, units: SetQuantity[][]): Promise<WriteOutcome[]> {
  const { ebay, notes } = applying
  const changes = units.flat()
  if (changes.length === 0) return []
  const refs = changes.map(({ ref }) => ref)
  const lane = laneOf(changes)
  // All is read before anything is written: an outage while reading leaves nothing half done.
  const seen = await look({ ebay, notes, lane }, refs)
  const day = dayAt(ebay.clock.now())
  const used = await notes.revisions([...new Set(refs.map(({ externalId }) => externalId))], day)
  const times = new Map(used.map((one) => [one.listingId, one.times]))
  const targetOf = ({ ref }: SetQuantity): Target | null => {
    const one = seen.get(keyOf(ref))
    return one ? { manner: one.manner, sku: one.sku, offerId: one.offerId, shown: one.snapshot.shown } : null
  }
  const planned = units.map((unit) => planUnit(unit, { targetOf, revisedOf: (id) => times.get(id) ?? 0 }))
  const sent = await sendAll(
    applying,
    planned.flatMap(({ writes }) => writes),
  )
  await keepRevisions(notes, sent, day)
  const waits = sent.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]))
  const outcomes = planned.flatMap((unit) => unit.outcomes)
  if (sent.length > 0 && waits.length === sent.length && outcomes.length === 0) {
    throw new TryAgain(Math.max(...waits), 'eBay asks us to wait: nothing was written.')
  }
  return [...outcomes, ...sent.flatMap((chunk) => chunk.outcomes)].toSorted(inOrderOf(changes))
}

async function sendAll(applying: Applying, writes: Write[]): Promise<Sent[]> {
  const by = (manner: Target['manner']) => writes.filter(({ target }) => target.manner === manner)
  const offers = chunksOf(by('inventory'), Math.min(SKUS_AT_ONCE, applying.learned.skusAtOnce))
  const items = chunksOf(by('trading'), REVISED_AT_ONCE)
  const sent = [
    ...offers.map((chunk) => reviseOffers(applying, chunk)),
    ...items.map((chunk) => reviseItems(applying, chunk)),
  ]
  return (await Promise.all(sent)).flat()
}

async function keepRevisions(notes: Notes, sent: Sent[], day: string): Promise<void> {
  const byId = Map.groupBy(
    sent.flatMap(({ revised }) => revised),
    ({ change }) => change.ref.externalId,
  )
  const rows = [...byId].map(([listingId, writes]) => ({ listingId, times: writes.length }))
  if (rows.length > 0) await notes.addRevisions(rows, day)
}

function inOrderOf(changes: SetQuantity[]) {
  const places = new Map(changes.map(({ listingId }, i) => [listingId, i]))
  return (a: WriteOutcome, b: WriteOutcome) => (places.get(a.listingId) ?? 0) - (places.get(b.listingId) ?? 0)
}
