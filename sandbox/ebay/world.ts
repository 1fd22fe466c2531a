/** Everything the stand-in of eBay remembers. Times are epoch milliseconds, prices minor units of the seller's currency. */
export type World = {
  sellers: Map<string, SellerState>
  listings: Map<string, Listing>
  /** Ids of the auctions: they end by themselves. */
  auctions: string[]
  /** What the Inventory API keeps, by `<user id>/<sku>`. */
  items: Map<string, InventoryItem>
  /** Where an offer's variation is, by the offer's id. */
  offers: Map<string, { listingId: string; variationId: string }>
  /** Ids of the offers of a SKU, by `<user id>/<sku>`. */
  offersOfSku: Map<string, string[]>
  orders: Map<string, Order>
  accessTokens: Map<string, Token>
  refreshTokens: Map<string, Token>
  codes: Map<string, Code>
  /** The alert address of the Notification API; without one no destination can be made. */
  alertEmail: string | null
  destinations: Map<string, Destination>
  subscriptions: Map<string, Subscription>
  /** Notifications not yet delivered, by their id. */
  outbox: Map<string, Delivery>
  /** Revisions eBay has acknowledged and does not show yet, earliest first. */
  lagged: (Revision & { dueAt: number })[]
  /** Calls by API and day of the Pacific coast. */
  spent: Record<Api, { day: string; calls: number }>
  /** What notifications are signed with, as PEM. */
  signing: { kid: string; privateKey: string; publicKey: string } | null
  nextId: NextId
}

/** What has a budget of its own. */
export type Api = 'inventory' | 'fulfillment' | 'trading' | 'notification' | 'other'

export type NextId = Record<
  'user' | 'listing' | 'offer' | 'variation' | 'order' | 'line' | 'refund' | 'message' | 'row',
  number
>

export type SellerState = {
  userId: string
  username: string
  currency: string
  /** The account preference: a listing at 0 stays, hidden, in place of ending. */
  outOfStockControl: boolean
  /** The seller has let the app in, and has not thrown it out since. */
  connected: boolean
  sold: number
  listingIds: string[]
  orderIds: string[]
  /** Set through a support ticket: eBay asks here before it lets a buyer pay. */
  inventoryCheck: InventoryCheck | null
}

export type InventoryCheck = { url: string; user: string; password: string }

export type Format = 'FIXED_PRICE' | 'AUCTION'

export type Listing = {
  listingId: string
  userId: string
  title: string
  format: Format
  ended: boolean
  startedAt: number
  endsAt: number
  /** Made through the Inventory API, or moved there: Trading can no longer revise it. */
  viaInventory: boolean
  /** Payment, return and shipping policies of the account, with immediate payment: what a migration asks for. */
  businessPolicies: boolean
  groupKey: string | null
  /** One with no choices, for a listing without variations. */
  variations: Variation[]
  bids: number
  revisions: { day: string; count: number }
}

export type Variation = {
  variationId: string
  sku: string
  choices: Record<string, string>
  /** What its offer has left. */
  available: number
  sold: number
  price: number
  offerId: string | null
}

/** What somebody is about to buy. */
export type Picked = { listing: Listing; variation: Variation; quantity: number }

/** An offer of the Inventory API: a variation that it looks after. */
export type Offer = { listing: Listing; variation: Variation; offerId: string }

/** `groupKeys`: of the groups whose listings it is a variation of. */
export type InventoryItem = {
  userId: string
  sku: string
  title: string
  aspects: Record<string, string[]>
  quantity: number
  groupKeys: string[]
}

/** A new quantity of an offer, of an inventory item, or of both. */
export type Revision = {
  offer?: { listingId: string; variationId: string; available: number }
  item?: { key: string; quantity: number }
}

export type Order = {
  orderId: string
  userId: string
  buyer: { username: string; name: string; email: string }
  createdAt: number
  modifiedAt: number
  paidAt: number | null
  cancelledAt: number | null
  cancelRequested: boolean
  /** Full or in part, of the order as a whole. */
  refunds: Refund[]
  lines: OrderLine[]
  parcels: Parcel[]
}

export type OrderLine = {
  lineId: string
  listingId: string
  variationId: string
  title: string
  sku: string
  choices: Record<string, string>
  quantity: number
  shipped: number
  price: number
  format: Format
  refunds: Refund[]
}

export type Parcel = {
  parcelId: string
  at: number
  carrier: string
  tracking: string
  lines: { lineId: string; quantity: number }[]
}

export type Refund = { refundId: string; amount: number; at: number }

export type Token = { userId: string; scopes: string[]; expiresAt: number; revoked: boolean }
export type Code = Token & { used: boolean }

export type Destination = {
  destinationId: string
  name: string
  endpoint: string
  verificationToken: string
  enabled: boolean
}

export type Topic = 'ORDER_CONFIRMATION' | 'ITEM_MARKED_SHIPPED' | 'MARKETPLACE_ACCOUNT_DELETION'

/** `userId`: whose it is; null for the topics that are the app's own. */
export type Subscription = {
  subscriptionId: string
  topic: Topic
  destinationId: string
  userId: string | null
  enabled: boolean
  createdAt: number
}

export type Delivery = {
  notificationId: string
  topic: Topic
  destinationId: string
  data: unknown
  occurredAt: number
  attempt: number
  dueAt: number
}

const FIRST_IDS: NextId = {
  user: 1,
  listing: 110_000_000_001,
  offer: 8_209_815_010,
  variation: 410_000_000_001,
  order: 10_001,
  line: 10_000_000_001,
  refund: 5_000_000_001,
  message: 1,
  row: 1,
}

export function emptyWorld(): World {
  const unspent = () => ({ day: '', calls: 0 })
  return {
    sellers: new Map(),
    listings: new Map(),
    auctions: [],
    items: new Map(),
    offers: new Map(),
    offersOfSku: new Map(),
    orders: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    codes: new Map(),
    alertEmail: null,
    destinations: new Map(),
    subscriptions: new Map(),
    outbox: new Map(),
    lagged: [],
    spent: {
      inventory: unspent(),
      fulfillment: unspent(),
      trading: unspent(),
      notification: unspent(),
      other: unspent(),
    },
    signing: null,
    nextId: { ...FIRST_IDS },
  }
}

/** A fresh id. Kinds count in ranges of their own, so that one taken for another is found out. */
export const freshId = (world: World, kind: keyof NextId): number => world.nextId[kind]++

export const itemKey = (userId: string, sku: string): string => `${userId}/${sku}`
