import type { SetQuantity, WriteOutcome } from '../connector.ts'
import { mayRevise } from './revisions.ts'

/** What is known of the listing a change is about: pure data of what was just read. */
export type Target = { manner: 'inventory' | 'trading' | 'auction'; sku: string; offerId: string | null; shown: number }

/** A change that is to be sent. */
export type Write = { change: SetQuantity; target: Target }

export type Planned = { outcomes: WriteOutcome[]; writes: Write[] }

export type Knowledge = {
  /** null: it is not there any more */
  targetOf: (change: SetQuantity) => Target | null
  /** Times a listing was revised today. */
  revisedOf: (listingId: string) => number
}

/** Changes by the listing they are about: they are compared as a whole, though each SKU is written by itself. */
export const byListing = (changes: SetQuantity[]): SetQuantity[][] => [
  ...Map.groupBy(changes, ({ ref }) => ref.externalId).values(),
]

type Said = Omit<WriteOutcome, 'listingId'>

export const rejected = (reason: string): Said => ({ outcome: 'rejected', reason, shown: null })

const outcome = ({ listingId }: SetQuantity, said: Said): WriteOutcome => ({ listingId, ...said })

/**
 * What is to be done about one listing. If it shows something else than expected anywhere, nothing of it is written: a
 * sale we have not heard of may be of the variation beside.
 */
export function planUnit(changes: SetQuantity[], { targetOf, revisedOf }: Knowledge): Planned {
  const pairs = changes.map((change) => ({ change, target: targetOf(change) }))
  const surprised = pairs.some(
    ({ change, target }) => target && change.expected !== null && change.expected !== target.shown,
  )
  const planned: Planned = { outcomes: [], writes: [] }
  let used = revisedOf(changes[0]?.ref.externalId ?? '')
  for (const { change, target } of pairs) {
    const said = target ? (surprised ? changed(target) : whatNeedsNoCall(change, target, used)) : rejected('dead')
    if (said) planned.outcomes.push(outcome(change, said))
    else if (target) {
      planned.writes.push({ change, target })
      used++
    }
  }
  return planned
}

const changed = ({ shown }: Target): Said => ({
  outcome: 'changed',
  reason: 'It shows something else than expected.',
  shown,
})

const AUCTION =
  'This is an auction, and an auction’s quantity cannot be changed. If the piece is gone, end the auction on eBay.'
const NO_SKU =
  'This variation has no SKU on eBay, and without one eBay cannot be told which it is. Give it a SKU there.'
const ENOUGH =
  'eBay lets a listing be changed 250 times a day; what is left for today is kept for pieces that are sold.'

function whatNeedsNoCall({ ref, quantity }: SetQuantity, { manner, sku, shown }: Target, used: number): Said | null {
  if (manner === 'auction') return quantity > 0 ? { outcome: 'accepted', reason: null, shown } : rejected(AUCTION)
  if (quantity === shown) return { outcome: 'accepted', reason: null, shown }
  if (manner === 'trading' && sku === '' && ref.variantId !== '') return rejected(NO_SKU)
  return mayRevise(used, { from: shown, to: quantity }) ? null : rejected(ENOUGH)
}

/** As many as fit into a call, those that go to nothing in front. */
export function chunksOf(writes: Write[], most: number): Write[][] {
  const sorted = writes.toSorted((a, b) => Number(a.change.quantity > 0) - Number(b.change.quantity > 0))
  const chunks: Write[][] = []
  for (let from = 0; from < sorted.length; from += most) chunks.push(sorted.slice(from, from + most))
  return chunks
}
