import { fail, type Outgoing } from './answer.ts'
import { now, type Square } from './square.ts'

/**
 * Counts a call against the limit of the app for one merchant, or turns it away. Nobody outside knows the limit; a
 * sliding second is the strictest reading of "so many a second". No header says how much is left.
 */
export function countCall(square: Square, merchantId: string): Outgoing | undefined {
  const { perSecond } = square.settings.limits
  if (perSecond === null) return undefined
  const at = now(square)
  const recent = (square.world.recent.get(merchantId) ?? []).filter((time) => time > at - 1_000)
  square.world.recent.set(merchantId, recent)
  if (recent.length < perSecond) {
    recent.push(at)
    return undefined
  }
  square.metrics.throttled += 1
  const { retryAfterSeconds } = square.settings.switches
  const detail = 'Your app has been rate limited. Try again with an exponential backoff.'
  return {
    answer: fail({ status: 429, code: 'RATE_LIMITED', detail }),
    ...(retryAfterSeconds === null ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  }
}
