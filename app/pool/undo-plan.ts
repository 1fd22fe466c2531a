import type { Balance, StockState } from '../kernel/stock-state.ts'
import type { End, Move } from './movement.ts'
import type { Reason } from './reason.ts'

/** Nothing but the ledger knows of these: what they moved can be moved back. Others are taken back where they were made. */
const UNDOABLE: readonly Reason[] = ['moved', 'counted', 'gone, a person says', 'undone']

export const isUndoable = (reason: string): boolean => UNDOABLE.some((one) => one === reason)

export const UNDO_WITHIN_MS = 30 * 86_400_000

/** What lies at a place now. */
export type LiesAt = { itemId: number; locationId: number; balance: Balance }

/** The way back: what moves, and the items of which the pieces are not where the act left them. */
export type UndoPlan = { back: Move[]; gone: Move[] }

/**
 * The compensating movements for what an act moved, latest first. An item goes back whole or not at all: where one of
 * its pieces is gone since, all its moves are `gone`.
 */
export function planUndo(moved: Move[], stock: LiesAt[]): UndoPlan {
  const moves = moved.toReversed().map(({ from, to, ...of }) => ({ ...of, from: to, to: from }))
  const byItem = Map.groupBy(moves, ({ itemId }) => itemId)
  const lies = Map.groupBy(stock, ({ itemId }) => itemId)
  const gone = new Set<number>()
  for (const [itemId, all] of byItem) {
    if (!isThere(all, lies.get(itemId) ?? [])) gone.add(itemId)
  }
  return {
    back: moves.filter(({ itemId }) => !gone.has(itemId)),
    gone: moves.filter(({ itemId }) => gone.has(itemId)),
  }
}

// What passes through a state within the act only has to add up: as the ledger sees it.
function isThere(moves: Move[], stock: LiesAt[]): boolean {
  const left = new Map<string, number>()
  const add = (end: End, n: number) => {
    if ('outside' in end) return
    const key = `${end.locationId}/${end.state}`
    left.set(key, (left.get(key) ?? amountAt(stock, end)) + n)
  }
  for (const { from, to, quantity } of moves) {
    add(from, -quantity)
    add(to, quantity)
  }
  return [...left.values()].every((n) => n >= 0)
}

const amountAt = (stock: LiesAt[], end: { locationId: number; state: StockState }): number =>
  stock.find(({ locationId }) => locationId === end.locationId)?.balance[end.state] ?? 0
