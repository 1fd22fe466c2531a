import type { Capabilities } from '../connector.ts'

/** The version of the Admin API that every call of the app speaks. */
export const API_VERSION = '2026-10'

/** What Shopify does by itself, and what it lets us do. */
export const CAPABILITIES: Capabilities = {
  channel: 'shopify',
  name: 'Shopify',
  writes: 'moves',
  // A mutation (docs: "GraphQL Admin API rate limits").
  costOfWrite: 10,
  guard: 'deltas',
  unitOfWrite: 'a change with all that it moved',
  unitsPerCall: 1,
  atZero: 'stays',
  relisting: 'free',
  knowsLocations: true,
  confirmsByEcho: true,
  asksBeforeSale: false,
  takesStockOnSale: true,
  restoresOnCancel: true,
  maximumShown: null,
  pushesOrders: true,
  // It is the merchant's own shop: a client is written to, and no marketplace counts it. The figure is ours.
  cancelCost: 10,
  // No numbers are written to it, only moves.
  callsAtOnce: 1,
  limits: [
    {
      what: '2,000 points, of which 100 come back in a second, for a store on the standard plan',
      source: 'https://shopify.dev/docs/api/usage/limits',
    },
  ],
}

/**
 * Points of one app on one shop: 2,000, restoring 100 a second on the standard plan, more on dearer ones, which the
 * answers say (docs: "GraphQL Admin API rate limits"; the bucket's size was read off a development store).
 */
export const POINTS = 'points'
export const SHOPIFY_LIMITS = [{ kind: 'points' as const, name: POINTS, limit: 2_000, restorePerSecond: 100 }]

/** The limits of a store whose plan grants more or less; the answers correct them. */
export const shopifyLimits = ({ points, perSecond }: { points?: number | undefined; perSecond?: number | undefined }) =>
  SHOPIFY_LIMITS.map((rule) => ({
    ...rule,
    limit: points ?? rule.limit,
    restorePerSecond: perSecond ?? rule.restorePerSecond,
  }))

/** The most points one query may ask for (docs: "GraphQL Admin API rate limits"). */
export const SINGLE_QUERY_POINTS = 1_000

/** The most entries of a list in an input, and rows of a page (docs: "Shopify API limits"). */
export const LIST_LIMIT = 250

/** For how long a repeated key is a repeat (docs: "Implementing idempotency"), ms. After it, the same call acts again. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 3_600_000

/** How long an answer is waited for, ms: Shopify cuts a request off well before. */
export const ANSWER_MS = 30_000

/**
 * Rows asked for at once. A connection's cost grows with the logarithm of its rows, so that wide pages are the cheap
 * ones: 250 things with 20 levels each come to 266 points, 25 orders to 542. What is longer inside a row is read on by
 * itself.
 */
export const SIZES = { things: 250, levels: 20, orders: 25, lines: 20, parcels: 5, refunded: 10, rest: 100 }
