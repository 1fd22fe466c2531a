import { learned, relearn, type Meter, type MeterReading, type MeterState } from './meter.ts'

/** A bucket of `limit` points that fills again by `restorePerSecond` (Shopify: 2,000 and 100). */
export type PointsLimit = { kind: 'points'; name: string; limit: number; restorePerSecond: number }

type SavedPoints = Extract<MeterState, { kind: 'points' }>

/** A meter for a bucket that refills at a steady rate. */
export function pointsMeter(rule: PointsLimit, margin: number, saved?: SavedPoints): Meter {
  let size = learned(rule.limit, saved?.limit)
  let rate = learned(rule.restorePerSecond, saved?.restorePerSecond)
  let level = saved?.level ?? rule.limit
  let at = saved?.at ?? 0

  function refill(now: number): void {
    const passed = Math.max(now - at, 0)
    level = Math.min(size.value, level + (passed / 1000) * rate.value)
    at = Math.max(now, at)
  }

  function waitMs(amount: number, now: number, keepFree: number): number {
    refill(now)
    const need = amount + size.value * (margin + keepFree)
    // What is more than its share goes when the bucket is full.
    const enough = amount <= size.value ? Math.min(need, size.value) : need
    return Math.max(0, Math.ceil(((enough - level) / rate.value) * 1000))
  }

  function learn({ limit, remaining, restorePerSecond }: MeterReading, now: number): void {
    refill(now)
    size = relearn(size, limit, now)
    rate = relearn(rate, restorePerSecond, now)
    level = Math.min(level, size.value)
    // More than we thought is only what we have on its way, and not worth believing: the bucket fills by itself.
    if (remaining !== undefined && remaining < level) level = remaining
  }

  return {
    kind: 'points',
    waitMs,
    learn,
    left(now) {
      refill(now)
      return level
    },
    take(amount, now) {
      refill(now)
      level -= amount
    },
    giveBack(amount) {
      level = Math.min(size.value, level + amount)
    },
    most: () => size.value,
    state: () => ({ kind: 'points', limit: size, restorePerSecond: rate, level, at }),
  }
}
