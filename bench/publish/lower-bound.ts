import type { Limit } from '#app/channels/bucket.ts'

/** What a plan comes to: calls or points, in the unit of the limits. */
export type Plan = { cost: number }

/**
 * The seconds that spending so much takes at the very least under these limits, with the share `reserve` of every budget
 * for hours or a day left alone: a full window at once, then a window's length until the next, and in the last one as fast
 * as the shorter limits allow.
 */
export function lowerBoundSeconds({ cost }: Plan, limits: readonly Limit[], reserve: number): number {
  const points = limits.flatMap((limit) => (limit.kind === 'points' ? [limit] : []))
  const restoring = points.map(({ limit, restorePerSecond }) => Math.max(0, cost - limit) / restorePerSecond)
  return Math.max(inWindows(cost, windowsOf(limits, reserve)), ...restoring)
}

type Window = { most: number; seconds: number }

const HOUR_MS = 3_600_000

const windowsOf = (limits: readonly Limit[], reserve: number): Window[] =>
  limits
    .flatMap((limit) => (limit.kind === 'window' ? [limit] : []))
    .map(({ limit, lengthMs }) => ({
      most: lengthMs >= HOUR_MS ? limit * (1 - reserve) : limit,
      seconds: lengthMs / 1_000,
    }))
    .toSorted((a, b) => b.seconds - a.seconds)

function inWindows(cost: number, [longest, ...shorter]: Window[]): number {
  if (!longest || cost <= 0) return 0
  const full = Math.floor((cost - 1) / longest.most)
  return full * longest.seconds + inWindows(cost - full * longest.most, shorter)
}
