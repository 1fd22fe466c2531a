import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'
import type { Move } from './movement.ts'

/** Units of an item at a location and state that are there more (above 0) or less (below 0) than the ledger says. */
export type Difference = { itemId: number; locationId: number; state: StockState; quantity: number }

type Open = Difference & { left: number }

/**
 * The movements that explain differences in the fewest words: within a location from one state to another, then
 * between locations in the same state, then any; what has no counterpart came from nowhere or went there: a correction.
 */
export function movesFor(differences: Difference[]): Move[] {
  return [...Map.groupBy(differences, ({ itemId }) => itemId).values()].flatMap(ofOneItem)
}

function ofOneItem(differences: Difference[]): Move[] {
  const open: Open[] = differences.map((one) => ({ ...one, left: Math.abs(one.quantity) }))
  const gone = open.filter(({ quantity }) => quantity < 0)
  const come = open.filter(({ quantity }) => quantity > 0)
  const moves: Move[] = []
  const match = (fits: (from: Open, to: Open) => boolean) => {
    for (const from of gone) {
      for (const to of come) {
        const quantity = Math.min(from.left, to.left)
        if (quantity === 0 || !fits(from, to)) continue
        from.left -= quantity
        to.left -= quantity
        moves.push({ itemId: from.itemId, quantity, from: endOf(from), to: endOf(to) })
      }
    }
  }
  match((from, to) => from.locationId === to.locationId)
  match((from, to) => from.state === to.state)
  match(() => true)
  for (const one of gone)
    if (one.left > 0) moves.push({ ...outside(one), from: endOf(one), to: { outside: 'correction' } })
  for (const one of come)
    if (one.left > 0) moves.push({ ...outside(one), from: { outside: 'correction' }, to: endOf(one) })
  return moves
}

const endOf = ({ locationId, state }: Open) => ({ locationId, state })
const outside = ({ itemId, left }: Open) => ({ itemId, quantity: left })

/** How the states are said to a person. */
export const STATE_WORDS: Record<StockState, string> = {
  available: 'available',
  reserved: 'reserved',
  held: 'on hold',
  in_work: 'in work',
  quality_check: 'in quality check',
  damaged: 'damaged',
  safety_stock: 'safety stock',
  incoming: 'incoming',
}

export const isState = (word: string): word is StockState => STOCK_STATES.some((state) => state === word)
