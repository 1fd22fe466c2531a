import { z } from 'zod'

/** What came of one call, as far as it was heard. `status` null: no answer at all. */
export type Heard = {
  status: number | null
  body: unknown
  /** seconds, from the Retry-After header */
  retryAfterS: number | null
}

/**
 * What it means. later: an outage that passes; `done` is true when Shopify may have done what it was asked
 * nevertheless. over: access is gone until a person acts, `only` to what was asked. mistake: we asked wrongly.
 */
export type Meaning =
  | { is: 'answer'; data: unknown }
  | { is: 'unauthorized' }
  | { is: 'later'; afterMs: number; reason: string; done: boolean }
  | { is: 'over'; reason: string; only?: true }
  | { is: 'mistake'; reason: string }

/** Points asked for and used, and how many are left of how many; null where the answer does not say. */
export type Cost = {
  requestedQueryCost: number | null
  actualQueryCost: number | null
  throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number } | null
}

const envelope = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string().optional() }).optional() }))
    .optional()
    .catch(undefined),
})

const status = z.object({ maximumAvailable: z.number(), currentlyAvailable: z.number(), restoreRate: z.number() })
const withCost = z.object({
  extensions: z.object({
    cost: z.object({
      requestedQueryCost: z.number().nullish(),
      actualQueryCost: z.number().nullish(),
      throttleStatus: status.nullish(),
    }),
  }),
})

/** The cost an answer states; null when it states none. */
export function costIn(body: unknown): Cost | null {
  const read = withCost.safeParse(body)
  if (!read.success) return null
  const { requestedQueryCost = null, actualQueryCost = null, throttleStatus = null } = read.data.extensions.cost
  return { requestedQueryCost, actualQueryCost, throttleStatus }
}

/**
 * Reads an answer of the Admin API. 402, 403, 404 and 423 are a shop that is frozen, uninstalled, closed or locked
 * (docs: "Shopify API response status codes").
 */
export function meaningOf({ status, body, retryAfterS }: Heard): Meaning {
  if (status === null) return later(SOON_MS, 'Shopify did not answer.', true)
  if (status === 401) return { is: 'unauthorized' }
  if (CLOSED.has(status)) return { is: 'over', reason: CLOSED.get(status) ?? '' }
  if (status === 429 || status === 430) return later((retryAfterS ?? 2) * 1_000, 'Shopify asks us to slow down.', false)
  if (status >= 500) return later((retryAfterS ?? 1) * 1_000, `Shopify is in trouble (${status}).`, true)
  if (status >= 400) return { is: 'mistake', reason: `Shopify did not understand a request (${status}).` }
  const read = envelope.safeParse(body)
  if (!read.success) return later(SOON_MS, 'The answer of Shopify could not be read.', true)
  const wrong = read.data.errors?.[0]
  if (wrong) return meaningOfError(wrong.extensions?.code ?? '', wrong.message, body)
  return { is: 'answer', data: read.data.data }
}

const SOON_MS = 1_000

const CLOSED = new Map([
  [402, 'The Shopify store is frozen until its plan is paid.'],
  [403, 'Shopify does not let the app into this store any more.'],
  [404, 'There is no such Shopify store any more.'],
  [423, 'Shopify has locked the store.'],
])

const later = (afterMs: number, reason: string, done: boolean): Meaning => ({ is: 'later', afterMs, reason, done })

function meaningOfError(code: string, message: string, body: unknown): Meaning {
  if (code === 'THROTTLED') return later(throttledFor(costIn(body)), 'Shopify asks us to slow down.', false)
  if (code === 'INTERNAL_SERVER_ERROR' || code === 'TIMEOUT')
    return later(SOON_MS, `Shopify is in trouble: ${message}`, true)
  if (code === 'ACCESS_DENIED') return { is: 'over', reason: `Shopify refuses: ${message}`, only: true }
  if (code === 'SHOP_INACTIVE') return { is: 'over', reason: `Shopify refuses: ${message}` }
  return { is: 'mistake', reason: `Shopify did not understand a request: ${message}` }
}

// Throttling comes as HTTP 200; the wait is what the bucket lacks at the rate at which it fills.
function throttledFor(cost: Cost | null): number {
  const { requestedQueryCost, throttleStatus } = cost ?? { requestedQueryCost: null, throttleStatus: null }
  if (requestedQueryCost === null || throttleStatus === null) return SOON_MS
  const missing = requestedQueryCost - throttleStatus.currentlyAvailable
  return Math.max(0, (missing / throttleStatus.restoreRate) * 1_000)
}
