/** Shopify's quantity names that are kept; `on_hand` is the sum of all but `incoming`. */
export const KEPT_NAMES = [
  'available',
  'committed',
  'incoming',
  'reserved',
  'damaged',
  'safety_stock',
  'quality_control',
] as const
export type KeptName = (typeof KEPT_NAMES)[number]

/** Every row is plain JSON data; times are ms since 1970, money decimal strings, references global ids. */
export type Product = {
  id: string
  title: string
  handle: string
  status: 'ACTIVE' | 'ARCHIVED' | 'DRAFT'
  vendor: string
  productType: string
  descriptionHtml: string
  tags: string[]
  isGiftCard: boolean
  options: string[]
  variantIds: string[]
  publishedAt: number | null
  createdAt: number
  updatedAt: number
}

export type Variant = {
  id: string
  productId: string
  inventoryItemId: string
  title: string
  choice: string[]
  sku: string
  barcode: string | null
  price: string
  position: number
  inventoryPolicy: 'DENY' | 'CONTINUE'
  /** A bundle's parent: its stock is derived from its parts and cannot be written. */
  requiresComponents: boolean
  createdAt: number
  updatedAt: number
}

export type InventoryItem = {
  id: string
  variantId: string
  sku: string
  tracked: boolean
  requiresShipping: boolean
  grams: number
  unitCost: string | null
  createdAt: number
  updatedAt: number
}

/** What of an item lies at a location. `changedAt` has the names that ever changed. */
export type Level = {
  id: string
  itemId: string
  locationId: string
  isActive: boolean
  quantities: Record<KeptName, number>
  changedAt: Partial<Record<KeptName, number>>
  createdAt: number
  updatedAt: number
}

export type Location = {
  id: string
  name: string
  city: string
  countryCode: string
  isActive: boolean
  fulfillsOnlineOrders: boolean
  createdAt: number
  updatedAt: number
}

export type OrderLine = {
  id: string
  kind: 'variant' | 'custom' | 'tip' | 'gift_card'
  variantId: string | null
  productId: string | null
  /** Set when the line takes stock: a tracked variant's inventory item. */
  itemId: string | null
  title: string
  variantTitle: string | null
  vendor: string | null
  sku: string | null
  unitPrice: string
  requiresShipping: boolean
  /** What was written on it by whoever made the order. */
  attributes?: Attribute[]
  quantity: number
  /** Of `quantity`: sent or handed over. */
  fulfilled: number
  /** Of `quantity`: taken off before it was sent, by cancellation, refund or edit. */
  removed: number
  /** Of `fulfilled`: refunded after it was sent, whether or not it came back to a shelf. */
  returned: number
  /** Of `removed` and `returned`: money given back. An edit takes off without a refund. */
  refunded: number
}

export type Attribute = { key: string; value: string }

export type FulfillmentOrder = {
  id: string
  locationId: string
  status: 'OPEN' | 'CLOSED' | 'CANCELLED'
  lines: { id: string; lineId: string; total: number; remaining: number }[]
  createdAt: number
  updatedAt: number
}

export type Fulfillment = {
  id: string
  name: string
  locationId: string
  lines: { lineId: string; quantity: number }[]
  tracking?: Tracking
  createdAt: number
}

export type Tracking = { company: string | null; number: string | null; url: string | null }

export type RestockType = 'NO_RESTOCK' | 'CANCEL' | 'RETURN'

export type Refund = {
  id: string
  note: string | null
  lines: { id: string; lineId: string; quantity: number; restockType: RestockType; locationId: string | null }[]
  createdAt: number
}

export type Order = {
  id: string
  number: number
  name: string
  /** "web", "pos", "shopify_draft_order", or what an app that made it has said. */
  sourceName: string
  /** What the draft had that it was made from. */
  tags?: string[]
  customAttributes?: DraftOrder['customAttributes']
  made?: MadeByApp
  test: boolean
  currency: string
  /** The checkout it was bought in, where it was told of. */
  checkoutToken?: string
  buyer: { name: string; email: string } | null
  /** The shop it was sold in, for a sale at the till. */
  retailLocationId: string | null
  lines: OrderLine[]
  fulfillmentOrders: FulfillmentOrder[]
  fulfillments: Fulfillment[]
  refunds: Refund[]
  edited: boolean
  cancelReason: CancelReason | null
  cancelledAt: number | null
  closedAt: number | null
  processedAt: number
  createdAt: number
  updatedAt: number
}

/** An order in the making. `reserved`: what it keeps aside now, and where. */
export type DraftOrder = {
  id: string
  name: string
  status: 'OPEN' | 'INVOICE_SENT' | 'COMPLETED'
  lines: { id: string; variantId: string; quantity: number }[]
  tags: string[]
  customAttributes: { key: string; value: string | null }[]
  note: string | null
  reserveInventoryUntil: number | null
  reserved: { itemId: string; locationId: string; quantity: number }[]
  orderId: string | null
  completedAt: number | null
  createdAt: number
  updatedAt: number
}

/** What an app that made an order has said of it (orderCreate). Money in decimals of the order's currency. */
export type MadeByApp = {
  sourceIdentifier: string | null
  sourceUrl: string | null
  tags: string[]
  note: string | null
  email: string | null
  shippingAddress: Record<string, string | null> | null
  shipping: { title: string; price: string }[]
  taxes: { title: string; price: string; rate: string }[]
  taxesIncluded: boolean
  discount: string
  paid: boolean
  /** Made without claiming stock: what its fulfillment and cancellation do to it is a switch. */
  bypassed: boolean
}

export type CancelReason = 'CUSTOMER' | 'DECLINED' | 'FRAUD' | 'INVENTORY' | 'OTHER' | 'STAFF'

export type Staff = {
  id: string
  firstName: string
  lastName: string
  email: string
  isShopOwner: boolean
  locale: string
}

/** A webhook subscription made through the API (those of the app's configuration are no rows). */
export type Subscription = {
  id: string
  /** Enum form: `ORDERS_CREATE`. */
  topic: string
  uri: string
  name: string | null
  includeFields: string[]
  /** Failed attempts since the last one that was answered. */
  failures: number
  createdAt: number
  updatedAt: number
}

export type BulkOperation = {
  id: string
  status: 'CREATED' | 'COMPLETED' | 'FAILED'
  query: string
  groupObjects: boolean
  errorCode: string | null
  objectCount: number
  rootObjectCount: number
  fileSize: number | null
  /** Name in the address of the result; unguessable. */
  file: string | null
  completedAt: number | null
  createdAt: number
  updatedAt: number
}

/** A webhook on its way to one address. */
export type Delivery = {
  /** X-Shopify-Webhook-Id: the same for every attempt. */
  id: string
  /** X-Shopify-Event-Id: shared by everything one act caused. */
  eventId: string
  topic: string
  uri: string
  subscriptionId: string | null
  name: string | null
  body: string
  triggeredAt: string
  /** Attempts made. */
  attempt: number
}

export type AccessToken = { token: string; kind: 'offline' | 'online'; userId: string | null; expiresAt: number | null }

/** `replaces`: the token it was got with, which stays good until this one is used. */
export type RefreshToken = { token: string; replaces: string | null; expiresAt: number }

/** The app on this shop. */
export type Installation = {
  installed: boolean
  scopes: string[]
  /** When an app that was taken off has to forget the shop, unless it came back. */
  redactAt: number | null
  access: Map<string, AccessToken>
  refresh: Map<string, RefreshToken>
}

/** Points left of the app's bucket at `at`; null: full. */
export type Bucket = { available: number | null; at: number }

/** An answered mutation, kept 24 hours by its idempotency key. `params` is its name and arguments. */
export type Remembered = {
  key: string
  params: string
  at: number
  failed: boolean
  group: AdjustmentGroup | null
  madeId: string | null
}

export type AdjustmentGroup = {
  id: string
  reason: string
  referenceDocumentUri: string | null
  changes: { name: string; delta: number; itemId: string; locationId: string; ledgerDocumentUri: string | null }[]
  createdAt: number
}
