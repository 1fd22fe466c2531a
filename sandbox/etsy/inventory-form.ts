import { z } from 'zod'

const id = z.int().min(1)
const ids = z.array(id).default([])

// Strict at every level: what a read returns on top (product_id, offering_id, is_deleted, scale_name, value_pairs) is
// refused in a write (open-api issues 159 and 393).
const writtenValue = z.strictObject({
  property_id: id,
  value_ids: z.array(id),
  values: z.array(z.string()).min(1),
  scale_id: id.nullish(),
  property_name: z.string().nullish(),
})
const writtenOffering = z.strictObject({
  price: z.number(),
  quantity: z.int(),
  is_enabled: z.boolean(),
  readiness_state_id: id.nullable(),
})
const writtenProduct = z.strictObject({
  sku: z.string().nullish(),
  property_values: z.array(writtenValue).default([]),
  offerings: z.array(writtenOffering).length(1),
})

/** The body of updateListingInventory. Every list of property ids that is left out is empty, as Etsy takes it. */
export const writtenInventory = z.strictObject({
  products: z.array(writtenProduct).min(1),
  price_on_property: ids,
  quantity_on_property: ids,
  sku_on_property: ids,
  readiness_state_on_property: ids.nullish(),
})

export type WrittenInventory = z.infer<typeof writtenInventory>
export type WrittenValue = z.infer<typeof writtenValue>
