import { type Answer, ok } from './answer.ts'
import type { Call } from './call.ts'
import { type Ebay, dayAt, iso, now } from './ebay.ts'
import type { Api } from './world.ts'

/** Counts one call against the app's budget of the day; false when it is spent, or calls come too fast. */
export function count(ebay: Ebay, api: Api): boolean {
  ebay.metrics.calls++
  if (!fits(ebay, api)) {
    ebay.metrics.throttled++
    return false
  }
  ebay.world.spent[api].calls++
  return true
}

function fits(ebay: Ebay, api: Api): boolean {
  const { limits } = ebay.settings
  const at = now(ebay)
  const limit = api === 'other' ? null : limits[api]
  const day = dayAt(at)
  if (ebay.world.spent[api].day !== day) ebay.world.spent[api] = { day, calls: 0 }
  ebay.recent = ebay.recent.filter((time) => time > at - 1_000)
  if (limits.perSecond !== null && ebay.recent.length >= limits.perSecond) return false
  if (limits.perSecond !== null) ebay.recent.push(at)
  return limit === null || ebay.world.spent[api].calls < limit
}

const HOUR_MS = 3_600_000

/** The next midnight of the Pacific coast, to the hour. */
function resetAt(at: number): string {
  const day = dayAt(at)
  const hour = Math.floor(at / HOUR_MS) * HOUR_MS
  const next = Array.from({ length: 26 }, (_, i) => hour + (i + 1) * HOUR_MS).find((time) => dayAt(time) !== day)
  return iso(next ?? at)
}

const NAMES: Record<Exclude<Api, 'other'>, [context: string, name: string, version: string, resource: string]> = {
  inventory: ['sell', 'Inventory', 'v1', 'sell.inventory'],
  fulfillment: ['sell', 'Fulfillment', 'v1', 'sell.fulfillment'],
  notification: ['commerce', 'Notification', 'v1', 'commerce.notification'],
  trading: ['TradingAPI', 'TradingAPI', 'v1', 'ApplicationAggregate'],
}

const DAY_S = 86_400

/** getRateLimits and getUserRateLimits: what is left of the day. */
export function rateLimits({ ebay, query }: Call): Answer {
  const at = now(ebay)
  const rows = Object.entries(NAMES).flatMap(([key, [apiContext, apiName, apiVersion, name]]) => {
    const api = key as keyof typeof NAMES
    const limit = ebay.settings.limits[api]
    const { day, calls } = ebay.world.spent[api]
    if (limit === null || (query.api_name && query.api_name !== apiName)) return []
    const used = day === dayAt(at) ? calls : 0
    const rates = [{ limit, remaining: Math.max(0, limit - used), reset: resetAt(at), timeWindow: DAY_S }]
    return [{ apiContext, apiName, apiVersion, resources: [{ name, rates }] }]
  })
  return rows.length > 0 ? ok({ rateLimits: rows }) : { status: 204 }
}
