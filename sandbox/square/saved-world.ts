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
    merchants: [...world.merchants],
    locations: [...world.locations],
    items: [...world.items],
    variations: [...world.variations],
    stock: [...world.stock],
    orders: [...world.orders],
    payments: [...world.payments],
    refunds: [...world.refunds],
    accessTokens: [...world.accessTokens],
    refreshTokens: [...world.refreshTokens],
    codes: [...world.codes],
    answered: [...world.answered],
    outbox: [...world.outbox],
    recent: [...world.recent],
  })
}

/** The world that `save` made a copy of. A Mistake when `state` is not of that form. */
export function restore(state: unknown): World {
  assert(isSaved(state), 'What was given to the Square sandbox is not a state it has saved')
  const { format: _, ...saved } = structuredClone(state)
  return {
    ...saved,
    merchants: new Map(saved.merchants),
    locations: new Map(saved.locations),
    items: new Map(saved.items),
    variations: new Map(saved.variations),
    stock: new Map(saved.stock),
    orders: new Map(saved.orders),
    payments: new Map(saved.payments),
    refunds: new Map(saved.refunds),
    accessTokens: new Map(saved.accessTokens),
    refreshTokens: new Map(saved.refreshTokens),
    codes: new Map(saved.codes),
    answered: new Map(saved.answered),
    outbox: new Map(saved.outbox),
    recent: new Map(saved.recent),
  }
}

function isSaved(state: unknown): state is SavedWorld {
  return typeof state === 'object' && state !== null && 'format' in state && state.format === 1
}
