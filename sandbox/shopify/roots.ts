import { connectList, connectTable, type Paging } from './connection.ts'
import type { Context, Fields } from './context.ts'
import { appOf, installationOf, shopOf } from './fields/app.ts'
import { typeOfGid } from './gid.ts'
import { list, type ListArguments } from './listing.ts'
import { draftSearch, productSearch, itemSearch, locationSearch, orderSearch, variantSearch } from './searchable.ts'
import { quantityNames } from './quantity-names.ts'
import { levelById, type Store } from './store.ts'
import { withOrder } from './fields/orders.ts'
import { badRequest } from './context.ts'

type ById = { id: string }

/** Everything that has an id and can be asked for by it. */
const BY_TYPE: Record<string, (store: Store, id: string) => object | undefined> = {
  Product: ({ products }, id) => products.get(id),
  ProductVariant: ({ variants }, id) => variants.get(id),
  InventoryItem: ({ items }, id) => items.get(id),
  InventoryLevel: levelById,
  Location: ({ locations }, id) => locations.get(id),
  Order: ({ orders }, id) => orders.get(id),
  DraftOrder: ({ drafts }, id) => drafts.get(id),
  FulfillmentOrder: ({ orders, orderOf }, id) =>
    orders.get(orderOf.get(id) ?? '')?.fulfillmentOrders.find((p) => p.id === id),
  BulkOperation: ({ bulkOperations }, id) => bulkOperations.get(id),
  WebhookSubscription: ({ subscriptions }, id) => subscriptions.get(id),
  StaffMember: ({ staff }, id) => staff.find((person) => person.id === id),
  Shop: (store, id) => (id === store.facts.id ? shopOf(store) : undefined),
  AppInstallation: (store) => installationOf(store),
}

function node(store: Store, id: string): object | null {
  const type = typeOfGid(id)
  if (!type) throw badRequest(`Invalid global id '${id}'`)
  return BY_TYPE[type]?.(store, id) ?? null
}

const byId =
  (type: string) =>
  (_root: unknown, { id }: ById, { store }: Context) =>
    BY_TYPE[type]?.(store, id) ?? null

type LocationsArguments = ListArguments & { includeInactive?: boolean }

/** `QueryRoot`, as far as the app reads; `node` and `nodes` find whatever has an id. */
export const queryFields: Fields = {
  shop: (_root: unknown, _: object, { store }: Context) => shopOf(store),
  node: (_root: unknown, { id }: ById, { store }: Context) => node(store, id),
  nodes: (_root: unknown, { ids }: { ids: string[] }, { store }: Context) => ids.map((id) => node(store, id)),
  product: byId('Product'),
  products: (_root: unknown, args: ListArguments, { store }: Context) => list(args, productSearch(store)),
  productsCount: (_root: unknown, _: object, { store }: Context) => ({
    count: store.products.size,
    precision: 'EXACT',
  }),
  productVariant: byId('ProductVariant'),
  productVariants: (_root: unknown, args: ListArguments, { store }: Context) => list(args, variantSearch(store)),
  productVariantsCount: (_root: unknown, _: object, { store }: Context) => ({
    count: store.variants.size,
    precision: 'EXACT',
  }),
  inventoryItem: byId('InventoryItem'),
  inventoryItems: (_root: unknown, args: ListArguments, { store }: Context) => list(args, itemSearch(store)),
  inventoryLevel: byId('InventoryLevel'),
  inventoryProperties: () => ({ quantityNames }),
  location: (_root: unknown, { id }: { id?: string }, { store }: Context) =>
    id ? (store.locations.get(id) ?? null) : (store.locations.values().next().value ?? null),
  locations: (_root: unknown, args: LocationsArguments, { store }: Context) => list(args, locationSearch(store, args)),
  order: byId('Order'),
  orders: (_root: unknown, args: ListArguments, { store }: Context) => list(args, orderSearch(store)),
  draftOrder: byId('DraftOrder'),
  draftOrders: (_root: unknown, args: ListArguments, { store }: Context) => list(args, draftSearch(store)),
  fulfillmentOrder: byId('FulfillmentOrder'),
  refund: (_root: unknown, { id }: ById, { store }: Context) => {
    for (const order of store.orders.values()) {
      const refund = order.refunds.find((row) => row.id === id)
      if (refund) return withOrder(refund, order)
    }
    return null
  },
  bulkOperation: byId('BulkOperation'),
  bulkOperations: (_root: unknown, args: Paging, { store }: Context) => connectTable(store.bulkOperations, args),
  currentBulkOperation: (_root: unknown, { type }: { type?: string }, { store }: Context) =>
    type === 'MUTATION' ? null : (store.bulkOperations.byId(undefined, true).next().value?.row ?? null),
  webhookSubscription: byId('WebhookSubscription'),
  webhookSubscriptions: (_root: unknown, args: Paging & { topics?: string[]; uri?: string }, { store }: Context) =>
    connectList(
      [...store.subscriptions.values()].filter(
        ({ topic, uri }) => (args.topics?.includes(topic) ?? true) && (args.uri === undefined || args.uri === uri),
      ),
      args,
    ),
  webhookSubscriptionsCount: (_root: unknown, _: object, { store }: Context) => ({
    count: store.subscriptions.size,
    precision: 'EXACT',
  }),
  app: (_root: unknown, _: object, { store }: Context) => appOf(store),
  appInstallation: (_root: unknown, _: object, { store }: Context) => installationOf(store),
  currentAppInstallation: (_root: unknown, _: object, { store }: Context) => installationOf(store),
  staffMember: (_root: unknown, { id }: { id?: string }, { store }: Context) =>
    store.staff.find((person) => (id ? person.id === id : person.isShopOwner)) ?? null,
}
