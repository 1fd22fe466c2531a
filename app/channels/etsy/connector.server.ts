import type { AbsoluteConnector } from '../connector.ts'
import { applyUnits, byListing, callsFor } from './apply.server.ts'
import { type EtsyDeps, openCalls } from './call.server.ts'
import { ETSY_CAPABILITIES } from './limits.ts'
import { listingPage, showListings } from './listings.server.ts'
import { receipt, receiptsSince, unshippedReceipts } from './receipts.server.ts'
import { tellSent, wholeOrder } from './shipment.server.ts'

/**
 * Etsy's Open API v3 for one shop. A listing of ours is one variation of a listing there: `externalId` is the listing's
 * id, `variantId` the variation's choices ('' where there is nothing to choose). A unit of write is a whole listing.
 */
export function openEtsy(options: { shopId: string; callsAtOnce?: number; deps: EtsyDeps }): AbsoluteConnector {
  const { shopId, callsAtOnce = ETSY_CAPABILITIES.callsAtOnce, deps } = options
  const etsy = openCalls(deps)
  return {
    capabilities: { ...ETSY_CAPABILITIES, callsAtOnce },
    listings: (cursor) => listingPage(etsy, shopId, cursor),
    show: (refs) => showListings(etsy, refs),
    order: (externalId) => receipt(etsy, shopId, externalId),
    ordersSince: (since, cursor) => receiptsSince(etsy, shopId, { since, cursor }),
    unshipped: (cursor) => unshippedReceipts(etsy, shopId, cursor),
    wholeOrder: (externalId) => wholeOrder(etsy, shopId, externalId),
    tellSent: (parcel) => tellSent(etsy, shopId, parcel),
    sendsWhole: true,
    planWrites: byListing,
    callsFor,
    apply: (units) => applyUnits(etsy, shopId, units),
  }
}
