import { type ByTime, byTime } from '../etsy/by-time.ts'

/** Everything the stand-in of Square remembers. Times are epoch milliseconds, money minor units. */
export type World = {
  merchants: Map<string, Merchant>
  locations: Map<string, Location>
  items: Map<string, Item>
  variations: Map<string, Variation>
  /** By variation and location. */
  stock: Map<string, Stock>
  orders: Map<string, Order>
  payments: Map<string, Payment>
  refunds: Map<string, Refund>
  accessTokens: Map<string, Token>
  refreshTokens: Map<string, Token>
  codes: Map<string, Code>
  /** Answers to writes, by their idempotency key. */
  answered: Map<string, Answered>
  /** Notifications not yet delivered. */
  outbox: Map<string, Delivery>
  /** Sales of tills without network that Square has not heard of, oldest first. */
  offline: OfflineSale[]
  /** Times of the last calls of each merchant's token. */
  recent: Map<string, number[]>
  nextId: number
}

export type Merchant = {
  merchantId: string
  name: string
  currency: string
  country: string
  createdAt: number
  /** The app has been let in, and not thrown out since. */
  connected: boolean
  catalogVersion: number
  /** A write to the catalog is under way until then, and keeps others out. */
  catalogLockedUntil: number
  /** Numbers of its orders by their last change. */
  byUpdated: ByTime
  /** What has moved its stock, in the order of arrival. */
  changes: StockChange[]
}

export type Location = { locationId: string; merchantId: string; name: string; active: boolean; createdAt: number }

export type Item = {
  itemId: string
  merchantId: string
  name: string
  description: string
  archived: boolean
  deleted: boolean
  version: number
  updatedAt: number
  variationIds: string[]
}

export type Variation = {
  variationId: string
  merchantId: string
  itemId: string
  name: string
  sku: string
  price: number
  tracked: boolean
  deleted: boolean
  version: number
  updatedAt: number
}

/**
 * Pieces of a variation at a location. A count says how many there are, an adjustment how many more or fewer; each
 * holds from its own time on, whenever Square hears of it.
 */
export type Stock = {
  entries: StockEntry[]
  /** Pieces of open orders that Square keeps apart (`RESERVED_FOR_SALE`). */
  reserved: number
  calculatedAt: number
}

export type StockEntry = { at: number; n: number; count: boolean; quantity: number }

/** What batch-retrieve of changes gives. */
export type StockChange = {
  changeId: string
  count: boolean
  variationId: string
  locationId: string
  fromState: string
  toState: string
  quantity: number
  occurredAt: number
  createdAt: number
  referenceId: string | null
  transactionId: string | null
  refundId: string | null
  /** Null for a person at the till or in the dashboard. */
  applicationId: string | null
}

export type OrderState = 'OPEN' | 'COMPLETED' | 'CANCELED'

export type Order = {
  orderId: string
  /** Its number in the merchant's list by time of change. */
  n: number
  merchantId: string
  locationId: string
  source: string
  state: OrderState
  createdAt: number
  updatedAt: number
  closedAt: number | null
  version: number
  lines: Line[]
  returns: Return[]
  fulfillment: { uid: string; type: 'PICKUP' | 'SHIPMENT'; state: 'PROPOSED' | 'COMPLETED' | 'CANCELED' } | null
  paymentId: string | null
  refundIds: string[]
}

export type Line = {
  uid: string
  /** Null: an amount typed in at the till. */
  variationId: string | null
  name: string
  variationName: string
  quantity: number
  price: number
  catalogVersion: number
}

/** In an order of its own: Square never adds to the order that was sold. Without a source: nobody had the receipt. */
export type Return = { uid: string; sourceOrderId: string | null; lines: ReturnLine[] }

export type ReturnLine = {
  uid: string
  sourceLineUid: string | null
  /** Null: an amount, not a thing. */
  variationId: string | null
  name: string
  quantity: number
  price: number
}

export type Payment = {
  paymentId: string
  orderId: string
  locationId: string
  amount: number
  createdAt: number
  refundIds: string[]
}

export type Refund = {
  refundId: string
  paymentId: string
  /** The order of the return. */
  orderId: string
  locationId: string
  amount: number
  reason: string
  createdAt: number
}

/** `pkce`: its refresh token is replaced with every use, and ends. */
export type Token = { merchantId: string; scopes: string[]; expiresAt: number; revoked: boolean; pkce: boolean }

export type Code = Token & { redirectUri: string | null; challenge: string | null; used: boolean }

export type Answered = { body: string; status: number; answer: unknown; at: number }

export type OfflineSale = { merchantId: string; locationId: string; at: number; lines: Omit<Line, 'uid'>[] }

/** What a webhook tells: `object` is what Square puts under `data.object`. */
export type News = { type: string; dataType: string; id: string; object: Record<string, unknown> }

export type Delivery = News & { eventId: string; merchantId: string; createdAt: number; attempt: number; dueAt: number }

export const emptyWorld = (): World => ({
  merchants: new Map(),
  locations: new Map(),
  items: new Map(),
  variations: new Map(),
  stock: new Map(),
  orders: new Map(),
  payments: new Map(),
  refunds: new Map(),
  accessTokens: new Map(),
  refreshTokens: new Map(),
  codes: new Map(),
  answered: new Map(),
  outbox: new Map(),
  offline: [],
  recent: new Map(),
  nextId: 1,
})

export const newMerchantLists = () => ({ byUpdated: byTime(), changes: [] })

/** A fresh id. The letters say of what, so that one taken for another is found out. */
export const freshId = (world: World, kind: string): string => `${kind}${(world.nextId++).toString().padStart(12, '0')}`
