import { numberOf } from './gid.ts'
import type { Listed } from './listing.ts'
import { currentQuantity, financialStatus, fulfillmentStatus } from './order-facts.ts'
import type { DraftOrder, InventoryItem, Location, Order, Product, Variant } from './rows.ts'
import type { SearchKeys } from './search.ts'
import { nowOf, variantsLike, type Store } from './store.ts'

/** What Shopify's root lists can be searched by, as far as the sandbox goes. */

type Stamped = { id: string; createdAt: number; updatedAt: number }

// A column `updated_at` compares whole seconds: search.ts says why.
const stamps = <R extends Stamped>(): SearchKeys<R> => ({
  id: { number: (row) => numberOf(row.id) },
  created_at: { time: (row) => row.createdAt },
  updated_at: { time: (row) => row.updatedAt },
})

const PRODUCT_KEYS: SearchKeys<Product> = {
  ...stamps<Product>(),
  title: { text: ({ title }) => [title] },
  handle: { text: ({ handle }) => [handle] },
  vendor: { text: ({ vendor }) => [vendor] },
  product_type: { text: ({ productType }) => [productType] },
  tag: { text: ({ tags }) => tags },
  status: {
    is: {
      active: ({ status }) => status === 'ACTIVE',
      archived: ({ status }) => status === 'ARCHIVED',
      draft: ({ status }) => status === 'DRAFT',
    },
  },
}

export const productSearch = ({ products, variants }: Store): Listed<Product> => ({
  table: products,
  type: 'Product',
  keys: { ...PRODUCT_KEYS, sku: { text: (product) => product.variantIds.map((id) => variants.get(id)?.sku ?? null) } },
  byCreation: ['ID', 'CREATED_AT'],
})

const VARIANT_KEYS: SearchKeys<Variant> = {
  ...stamps<Variant>(),
  sku: { text: ({ sku }) => [sku] },
  barcode: { text: ({ barcode }) => [barcode] },
  product_id: { number: ({ productId }) => numberOf(productId) },
}

export const variantSearch = (store: Store): Listed<Variant> => ({
  table: store.variants,
  type: 'ProductVariant',
  keys: VARIANT_KEYS,
  byCreation: ['ID', 'POSITION'],
  found: ({ query }) => withSku(store, query),
})

const ITEM_KEYS: SearchKeys<InventoryItem> = { ...stamps<InventoryItem>(), sku: { text: ({ sku }) => [sku] } }

export const itemSearch = (store: Store): Listed<InventoryItem> => ({
  table: store.items,
  type: 'InventoryItem',
  keys: ITEM_KEYS,
  byCreation: [],
  found: ({ query }) => withSku(store, query)?.flatMap((variant) => store.items.get(variant.inventoryItemId) ?? []),
})

/** A search for one SKU and nothing else is answered from the index. */
function withSku(store: Store, query: string | null | undefined): Variant[] | undefined {
  const [, quoted, bare] = /^\s*sku:(?:["']([^"'*]+)["']|([^\s"'*()]+))\s*$/.exec(query ?? '') ?? []
  const sku = quoted ?? bare
  return sku === undefined ? undefined : variantsLike(store, sku)
}

const LOCATION_KEYS: SearchKeys<Location> = { ...stamps<Location>(), name: { text: ({ name }) => [name] } }

export function locationSearch(
  { locations }: Store,
  { includeInactive }: { includeInactive?: boolean },
): Listed<Location> {
  const active = { is: { true: ({ isActive }: Location) => isActive, false: ({ isActive }: Location) => !isActive } }
  return {
    table: locations,
    type: 'Location',
    keys: { ...LOCATION_KEYS, active },
    // Shopify's default is by name; here they come in the shop's order.
    byCreation: ['ID', 'NAME'],
    keep: ({ isActive }) => isActive || includeInactive === true,
  }
}

const ORDER_KEYS: SearchKeys<Order> = {
  ...stamps<Order>(),
  processed_at: { time: ({ processedAt }) => processedAt },
  name: { text: ({ name }) => [name, name.slice(1)] },
  source_name: { text: ({ sourceName }) => [sourceName] },
  tag: { text: ({ made }) => made?.tags ?? [] },
  sku: { text: ({ lines }) => lines.map(({ sku }) => sku) },
  test: { is: { true: ({ test }) => test, false: ({ test }) => !test } },
  status: {
    is: {
      any: () => true,
      open: ({ closedAt, cancelledAt }) => closedAt === null && cancelledAt === null,
      closed: ({ closedAt, cancelledAt }) => closedAt !== null && cancelledAt === null,
      cancelled: ({ cancelledAt }) => cancelledAt !== null,
      not_closed: ({ closedAt }) => closedAt === null,
    },
  },
  // The words are REST's: `unfulfilled` includes what is sent in part, `unshipped` does not (docs: "orders", query).
  fulfillment_status: {
    is: {
      unfulfilled: (order) =>
        fulfillmentStatus(order) !== 'FULFILLED' && order.lines.some((line) => currentQuantity(line) > 0),
      unshipped: (order) => fulfillmentStatus(order) === 'UNFULFILLED',
      partial: (order) => fulfillmentStatus(order) === 'PARTIALLY_FULFILLED',
      fulfilled: (order) => fulfillmentStatus(order) === 'FULFILLED',
      shipped: (order) => fulfillmentStatus(order) === 'FULFILLED',
    },
  },
  financial_status: {
    is: {
      paid: (order) => financialStatus(order) === 'PAID',
      partially_refunded: (order) => financialStatus(order) === 'PARTIALLY_REFUNDED',
      refunded: (order) => financialStatus(order) === 'REFUNDED',
    },
  },
}

const isLate = (store: Store, createdAt: number): boolean =>
  createdAt + store.env.switches.orderSearchLagMs > nowOf(store)

export const orderSearch = (store: Store): Listed<Order> => ({
  table: store.orders,
  type: 'Order',
  keys: {
    ...ORDER_KEYS,
    // A search knows an order a little later than the shop does.
    source_identifier: {
      text: ({ made, createdAt }) => (isLate(store, createdAt) ? [] : [made?.sourceIdentifier ?? null]),
    },
  },
  byCreation: ['ID', 'CREATED_AT', 'PROCESSED_AT', 'ORDER_NUMBER'],
})

const DRAFT_KEYS: SearchKeys<DraftOrder> = {
  ...stamps<DraftOrder>(),
  tag: { text: ({ tags }) => tags },
  status: {
    is: {
      open: ({ status }) => status === 'OPEN',
      invoice_sent: ({ status }) => status === 'INVOICE_SENT',
      completed: ({ status }) => status === 'COMPLETED',
    },
  },
}

export const draftSearch = ({ drafts }: Store): Listed<DraftOrder> => ({
  table: drafts,
  type: 'DraftOrder',
  keys: DRAFT_KEYS,
  byCreation: ['ID', 'NUMBER'],
})
