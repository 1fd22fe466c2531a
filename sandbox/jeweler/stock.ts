import type { Random } from '#app/kernel/clock.ts'
import { happens, whole } from './chance.ts'
import type { PlaceName, Stock, Unavailable } from './shop.ts'

/** How often a variant has a piece that lies in the safe and is not for sale, and how many then. */
const SET_ASIDE: { state: Unavailable; share: number; most: number }[] = [
  { state: 'damaged', share: 0.03, most: 1 },
  { state: 'reserved', share: 0.04, most: 1 },
  { state: 'safety_stock', share: 0.05, most: 1 },
  { state: 'incoming', share: 0.08, most: 6 },
]

/** Pieces of something made again and again: most in the safe, one or two in the window, a few out of the house. */
export function spread(random: Random, [least, most]: readonly [number, number]): Stock[] {
  const safe: Stock = { place: 'Safe', available: whole(random, least, most) }
  for (const { state, share, most } of SET_ASIDE) if (happens(random, share)) safe[state] = whole(random, 1, most)
  const stock = [safe]
  if (happens(random, 0.45)) stock.push({ place: 'Shop window', available: whole(random, 1, 2) })
  if (happens(random, 0.08)) stock.push({ place: 'Bench', available: 0, quality_control: 1 })
  if (happens(random, 0.12)) stock.push({ place: 'Consignment', available: whole(random, 1, 2) })
  return stock
}

/** The one piece there is, wherever it happens to be. */
export function onePiece(random: Random): Stock[] {
  const drawn = random()
  if (drawn < 0.04) return [{ place: 'Bench', available: 0, quality_control: 1 }]
  const place: PlaceName = drawn < 0.1 ? 'Consignment' : drawn < 0.4 ? 'Shop window' : 'Safe'
  return [{ place, available: 1 }]
}
