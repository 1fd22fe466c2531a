import { onlineLocations } from './locations.ts'
import type { InventoryItem } from './rows.ts'
import { levelOf, type Store } from './store.ts'

export type Demand = { item: InventoryItem; quantity: number }
export type Share = { locationId: string; quantity: number }

/**
 * Where a web order's pieces are taken from, one list for each demand: the first location in the shop's order that
 * has everything; else for each line the first that has all of it; else pieces from one after another. What is
 * sold without stock falls to the first location that stocks the item. (Shopify's default order routing: fewest
 * parcels, then the ranking of locations.)
 */
export function route(store: Store, demands: Demand[]): Share[][] {
  const left = new Map<string, number>()
  const locationIds = onlineLocations(store).map(({ id }) => id)
  const has = (item: InventoryItem, locationId: string): number => {
    const key = `${item.id}@${locationId}`
    const known = left.get(key)
    if (known !== undefined) return known
    const level = levelOf(store, item.id, locationId)
    return level?.isActive ? level.quantities.available : 0
  }
  const take = (item: InventoryItem, share: Share): Share => {
    left.set(`${item.id}@${share.locationId}`, has(item, share.locationId) - share.quantity)
    return share
  }
  const all = locationIds.find((id) => demands.every(({ item, quantity }) => has(item, id) >= quantity))
  return demands.map(({ item, quantity }) => {
    const one = all ?? locationIds.find((id) => has(item, id) >= quantity)
    if (one) return [take(item, { locationId: one, quantity })]
    return split(store, { item, quantity, locationIds, has }).map((share) => take(item, share))
  })
}

type Splitting = {
  item: InventoryItem
  quantity: number
  locationIds: string[]
  has: (item: InventoryItem, locationId: string) => number
}

function split(store: Store, { item, quantity, locationIds, has }: Splitting): Share[] {
  const shares: Share[] = []
  let missing = quantity
  for (const locationId of locationIds) {
    const here = Math.min(missing, Math.max(0, has(item, locationId)))
    if (here > 0) shares.push({ locationId, quantity: here })
    missing -= here
  }
  if (missing === 0) return shares
  const stocked = locationIds.find((id) => levelOf(store, item.id, id)?.isActive) ?? locationIds[0]
  if (stocked === undefined) return shares
  const there = shares.find((share) => share.locationId === stocked)
  if (there) there.quantity += missing
  else shares.push({ locationId: stocked, quantity: missing })
  return shares
}
