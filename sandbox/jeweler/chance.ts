import type { Random } from '#app/kernel/clock.ts'

/** Chance that repeats itself: the same seed (a whole number) gives the same shop, the same buyers. Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number, both ends included. */
export function whole(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1))
}

/** One of the list, which must not be empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  const picked = list[whole(random, 0, list.length - 1)]
  if (picked === undefined) throw new Error('Nothing to pick from')
  return picked
}

/** True in `share` of all cases. */
export function happens(random: Random, share: number): boolean {
  return random() < share
}

/** The same things in another order; the list given stays as it is. */
export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  return list
    .map((thing) => ({ thing, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing)
}
