/** Pieces of a cart at one place. */
export type CartPiece = { itemId: number; locationId: number; quantity: number }

/**
 * What must be given back and what must be taken, so that a cart that has `pieces` has what its `lines` say. Given back
 * first where the most places are not needed any more: in the order of the places, from the last.
 */
export function cartChanges(
  pieces: CartPiece[],
  lines: { itemId: number; quantity: number }[],
): { give: CartPiece[]; take: { itemId: number; quantity: number }[] } {
  const wanted = new Map<number, number>()
  for (const { itemId, quantity } of lines) wanted.set(itemId, (wanted.get(itemId) ?? 0) + quantity)
  const give: CartPiece[] = []
  for (const piece of pieces) {
    const still = wanted.get(piece.itemId) ?? 0
    const kept = Math.min(still, piece.quantity)
    wanted.set(piece.itemId, still - kept)
    if (kept < piece.quantity) give.push({ ...piece, quantity: piece.quantity - kept })
  }
  const take = [...wanted].flatMap(([itemId, quantity]) => (quantity > 0 ? [{ itemId, quantity }] : []))
  return { give, take }
}

const MINUTE_MS = 60_000

/**
 * Until when a cart that calls at `at` keeps its pieces, and since when it has kept some. What was without any for as
 * long as one call lasts begins anew; otherwise a cart could be kept for ever by letting go for a moment.
 */
export function cartUntil(
  { cartMinutes, cartLongestMinutes }: { cartMinutes: number; cartLongestMinutes: number },
  { cart, at }: { cart: { status: string; until: Date; madeAt: Date; version: number }; at: Date },
): { until: Date; madeAt: Date } {
  const after = (moment: Date, minutes: number) => new Date(moment.getTime() + minutes * MINUTE_MS)
  const rested = cart.status !== 'active' && at >= after(cart.until, cartMinutes)
  const madeAt = rested || cart.version < 0 ? at : cart.madeAt
  const [each, longest] = [after(at, cartMinutes), after(madeAt, cartLongestMinutes)]
  return { madeAt, until: each < longest ? each : longest }
}
