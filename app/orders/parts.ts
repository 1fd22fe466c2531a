import type { AtLocation } from './allocation.ts'

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
