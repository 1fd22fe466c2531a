import { z } from 'zod'

// What travels, as far as we look at it. Source: Square's OpenAPI file of the version in ./limits.

const time = z.string().transform((text) => new Date(text))
const cursor = z.string().optional()
const list = <T extends z.ZodType>(row: T) =>
  z
    .array(row)
    .nullish()
    .transform((rows) => rows ?? [])

export const wireMoney = z.object({ amount: z.int(), currency: z.string() })

/** A decimal string with up to five digits: "3", "-1", "1.25". */
export const wireQuantity = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .transform(Number)

export const wireError = z.object({
  errors: z.array(z.object({ code: z.string(), detail: z.string().optional(), field: z.string().optional() })).min(1),
})

export const wireTokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_at: time,
  merchant_id: z.string().min(1),
})

export const wireMerchant = z.object({
  merchant: z.object({ id: z.string(), business_name: z.string().nullish(), currency: z.string().nullish() }),
})

export const wireLocations = z.object({
  locations: list(z.object({ id: z.string(), name: z.string().nullish(), status: z.string().nullish() })),
})

const wireItem = z.object({
  type: z.literal('ITEM'),
  id: z.string(),
  item_data: z.object({ name: z.string().nullish(), is_archived: z.boolean().nullish() }),
})

/** `track_inventory` is missing where it is not tracked, `sku` where there is none. */
export const wireVariation = z.object({
  type: z.literal('ITEM_VARIATION'),
  id: z.string(),
  is_deleted: z.boolean().nullish(),
  item_variation_data: z.object({
    item_id: z.string().nullish(),
    name: z.string().nullish(),
    sku: z.string().nullish(),
    price_money: wireMoney.nullish(),
    track_inventory: z.boolean().nullish(),
  }),
})

const wireOther = z.object({ type: z.string(), id: z.string() })

export const wireCatalog = z.object({
  objects: list(z.union([wireVariation, wireOther])),
  related_objects: list(z.union([wireItem, wireOther])),
  cursor,
})

/** A count that is estimated (`is_estimated`) is taken as it is said. */
export const wireCount = z.object({
  catalog_object_id: z.string(),
  location_id: z.string(),
  state: z.string(),
  quantity: wireQuantity,
  calculated_at: time,
})

export const wireCounts = z.object({ counts: list(wireCount), cursor })

/** What batch-create answers: the counts of all that was named. */
export const wireChanged = z.object({ counts: list(wireCount) })

export const wireAdjustment = z.object({
  reference_id: z.string().nullish(),
  catalog_object_id: z.string(),
  location_id: z.string(),
  from_state: z.string().nullish(),
  to_state: z.string().nullish(),
  quantity: wireQuantity,
  created_at: time,
  transaction_id: z.string().nullish(),
  refund_id: z.string().nullish(),
})

export const wireChanges = z.object({ changes: list(z.object({ adjustment: wireAdjustment.nullish() })), cursor })

/** `catalog_object_id` is a variation's; there is no SKU. The buyer is not looked at, and so never kept. */
export const wireLine = z.object({
  uid: z.string(),
  name: z.string().nullish(),
  variation_name: z.string().nullish(),
  catalog_object_id: z.string().nullish(),
  item_type: z.string().nullish(),
  quantity: wireQuantity,
  base_price_money: wireMoney.nullish(),
})

const wireReturn = z.object({
  source_order_id: z.string().nullish(),
  return_line_items: list(
    z.object({
      source_line_item_uid: z.string().nullish(),
      catalog_object_id: z.string().nullish(),
      name: z.string().nullish(),
      quantity: wireQuantity,
    }),
  ),
})

const wireFulfillment = z.object({
  state: z.string().nullish(),
  entries: list(z.object({ line_item_uid: z.string(), quantity: wireQuantity })),
})

export const wireOrder = z.object({
  id: z.string(),
  location_id: z.string(),
  state: z.string().nullish(),
  created_at: time,
  updated_at: time,
  closed_at: time.nullish(),
  line_items: list(wireLine),
  returns: list(wireReturn),
  fulfillments: list(wireFulfillment),
  tenders: list(z.object({ id: z.string().nullish(), payment_id: z.string().nullish() })),
  refunds: list(z.object({ id: z.string() })),
  total_money: wireMoney.nullish(),
})

export const wireOrderRead = z.object({ order: wireOrder })
export const wireOrders = z.object({ orders: list(wireOrder), cursor })
export const wirePayment = z.object({ payment: z.object({ refund_ids: list(z.string()) }) })
export const wireRefund = z.object({ refund: z.object({ id: z.string(), order_id: z.string().nullish() }) })

/** A notification: thin where it is of an order, with its counts where it is of stock. */
export const wireEvent = z.object({
  merchant_id: z.string(),
  type: z.string(),
  event_id: z.string().min(1),
  created_at: time,
  data: z.object({
    id: z.string().nullish(),
    object: z
      .object({
        inventory_counts: list(z.object({ catalog_object_id: z.string().nullish() })),
        refund: z.object({ order_id: z.string().nullish() }).nullish(),
      })
      .nullish(),
  }),
})

export type WireCount = z.infer<typeof wireCount>
export type WireAdjustment = z.infer<typeof wireAdjustment>
export type WireVariation = z.infer<typeof wireVariation>
export type WireCatalog = z.infer<typeof wireCatalog>
export type WireOrder = z.infer<typeof wireOrder>
export type WireLine = z.infer<typeof wireLine>
