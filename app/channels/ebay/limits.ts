import type { Limit } from '../bucket.ts'
import type { Capabilities } from '../connector.ts'

// Figures of eBay's APIs, each with its source.

/** The APIs that have budgets of their own. */
export type Api = 'inventory' | 'fulfillment' | 'trading' | 'notification'

/** SKUs of one bulk call (Inventory API, schema BulkPriceQuantity and BulkGetInventoryItem). */
export const SKUS_AT_ONCE = 25

/** Listings of one ReviseInventoryStatus (https://developer.ebay.com/devzone/xml/docs/reference/ebay/ReviseInventoryStatus.html). */
export const REVISED_AT_ONCE = 4

/** Orders of a page (getOrders, `limit`). */
export const ORDERS_PER_PAGE = 200

/** Listings of a page (GetSellerList, `EntriesPerPage`). */
export const LISTINGS_PER_PAGE = 200

/** The longest span that GetSellerList takes. */
export const LIST_SPAN_MS = 120 * 86_400_000

/** "getOrders can return orders up to two years old", less a day for clocks that differ. */
export const OLDEST_ORDER_MS = 729 * 86_400_000

/** "Each listing can be revised up to 250 times in one calendar day" (bulkUpdatePriceQuantity). */
export const REVISIONS_A_DAY = 250

/** A call without an answer for this long is lost, in milliseconds. Ours: nothing is documented. */
export const CALL_LASTS_MS = 30_000

/** A call that would wait longer for its turn goes back to the queue, in milliseconds. Ours. */
export const PATIENCE_MS = 10_000

/** How long to leave eBay alone after an answer that says it is not well, in milliseconds. Ours. */
export const REST_MS = 5_000

/** The longest wait for a spent budget before asking again: it begins anew at midnight in California. */
export const LONGEST_WAIT_MS = 900_000

/** How long a public key is good for before it is asked for again: eBay's guide says an hour. */
export const KEY_LASTS_MS = 3_600_000

/** Calls a second of one account, at each API. Ours: eBay documents none. */
const PER_SECOND = 20

export const CONCURRENCY = 8

/** https://developer.ebay.com/develop/get-started/api-call-limits: an app's day, over all its merchants, before its growth check. */
const A_DAY: Record<Api, number> = { inventory: 2_000_000, fulfillment: 100_000, trading: 5_000, notification: 10_000 }

/** What an account keeps to by itself. */
export const ACCOUNT_LIMITS: readonly Limit[] = [{ kind: 'window', name: 'second', limit: PER_SECOND, lengthMs: 1_000 }]

/** The app's budget of an API. A sliding day: stricter than eBay's, which ends at midnight, and never above it. */
export const ebayLimits = (api: Api, perDay: number = A_DAY[api]): readonly Limit[] => [
  { kind: 'window', name: 'day', limit: perDay, lengthMs: 86_400_000 },
]

const SCOPE = 'https://api.ebay.com/oauth/api_scope'

/** What the consent page asks for. */
export const SCOPES = [
  SCOPE,
  `${SCOPE}/sell.inventory`,
  `${SCOPE}/sell.fulfillment`,
  `${SCOPE}/commerce.identity.readonly`,
  `${SCOPE}/commerce.notification.subscription`,
] as const

/** What the app itself asks for. */
export const APP_SCOPE = SCOPE

export const EBAY_CAPABILITIES: Capabilities = {
  channel: 'ebay',
  name: 'eBay',
  writes: 'absolute',
  guard: 'nothing',
  unitOfWrite: 'one SKU',
  unitsPerCall: SKUS_AT_ONCE,
  // With out-of-stock control, a preference of the seller's account; without it a listing ends with its last piece.
  atZero: 'stays',
  // What has ended comes back as another listing, with another id: a person puts it up.
  relisting: 'no',
  knowsLocations: false,
  confirmsByEcho: false,
  asksBeforeSale: true,
  takesStockOnSale: true,
  // Sellers are told to restock by hand after cancelling.
  restoresOnCancel: false,
  maximumShown: null,
  pushesOrders: true,
  // "Out of stock" is a transaction defect there, and enough of them cost a seller her standing. The figure is ours.
  cancelCost: 30,
  // A bulk of SKUs: each one's offer is read, and where all were made elsewhere, they are written four at a time.
  callsAtOnce: SKUS_AT_ONCE + Math.ceil(SKUS_AT_ONCE / REVISED_AT_ONCE),
  limits: [
    {
      what: '2,000,000 calls a day for stock, 100,000 for orders and 5,000 for listings made elsewhere, over all merchants',
      source: 'https://developer.ebay.com/develop/get-started/api-call-limits',
    },
    {
      what: '250 changes of one listing a day',
      source:
        'https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/bulkUpdatePriceQuantity',
    },
    {
      what: '25 SKUs in one call, or 4 listings made elsewhere',
      source: 'https://developer.ebay.com/devzone/xml/docs/reference/ebay/ReviseInventoryStatus.html',
    },
  ],
}
