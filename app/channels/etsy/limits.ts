import type { Capabilities } from '../connector.ts'

// Figures of Etsy's Open API v3, each with its source. "open-api" is https://github.com/etsy/open-api.

/** Pieces one listing can show, all its variations together (open-api issue 214; the specification does not say it). */
export const MOST_SHOWN = 999

/** Rows of a page, ids of a batch: https://developers.etsy.com/documentation/reference (`limit`, `listing_ids`). */
export const PER_PAGE = 100

/** Rows by which two pages overlap where something may leave the list between them. */
export const PAGE_OVERLAP = 10

/** A call without an answer for this long is lost, in milliseconds. Ours: nothing is documented. */
export const CALL_LASTS_MS = 30_000

/** A call that would wait longer for its turn goes back to the queue, in milliseconds. Ours. */
export const PATIENCE_MS = 10_000

/** How long to leave Etsy alone after an answer that says it is not well, in milliseconds. Ours. */
export const REST_MS = 5_000

/**
 * The longest wait Etsy can ask for, in milliseconds. A spent day is answered with a `retry-after` of 86400 (open-api
 * issue 256), but the day slides in pieces, and some of it is free again much sooner.
 */
export const LONGEST_WAIT_MS = 900_000

export const NEW_APP_PER_SECOND = 10

/**
 * What a new app may do, over all its merchants: https://developers.etsy.com/documentation/essentials/rate-limits.
 * In the shape the limiter takes; the answers' headers correct it. Both windows slide.
 */
export const ETSY_LIMITS = [
  { kind: 'window' as const, name: 'second', limit: NEW_APP_PER_SECOND, lengthMs: 1_000 },
  { kind: 'window' as const, name: 'day', limit: 10_000, lengthMs: 86_400_000 },
]

/** The limits of an app that Etsy has granted others. */
export const etsyLimits = ({ perSecond, perDay }: { perSecond?: number | undefined; perDay?: number | undefined }) =>
  ETSY_LIMITS.map((rule) => ({ ...rule, limit: (rule.name === 'second' ? perSecond : perDay) ?? rule.limit }))

/** Calls under way at once, at most. Ours: what is sent together is known together, and should be soon. */
const MOST_AT_ONCE = 16

/** Calls under way at once for an app with so many a second: a call takes a tenth of a second or less. */
export const concurrencyOf = (perSecond: number): number =>
  Math.min(MOST_AT_ONCE, Math.max(4, Math.floor(perSecond / 10)))

/**
 * Calls of one batch of writes: what a second allows, so that what was read is still fresh when the last is written, and
 * one read serves as many writes as may be. Ten by default. Who is more urgent overtakes them one by one.
 */
export const callsAtOnce = (perSecond: number): number => Math.min(MOST_AT_ONCE + 1, perSecond)

/** Age, in milliseconds, at which a notification is refused, past or future: five minutes, as Standard Webhooks has it. */
export const NOTIFICATION_TOLERANCE_MS = 300_000

/** What the consent page asks for. */
export const SCOPES = ['listings_r', 'listings_w', 'transactions_r', 'transactions_w', 'shops_r'] as const

export const ETSY_CAPABILITIES: Capabilities = {
  channel: 'etsy',
  name: 'Etsy',
  writes: 'absolute',
  guard: 'nothing',
  unitOfWrite: 'a listing with all its variations',
  unitsPerCall: 1,
  // Etsy refuses 0: it is taken off sale, and put back without a fee until it expires (state descriptions of the API).
  atZero: 'stays',
  relisting: 'fee',
  knowsLocations: false,
  confirmsByEcho: false,
  asksBeforeSale: false,
  takesStockOnSale: true,
  // Sellers are told to restock by hand after cancelling; only an order whose payment fails releases its pieces.
  restoresOnCancel: false,
  maximumShown: MOST_SHOWN,
  pushesOrders: true,
  // A cancelled order counts against the shop there: cases opened, reviews, Star Seller. The figure is ours.
  cancelCost: 20,
  callsAtOnce: callsAtOnce(NEW_APP_PER_SECOND),
  limits: [
    {
      what: '10 calls a second and 10,000 a day for a new app, over all its merchants',
      source: 'https://developers.etsy.com/documentation/essentials/rate-limits',
    },
    { what: '999 pieces of one listing', source: 'https://github.com/etsy/open-api/issues/214' },
  ],
}
