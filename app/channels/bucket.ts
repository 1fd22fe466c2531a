import { z } from 'zod'
import { assert } from '../kernel/assert.ts'
import type { Meter, MeterReading, MeterState } from './meter.ts'
import { pointsMeter, type PointsLimit } from './points-meter.ts'
import { windowMeter, type WindowLimit } from './window-meter.ts'

/** A limit of a channel, by a name of ours that readings of the channel's answers use as well. */
export type Limit = WindowLimit | PointsLimit

/** What an answer of the channel says about its limits, and how long it told us to stay away (Retry-After). */
export type Reading = { limits?: { [name: string]: MeterReading }; retryAfterMs?: number | undefined }

export type BucketState = { blockedUntil: number; meters: { [name: string]: MeterState } }

export type BucketOptions = {
  limits: readonly Limit[]
  /** The share of every limit that is never used: our clock is not the channel's, and calls arrive in bunches. */
  margin?: number
}

/**
 * All the limits that a call must keep, at once. It paces calls below them by its own count, and never waits to be
 * refused; the channel's answers make it more careful at once, and less so slowly. It has no clock and does not wait.
 */
export type Bucket = {
  /** Milliseconds until calls of this cost in all may go; 0 means now. `keepFree` is the share to leave to others. */
  waitMs(cost: number, now: Date, keepFree?: number): number
  /** Counts a call that goes now. */
  take(cost: number, now: Date): void
  /** Less was used than was taken at `takenAt` (the channel charged `cost` less). A negative cost: more. */
  giveBack(cost: number, takenAt: Date): void
  learn(reading: Reading, now: Date): void
  /** The greatest cost a single call may have. */
  most(): number
  /** As JSON, to be kept and opened again. */
  state(): BucketState
}

const DEFAULT_MARGIN = 0.05

/** Opens a bucket, full or as it was saved. A limit whose configuration has changed since starts from that. */
export function openBucket({ limits, margin = DEFAULT_MARGIN }: BucketOptions, saved?: BucketState | null): Bucket {
  const meters = new Map(limits.map((limit) => [limit.name, meterOf(limit, margin, saved?.meters[limit.name])]))
  assert(meters.size === limits.length, 'Two limits of a bucket have the same name')
  let blockedUntil = saved?.blockedUntil ?? 0
  const each = (now: Date, act: (meter: Meter, now: number) => void) => {
    for (const meter of meters.values()) act(meter, now.getTime())
  }
  return {
    waitMs(cost, now, keepFree = 0) {
      const blocked = blockedUntil - now.getTime()
      return Math.max(0, blocked, ...[...meters.values()].map((meter) => meter.waitMs(cost, now.getTime(), keepFree)))
    },
    take: (cost, now) => each(now, (meter, at) => meter.take(cost, at)),
    giveBack: (cost, takenAt) =>
      each(takenAt, (meter, at) => (cost < 0 ? meter.take(-cost, at) : meter.giveBack(cost, at))),
    learn({ limits: said = {}, retryAfterMs = 0 }, now) {
      for (const [name, reading] of Object.entries(said)) meters.get(name)?.learn(reading, now.getTime())
      if (retryAfterMs > 0) blockedUntil = Math.max(blockedUntil, now.getTime() + retryAfterMs)
    },
    most: () => Math.min(Infinity, ...[...meters.values()].map((meter) => meter.most())),
    state: () => ({
      blockedUntil,
      meters: Object.fromEntries([...meters].map(([name, meter]) => [name, meter.state()])),
    }),
  }
}

function meterOf(limit: Limit, margin: number, saved: MeterState | undefined): Meter {
  if (limit.kind === 'points') return pointsMeter(limit, margin, saved?.kind === 'points' ? saved : undefined)
  return windowMeter(limit, margin, saved?.kind === 'window' ? saved : undefined)
}

const number = z.number()
const learnedNumber = z.object({
  configured: number,
  value: number,
  rise: z.object({ to: number, since: number }).nullable(),
})
const meterState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('window'), limit: learnedNumber, slices: z.array(z.tuple([number, number, number])) }),
  z.object({
    kind: z.literal('points'),
    limit: learnedNumber,
    restorePerSecond: learnedNumber,
    level: number,
    at: number,
  }),
])

const bucketState = z.object({ blockedUntil: number, meters: z.record(z.string(), meterState) })

/**
 * A saved bucket as it comes from the database; null where there is none, or where another version of this code has
 * saved something else: the channel's answers then tell.
 */
export const savedBucket: z.ZodType<BucketState | null> = bucketState.nullable().catch(null)
