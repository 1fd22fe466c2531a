import { refuse, type Refusal } from '#app/kernel/refusal.ts'
import type { News } from './news.ts'
import { locationPayload } from './payloads.ts'
import type { Location } from './rows.ts'
import type { LocationSeed } from './seed.ts'
import { onHand } from './stock.ts'
import { addLocation, newId, nowOf, type Store } from './store.ts'

export function createLocation(store: Store, seed: LocationSeed, news: News): Location {
  const now = nowOf(store)
  const location: Location = {
    id: newId(store, 'Location'),
    name: seed.name,
    city: seed.city ?? '',
    countryCode: seed.countryCode ?? 'US',
    isActive: true,
    fulfillsOnlineOrders: seed.fulfillsOnlineOrders ?? true,
    createdAt: now,
    updatedAt: now,
  }
  addLocation(store, location)
  news.add('locations/create', location.id, () => locationPayload(location))
  return location
}

export type LocationChange = Partial<Pick<Location, 'name' | 'city' | 'fulfillsOnlineOrders'>>

type Changing = { location: Location; news: News }

export function changeLocation(store: Store, { location, change, news }: Changing & { change: LocationChange }): void {
  Object.assign(location, change)
  store.locations.touch(location, nowOf(store))
  news.add('locations/update', location.id, () => locationPayload(location))
}

/** Opens or closes a location. One with pieces in it cannot be closed. */
export function setActive(
  store: Store,
  { location, isActive, news }: Changing & { isActive: boolean },
): Refusal | undefined {
  const levels = [...(store.levelsAt.get(location.id)?.values() ?? [])]
  if (!isActive && levels.some((level) => onHand(level) !== 0)) {
    return refuse('stocked', `${location.name} has stock: move it first.`)
  }
  location.isActive = isActive
  store.locations.touch(location, nowOf(store))
  news.add(isActive ? 'locations/activate' : 'locations/deactivate', location.id, () => locationPayload(location))
  return undefined
}

/** In the order in which web orders are taken from them. */
export function onlineLocations(store: Store): Location[] {
  return [...store.locations.values()].filter(({ isActive, fulfillsOnlineOrders }) => isActive && fulfillsOnlineOrders)
}
