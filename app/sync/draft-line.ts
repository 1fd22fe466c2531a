import type { MirrorChange, MirrorMove, SetAside } from '../channels/connector.ts'
import type { ListingRef } from '../kernel/channel-order.ts'

/** Pieces that a draft keeps aside at one place of its channel. */
export type DraftLine = { ref: ListingRef; externalLocationId: string; quantity: number }

/**
 * What a draft must keep aside so that the channel has moved what this change has: undefined where it moves anything but
 * free pieces of one place there into a hold.
 */
export function asideOf({ moves }: MirrorChange): Pick<SetAside, 'externalLocationId' | 'lines'> | undefined {
  const [first] = moves
  if (!first) return undefined
  const { externalLocationId } = first
  const isOne = (move: MirrorMove) =>
    move.from === 'available' && move.to === 'held' && move.externalLocationId === externalLocationId
  return moves.every(isOne) ? { externalLocationId, lines: summed(moves) } : undefined
}

function summed(moves: MirrorMove[]): SetAside['lines'] {
  const lines = new Map<string, SetAside['lines'][number]>()
  for (const { ref, quantity } of moves) {
    const name = `${ref.externalId}/${ref.variantId}`
    lines.set(name, { ref, quantity: quantity + (lines.get(name)?.quantity ?? 0) })
  }
  return [...lines.values()]
}

/** Whether the channel has the pieces afterwards where it had them before, under the same name. */
export const movesNothing = ({ moves }: MirrorChange): boolean => moves.every(({ from, to }) => from === to)

/**
 * What to tell instead of a change that takes pieces out of a hold, when the draft that keeps them ends with it: they
 * come from what is for sale, and what stays on hold is moved there. Told before the draft ends, so that nothing of it
 * is for sale in between.
 */
export function insteadOf(change: MirrorChange, lines: DraftLine[]): MirrorMove[] {
  const left = lines.map((line) => ({ ...line }))
  const moves = change.moves.map((move): MirrorMove => {
    const line = left.find((one) => isAt(one, move))
    if (move.from !== 'held' || !line) return move
    line.quantity -= move.quantity
    return { ...move, from: 'available' }
  })
  const stays = left.flatMap(({ ref, externalLocationId, quantity }): MirrorMove[] =>
    quantity > 0 ? [{ ref, externalLocationId, quantity, from: 'available', to: 'held' }] : [],
  )
  return [...moves, ...stays].filter(({ from, to }) => from !== to)
}

const isAt = (line: DraftLine, { ref, externalLocationId }: MirrorMove) =>
  line.ref.externalId === ref.externalId &&
  line.ref.variantId === ref.variantId &&
  line.externalLocationId === externalLocationId
