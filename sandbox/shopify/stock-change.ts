import type { News } from './news.ts'
import { levelPayload, productPayload } from './payloads.ts'
import { KEPT_NAMES, type KeptName, type Level } from './rows.ts'
import { nowOf, type Store } from './store.ts'

export type Deltas = Partial<Record<KeptName, number>>
type Shift = { level: Level; deltas: Deltas; news: News }

/** Adds to a level's quantities and tells who listens. A level written to is active again. */
export function shift(store: Store, { level, deltas, news }: Shift): void {
  const now = nowOf(store)
  for (const name of KEPT_NAMES) {
    const delta = deltas[name]
    if (!delta) continue
    level.quantities[name] += delta
    level.changedAt[name] = now
  }
  level.isActive = true
  store.levelsAt.get(level.locationId)?.touch(level, now)
  news.add('inventory_levels/update', level.id, () => levelPayload(level))
  if (deltas.available) touchProductOf(store, level, news)
}

// Shopify counts a product as updated when what can be bought of it changes.
function touchProductOf(store: Store, level: Level, news: News): void {
  const variant = store.variants.get(store.items.get(level.itemId)?.variantId ?? '')
  const product = variant && store.products.get(variant.productId)
  if (!product) return
  store.products.touch(product, nowOf(store))
  news.add('products/update', product.id, () => productPayload(store, product))
}
