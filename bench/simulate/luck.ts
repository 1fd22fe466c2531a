import type { Random } from '#app/kernel/clock.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'

/**
 * Chance that begins anew with every step: a step keeps its luck when others before it are left out, or no failure could
 * be made smaller.
 */
export class Luck {
  #random: Random = seeded(0)

  begin(seed: number): void {
    this.#random = seeded(seed)
  }

  readonly draw: Random = () => this.#random()
}

/** A seed that follows from others: whole numbers below 2^32. */
export function seedOf(...parts: number[]): number {
  let mixed = 0x9e3779b9
  for (const part of parts) {
    mixed = Math.imul(mixed ^ (part >>> 0), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    mixed ^= mixed >>> 16
  }
  return mixed >>> 0
}
