import { present } from '#app/kernel/assert.ts'
import { type Ebay, dayAt, now, sellerOf } from './ebay.ts'
import { type Listing, type Revision, type Variation, itemKey } from './world.ts'

export const REVISIONS_A_DAY = 250

/** Pieces a buyer can buy of a variation now: what its offer has, and no more than the inventory item has. */
export function shownOf(ebay: Ebay, listing: Listing, { available, sku }: Variation): number {
  if (listing.ended) return 0
  if (listing.format === 'AUCTION') return 1
  if (!listing.viaInventory) return available
  const item = ebay.world.items.get(itemKey(listing.userId, sku))
  return Math.min(available, item?.quantity ?? 0)
}

export const totalShown = (ebay: Ebay, listing: Listing): number =>
  listing.variations.reduce((sum, variation) => sum + shownOf(ebay, listing, variation), 0)

/** A listing's state in the words of the Inventory API. */
export function statusOf(ebay: Ebay, listing: Listing): 'ACTIVE' | 'OUT_OF_STOCK' | 'ENDED' {
  if (listing.ended) return 'ENDED'
  return totalShown(ebay, listing) > 0 ? 'ACTIVE' : 'OUT_OF_STOCK'
}

/** For good: what has ended comes back only as another listing. */
export function end(ebay: Ebay, listing: Listing): void {
  listing.ended = true
  listing.endsAt = now(ebay)
}

/** Counts one revision of a listing; false once it has had its share of the day, and then nothing may be done. */
export function countRevision(ebay: Ebay, listing: Listing): boolean {
  const day = dayAt(now(ebay))
  if (listing.revisions.day !== day) listing.revisions = { day, count: 0 }
  if (listing.revisions.count >= REVISIONS_A_DAY) return false
  listing.revisions.count++
  return true
}

/** Lets a revision take effect: at once, or `writeLagMs` later where eBay is slow to show it. */
export function revise(ebay: Ebay, revision: Revision): void {
  const lag = ebay.settings.switches.writeLagMs
  // Behind those that wait already, even when the lag has just been shortened: eBay does not reorder them.
  if (lag === 0 && ebay.world.lagged.length === 0) return apply(ebay, revision)
  ebay.world.lagged.push({ ...revision, dueAt: now(ebay) + lag })
}

/** Brings the world up to the present: call it before anything is read or done. */
export function settle(ebay: Ebay): void {
  const { lagged } = ebay.world
  for (let first = lagged[0]; first && first.dueAt <= now(ebay); first = lagged[0]) {
    lagged.shift()
    apply(ebay, first)
  }
  for (const listing of auctionsOver(ebay)) end(ebay, listing)
}

const auctionsOver = (ebay: Ebay): Listing[] =>
  ebay.world.auctions
    .map((id) => present(ebay.world.listings.get(id), `Listing ${id}`))
    .filter((listing) => !listing.ended && listing.endsAt <= now(ebay))

function apply(ebay: Ebay, { offer, item }: Revision): void {
  const kept = item && ebay.world.items.get(item.key)
  if (kept) kept.quantity = item.quantity
  const listing = offer && ebay.world.listings.get(offer.listingId)
  const variation = listing?.variations.find(({ variationId }) => variationId === offer?.variationId)
  if (offer && variation) variation.available = offer.available
  if (listing) endIfEmpty(ebay, listing)
}

/** Without out-of-stock control a fixed-price listing ends with its last piece; a variation alone is only greyed out. */
export function endIfEmpty(ebay: Ebay, listing: Listing): void {
  if (listing.format !== 'FIXED_PRICE' || listing.ended || totalShown(ebay, listing) > 0) return
  if (!sellerOf(ebay, listing.userId).outOfStockControl) end(ebay, listing)
}

/** A sale takes pieces off at once, whatever eBay is slow to show. */
export function sell(
  ebay: Ebay,
  listing: Listing,
  { variation, quantity }: { variation: Variation; quantity: number },
): void {
  variation.sold += quantity
  sellerOf(ebay, listing.userId).sold += quantity
  if (listing.format === 'AUCTION') return end(ebay, listing)
  variation.available -= quantity
  const item = listing.viaInventory && ebay.world.items.get(itemKey(listing.userId, variation.sku))
  if (item && ebay.settings.switches.saleLowersItem) item.quantity = Math.max(0, item.quantity - quantity)
  endIfEmpty(ebay, listing)
}

/** Puts pieces back; a listing that has ended stays ended. */
export function restock(
  ebay: Ebay,
  listing: Listing,
  { variation, quantity }: { variation: Variation; quantity: number },
): void {
  variation.available += quantity
  const item = listing.viaInventory && ebay.world.items.get(itemKey(listing.userId, variation.sku))
  if (item && ebay.settings.switches.saleLowersItem) item.quantity += quantity
}
