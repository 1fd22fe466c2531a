import { z } from 'zod'

// What travels, as far as we look at it. Sources: Etsy's OpenAPI file, https://developers.etsy.com/documentation/reference.

const id = z.int().min(1)
const ids = z.array(z.int()).default([])

export const wireMoney = z.object({ amount: z.int(), divisor: z.int().min(1), currency_code: z.string() })

export const wireValue = z.object({
  property_id: id,
  property_name: z.string().nullish(),
  scale_id: id.nullish(),
  value_ids: ids,
  values: z.array(z.string()).default([]),
})

export const wireOffering = z.object({
  quantity: z.int().min(0),
  is_enabled: z.boolean(),
  is_deleted: z.boolean().default(false),
  price: wireMoney,
  readiness_state_id: id.nullish(),
})

/** One variation, or the only thing of a listing without any. */
export const wireProduct = z.object({
  product_id: id,
  sku: z.string().nullish(),
  is_deleted: z.boolean().default(false),
  offerings: z.array(wireOffering),
  property_values: z.array(wireValue).default([]),
})

/** The lists name the properties that price, quantity and so on depend on. */
export const wireInventory = z.object({
  products: z.array(wireProduct),
  price_on_property: ids,
  quantity_on_property: ids,
  sku_on_property: ids,
  readiness_state_on_property: z.array(z.int()).nullish(),
})

// Listings that sold out have been seen in states the documentation does not list, such as "edit" (open-api issue 556).
// Whatever it is called, a buyer cannot buy them.
const state = z.enum(['active', 'inactive', 'sold_out', 'draft', 'expired']).catch('inactive')

export const wireListing = z.object({
  listing_id: id,
  title: z.string().nullish(),
  state,
  quantity: z.int().min(0).default(0),
  url: z.string().nullish(),
  price: wireMoney.nullish(),
  listing_type: z.string().nullish(),
  inventory: wireInventory.nullish(),
})

export const wireTransaction = z.object({
  transaction_id: id,
  title: z.string().nullish(),
  quantity: z.int().min(0),
  listing_id: z.int().nullish(),
  sku: z.string().nullish(),
  /** What the buyer chose of the listing's variations, in words of the day of the order. */
  product_data: z.array(wireValue).default([]),
  price: wireMoney,
  is_digital: z.boolean().default(false),
  paid_timestamp: z.int().nullish(),
  shipped_timestamp: z.int().nullish(),
})

/** The buyer's name and address are not looked at, and so never kept. */
export const wireReceipt = z.object({
  receipt_id: id,
  status: z.string(),
  is_paid: z.boolean(),
  is_shipped: z.boolean(),
  created_timestamp: z.int(),
  updated_timestamp: z.int(),
  grandtotal: wireMoney,
  transactions: z.array(wireTransaction).default([]),
  refunds: z.array(z.object({ created_timestamp: z.int() })).default([]),
})

const listOf = <T extends z.ZodType>(row: T) => z.object({ count: z.int(), results: z.array(row) })
export const wireListings = listOf(wireListing)
export const wireReceipts = listOf(wireReceipt)

export const wireError = z.object({ error: z.string(), error_description: z.string().optional() })

/** getMe; a user without a shop has no `shop_id`. */
export const wireMe = z.object({ user_id: id, shop_id: id.nullish() })

export const wireShop = z.object({ shop_id: id, shop_name: z.string(), currency_code: z.string() })

/** The token endpoint's answer: https://developers.etsy.com/documentation/essentials/authentication. `expires_in` is in seconds. */
export const wireTokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.number().positive(),
})

const number = z.union([z.int().transform(String), z.string().regex(/^\d+$/)])

/** The body of a notification (open-api discussions 1509 and 1564). */
export const wireNotification = z.object({ event_type: z.string(), resource_url: z.string(), shop_id: number })

const count = z.coerce.number().min(0).optional().catch(undefined)

/** Headers of an answer: https://developers.etsy.com/documentation/essentials/rate-limits. */
export const wireHeaders = z.object({
  'x-limit-per-second': count,
  'x-remaining-this-second': count,
  'x-limit-per-day': count,
  'x-remaining-today': count,
  'retry-after': count,
  date: z.coerce.date().optional().catch(undefined),
})

export type WireValue = z.infer<typeof wireValue>
export type WireListing = z.infer<typeof wireListing>
export type WireInventory = z.infer<typeof wireInventory>
export type WireProduct = z.infer<typeof wireProduct>
export type WireReceipt = z.infer<typeof wireReceipt>
export type WireTransaction = z.infer<typeof wireTransaction>
export type WireMoney = z.infer<typeof wireMoney>
export type WireHeaders = z.infer<typeof wireHeaders>
