import type { AbsoluteConnector, SetQuantity } from '../channels/connector.ts'
import type { Lane } from '../channels/lane.ts'
import type { Computed } from './publisher.ts'
import { laneOfNumber } from './verdict.ts'

/** What is written together, and how urgently. */
export type Batch = { units: SetQuantity[][]; lane: Lane; calls: number }

/** Ordered by what is lost if it waits: the only one of its kind, what there is least of, what sells fastest. */
export const byRisk = (listings: Computed[]): Computed[] =>
  listings.toSorted((a, b) => Number(b.oneOfOne) - Number(a.oneOfOne) || a.quantity - b.quantity || b.pace - a.pace)

/** The writes of these numbers, in the channel's units, in their order. */
export function unitsOf(connector: AbsoluteConnector, listings: Computed[]): SetQuantity[][] {
  if (listings.length === 0) return []
  return connector.planWrites(
    listings.map(({ listingId, ref, quantity, shown }): SetQuantity => ({ listingId, ref, quantity, expected: shown })),
  )
}

const laneOf = (unit: SetQuantity[]): Lane =>
  unit.some(({ quantity }) => laneOfNumber(quantity) === 'urgent') ? 'urgent' : 'write'

export type Writing = {
  connector: AbsoluteConnector
  /** Units with one of these are written alone: something went wrong with it, and it must not fail the others. */
  suspects: ReadonlySet<number>
  waitMs: (calls: number, lane: Lane) => number
}

/**
 * The first of them that can be written together, and how long that has to wait. One unit that is too large by itself
 * goes alone. With almost room enough it does not wait for the rest: what a single order read took is not worth a second.
 */
export function nextBatch(
  units: SetQuantity[][],
  { connector, suspects, waitMs }: Writing,
): Batch & { waitMs: number } {
  const lane = laneOf(units[0] ?? [])
  const alone = (unit: SetQuantity[]) => unit.some(({ listingId }) => suspects.has(listingId))
  let most = 1
  const fits = (n: number) =>
    n <= units.length &&
    !alone(units[0]!) &&
    !alone(units[n - 1]!) &&
    laneOf(units[n - 1]!) === lane &&
    connector.callsFor(units.slice(0, n)) <= connector.capabilities.callsAtOnce
  while (fits(most + 1)) most += 1
  const batch = (n: number): Batch => ({ units: units.slice(0, n), lane, calls: connector.callsFor(units.slice(0, n)) })
  for (const some of [batch(most), batch(Math.max(1, most - 1))]) {
    if (waitMs(some.calls, lane) === 0) return { ...some, waitMs: 0 }
  }
  const whole = batch(most)
  return { ...whole, waitMs: waitMs(whole.calls, lane) }
}
