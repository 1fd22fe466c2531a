import { assert } from '../kernel/assert.ts'

/** Units of a line at one location. */
export type AtLocation = { locationId: number; quantity: number }

/** A line that waits for units: how many, and where the channel says they lie. */
export type Waiting = { line: number; itemId: number; quantity: number; sources: AtLocation[] }

export type Allocated = { line: number; itemId: number; locationId: number; quantity: number }

/** Deals what was taken, per item and location, out to the lines: to those that name the location first, then in order. */
export function deal(
  taken: { itemId: number; locationId: number; quantity: number }[],
  waiting: Waiting[],
): Allocated[] {
  const left = taken.map((one) => ({ ...one }))
  const open = waiting.map((one) => ({ ...one, sources: one.sources.map((source) => ({ ...source })) }))
  const dealt: Allocated[] = []
  const give = (from: (typeof left)[number], to: (typeof open)[number], most: number) => {
    const quantity = Math.min(from.quantity, to.quantity, most)
    if (quantity <= 0) return
    from.quantity -= quantity
    to.quantity -= quantity
    dealt.push({ line: to.line, itemId: to.itemId, locationId: from.locationId, quantity })
  }
  const pairs = open.flatMap((to) => left.filter((from) => from.itemId === to.itemId).map((from) => ({ from, to })))
  for (const { from, to } of pairs) {
    const named = to.sources.find((source) => source.locationId === from.locationId)
    if (named) give(from, to, named.quantity)
  }
  for (const { from, to } of pairs) give(from, to, Infinity)
  assert(
    left.every(({ quantity }) => quantity === 0),
    'what was taken for an order is dealt out to its lines',
  )
  return joined(dealt)
}

function joined(dealt: Allocated[]): Allocated[] {
  const byPlace = new Map<string, Allocated>()
  for (const one of dealt) {
    const key = `${one.line}/${one.itemId}/${one.locationId}`
    const same = byPlace.get(key)
    if (same) same.quantity += one.quantity
    else byPlace.set(key, { ...one })
  }
  return [...byPlace.values()]
}

/** Picks `quantity` units out of where a line's units lie, in the order given. */
export function pick(places: AtLocation[], quantity: number): AtLocation[] {
  let missing = quantity
  const picked = places.flatMap(({ locationId, quantity: there }) => {
    const n = Math.min(there, missing)
    missing -= n
    return n > 0 ? [{ locationId, quantity: n }] : []
  })
  assert(missing === 0, 'a line gives back or ships no more than it holds')
  return picked
}
