import { z } from 'zod'
import { assert } from '../kernel/assert.ts'
import { type Keep, KEEP_NOTHING, type Meter, type MeterReading, type MeterState } from './meter.ts'
import { pointsMeter, type PointsLimit } from './points-meter.ts'
import { isBudget, windowMeter, type WindowLimit } from './window-meter.ts'

/** A limit of a channel, by a name of ours that readings of the channel's answers use as well. */
export type Limit = WindowLimit | PointsLimit

/** What an answer of the channel says about its limits, and how long it told us to stay away (Retry-After). */
export type Reading = { limits?: { [name: string]: MeterReading }; retryAfterMs?: number | undefined }

export type BucketState = { blockedUntil: number; meters: { [name: string]: MeterState } }

export type BucketOptions = {
  limits: readonly Limit[]
  /**
   * The share of every limit that is never used: our clock is not the channel's, and calls arrive in bunches. Of a window
   * of seconds it is time. 5 % when left out, 2 % of a window.
   */
  margin?: number
}

/**
 * All the limits that a call must keep, at once. It paces calls below them by its own count, and never waits to be
 * refused; the channel's answers make it more careful at once, and less so slowly. It has no clock and does not wait.
 */
export type Bucket = {
  /** Milliseconds until calls of this cost in all may go; 0 means now. `keepFree` are the shares to leave to others. */
  waitMs(cost: number, now: Date, keepFree?: Keep): number
  /** What is left of the budgets for hours or a day, in calls; null where the channel has none. */
  budgetLeft(now: Date, keepFree?: Keep): number | null
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
const MARGIN_OF_WINDOW = 0.02

/** Opens a bucket, full or as it was saved. A limit whose configuration has changed since starts from that. */
export function openBucket({ limits, margin }: BucketOptions, saved?: BucketState | null): Bucket {
  const meters = new Map(limits.map((limit) => [limit.name, meterOf(limit, margin, saved?.meters[limit.name])]))
  assert(meters.size === limits.length, 'Two limits of a bucket have the same name')
  let blockedUntil = saved?.blockedUntil ?? 0
  const each = (now: Date, act: (meter: Meter, now: number) => void) => {
    for (const meter of meters.values()) act(meter, now.getTime())
  }
  return {
    waitMs(cost, now, keepFree = KEEP_NOTHING) {
      const blocked = blockedUntil - now.getTime()
      const waits = [...meters.values()].map((meter) => meter.waitMs(cost, now.getTime(), keepFree[meter.kind]))
      return Math.max(0, blocked, ...waits)
    },
    budgetLeft(now, keepFree = KEEP_NOTHING) {
      const budgets = [...meters.values()].filter(({ kind }) => kind === 'budget')
      const left = budgets.map((meter) => meter.left(now.getTime()) - meter.most() * keepFree.budget)
      return left.length > 0 ? Math.max(0, Math.floor(Math.min(...left))) : null
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

function meterOf(limit: Limit, margin: number | undefined, saved: MeterState | undefined): Meter {
  if (limit.kind === 'points')
    return pointsMeter(limit, margin ?? DEFAULT_MARGIN, saved?.kind === 'points' ? saved : undefined)
  const usual = isBudget(limit) ? DEFAULT_MARGIN : MARGIN_OF_WINDOW
  return windowMeter(limit, margin ?? usual, saved?.kind === 'window' ? saved : undefined)
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
