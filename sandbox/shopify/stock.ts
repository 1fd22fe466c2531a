import { KEPT_NAMES, type KeptName, type Level, type Variant } from './rows.ts'
import { addLevel, itemOf, levelOf, newId, nowOf, type Store } from './store.ts'
import { numberOf } from './gid.ts'

/** Pieces that lie at the location: all states but `incoming`. */
export function onHand({ quantities }: Level): number {
  const { available, committed, reserved, damaged, safety_stock, quality_control } = quantities
  return available + committed + reserved + damaged + safety_stock + quality_control
}

/** Any of Shopify's quantity names; undefined for one it does not have. */
export function quantity(level: Level, name: string): number | undefined {
  if (name === 'on_hand') return onHand(level)
  return isKept(name) ? level.quantities[name] : undefined
}

export const isKept = (name: string): name is KeptName => (KEPT_NAMES as readonly string[]).includes(name)

/** The item's level at the location, made when there is none: since 2026-10 quantities can be written anywhere. */
export function levelAt(store: Store, itemId: string, locationId: string): Level {
  const found = levelOf(store, itemId, locationId)
  if (found) return found
  const now = nowOf(store)
  const none = Object.fromEntries(KEPT_NAMES.map((name) => [name, 0])) as Record<KeptName, number>
  const level: Level = {
    id: `${newId(store, 'InventoryLevel')}?inventory_item_id=${numberOf(itemId)}`,
    itemId,
    locationId,
    isActive: true,
    quantities: none,
    changedAt: { available: now },
    createdAt: now,
    updatedAt: now,
  }
  addLevel(store, level)
  return level
}

/** Available pieces of a variant over its active levels, or those of the locations that fulfil online orders. */
export function availableOf(store: Store, variant: Variant, only: 'online' | 'all'): number {
  let sum = 0
  for (const level of store.levelsOf.get(itemOf(store, variant).id) ?? []) {
    const location = store.locations.get(level.locationId)
    if (!level.isActive || !location?.isActive) continue
    if (only === 'all' || location.fulfillsOnlineOrders) sum += level.quantities.available
  }
  return sum
}
