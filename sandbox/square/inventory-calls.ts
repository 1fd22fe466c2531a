import { z } from 'zod'
import { type Answer, badRequest, fail, notFound, ok } from './answer.ts'
import { type Call, pageOf, parse, positionIn, time } from './call.ts'
import { QUANTITY } from './decimal.ts'
import { type Square, now } from './square.ts'
import { book, countsOf, tellCounts, type ToBook, wireChange } from './stock.ts'
import type { Merchant } from './world.ts'

const DAY_MS = 86_400_000
/** "≤ 100 changes" is in the documentation of the endpoint and not in its schema. */
const MOST_CHANGES = 100
const COUNTS_PER_PAGE = 100

const place = {
  catalog_object_id: z.string().min(1).max(100),
  location_id: z.string().min(1).max(100),
  quantity: z.string().regex(QUANTITY),
  occurred_at: time,
  reference_id: z.string().max(255).nullish(),
}

const change = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('PHYSICAL_COUNT'),
    physical_count: z.object({ ...place, state: z.enum(['IN_STOCK', 'WASTE']) }),
  }),
  z.object({
    type: z.literal('ADJUSTMENT'),
    adjustment: z.object({ ...place, from_state: z.string(), to_state: z.string() }),
  }),
])

const batch = z.object({
  idempotency_key: z.string().min(1).max(128),
  ignore_unchanged_counts: z.boolean().nullish(),
  changes: z.array(z.unknown()),
})

type Change = z.infer<typeof change>

/** What the API may move; every other state is Square's own ("READ-ONLY", schema InventoryState). */
const TRANSITIONS = new Set(['IN_STOCK>SOLD', 'IN_STOCK>WASTE', 'NONE>IN_STOCK', 'UNLINKED_RETURN>IN_STOCK'])

/** POST /v2/inventory/changes/batch-create: all of it happens, once for its key, or none. */
export function batchChange({ square, merchant, body }: Call): Answer {
  const parsed = parse(batch, body)
  if ('answer' in parsed) return parsed.answer
  const { changes, ignore_unchanged_counts, idempotency_key } = parsed.value
  const known = square.world.answered.get(`${merchant.merchantId} ${idempotency_key}`)
  if (known && known.at > now(square) - square.settings.switches.idempotencyLastsMs) {
    if (known.body === JSON.stringify(body)) return { status: known.status, body: known.answer }
    return badRequest('IDEMPOTENCY_KEY_REUSED', 'The idempotency key is that of another request.', 'idempotency_key')
  }
  if (square.settings.switches.lockHitsInventory && merchant.catalogLockedUntil > now(square)) {
    return fail({ status: 409, code: 'CONFLICT', detail: 'The catalog is locked by another write. Try again.' })
  }
  const understood = understand(square, merchant, changes)
  if ('status' in understood) return understood
  const answer = ok(
    carryOut(square, merchant, { changes: understood, ignoreUnchanged: ignore_unchanged_counts ?? true }),
  )
  const kept = { body: JSON.stringify(body), status: 200, answer: answer.body, at: now(square) }
  square.world.answered.set(`${merchant.merchantId} ${idempotency_key}`, kept)
  return answer
}

function understand(square: Square, merchant: Merchant, changes: unknown[]): ToBook[] | Answer {
  if (changes.length === 0) return badRequest('MISSING_REQUIRED_PARAMETER', 'changes is required.', 'changes')
  if (changes.length > MOST_CHANGES) {
    return badRequest('ARRAY_LENGTH_TOO_LONG', `changes may have at most ${MOST_CHANGES} entries.`, 'changes')
  }
  const books: ToBook[] = []
  for (const [n, one] of changes.entries()) {
    const at = square.settings.switches.namesBadChange ? `changes[${n}]` : undefined
    const parsed = change.safeParse(one)
    const toBook = parsed.success
      ? bookable(square, merchant, { change: parsed.data, at })
      : notAChange(parsed.error, at)
    if ('status' in toBook) return toBook
    books.push(toBook)
  }
  return books
}

const notAChange = (error: z.ZodError, at: string | undefined): Answer =>
  badRequest('INVALID_VALUE', error.issues[0]?.message ?? 'It is not a change.', at)

type OneChange = { change: Change; at: string | undefined }

function bookable(square: Square, merchant: Merchant, { change, at }: OneChange): ToBook | Answer {
  const of = change.type === 'ADJUSTMENT' ? change.adjustment : change.physical_count
  const variation = square.world.variations.get(of.catalog_object_id)
  if (variation?.merchantId !== merchant.merchantId || variation.deleted) {
    return notFound(`Catalog object ${of.catalog_object_id}`, at)
  }
  if (square.world.locations.get(of.location_id)?.merchantId !== merchant.merchantId) {
    return notFound(`Location ${of.location_id}`, at)
  }
  if (of.occurred_at < now(square) - DAY_MS || of.occurred_at > now(square)) {
    return badRequest('INVALID_TIME', 'occurred_at may not be older than 24 hours or in the future.', at)
  }
  const states = change.type === 'ADJUSTMENT' ? change.adjustment : { from_state: 'NONE', to_state: 'IN_STOCK' }
  if (!TRANSITIONS.has(`${states.from_state}>${states.to_state}`)) {
    return badRequest('INVALID_VALUE', `Nothing can be moved from ${states.from_state} to ${states.to_state}.`, at)
  }
  const quantity = Number(of.quantity)
  // A count below zero is Square's own doing alone; an adjustment moves something.
  if (change.type === 'ADJUSTMENT' ? quantity <= 0 : quantity < 0) {
    return badRequest('INVALID_VALUE', `A quantity of ${of.quantity} cannot be taken.`, at)
  }
  return {
    count: change.type === 'PHYSICAL_COUNT',
    variationId: of.catalog_object_id,
    locationId: of.location_id,
    fromState: states.from_state,
    toState: states.to_state,
    quantity,
    occurredAt: of.occurred_at,
    referenceId: of.reference_id ?? null,
    applicationId: square.app.applicationId,
  }
}

function carryOut(square: Square, merchant: Merchant, todo: { changes: ToBook[]; ignoreUnchanged: boolean }) {
  const { world } = square
  const made = todo.changes.flatMap((one) => {
    if (one.count && todo.ignoreUnchanged && isUnchanged(merchant, one)) return []
    return [book(square, merchant, one)]
  })
  const pairs = todo.changes.map(({ variationId, locationId }): [string, string] => [variationId, locationId])
  tellCounts(square, merchant.merchantId, pairs)
  const unique = new Map(pairs.map((pair) => [pair.join(' '), pair]))
  const counts = [...unique.values()].flatMap((pair) => countsOf(world, ...pair))
  return { counts, changes: made.map(wireChange) }
}

/** "ignored if the quantity is unchanged since the last physical count": adjustments since do not matter to it. */
function isUnchanged({ changes }: Merchant, { variationId, locationId, quantity }: ToBook): boolean {
  const last = changes.findLast((one) => one.count && one.variationId === variationId && one.locationId === locationId)
  return last?.quantity === quantity
}

const counts = z.object({
  catalog_object_ids: z.array(z.string()).nullish(),
  location_ids: z.array(z.string()).nullish(),
  states: z.array(z.string()).nullish(),
  updated_after: time.nullish(),
  cursor: z.string().optional(),
  limit: z.int().min(1).max(1_000).nullish(),
})

/** POST /v2/inventory/counts/batch-retrieve. */
export function batchCounts({ square, merchant, body }: Call): Answer {
  const parsed = parse(counts, body)
  if ('answer' in parsed) return parsed.answer
  const { cursor, limit, ...asked } = parsed.value
  const from = positionIn(cursor, `counts ${JSON.stringify(asked)}`)
  if (typeof from !== 'number') return from
  const { catalog_object_ids: ids, location_ids: places, states, updated_after: after } = asked
  const variations = (ids?.length ? ids : [...square.world.variations.keys()]).filter(
    (id) => square.world.variations.get(id)?.merchantId === merchant.merchantId,
  )
  const locations = [...square.world.locations.values()]
    .filter(
      ({ merchantId, locationId }) =>
        merchantId === merchant.merchantId && (!places?.length || places.includes(locationId)),
    )
    .map(({ locationId }) => locationId)
  const rows = variations
    .flatMap((variationId) => locations.flatMap((locationId) => countsOf(square.world, variationId, locationId)))
    .filter(
      ({ state, calculated_at }) =>
        (!states?.length || states.includes(state)) && Date.parse(calculated_at) > (after ?? 0),
    )
  const { rows: page, next } = pageOf(rows, {
    from,
    limit: limit ?? COUNTS_PER_PAGE,
    about: `counts ${JSON.stringify(asked)}`,
  })
  return ok({ counts: page, ...next })
}

const changes = z.object({
  catalog_object_ids: z.array(z.string()).nullish(),
  location_ids: z.array(z.string()).nullish(),
  types: z.array(z.enum(['PHYSICAL_COUNT', 'ADJUSTMENT'])).nullish(),
  updated_after: time.nullish(),
  updated_before: time.nullish(),
  cursor: z.string().optional(),
  limit: z.int().min(1).max(1_000).nullish(),
})

/** POST /v2/inventory/changes/batch-retrieve: by their own time, oldest first. */
export function batchChanges({ merchant, body }: Call): Answer {
  const parsed = parse(changes, body)
  if ('answer' in parsed) return parsed.answer
  const { cursor, limit, ...asked } = parsed.value
  const about = `changes ${JSON.stringify(asked)}`
  const from = positionIn(cursor, about)
  if (typeof from !== 'number') return from
  const { catalog_object_ids: ids, location_ids: places, types } = asked
  const found = merchant.changes.filter(
    (one) =>
      (!ids?.length || ids.includes(one.variationId)) &&
      (!places?.length || places.includes(one.locationId)) &&
      (!types?.length || types.includes(one.count ? 'PHYSICAL_COUNT' : 'ADJUSTMENT')) &&
      one.createdAt > (asked.updated_after ?? 0) &&
      one.createdAt < (asked.updated_before ?? Infinity),
  )
  const sorted = found.toSorted((a, b) => a.occurredAt - b.occurredAt)
  const { rows, next } = pageOf(sorted, { from, limit: limit ?? COUNTS_PER_PAGE, about })
  return ok({ changes: rows.map(wireChange), ...next })
}
