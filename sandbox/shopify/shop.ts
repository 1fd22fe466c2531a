import { present } from '#app/kernel/assert.ts'
import { isRefusal, refuse, type Refusal } from '#app/kernel/refusal.ts'
import * as catalog from './catalog.ts'
import { checkOut, shownTo, type Cart } from './checkout.ts'
import { completeDraft, deleteDraft } from './draft-orders.ts'
import type { Pieces } from './fulfilling.ts'
import { numberOf } from './gid.ts'
import * as installing from './installing.ts'
import * as places from './locations.ts'
import { acting, type News } from './news.ts'
import { checkoutPayload } from './payloads.ts'
import * as changes from './order-changes.ts'
import type {
  BulkOperation,
  CancelReason,
  DraftOrder,
  InventoryItem,
  Level,
  Location,
  Order,
  Product,
  Refund,
  Staff,
  Tracking,
  Variant,
} from './rows.ts'
import type { LocationSeed, ProductSeed, VariantSeed } from './seed.ts'
import { staffEdit, type StaffEdit } from './staff-edit.ts'
import { availableOf, quantity } from './stock.ts'
import { itemOf, levelOf, removeOrder, type ShopFacts, type Store } from './store.ts'
import { revoke } from './tokens.ts'

/**
 * One shop, for those who act in it: buyers, the till, its staff, tests. Whatever changes sends its webhooks. Ids are
 * global ids; a variant may be named by its own id, its inventory item's or a SKU only it has. A refusal is a value
 * (`isRefusal`) and changes nothing; an id that does not exist where a row must is a Mistake. Rows handed out are the
 * live ones: read them, do not write them.
 */
export type Shop = {
  readonly domain: string
  readonly facts: Readonly<ShopFacts>
  /** Number of the owner among the staff, as session tokens name people. */
  readonly ownerId: string

  placeOrder(cart: Cart): Order | Refusal
  /** A buyer opens, changes or leaves a checkout. Shopify keeps nothing aside for it. */
  tellCheckout(
    what: 'create' | 'update' | 'delete',
    checkout: { token: string; lines: { sku: string; quantity: number }[] },
  ): void
  cancelOrder(orderId: string, options: { restock: boolean; reason?: CancelReason }): Order | Refusal
  refund(orderId: string, lines: changes.RefundLine[], note?: string): Refund | Refusal
  /** Sends all that is left of an order, or `pieces` of it, with the parcel's tracking where a person enters it. */
  fulfill(orderId: string, pieces?: Pieces[], tracking?: Tracking): Order | Refusal
  /** A person enters, or corrects, the tracking of what was sent last. */
  changeTracking(orderId: string, tracking: Tracking): Order | Refusal
  /** Takes pieces not yet sent off an order. */
  editOrder(orderId: string, pieces: Pieces[], options: { restock: boolean }): Order | Refusal
  moveFulfillment(orderId: string, locationId: string): Order | Refusal
  /** A person marks a draft as paid: it becomes an order, and what was kept aside for it is that order's. */
  completeDraft(draftId: string): Order | Refusal
  /** A person deletes a draft: what was kept aside for it is for sale again. */
  deleteDraft(draftId: string): Refusal | undefined
  /** Oldest first, completed ones too. */
  drafts(): DraftOrder[]
  /** A person sets, adjusts or moves stock in the admin. */
  editByStaff(edit: StaffEdit): Level | Refusal

  addProduct(seed: ProductSeed): Product
  addVariant(productId: string, seed: VariantSeed): Variant
  changeVariant(variantId: string, change: catalog.VariantChange): Variant
  changeProduct(productId: string, change: Partial<Pick<Product, 'title' | 'status' | 'tags' | 'vendor'>>): Product
  archiveProduct(productId: string): Product
  deleteProduct(productId: string): void
  deleteVariant(variantId: string): void
  addLocation(seed: LocationSeed): Location
  changeLocation(locationId: string, change: places.LocationChange): Location
  setLocationActive(locationId: string, active: boolean): Location | Refusal

  /** Pieces of the variant that can be bought online now; at a till with `locationId`. Never below 0. */
  shown(idOrSku: string, locationId?: string): number
  /** Shopify's `available` of all active locations, or of one. May be below 0. */
  available(idOrSku: string, locationId?: string): number
  /** Any of Shopify's quantity names at a location; 0 where it is not stocked. */
  quantity(idOrSku: string, locationId: string, name: string): number
  variant(idOrSku: string): Variant
  item(idOrSku: string): InventoryItem
  levels(idOrSku: string): readonly Level[]
  products(): Product[]
  product(productId: string): Product
  /** In the order in which web orders are taken from them. */
  locations(): Location[]
  location(idOrName: string): Location
  /** Newest first. */
  orders(limit?: number): Order[]
  order(orderId: string): Order
  staff(): readonly Staff[]
  bulkOperations(): BulkOperation[]
  /** Webhooks that are on their way or wait for another attempt. */
  pendingWebhooks(): number
  /** Drops orders that last changed before, so that a long replay's memory stays flat. The stock stays as it is. */
  forgetOrders(before: Date): number

  readonly installed: boolean
  readonly scopes: readonly string[]
  /** A person installs the app: it is granted what its configuration asks for. */
  installApp(scopes?: string[]): void
  /** Revokes all tokens, tells the app, and 48 hours later asks it to forget the shop. */
  uninstallApp(): void
  changeScopes(scopes: string[]): void
  /** Every access token stops working; with `refreshToo` the refresh tokens as well. */
  revokeTokens(options?: { refreshToo?: boolean }): void
  requestCustomerData(customer: { id: number; email: string }): void
  redactCustomer(customer: { id: number; email: string }): void
}

/** The shop over its data. */
export function shopOver(store: Store): Shop {
  return {
    domain: store.facts.domain,
    facts: store.facts,
    get ownerId() {
      const owner = store.staff.find(({ isShopOwner }) => isShopOwner) ?? store.staff[0]
      return String(numberOf(present(owner, 'a member of staff').id))
    },
    ...orderActs(store),
    ...catalogActs(store),
    ...views(store),
    ...appActs(store),
    get installed() {
      return store.installation.installed
    },
    get scopes() {
      return store.installation.scopes
    },
  }
}

function orderActs(store: Store) {
  const withOrder = <T>(orderId: string, act: (order: Order, news: News) => T): T | Refusal => {
    const order = store.orders.get(orderId)
    if (!order) return refuse('unknown', 'Order does not exist')
    return acting(store, (news) => act(order, news))
  }
  return {
    placeOrder: (cart: Cart) => acting(store, (news) => checkOut(store, cart, news)),
    tellCheckout: (what: string, { token, lines }: { token: string; lines: { sku: string; quantity: number }[] }) =>
      acting(store, (news) => {
        const known = lines.map(({ sku, quantity }) => ({ variant: variantCalled(store, sku), quantity }))
        news.add(`checkouts/${what}`, token, () => checkoutPayload(store, { token, lines: known }))
      }),
    cancelOrder: (orderId: string, { restock, reason = 'CUSTOMER' }: { restock: boolean; reason?: CancelReason }) =>
      withOrder(orderId, (order, news) => changes.cancel(store, { order, news, restock, reason })),
    refund: (orderId: string, lines: changes.RefundLine[], note?: string) =>
      withOrder(orderId, (order, news) => changes.refund(store, { order, news, lines, note })),
    fulfill: (orderId: string, pieces?: Pieces[], tracking?: Tracking) =>
      withOrder(orderId, (order, news) =>
        changes.fulfill(store, { order, news, pieces: pieces ?? null, ...(tracking && { tracking }) }),
      ),
    changeTracking: (orderId: string, tracking: Tracking) =>
      withOrder(orderId, (order, news) => changes.changeTracking(store, { order, news, tracking })),
    editOrder: (orderId: string, pieces: Pieces[], { restock }: { restock: boolean }) =>
      withOrder(orderId, (order, news) => changes.edit(store, { order, news, pieces, restock })),
    moveFulfillment: (orderId: string, locationId: string) =>
      withOrder(orderId, (order, news) => changes.moveFulfillment(store, { order, news, locationId })),
    completeDraft: (id: string) => acting(store, (news) => completeDraft(store, id, news)),
    deleteDraft: (id: string) => acting(store, (news) => deleteDraft(store, id, news)),
    drafts: () => [...store.drafts.values()],
    editByStaff: (edit: StaffEdit) => acting(store, (news) => staffEdit(store, edit, news)),
  }
}

function catalogActs(store: Store) {
  const productOf = (id: string): Product => present(store.products.get(id), `product ${id}`)
  const act = (id: string, change: (product: Product, news: News) => void): Product =>
    acting(store, (news) => {
      const product = productOf(id)
      change(product, news)
      catalog.touchProduct(store, product, news)
      return product
    })
  const variantAct = (id: string, change: (variant: Variant, news: News) => void): Variant => {
    const variant = present(store.variants.get(id), `variant ${id}`)
    act(variant.productId, (_product, news) => change(variant, news))
    return variant
  }
  return {
    addProduct: (seed: ProductSeed) => acting(store, (news) => catalog.createProduct(store, seed, news)),
    addVariant: (productId: string, seed: VariantSeed) => {
      let added: Variant | undefined
      act(productId, (product) => (added = catalog.createVariant(store, product, seed)))
      return present(added, 'the variant added')
    },
    changeVariant: (id: string, change: catalog.VariantChange) =>
      variantAct(id, (variant) => catalog.changeVariant(store, variant, change)),
    changeProduct: (id: string, change: Partial<Product>) => act(id, (product) => void Object.assign(product, change)),
    archiveProduct: (id: string) => act(id, (product) => void (product.status = 'ARCHIVED')),
    deleteProduct: (id: string) => acting(store, (news) => catalog.deleteProduct(store, productOf(id), news)),
    deleteVariant: (id: string) =>
      void variantAct(id, (variant, news) => catalog.deleteVariant(store, variant.id, news)),
    addLocation: (seed: LocationSeed) => acting(store, (news) => places.createLocation(store, seed, news)),
    changeLocation: (id: string, change: places.LocationChange) => {
      const location = present(store.locations.get(id), `location ${id}`)
      acting(store, (news) => places.changeLocation(store, { location, change, news }))
      return location
    },
    setLocationActive: (id: string, active: boolean) => {
      const location = present(store.locations.get(id), `location ${id}`)
      return acting(store, (news) => places.setActive(store, { location, isActive: active, news })) ?? location
    },
  }
}

function variantCalled(store: Store, idOrSku: string): Variant {
  const found = catalog.variantMeant(store, idOrSku)
  return present(isRefusal(found) ? undefined : found, `variant ${idOrSku} of ${store.facts.domain}`)
}

function views(store: Store) {
  const variant = (idOrSku: string) => variantCalled(store, idOrSku)
  const at = (idOrSku: string, locationId: string, name: string): number => {
    const level = levelOf(store, variant(idOrSku).inventoryItemId, locationId)
    return (level && quantity(level, name)) ?? 0
  }
  return {
    variant,
    shown: (idOrSku: string, locationId?: string) => Math.max(0, shownTo(store, variant(idOrSku), locationId ?? null)),
    available: (idOrSku: string, locationId?: string) =>
      locationId ? at(idOrSku, locationId, 'available') : availableOf(store, variant(idOrSku), 'all'),
    quantity: at,
    item: (idOrSku: string) => itemOf(store, variant(idOrSku)),
    levels: (idOrSku: string) => store.levelsOf.get(variant(idOrSku).inventoryItemId) ?? [],
    products: () => [...store.products.values()],
    product: (id: string) => present(store.products.get(id), `product ${id}`),
    locations: () => [...store.locations.values()],
    location: (idOrName: string) => catalog.locationCalled(store, idOrName),
    orders: (limit = 50) => newestOrders(store, limit),
    order: (id: string) => present(store.orders.get(id), `order ${id}`),
    staff: () => store.staff,
    bulkOperations: () => [...store.bulkOperations.values()],
    pendingWebhooks: () => store.deliveries.size,
    forgetOrders: (before: Date) => forgetOrders(store, before.getTime()),
  }
}

function newestOrders(store: Store, limit: number): Order[] {
  const newest: Order[] = []
  for (const { row } of store.orders.byId(undefined, true)) {
    if (newest.length === limit) break
    newest.push(row)
  }
  return newest
}

function forgetOrders(store: Store, before: number): number {
  let forgotten = 0
  for (const { row: order } of store.orders.byChange(undefined, false)) {
    if (order.updatedAt >= before) break
    removeOrder(store, order)
    forgotten += 1
  }
  return forgotten
}

function appActs(store: Store) {
  return {
    installApp: (scopes?: string[]) => installing.install(store, scopes),
    uninstallApp: () => installing.uninstall(store),
    changeScopes: (scopes: string[]) => installing.changeScopes(store, scopes),
    revokeTokens: ({ refreshToo = false } = {}) => revoke(store, !refreshToo),
    requestCustomerData: (customer: installing.Customer) =>
      installing.compliance(store, 'customers/data_request', customer),
    redactCustomer: (customer: installing.Customer) => installing.compliance(store, 'customers/redact', customer),
  }
}
