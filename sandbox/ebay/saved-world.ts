import { assert } from '#app/kernel/assert.ts'
import type { World } from './world.ts'

type AsEntries<T> = T extends Map<infer Key, infer Value> ? [Key, Value][] : T

/** A World as plain JSON data. */
export type SavedWorld = { format: 1 } & { [Part in keyof World]: AsEntries<World[Part]> }

/** A copy: what happens afterwards does not change it. */
export function save(world: World): SavedWorld {
  return structuredClone({
    ...world,
    format: 1,
    sellers: [...world.sellers],
    listings: [...world.listings],
    items: [...world.items],
    offers: [...world.offers],
    offersOfSku: [...world.offersOfSku],
    orders: [...world.orders],
    accessTokens: [...world.accessTokens],
    refreshTokens: [...world.refreshTokens],
    codes: [...world.codes],
    destinations: [...world.destinations],
    subscriptions: [...world.subscriptions],
    outbox: [...world.outbox],
  })
}

/** The world that `save` made a copy of. A Mistake when `state` is not of that form. */
export function restore(state: unknown): World {
  assert(isSaved(state), 'What was given to the eBay sandbox is not a state it has saved')
  const { format: _, ...saved } = structuredClone(state)
  return {
    ...saved,
    sellers: new Map(saved.sellers),
    listings: new Map(saved.listings),
    items: new Map(saved.items),
    offers: new Map(saved.offers),
    offersOfSku: new Map(saved.offersOfSku),
    orders: new Map(saved.orders),
    accessTokens: new Map(saved.accessTokens),
    refreshTokens: new Map(saved.refreshTokens),
    codes: new Map(saved.codes),
    destinations: new Map(saved.destinations),
    subscriptions: new Map(saved.subscriptions),
    outbox: new Map(saved.outbox),
  }
}

function isSaved(state: unknown): state is SavedWorld {
  return typeof state === 'object' && state !== null && 'format' in state && state.format === 1
}
