import type { Capabilities } from '../connector.ts'

// Figures of Square's API, each with its source. "docs" is https://developer.squareup.com/docs.

/** The version every call speaks (docs "API versioning"); that of the specification the sandbox holds calls against. */
export const SQUARE_VERSION = '2025-08-20'

/** Changes of stock in one call (docs "Inventory API: batch changes"; the schema does not say it). */
export const CHANGES_AT_ONCE = 100

/** Places that one search of orders may name (schema SearchOrdersRequest). */
export const PLACES_AT_ONCE = 10

/** Rows of a page: things with their counts, and orders. Square's own most is 1,000 for either. Ours. */
export const SIZES = { things: 100, counts: 1_000, orders: 100, changes: 1_000 }

/**
 * How old a change may be by its own time (schema InventoryAdjustment, `occurred_at`): a day, and never in the future by
 * Square's clock. Ours are of the moment at which they are told.
 */
export const OLDEST_CHANGE_MS = 86_400_000

/** A call without an answer for this long is lost, in milliseconds. Ours: nothing is documented. */
export const CALL_LASTS_MS = 30_000

/** A call that would wait longer for its turn goes back to the queue, in milliseconds. Ours. */
export const PATIENCE_MS = 10_000

/** How long to leave Square alone after an answer that says it is not well, in milliseconds. Ours. */
export const REST_MS = 5_000

/** After RATE_LIMITED: doubled with each, with chance in it (docs "Handle errors: exponential backoff"). Ours. */
export const BACK_OFF = { firstMs: 1_000, mostMs: 60_000 }

/**
 * Calls a second to one merchant. Square publishes no limit and answers with no header for it; throttling was seen from
 * six a second on (https://developer.squareup.com/forums/t/7842).
 */
export const PER_SECOND = 5

/** The name of the limit, in the limiter's words. */
export const SECOND = 'second'

export const squareLimits = (perSecond: number = PER_SECOND) => [
  { kind: 'window' as const, name: SECOND, limit: perSecond, lengthMs: 1_000 },
]

/** How long the places of a business are believed, in milliseconds. Ours: a new one is told of by no notification we use. */
export const PLACES_LAST_MS = 600_000

/** What the consent page asks for. */
export const SCOPES = [
  'MERCHANT_PROFILE_READ',
  'ITEMS_READ',
  'INVENTORY_READ',
  'INVENTORY_WRITE',
  'ORDERS_READ',
  'PAYMENTS_READ',
] as const

export const SQUARE_CAPABILITIES: Capabilities = {
  channel: 'square',
  name: 'Square',
  writes: 'moves',
  guard: 'deltas',
  unitOfWrite: 'up to a hundred changes of stock under one idempotency key',
  unitsPerCall: CHANGES_AT_ONCE,
  // A till sells at 0 and below it: a number is what it shows, and keeps nobody from anything.
  atZero: 'stays',
  relisting: 'free',
  knowsLocations: true,
  // Its other states are read-only, or mean that it is gone.
  keeps: ['available'],
  confirmsByEcho: true,
  asksBeforeSale: false,
  takesStockOnSale: true,
  restoresOnCancel: true,
  maximumShown: null,
  pushesOrders: true,
  // What was sold at the till has been carried out of the shop: it is the last order that anybody would cancel.
  cancelCost: 100,
  callsAtOnce: 1,
  limits: [
    {
      what: 'No limit is published; calls were turned away from six a second on',
      source: 'https://developer.squareup.com/forums/t/7842',
    },
    {
      what: '100 changes of stock in a call',
      source: 'https://developer.squareup.com/docs/inventory-api/how-it-works',
    },
    {
      what: 'A change may be a day old at most, and never in the future',
      source: 'https://developer.squareup.com/reference/square/objects/InventoryAdjustment',
    },
  ],
}
