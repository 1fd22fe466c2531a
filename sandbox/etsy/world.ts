import { type ByTime, byTime } from './by-time.ts'

/** Everything the stand-in of Etsy remembers. Times are epoch milliseconds, prices minor units of the shop's currency. */
export type World = {
  shops: Map<number, ShopState>
  shopOfUser: Map<number, number>
  listings: Map<number, Listing>
  receipts: Map<number, Receipt>
  accessTokens: Map<string, Token>
  refreshTokens: Map<string, Token>
  codes: Map<string, Code>
  /** Notifications not yet delivered, by their webhook id. */
  outbox: Map<string, Delivery>
  /** Writes Etsy has acknowledged and does not show yet, earliest first. */
  lagged: LaggedWrite[]
  /** When active listings end. An entry may be stale: the listing's own `endsAt` decides. */
  endings: ByTime
  quota: QuotaState
  nextId: NextId
}

export type NextId = Record<
  'shop' | 'user' | 'listing' | 'product' | 'value' | 'receipt' | 'transaction' | 'message',
  number
>

export type ListingState = 'active' | 'inactive' | 'sold_out' | 'draft' | 'expired'

export type ShopState = {
  shopId: number
  userId: number
  name: string
  title: string
  currency: string
  createdAt: number
  /** The one processing profile of the shop. */
  readinessStateId: number
  /** The shop's owner has let the app in, and has not thrown it out since. */
  connected: boolean
  /** Listing fees charged: publishing, renewing. */
  fees: number
  sold: number
  /** Listing ids, ascending. */
  byState: Record<ListingState, number[]>
  byCreated: ByTime
  byUpdated: ByTime
}

export type Listing = {
  listingId: number
  shopId: number
  title: string
  description: string
  tags: string[]
  state: ListingState
  autoRenew: boolean
  createdAt: number
  modifiedAt: number
  stateAt: number
  endsAt: number
  /** The `endsAt` under which it stands in `endings`, 0 for none. */
  endingQueued: number
  inventory: Inventory
  variationImages: VariationImage[]
}

export type Inventory = {
  products: Product[]
  priceOn: number[]
  quantityOn: number[]
  skuOn: number[]
  readinessOn: number[]
}

/** One variation with its single offering: nobody has seen Etsy return two. */
export type Product = {
  productId: number
  offeringId: number
  sku: string
  values: PropertyValue[]
  quantity: number
  price: number
  enabled: boolean
  readinessStateId: number | null
}

export type PropertyValue = {
  propertyId: number
  name: string
  scaleId: number | null
  valueIds: number[]
  values: string[]
}

export type VariationImage = { property_id: number; value_id: number; image_id: number }

export type Buyer = { userId: number; name: string; email: string; message?: string }

export type Receipt = {
  receiptId: number
  shopId: number
  buyer: Buyer
  createdAt: number
  updatedAt: number
  paidAt: number | null
  shippedAt: number | null
  canceledAt: number | null
  shipment: Shipment | null
  /** Parcels told after the first. */
  furtherShipments?: (Shipment & { at: number })[]
  /** Beside the lines, minor units of the shop's currency. */
  charges?: Charges
  refunds: Refund[]
  lines: Transaction[]
}

export type Shipment = { carrier: string; trackingCode: string }

/** `tax` is added to the prices, `vat` is inside them. */
export type Charges = Partial<Record<'shipping' | 'tax' | 'vat' | 'discount' | 'giftWrap', number>>

export type Refund = { amount: number; reason: string; at: number }

export type Transaction = {
  transactionId: number
  listingId: number
  productId: number
  title: string
  sku: string
  quantity: number
  price: number
  values: PropertyValue[]
}

export type Scope = 'listings_r' | 'listings_w' | 'transactions_r' | 'transactions_w' | 'shops_r'

export type Token = { userId: number; scopes: string[]; expiresAt: number; revoked: boolean }

export type Code = Token & { redirectUri: string; challenge: string; used: boolean }

export type EventType = 'order.paid' | 'order.canceled' | 'order.shipped'

export type Delivery = {
  messageId: string
  event: EventType
  shopId: number
  receiptId: number
  attempt: number
  dueAt: number
}

export type LaggedWrite = { dueAt: number; listingId: number } & (
  { inventory: Inventory } | { state: 'active' | 'inactive' }
)

/** `recent`: times of the last calls; `buckets`: calls per quarter of an hour, oldest first. */
export type QuotaState = { recent: number[]; buckets: { start: number; calls: number }[]; today: number }

const FIRST_IDS: NextId = {
  shop: 40_000_001,
  user: 700_000_001,
  listing: 1_800_000_001,
  product: 21_000_000_001,
  value: 50_000_000_001,
  receipt: 3_400_000_001,
  transaction: 4_200_000_001,
  message: 1,
}

export function emptyWorld(): World {
  return {
    shops: new Map(),
    shopOfUser: new Map(),
    listings: new Map(),
    receipts: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    codes: new Map(),
    outbox: new Map(),
    lagged: [],
    endings: byTime(),
    quota: { recent: [], buckets: [], today: 0 },
    nextId: { ...FIRST_IDS },
  }
}

/** A fresh id. Kinds count in ranges of their own, so that one taken for another is found out. */
export const freshId = (world: World, kind: keyof NextId): number => world.nextId[kind]++
