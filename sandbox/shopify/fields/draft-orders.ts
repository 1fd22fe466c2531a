import { connectList, type Paging } from '../connection.ts'
import type { Context, Fields } from '../context.ts'
import type { DraftOrder } from '../rows.ts'

/** `DraftOrder`, as far as it is about stock. */
export const draftFields: Fields = {
  lineItems: ({ lines }: DraftOrder, paging: Paging) => connectList(lines, paging),
  order: ({ orderId }: DraftOrder, _: object, { store }: Context) => store.orders.get(orderId ?? '') ?? null,
  currencyCode: (_: DraftOrder, __: object, { store }: Context) => store.facts.currency,
  customer: () => null,
  ready: () => true,
}

type DraftLine = DraftOrder['lines'][number]

export const draftLineFields: Fields = {
  variant: ({ variantId }: DraftLine, _: object, { store }: Context) => store.variants.get(variantId) ?? null,
  sku: ({ variantId }: DraftLine, _: object, { store }: Context) => store.variants.get(variantId)?.sku ?? null,
  custom: () => false,
  customAttributes: () => [],
}
