import type { AbsoluteConnector } from '../connector.ts'
import { applyUnits } from './apply.server.ts'
import { type EbayDeps, openCalls } from './call.server.ts'
import { EBAY_CAPABILITIES, REVISED_AT_ONCE, SKUS_AT_ONCE } from './limits.ts'
import { listingPage, showListings } from './listings.server.ts'
import type { Notes } from './notes.ts'
import { order, ordersSince, unshippedOrders } from './orders.server.ts'
import type { Learned } from './sending.ts'
import { byListing } from './writes.ts'

/**
 * eBay for one seller. A listing of ours is one variation of a listing there: `externalId` is the listing's id,
 * `variantId` the variation's choices ('' where there is nothing to choose). Listings that the Inventory API looks after
 * are written by their SKU, 25 in a call; those made elsewhere by the Trading API, four in a call.
 */
export function openEbay({ deps, notes }: { deps: EbayDeps; notes: Notes }): AbsoluteConnector {
  const ebay = openCalls(deps)
  const learned: Learned = { skusAtOnce: SKUS_AT_ONCE }
  return {
    capabilities: EBAY_CAPABILITIES,
    listings: (cursor) => listingPage(ebay, notes, cursor),
    show: (refs) => showListings(ebay, notes, refs),
    order: (externalId) => order(ebay, externalId),
    ordersSince: (since, cursor) => ordersSince(ebay, { since, cursor }),
    unshipped: (cursor) => unshippedOrders(ebay, cursor),
    planWrites: byListing,
    // Each SKU's offer, or each listing, is read; then comes a write for many, which for four takes as long as for 25.
    callsFor(units) {
      const changes = units.flat().length
      return changes === 0 ? 0 : changes + Math.ceil(changes / Math.min(REVISED_AT_ONCE, learned.skusAtOnce))
    },
    apply: (units) => applyUnits({ ebay, notes, learned }, units),
  }
}
