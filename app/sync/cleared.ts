import type { Version } from './verdict.ts'

// An order read answers for the numbers that were computed before it, for so long. What is written later than that is
// read for again: what was sold meanwhile should not wait to be known.
const GOOD_FOR_MS = 10_000

type Number = Version & { listingId: number; quantity: number; shown: number | null }

/** Up to when an account's orders are known in this process, and which numbers that answers for. */
export type Cleared = {
  /** The orders were read now, after these numbers had been computed. */
  note(numbers: Number[], readAt: Date): void
  /** All of them were computed before the last read, just as they are now. */
  covers(numbers: Number[], now: Date): boolean
  /** Milliseconds since the orders were read here; Infinity when they never were. */
  ageMs(now: Date): number
}

const byConnector = new WeakMap<object, { at: Date; numbers: Map<number, string> }>()

const printOf = ({ seq, rulesVersion, quantity, shown }: Number) => `${seq}/${rulesVersion}/${quantity}/${shown}`

/** Kept with the connector, and so as long as this process works for the account: after that they are read anew. */
export function clearedFor(connector: object): Cleared {
  return {
    note: (numbers, at) =>
      void byConnector.set(connector, { at, numbers: new Map(numbers.map((one) => [one.listingId, printOf(one)])) }),
    covers(numbers, now) {
      const last = byConnector.get(connector)
      if (!last || now.getTime() - last.at.getTime() >= GOOD_FOR_MS) return false
      return numbers.every((one) => last.numbers.get(one.listingId) === printOf(one))
    },
    ageMs: (now) => now.getTime() - (byConnector.get(connector)?.at.getTime() ?? -Infinity),
  }
}
