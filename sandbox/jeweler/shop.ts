/**
 * A jewelry shop as plain data: what its owner would tell a new assistant on the first day, before any channel's
 * words for it. Prices are US cents, weights grams, quantities pieces (pairs for earrings).
 */
export type Jeweler = {
  /** The store's handle: its domain is `<handle>.myshopify.com`. */
  store: string
  name: string
  currency: 'USD'
  /** IANA zone of the shop. */
  timeZone: string
  places: Place[]
  products: Product[]
  /** Shopify orders that wait to be sent when the app is installed, oldest first. */
  openOrders: OpenOrder[]
  etsy: EtsyShop
}

export type PlaceName = 'Safe' | 'Shop window' | 'Bench' | 'Consignment'

/** A Shopify location. What lies where `sellsOnline` is false is not sold by the online store or by Etsy. */
export type Place = { name: PlaceName; city: string; sellsOnline: boolean }

export type Product = {
  /** The style core: the part that all its SKUs share. */
  core: string
  title: string
  type: string
  description: string
  /** Names of the choices a buyer makes, at most two; empty for a piece without choice. */
  options: string[]
  variants: Variant[]
  oneOfOne: boolean
  giftCard: boolean
}

export type Variant = {
  /** Style core and suffix, e.g. R104-65; blank for the few nobody gave one. */
  sku: string
  /** One value for each of the product's options. */
  choice: string[]
  priceCents: number
  grams: number
  /** False: Shopify keeps no number for it. */
  tracked: boolean
  /** True: Shopify sells on when there is none ("continue selling when out of stock"). */
  continueSelling: boolean
  stock: Stock[]
}

/** Shopify's names for pieces that lie there and are not for sale (`incoming` are not there yet). */
export type Unavailable = 'quality_control' | 'damaged' | 'reserved' | 'safety_stock' | 'incoming'

/** What lies at one place. A variant without a row there is not stocked there. */
export type Stock = { place: PlaceName; available: number } & Partial<Record<Unavailable, number>>

/** `lines` name variants by SKU. */
export type OpenOrder = { buyer: Buyer; daysAgo: number; lines: OrderLine[] }
export type OrderLine = { sku: string; quantity: number }
export type Buyer = { name: string; email: string }

export type EtsyShop = {
  name: string
  listings: EtsyListing[]
  openReceipts: OpenReceipt[]
}

/**
 * Sold on Etsy before the app was connected, paid and not yet shipped; no longer in Etsy's numbers. `takenOut`: nor in
 * Shopify's.
 */
export type OpenReceipt = { buyer: Buyer; daysAgo: number; takenOut: boolean; lines: ReceiptLine[] }
/** `listing` and `product` count in the shop's listings and in that listing's products. */
export type ReceiptLine = { listing: number; product: number; quantity: number }

export type EtsyListing = {
  title: string
  description: string
  tags: string[]
  /** Names of the variations, at most two. */
  variations: string[]
  products: EtsyProduct[]
  /** The style core of the product it shows; absent for a listing that is on Etsy alone. */
  core?: string
}

/** One variation of a listing. */
export type EtsyProduct = { sku: string; choice: string[]; priceCents: number; quantity: number }

/** What of a variant can be sold online: its available pieces where the shop sells online. */
export function sellableOnline(shop: Pick<Jeweler, 'places'>, variant: Variant): number {
  const online = new Set(shop.places.filter((place) => place.sellsOnline).map((place) => place.name))
  return variant.stock.filter((s) => online.has(s.place)).reduce((sum, s) => sum + s.available, 0)
}
