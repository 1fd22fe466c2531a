import { assert } from '../../kernel/assert.ts'
import type { MirrorChange, MirrorMove } from '../connector.ts'
import { CHANGES_AT_ONCE } from './limits.ts'

/** Pieces that leave what is for sale at a place of Square's, or come into it. */
export type Adjustment = {
  variationId: string
  locationId: string
  quantity: number
  from: 'IN_STOCK' | 'NONE' | 'UNLINKED_RETURN'
  to: 'IN_STOCK' | 'SOLD' | 'WASTE'
}

/** One call that is to happen once. `label` tells the calls of all changes apart, the same however often it is planned. */
export type PlannedCall = { label: string; adjustments: Adjustment[] }

/**
 * The calls that make a change of ours happen in Square. Of our states it has one that may be written, IN_STOCK: what goes
 * from or to another is said as leaving it or coming into it, and what moves between others is none of its business.
 */
export function planChanges(change: MirrorChange): PlannedCall[] {
  const adjustments = inOrder(change.moves.flatMap((move) => adjustmentOf(move, change.reason)))
  const count = Math.ceil(adjustments.length / CHANGES_AT_ONCE)
  return Array.from({ length: count }, (_, n) => ({
    label: `${change.key} ${n}`,
    adjustments: adjustments.slice(n * CHANGES_AT_ONCE, (n + 1) * CHANGES_AT_ONCE),
  }))
}

// What came in or went out for another reason than a buyer.
const CAME_BACK = 'came back'
const NOT_SOLD = new Set(['lost', 'counted', 'corrected'])

function adjustmentOf(move: MirrorMove, reason: string): Adjustment[] {
  const { ref, externalLocationId: locationId, quantity, from, to } = move
  assert(from !== null || to !== null, 'a mirrored move has an end inside')
  const what = { variationId: ref.externalId, locationId, quantity }
  if (from === to || (from !== 'available' && to !== 'available')) return []
  if (to === 'available') {
    return [{ ...what, from: from === null && reason === CAME_BACK ? 'UNLINKED_RETURN' : 'NONE', to: 'IN_STOCK' }]
  }
  return [{ ...what, from: 'IN_STOCK', to: isWaste(to, reason) ? 'WASTE' : 'SOLD' }]
}

const isWaste = (to: MirrorMove['to'], reason: string): boolean =>
  to === 'damaged' || (to === null && NOT_SOLD.has(reason))

const sortKey = ({ variationId, locationId, from, to }: Adjustment) => `${variationId} ${locationId} ${from} ${to}`

/** Summed by what they do: the order of the moves is not part of what happened, and a repeat may bring them in another. */
function inOrder(adjustments: Adjustment[]): Adjustment[] {
  const sums = new Map<string, Adjustment>()
  for (const one of adjustments) {
    const key = sortKey(one)
    sums.set(key, { ...one, quantity: (sums.get(key)?.quantity ?? 0) + one.quantity })
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/**
 * A call that was refused as a whole, in parts: the change that Square names apart from the others, or else two halves.
 * Null when there is nothing to take apart.
 */
export function splitCall({ label, adjustments }: PlannedCall, field: string | null): PlannedCall[] | null {
  if (adjustments.length < 2) return null
  const named = Number(/^changes\[(\d+)\]/.exec(field ?? '')?.[1] ?? NaN)
  const half = Math.ceil(adjustments.length / 2)
  const isApart = (n: number) => (adjustments[named] ? n === named : n >= half)
  const part = (name: string, apart: boolean) => ({
    label: `${label} ${name}`,
    adjustments: adjustments.filter((_, n) => isApart(n) === apart),
  })
  const suffix = adjustments[named] ? `without ${named}` : 'first half'
  return [part(suffix, false), part(adjustments[named] ? `only ${named}` : 'second half', true)]
}
