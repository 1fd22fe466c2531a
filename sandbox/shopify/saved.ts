import type {
  AccessToken,
  BulkOperation,
  Delivery,
  DraftOrder,
  InventoryItem,
  Level,
  Location,
  Order,
  Product,
} from './rows.ts'
import type { RefreshToken, Remembered, Staff, Subscription, Variant, Bucket } from './rows.ts'
import { present } from '#app/kernel/assert.ts'
import type { Env } from './settings.ts'
import { addLevel, addLocation, addOrder, addVariant, emptyStore, type ShopFacts, type Store } from './store.ts'

/** A shop as plain JSON data. */
export type SavedStore = {
  facts: ShopFacts
  locations: Location[]
  products: Product[]
  variants: Variant[]
  items: InventoryItem[]
  levels: Level[]
  orders: Order[]
  /** missing in what was saved before there were any */
  drafts?: DraftOrder[]
  bulkOperations: BulkOperation[]
  subscriptions: Subscription[]
  staff: Staff[]
  installed: boolean
  scopes: string[]
  redactAt: number | null
  access: AccessToken[]
  refresh: RefreshToken[]
  bucket: Bucket
  remembered: Remembered[]
  deliveries: Delivery[]
  files: [string, string][]
}

export function saveStore(store: Store): SavedStore {
  const { installed, scopes, redactAt, access, refresh } = store.installation
  return structuredClone({
    facts: store.facts,
    locations: [...store.locations.values()],
    products: [...store.products.values()],
    variants: [...store.variants.values()],
    items: [...store.items.values()],
    levels: [...store.levelsOf.values()].flat(),
    orders: [...store.orders.values()],
    drafts: [...store.drafts.values()],
    bulkOperations: [...store.bulkOperations.values()],
    subscriptions: [...store.subscriptions.values()],
    staff: store.staff,
    installed,
    scopes,
    redactAt,
    access: [...access.values()],
    refresh: [...refresh.values()],
    bucket: store.bucket,
    remembered: [...store.remembered.values()],
    deliveries: [...store.deliveries.values()],
    files: [...store.files],
  })
}

/** The shop that was saved, its indexes made anew. What it waits for is not yet set on the clock: `resume` does. */
export function loadStore(env: Env, given: SavedStore): Store {
  const saved = structuredClone(given)
  const store = emptyStore(env, saved.facts)
  const items = new Map(saved.items.map((item) => [item.id, item]))
  for (const location of saved.locations) addLocation(store, location)
  for (const product of saved.products) store.products.add(product)
  for (const variant of saved.variants)
    addVariant(store, variant, present(items.get(variant.inventoryItemId), variant.inventoryItemId))
  for (const level of saved.levels) addLevel(store, level)
  for (const order of saved.orders) addOrder(store, order)
  for (const draft of saved.drafts ?? []) store.drafts.add(draft)
  for (const operation of saved.bulkOperations) store.bulkOperations.add(operation)
  store.waitingBulk.push(...saved.bulkOperations.filter(({ status }) => status === 'CREATED'))
  for (const subscription of saved.subscriptions) store.subscriptions.add(subscription)
  for (const token of saved.access) store.installation.access.set(token.token, token)
  for (const token of saved.refresh) store.installation.refresh.set(token.token, token)
  for (const answer of saved.remembered) store.remembered.set(answer.key, answer)
  for (const delivery of saved.deliveries) store.deliveries.set(delivery.id, delivery)
  for (const [name, content] of saved.files) store.files.set(name, content)
  Object.assign(store, { staff: saved.staff, bucket: saved.bucket })
  const { installed, scopes, redactAt } = saved
  Object.assign(store.installation, { installed, scopes, redactAt })
  return store
}
