import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.ts'
import { keyOf, once, type Issue } from '../idempotency.ts'
import { acting } from '../news.ts'
import { levelPayload } from '../payloads.ts'
import { levelAt, onHand } from '../stock.ts'
import { shift } from '../stock-change.ts'
import { levelOf, type Store } from '../store.ts'

type ActivateArguments = {
  inventoryItemId: string
  locationId: string
  available?: number | null
  onHand?: number | null
}

/** `inventoryActivate`: stocks an item at a location. Reactivating keeps the old quantities when none is given. */
export function activate(args: ActivateArguments, { store }: Context, info: GraphQLResolveInfo) {
  const call = { key: keyOf(info), name: info.fieldName, args }
  const { issues } = once(store, call, () => ({ group: null, issues: run(store, args) }))
  // This mutation's errors are of the plain kind, which has no code.
  const userErrors = issues.map(({ field, message }) => ({ field, message }))
  return {
    inventoryLevel: issues.length > 0 ? null : (levelOf(store, args.inventoryItemId, args.locationId) ?? null),
    userErrors,
  }
}

function run(store: Store, args: ActivateArguments): Issue[] {
  const issues = issuesOf(store, args)
  if (issues.length > 0) return issues
  acting(store, (news) => {
    const known = levelOf(store, args.inventoryItemId, args.locationId)
    const level = levelAt(store, args.inventoryItemId, args.locationId)
    const wanted =
      args.available ??
      (typeof args.onHand === 'number' ? args.onHand - (onHand(level) - level.quantities.available) : null)
    if (wanted !== null && wanted !== level.quantities.available)
      shift(store, { level, deltas: { available: wanted - level.quantities.available }, news })
    if (!known?.isActive) news.add('inventory_levels/connect', level.id, () => levelPayload(level))
    level.isActive = true
  })
  return []
}

function issuesOf(store: Store, { inventoryItemId, locationId, available, onHand: all }: ActivateArguments): Issue[] {
  const location = store.locations.get(locationId)
  const sentence = (why: string) => `The product couldn't be stocked at ${location?.name} because ${why}`
  if (!store.items.get(inventoryItemId)) {
    return [{ field: ['inventoryItemId'], message: "The product couldn't be stocked because the product was deleted." }]
  }
  if (!location)
    return [{ field: ['locationId'], message: "The product couldn't be stocked because the location wasn't found." }]
  const given = [
    { name: 'available', value: available },
    { name: 'onHand', value: all },
  ].filter(({ value }) => typeof value === 'number')
  if (given.length === 2) {
    const message = sentence('not allowed to set available and on_hand quantities at the same time.')
    return given.map(({ name }) => ({ field: [name], message }))
  }
  const [one] = given
  if (!one) return []
  if (Math.abs(one.value ?? 0) > 1_000_000_000) {
    return [{ field: [one.name], message: sentence('the quantity needs to be between -1 billion and 1 billion.') }]
  }
  if (!levelOf(store, inventoryItemId, locationId)?.isActive) return []
  const what = one.name === 'available' ? 'set available quantity' : 'set an on_hand quantity'
  return [{ field: [one.name], message: `Not allowed to ${what} when the item is already active at the location.` }]
}
