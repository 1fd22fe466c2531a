import { type Refusal, refuse } from '#app/kernel/refusal.ts'
import { dropBefore, insert } from './by-time.ts'
import { type Etsy, now, shopOf } from './etsy.ts'
import { addStock, totalQuantity } from './stock-of-listing.ts'
import type { Listing, ListingState } from './world.ts'

/** Four months, in Etsy's words; counted here as 120 days. */
export const LISTING_LASTS_MS = 120 * 86_400_000

/** Answer to a write that would leave nothing for sale (open-api issue 395). */
export const NOTHING_LEFT = 'One offering must have quantity greater than 0'

export const noListings = (): Record<ListingState, number[]> => ({
  active: [],
  inactive: [],
  sold_out: [],
  draft: [],
  expired: [],
})

/** Takes a listing into another state and keeps the shop's lists by state in order. */
export function moveTo(etsy: Etsy, listing: Listing, state: ListingState): void {
  const { byState } = shopOf(etsy, listing.shopId)
  take(byState[listing.state], listing.listingId)
  put(byState[state], listing.listingId)
  listing.state = state
  listing.stateAt = listing.modifiedAt = now(etsy)
  if (state === 'active') queueEnding(etsy, listing)
}

/** The position of `id` in an ascending list, or where it would go. */
function position(ids: number[], id: number): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ids[middle]! < id) low = middle + 1
    else high = middle
  }
  return low
}

export function put(ids: number[], id: number): void {
  const at = position(ids, id)
  if (ids[at] !== id) ids.splice(at, 0, id)
}

export function take(ids: number[], id: number): void {
  const at = position(ids, id)
  if (ids[at] === id) ids.splice(at, 1)
}

// One entry per listing and ending: switching a listing off and on all day must not fill the queue.
function queueEnding(etsy: Etsy, listing: Listing): void {
  if (listing.endingQueued === listing.endsAt) return
  listing.endingQueued = listing.endsAt
  insert(etsy.world.endings, listing.endsAt, listing.listingId)
}

/** Four months more, for a fee. */
function renew(etsy: Etsy, listing: Listing, from = now(etsy)): void {
  listing.endsAt = from + LISTING_LASTS_MS
  shopOf(etsy, listing.shopId).fees++
}

/**
 * Puts a listing on sale. Free from `inactive` before its end; a renewal with its fee otherwise. From `sold_out` the
 * quantity becomes 1 whatever was written before (specification, `state`); with variations the first one that is
 * enabled gets the piece, which is a guess. A person in Shop Manager keeps the quantities she has typed.
 */
export function activate(etsy: Etsy, listing: Listing, by: 'api' | 'seller' = 'api'): Refusal | undefined {
  if (listing.state === 'active') return undefined
  if (listing.state === 'sold_out' && by === 'api') offerOne(listing)
  if (totalQuantity(listing.inventory) === 0) return refuse('nothing-left', NOTHING_LEFT)
  const free = listing.state === 'inactive' && listing.endsAt > now(etsy)
  if (!free) renew(etsy, listing)
  moveTo(etsy, listing, 'active')
  return undefined
}

function offerOne({ inventory }: Listing): void {
  const first = inventory.products.find((product) => product.enabled)
  for (const product of inventory.products) product.quantity = 0
  if (first) addStock(inventory, first, 1)
}

/** Takes a listing off sale, from whatever state: that Etsy allows it from every one is a guess. */
export function deactivate(etsy: Etsy, listing: Listing): void {
  if (listing.state !== 'inactive') moveTo(etsy, listing, 'inactive')
}

/** After a sale: Etsy itself takes a listing with nothing left off the shelves. */
export function soldOutIfEmpty(etsy: Etsy, listing: Listing): void {
  if (listing.state === 'active' && totalQuantity(listing.inventory) === 0) moveTo(etsy, listing, 'sold_out')
}

/** Ends, or renews, what has come to its end by now. Costs nothing when nothing has. */
export function endListings(etsy: Etsy): void {
  const { endings, listings } = etsy.world
  for (let first = endings.times[0]; first !== undefined && first <= now(etsy); first = endings.times[0]) {
    for (const id of dropBefore(endings, first + 1)) {
      const listing = listings.get(id)
      if (listing?.endingQueued === first) end(etsy, listing)
    }
  }
}

function end(etsy: Etsy, listing: Listing): void {
  listing.endingQueued = 0
  if (listing.state !== 'active') return
  if (listing.endsAt <= now(etsy) && !listing.autoRenew) return moveTo(etsy, listing, 'expired')
  // From its end on, not from now: nobody may have looked for months, and each renewal has its fee.
  if (listing.endsAt <= now(etsy)) renew(etsy, listing, listing.endsAt)
  queueEnding(etsy, listing)
}
