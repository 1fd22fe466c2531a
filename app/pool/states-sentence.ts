import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'
import type { StockAtLocation } from './supply.ts'

const WORDS: Record<StockState, string> = {
  available: 'for sale',
  reserved: 'reserved for orders',
  held: 'on hold for a client',
  in_work: 'in work',
  quality_check: 'in quality check',
  damaged: 'damaged',
  safety_stock: 'kept back',
  incoming: 'on the way',
}

/** Pieces of an item by state, over all places. `available` at a place that does not sell is not for sale. */
export type StateTotals = { total: number; states: { state: StockState; quantity: number }[]; resting: number }

export function stateTotals(stock: StockAtLocation[]): StateTotals {
  const sum = (state: StockState, of: StockAtLocation[]) => of.reduce((n, { balance }) => n + balance[state], 0)
  const states = STOCK_STATES.map((state) => ({ state, quantity: sum(state, stock) }))
  const total = states.reduce((n, { quantity }) => n + quantity, 0)
  return {
    total,
    states,
    resting: sum(
      'available',
      stock.filter(({ sellable }) => !sellable),
    ),
  }
}

/** All pieces in one sentence that adds up: "7 pieces: 5 for sale, 1 reserved for orders and 1 in work." */
export function statesSentence(stock: StockAtLocation[]): string {
  const { total, states, resting } = stateTotals(stock)
  if (total === 0) return 'There is no piece of it, at any place.'
  const parts = states.flatMap(({ state, quantity }) => {
    const n = state === 'available' ? quantity - resting : quantity
    return n > 0 ? [`${n} ${WORDS[state]}`] : []
  })
  if (resting > 0) parts.push(`${resting} at places that do not sell`)
  const all = new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts)
  return `${total === 1 ? '1 piece' : `${total} pieces`}: ${all}.`
}
