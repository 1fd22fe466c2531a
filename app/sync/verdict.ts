import type { Lane } from '../channels/lane.ts'

// What the publisher decides, and by what rule (design §1.6): no database, no clock, no channel. The model in
// test/sync/causal-push.test.ts drives these very functions through every interleaving of a small world.

/** What is known of a listing for which a number has just been computed. */
export type Standing = {
  publishable: boolean
  /** false: what it shows must be read before it is believed */
  seen: boolean
  shown: number | null
  quantity: number
  /** pieces that it showed less than expected and that no order explains yet */
  unexplained: number
}

/**
 * leave: nothing is ever written. look: read it first. agrees: it shows that already. lower: at once, compared with what
 * it shows. raise: only what `mayRaise` lets through. explain: the number is right, but why it fell is not known.
 */
export type Verdict = 'leave' | 'look' | 'agrees' | 'lower' | 'raise' | 'explain'

export function verdictOn({ publishable, seen, shown, quantity, unexplained }: Standing): Verdict {
  if (!publishable) return 'leave'
  if (!seen) return 'look'
  if (shown === null || quantity < shown) return 'lower'
  if (quantity > shown) return 'raise'
  return unexplained === 0 ? 'agrees' : 'explain'
}

/** The stock and the rules that a number was computed from. */
export type Version = { seq: number; rulesVersion: number }

/**
 * Whether a number may go up: every order up to the moment it was computed is known, nothing has changed since, and no
 * drop is unexplained that the orders should have explained.
 */
export function mayRaise(
  computed: Version,
  { now, ordersRead, mystery }: { now: Version | null; ordersRead: boolean; mystery: boolean },
): boolean {
  return ordersRead && !mystery && now?.seq === computed.seq && now.rulesVersion === computed.rulesVersion
}

/** What falls to nothing goes before orders are read: a sold piece must not stay on sale. */
export const laneOfNumber = (quantity: number): Extract<Lane, 'urgent' | 'write'> =>
  quantity === 0 ? 'urgent' : 'write'
