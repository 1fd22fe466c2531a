import { type AtLocation, pick } from './allocation.ts'

/** What one of a line's units takes from stock: pieces of a stocked item. A line of no bundle takes one of its item. */
export type Part = { itemId: number; needs: number }

/** Pieces of one item at one location that a line holds. */
export type AtPlace = AtLocation & { itemId: number }

/**
 * How many whole units each line gets when all of them draw on the same pieces, first come first served: a bundle of
 * which one part is missing takes nothing of the others. `free`: pieces for sale, by item.
 */
export function wholeUnits(free: ReadonlyMap<number, number>, wanted: { parts: Part[]; quantity: number }[]): number[] {
  const left = new Map(free)
  return wanted.map(({ parts, quantity }) => {
    const most = parts.map(({ itemId, needs }) => Math.floor((left.get(itemId) ?? 0) / needs))
    const whole = Math.min(quantity, ...most)
    for (const { itemId, needs } of parts) left.set(itemId, (left.get(itemId) ?? 0) - whole * needs)
    return whole
  })
}

/** The pieces that so many units take, summed per item over all lines. */
export function piecesOf(lines: { parts: Part[]; quantity: number }[]): { itemId: number; quantity: number }[] {
  const sums = new Map<number, number>()
  for (const { parts, quantity } of lines)
    for (const { itemId, needs } of parts) sums.set(itemId, (sums.get(itemId) ?? 0) + needs * quantity)
  return [...sums].filter(([, quantity]) => quantity > 0).map(([itemId, quantity]) => ({ itemId, quantity }))
}

/** How many whole units can be made of these pieces. */
export const unitsIn = (places: AtPlace[], parts: Part[]): number =>
  Math.min(...parts.map(({ itemId, needs }) => Math.floor(countOf(places, itemId) / needs)))

const countOf = (places: AtPlace[], itemId: number): number =>
  places.reduce((sum, place) => sum + (place.itemId === itemId ? place.quantity : 0), 0)

/** Picks the pieces of so many units out of where they lie, in the order given. There must be as many. */
export function pickUnits(places: AtPlace[], parts: Part[], units: number): AtPlace[] {
  return parts.flatMap(({ itemId, needs }) => {
    const there = places.filter((place) => place.itemId === itemId)
    return pick(there, units * needs).map((at) => ({ itemId, ...at }))
  })
}
