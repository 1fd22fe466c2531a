import { present } from '#app/kernel/assert.ts'
import { gid } from './gid.ts'
import type { BulkOperation, Bucket, Delivery, Installation, Remembered, Staff, Subscription } from './rows.ts'
import type { DraftOrder, InventoryItem, Level, Location, Order, Product, Variant } from './rows.ts'
import type { Env } from './settings.ts'
import { Table } from './table.ts'

export type ShopFacts = {
  id: string
  domain: string
  name: string
  email: string
  currency: string
  /** IANA zone. */
  timeZone: string
  createdAt: number
  lastNumber: number
  lastOrderNumber: number
}

/** One shop's data with its indexes. Nothing in it refers to another shop. */
export type Store = {
  env: Env
  facts: ShopFacts
  products: Table<Product>
  variants: Table<Variant>
  items: Table<InventoryItem>
  /** In the order in which Shopify takes web orders from them. */
  locations: Table<Location>
  orders: Table<Order>
  drafts: Table<DraftOrder>
  bulkOperations: Table<BulkOperation>
  /** Asked for and not yet given to the clock. */
  waitingBulk: BulkOperation[]
  subscriptions: Table<Subscription>
  staff: Staff[]
  installation: Installation
  bucket: Bucket
  remembered: Map<string, Remembered>
  deliveries: Map<string, Delivery>
  files: Map<string, string>
  /** Variant ids by SKU in lower case: Shopify's search does not tell the cases apart, its SKUs do. */
  bySku: Map<string, Set<string>>
  levelsOf: Map<string, Level[]>
  levelsAt: Map<string, Table<Level>>
  orderOf: Map<string, string>
}

export function emptyStore(env: Env, facts: ShopFacts): Store {
  return {
    env,
    facts,
    products: new Table(),
    variants: new Table(),
    items: new Table(),
    locations: new Table(),
    orders: new Table(),
    drafts: new Table(),
    bulkOperations: new Table(),
    waitingBulk: [],
    subscriptions: new Table(),
    staff: [],
    installation: { installed: false, scopes: [], redactAt: null, access: new Map(), refresh: new Map() },
    bucket: { available: null, at: 0 },
    remembered: new Map(),
    deliveries: new Map(),
    files: new Map(),
    bySku: new Map(),
    levelsOf: new Map(),
    levelsAt: new Map(),
    orderOf: new Map(),
  }
}

/** The shop's present moment, in ms. */
export const nowOf = (store: Store): number => store.env.clock.now().getTime()

// One rising number for all kinds, so that a variant's and its item's differ, as they do in a real shop.
export const newId = (store: Store, type: string): string => gid(type, ++store.facts.lastNumber)

export function addLocation(store: Store, location: Location): void {
  store.locations.add(location)
  store.levelsAt.set(location.id, new Table())
}

export function addVariant(store: Store, variant: Variant, item: InventoryItem): void {
  store.variants.add(variant)
  store.items.add(item)
  store.levelsOf.set(item.id, [])
  indexSku(store, variant)
}

export function indexSku(store: Store, { sku, id }: Variant): void {
  const ids = store.bySku.get(sku.toLowerCase())
  if (ids) ids.add(id)
  else store.bySku.set(sku.toLowerCase(), new Set([id]))
}

export function unindexSku(store: Store, { sku, id }: Variant): void {
  const ids = store.bySku.get(sku.toLowerCase())
  ids?.delete(id)
  if (ids?.size === 0) store.bySku.delete(sku.toLowerCase())
}

/** Variants that have this SKU, whatever its case. */
export const variantsLike = (store: Store, sku: string): Variant[] =>
  [...(store.bySku.get(sku.toLowerCase()) ?? [])].flatMap((id) => store.variants.get(id) ?? [])

/** Variants that have exactly this SKU. */
export const variantsWith = (store: Store, sku: string): Variant[] =>
  variantsLike(store, sku).filter((variant) => variant.sku === sku)

export function addLevel(store: Store, level: Level): void {
  present(store.levelsOf.get(level.itemId), `inventory item ${level.itemId}`).push(level)
  present(store.levelsAt.get(level.locationId), `location ${level.locationId}`).add(level)
}

export function levelOf(store: Store, itemId: string, locationId: string): Level | undefined {
  return store.levelsOf.get(itemId)?.find((level) => level.locationId === locationId)
}

/** `gid://shopify/InventoryLevel/7?inventory_item_id=9` */
export function levelById(store: Store, id: string): Level | undefined {
  const itemNumber = Number(id.slice(id.indexOf('=') + 1))
  return store.levelsOf.get(gid('InventoryItem', itemNumber))?.find((level) => level.id === id)
}

export function addOrder(store: Store, order: Order): void {
  store.orders.add(order)
  for (const { id } of order.fulfillmentOrders) store.orderOf.set(id, order.id)
}

export function removeOrder(store: Store, order: Order): void {
  store.orders.delete(order.id)
  for (const { id } of order.fulfillmentOrders) store.orderOf.delete(id)
}

export const itemOf = (store: Store, variant: Variant): InventoryItem =>
  present(store.items.get(variant.inventoryItemId), `the inventory item of ${variant.id}`)
