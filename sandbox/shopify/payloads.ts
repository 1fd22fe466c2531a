import { numberOf } from './gid.ts'
import { currentQuantity, financialStatus, fulfillmentStatus, totalOf, unfulfilled } from './order-facts.ts'
import type { BulkOperation, DraftOrder, Level, Location, Order, OrderLine, Product, Refund, Variant } from './rows.ts'
import { seconds } from './schema.ts'
import { availableOf } from './stock.ts'
import { itemOf, type Store } from './store.ts'

/** Bodies of webhooks: the REST resources' JSON, which Shopify keeps for webhooks. */

const time = (ms: number | null): string | null => (ms === null ? null : seconds(ms).replace('Z', '+00:00'))
const named = (id: string) => ({ id: numberOf(id), admin_graphql_api_id: id })
const ref = (id: string | null): number | null => (id === null ? null : numberOf(id))

/** Of the states only `available`: webhooks never told the others. */
export const levelPayload = (level: Level): object => ({
  inventory_item_id: numberOf(level.itemId),
  location_id: numberOf(level.locationId),
  available: level.quantities.available,
  updated_at: time(level.updatedAt),
  admin_graphql_api_id: level.id,
})

export const locationPayload = (location: Location): object => ({
  ...named(location.id),
  name: location.name,
  city: location.city,
  country_code: location.countryCode,
  active: location.isActive,
  legacy: false,
  created_at: time(location.createdAt),
  updated_at: time(location.updatedAt),
})

export function productPayload(store: Store, product: Product): object {
  const variants = product.variantIds.flatMap((id) => store.variants.get(id) ?? [])
  return {
    ...named(product.id),
    title: product.title,
    handle: product.handle,
    body_html: product.descriptionHtml,
    vendor: product.vendor,
    product_type: product.productType,
    status: product.status.toLowerCase(),
    tags: product.tags.join(', '),
    created_at: time(product.createdAt),
    updated_at: time(product.updatedAt),
    published_at: time(product.publishedAt),
    options: product.options.map((name, i) => ({
      name,
      position: i + 1,
      values: [...new Set(variants.map((v) => v.choice[i]))],
    })),
    variants: variants.map((variant) => variantPayload(store, variant)),
  }
}

function variantPayload(store: Store, variant: Variant): object {
  const [option1 = null, option2 = null, option3 = null] = variant.choice
  return {
    ...named(variant.id),
    product_id: numberOf(variant.productId),
    inventory_item_id: numberOf(variant.inventoryItemId),
    title: variant.title,
    sku: variant.sku,
    barcode: variant.barcode,
    price: variant.price,
    position: variant.position,
    inventory_policy: variant.inventoryPolicy.toLowerCase(),
    inventory_quantity: itemOf(store, variant).tracked ? availableOf(store, variant, 'all') : 0,
    option1,
    option2,
    option3,
    created_at: time(variant.createdAt),
    updated_at: time(variant.updatedAt),
  }
}

/** The order as it is after the act, with its refunds and fulfillments. */
export function orderPayload(order: Order): object {
  return {
    ...named(order.id),
    name: order.name,
    order_number: order.number,
    number: order.number - 1_000,
    source_name: order.sourceName,
    source_identifier: order.made?.sourceIdentifier ?? null,
    source_url: order.made?.sourceUrl ?? null,
    tags: order.made?.tags.join(', ') ?? '',
    test: order.test,
    email: order.buyer?.email ?? '',
    currency: order.currency,
    checkout_token: order.checkoutToken ?? null,
    total_price: totalOf(order),
    financial_status: financialStatus(order).toLowerCase(),
    fulfillment_status: REST_FULFILLMENT[fulfillmentStatus(order)] ?? null,
    location_id: ref(order.retailLocationId),
    cancel_reason: order.cancelReason?.toLowerCase() ?? null,
    cancelled_at: time(order.cancelledAt),
    closed_at: time(order.closedAt),
    processed_at: time(order.processedAt),
    created_at: time(order.createdAt),
    updated_at: time(order.updatedAt),
    line_items: order.lines.map(linePayload),
    fulfillments: order.fulfillments.map((f) => ({
      ...named(f.id),
      order_id: numberOf(order.id),
      name: f.name,
      status: 'success',
      location_id: numberOf(f.locationId),
      created_at: time(f.createdAt),
      tracking_company: f.tracking?.company ?? null,
      tracking_number: f.tracking?.number ?? null,
      line_items: f.lines.map(({ lineId, quantity }) => ({ id: numberOf(lineId), quantity })),
    })),
    refunds: order.refunds.map((refund) => refundPayload(order, refund)),
  }
}

// REST has no word for an order of which nothing was sent.
const REST_FULFILLMENT: Record<string, string> = { FULFILLED: 'fulfilled', PARTIALLY_FULFILLED: 'partial' }

function linePayload(line: OrderLine): object {
  const left = unfulfilled(line)
  return {
    ...named(line.id),
    variant_id: ref(line.variantId),
    product_id: ref(line.productId),
    sku: line.sku,
    title: line.title,
    variant_title: line.variantTitle,
    name: line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title,
    vendor: line.vendor,
    price: line.unitPrice,
    quantity: line.quantity,
    current_quantity: currentQuantity(line),
    fulfillable_quantity: left,
    fulfillment_status: line.fulfilled === 0 ? null : left > 0 ? 'partial' : 'fulfilled',
    gift_card: line.kind === 'gift_card',
    requires_shipping: line.requiresShipping,
    product_exists: line.productId !== null,
  }
}

export function refundPayload(order: Order, refund: Refund): object {
  return {
    ...named(refund.id),
    order_id: numberOf(order.id),
    note: refund.note,
    restock: refund.lines.some((line) => line.restockType !== 'NO_RESTOCK'),
    created_at: time(refund.createdAt),
    processed_at: time(refund.createdAt),
    refund_line_items: refund.lines.map((line) => ({
      id: numberOf(line.id),
      line_item_id: numberOf(line.lineId),
      quantity: line.quantity,
      restock_type: line.restockType.toLowerCase(),
      location_id: ref(line.locationId),
    })),
  }
}

/** What an edit took off an order or added to it: `removals` by line id and pieces. */
export const orderEditPayload = (order: Order, removals: { lineId: string; quantity: number }[]): object => ({
  order_edit: {
    id: numberOf(order.id),
    order_id: numberOf(order.id),
    created_at: time(order.updatedAt),
    committed_at: time(order.updatedAt),
    notify_customer: false,
    staff_note: '',
    line_items: {
      additions: [],
      removals: removals.map(({ lineId, quantity }) => ({ id: numberOf(lineId), delta: quantity })),
    },
  },
})

export const shopPayload = ({ facts }: Store): object => ({
  id: numberOf(facts.id),
  name: facts.name,
  email: facts.email,
  domain: facts.domain,
  myshopify_domain: facts.domain,
  currency: facts.currency,
  iana_timezone: facts.timeZone,
  created_at: time(facts.createdAt),
})

export const bulkPayload = (operation: BulkOperation): object => ({
  admin_graphql_api_id: operation.id,
  status: operation.status.toLowerCase(),
  type: 'query',
  error_code: operation.errorCode?.toLowerCase() ?? null,
  created_at: time(operation.createdAt),
  completed_at: time(operation.completedAt),
})

/** A checkout that somebody has open. Nothing of a buyer is told here. */
export const checkoutPayload = (
  store: Store,
  { token, lines }: { token: string; lines: { variant: Variant; quantity: number }[] },
): object => ({
  token,
  cart_token: token,
  currency: store.facts.currency,
  created_at: time(store.env.clock.now().getTime()),
  updated_at: store.env.clock.now().toISOString(),
  completed_at: null,
  line_items: lines.map(({ variant, quantity }) => ({
    variant_id: numberOf(variant.id),
    product_id: numberOf(variant.productId),
    sku: variant.sku,
    title: variant.title,
    price: variant.price,
    quantity,
  })),
})

export const draftPayload = (store: Store, draft: DraftOrder): object => ({
  ...named(draft.id),
  name: draft.name,
  status: draft.status.toLowerCase(),
  note: draft.note,
  tags: draft.tags.join(', '),
  note_attributes: draft.customAttributes.map(({ key: name, value }) => ({ name, value })),
  order_id: ref(draft.orderId),
  currency: store.facts.currency,
  line_items: draft.lines.map(({ id, variantId, quantity }) => ({
    ...named(id),
    variant_id: numberOf(variantId),
    quantity,
  })),
  completed_at: time(draft.completedAt),
  created_at: time(draft.createdAt),
  updated_at: time(draft.updatedAt),
})
