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

/** A set in a cart, and what one of it is made of. */
export type CartSet = { itemId: number; quantity: number; parts: { itemId: number; needs: number }[] }

type Counted = { itemId: number; quantity: number }

/** Lines by the pieces that they take: a set takes those of its parts. `parts`: of the sets, by set. */
export function takenApart(lines: Counted[], parts: ReadonlyMap<number, CartSet['parts']>): Counted[] {
  return lines.flatMap((line) => {
    const of = parts.get(line.itemId)
    return of ? of.map(({ itemId, needs }) => ({ itemId, quantity: needs * line.quantity })) : [line]
  })
}

/**
 * What is kept for a cart in the words in which it was asked for: sets, as many as are whole, and the other pieces by
 * themselves.
 */
export function keptLines(pieces: CartPiece[], sets: CartSet[]): Counted[] {
  const left = new Map<number, number>()
  for (const { itemId, quantity } of pieces) left.set(itemId, (left.get(itemId) ?? 0) + quantity)
  const whole = sets.map(({ itemId, quantity, parts }) => {
    const n = Math.min(quantity, ...parts.map((part) => Math.floor((left.get(part.itemId) ?? 0) / part.needs)))
    for (const part of parts) left.set(part.itemId, (left.get(part.itemId) ?? 0) - n * part.needs)
    return { itemId, quantity: n }
  })
  const others = [...left].map(([itemId, quantity]) => ({ itemId, quantity }))
  return [...whole, ...others].filter(({ quantity }) => quantity > 0)
}
