import type { KeptName, Product, Variant } from './rows.ts'

/** A shop to be opened. Locations are in the order in which web orders are taken from them. */
export type ShopSeed = {
  /** `<name>.myshopify.com` */
  domain: string
  name: string
  currency?: string
  timeZone?: string
  email?: string
  locations: LocationSeed[]
  products?: ProductSeed[]
  staff?: StaffSeed[]
  /** False: the app is not installed yet. */
  installed?: boolean
}

export type LocationSeed = { name: string; city?: string; countryCode?: string; fulfillsOnlineOrders?: boolean }

export type StaffSeed = { firstName: string; lastName: string; email: string; isShopOwner?: boolean; locale?: string }

export type ProductSeed = {
  title: string
  descriptionHtml?: string
  vendor?: string
  productType?: string
  tags?: string[]
  status?: Product['status']
  isGiftCard?: boolean
  /** Names of the options; absent for a product without choice. */
  options?: string[]
  variants: VariantSeed[]
}

export type VariantSeed = {
  /** '' for none. */
  sku: string
  /** One value for each of the product's options. */
  choice?: string[]
  /** Decimal, such as `125.00`. */
  price: string
  barcode?: string
  grams?: number
  unitCost?: string
  tracked?: boolean
  requiresShipping?: boolean
  inventoryPolicy?: Variant['inventoryPolicy']
  requiresComponents?: boolean
  stock?: StockSeed[]
}

/** What lies at a location, by its name or id. */
export type StockSeed = { location: string } & Partial<Record<KeptName, number>>
