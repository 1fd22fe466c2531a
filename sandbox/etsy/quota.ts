import { type Etsy, now } from './etsy.ts'
import type { QuotaState } from './world.ts'

const DAY_MS = 86_400_000
/** "The 24-hour period is divided into a number of smaller, fixed time intervals" (docs "Rate Limits"); of which length, they do not say. */
const BUCKET_MS = 15 * 60_000

export type Quota = { headers: Record<string, string>; refused?: { error: string; retryAfter: number } }

/**
 * Counts one call against the app's key, whoever's token it carries, unless a limit is reached. The second is a
 * sliding one, stricter than a calendar second: a client that keeps to it keeps to either.
 */
export function count(etsy: Etsy): Quota {
  const { perSecond, perDay } = etsy.settings.limits
  const { quota } = etsy.world
  if (perSecond === null && perDay === null) return { headers: {} }
  slide(quota, now(etsy))
  const tooFast = perSecond !== null && quota.recent.length >= perSecond
  const spent = perDay !== null && quota.today >= perDay
  if (!tooFast && !spent) add(quota, now(etsy))
  const headers = headersOf(etsy)
  if (spent) return { headers, refused: { error: 'Exceeded daily rate limit', retryAfter: 86_400 } }
  return tooFast ? { headers, refused: { error: 'Exceeded per second rate limit', retryAfter: 1 } } : { headers }
}

function slide(quota: QuotaState, at: number): void {
  const { recent, buckets } = quota
  const old = recent.findIndex((time) => time > at - 1_000)
  recent.splice(0, old === -1 ? recent.length : old)
  for (let first = buckets[0]; first && first.start + BUCKET_MS <= at - DAY_MS; first = buckets[0]) {
    quota.today -= first.calls
    buckets.shift()
  }
}

function add(quota: QuotaState, at: number): void {
  const start = at - (at % BUCKET_MS)
  const last = quota.buckets.at(-1)
  if (last?.start === start) last.calls++
  else quota.buckets.push({ start, calls: 1 })
  quota.recent.push(at)
  quota.today++
}

function headersOf({ settings: { limits }, world: { quota } }: Etsy): Record<string, string> {
  const headers: Record<string, string> = {}
  if (limits.perSecond !== null) {
    headers['x-limit-per-second'] = String(limits.perSecond)
    headers['x-remaining-this-second'] = String(Math.max(0, limits.perSecond - quota.recent.length))
  }
  if (limits.perDay !== null) {
    headers['x-limit-per-day'] = String(limits.perDay)
    headers['x-remaining-today'] = String(Math.max(0, limits.perDay - quota.today))
  }
  return headers
}
