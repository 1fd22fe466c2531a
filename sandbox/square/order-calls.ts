import { z } from 'zod'
import { positionOf } from '../etsy/by-time.ts'
import { type Answer, badRequest, notFound, ok } from './answer.ts'
import { type Call, fromJson, pageOf, parse, positionIn, time } from './call.ts'
import { orderAt } from './orders.ts'
import type { Order } from './world.ts'
import { wireOrder, wirePayment, wireRefund } from './wire-order.ts'

const MOST_LOCATIONS = 10
const range = z.object({ start_at: time.optional(), end_at: time.optional() })
const states = z.array(z.enum(['OPEN', 'COMPLETED', 'CANCELED', 'DRAFT']))

const search = z.object({
  location_ids: z.array(z.string()).min(1).max(MOST_LOCATIONS),
  limit: z.int().min(1).max(1_000).default(500),
  cursor: z.string().optional(),
  return_entries: z.boolean().default(false),
  query: z
    .object({
      filter: z
        .object({
          date_time_filter: z.object({ updated_at: range.optional(), created_at: range.optional() }).optional(),
          state_filter: z.object({ states }).optional(),
        })
        .optional(),
      sort: z
        .object({
          sort_field: z.enum(['UPDATED_AT', 'CREATED_AT', 'CLOSED_AT']),
          sort_order: z.enum(['ASC', 'DESC']).default('DESC'),
        })
        .optional(),
    })
    .default({}),
})

type Search = z.infer<typeof search>

/**
 * POST /v2/orders/search. The cursor is the place of the last row by time and number, so that an order which changes
 * while pages are read moves to the end, and none is skipped. A filter by one time and a sort by another is refused
 * (docs: "Search orders": the sort field must be that of the filter).
 */
export function searchOrders({ square, merchant, body }: Call): Answer {
  const parsed = parse(search, body)
  if ('answer' in parsed) return parsed.answer
  const { cursor, limit, ...asked } = parsed.value
  const { sort, filter } = asked.query
  const times = filter?.date_time_filter
  const field = sort?.sort_field ?? 'CREATED_AT'
  if ((times?.updated_at && field !== 'UPDATED_AT') || (times?.created_at && field !== 'CREATED_AT')) {
    return badRequest('BAD_REQUEST', 'Orders are to be sorted by the time they are filtered by.', 'query.sort')
  }
  const foreign = asked.location_ids.find((id) => square.world.locations.get(id)?.merchantId !== merchant.merchantId)
  if (foreign !== undefined) return notFound(`Location ${foreign}`, 'location_ids')
  const after = cursor === undefined ? null : place.safeParse(fromJson(Buffer.from(cursor, 'base64url').toString()))
  if (after && (!after.success || after.data[1] !== JSON.stringify(asked))) {
    return badRequest('INVALID_CURSOR', 'The cursor is not of this query.', 'cursor')
  }
  const rows = sorted(matching({ square, merchant }, asked), asked)
  const from = after?.success ? rows.findIndex((row) => isBehind(row, after.data[0], asked)) : 0
  const page = from === -1 ? [] : rows.slice(from, from + limit)
  const last = page.at(-1)
  const more = from !== -1 && from + limit < rows.length && last
  return ok({
    orders: page.map((order) => wireOrder(order, square.world, merchant)),
    ...(more ? { cursor: cursorBehind(last, asked) } : {}),
  })
}

const place = z.tuple([z.tuple([z.number(), z.number()]), z.string()])

const timeOf = (order: Order, { query }: Pick<Search, 'query'>): number =>
  query.sort?.sort_field === 'UPDATED_AT'
    ? order.updatedAt
    : query.sort?.sort_field === 'CLOSED_AT'
      ? (order.closedAt ?? 0)
      : order.createdAt

const isAscending = ({ query }: Pick<Search, 'query'>) => query.sort?.sort_order === 'ASC'

function isBehind(row: Order, [at, n]: [number, number], asked: Pick<Search, 'query'>): boolean {
  const difference = timeOf(row, asked) - at || row.n - n
  return isAscending(asked) ? difference > 0 : difference < 0
}

const cursorBehind = (row: Order, asked: Omit<Search, 'cursor' | 'limit'>): string =>
  Buffer.from(JSON.stringify([[timeOf(row, asked), row.n], JSON.stringify(asked)])).toString('base64url')

type Asked = Omit<Search, 'cursor' | 'limit'>

function matching({ square, merchant }: Pick<Call, 'square' | 'merchant'>, asked: Asked): Order[] {
  const { updated_at: updated, created_at: created } = asked.query.filter?.date_time_filter ?? {}
  const states = asked.query.filter?.state_filter?.states
  const { byUpdated } = merchant
  const numbers = byUpdated.ids.slice(positionOf(byUpdated, updated?.start_at ?? 0))
  return numbers
    .map((n) => orderAt(square, n))
    .filter(
      (order) =>
        asked.location_ids.includes(order.locationId) &&
        (!states || states.includes(order.state)) &&
        order.updatedAt <= (updated?.end_at ?? Infinity) &&
        order.createdAt >= (created?.start_at ?? 0) &&
        order.createdAt <= (created?.end_at ?? Infinity),
    )
}

function sorted(rows: Order[], asked: Asked): Order[] {
  const sign = isAscending(asked) ? 1 : -1
  return rows.toSorted((a, b) => sign * (timeOf(a, asked) - timeOf(b, asked) || a.n - b.n))
}

/** GET /v2/orders/{id}. */
export function getOrder({ square, merchant, id }: Call): Answer {
  const order = square.world.orders.get(id)
  if (order?.merchantId !== merchant.merchantId) return notFound(`Order ${id}`)
  return ok({ order: wireOrder(order, square.world, merchant) })
}

const retrieve = z.object({ order_ids: z.array(z.string()).min(1).max(100), location_id: z.string().nullish() })

/** POST /v2/orders/batch-retrieve: what is not there is missing from the answer. */
export function batchOrders({ square, merchant, body }: Call): Answer {
  const parsed = parse(retrieve, body)
  if ('answer' in parsed) return parsed.answer
  const orders = parsed.value.order_ids.flatMap((id) => {
    const order = square.world.orders.get(id)
    return order?.merchantId === merchant.merchantId ? [wireOrder(order, square.world, merchant)] : []
  })
  return ok({ orders })
}

/** GET /v2/payments/{id}: names the refunds there were. */
export function getPayment({ square, merchant, id }: Call): Answer {
  const payment = square.world.payments.get(id)
  const own = square.world.orders.get(payment?.orderId ?? '')?.merchantId === merchant.merchantId
  return payment && own ? ok({ payment: wirePayment(payment, square.world, merchant) }) : notFound(`Payment ${id}`)
}

/** GET /v2/refunds/{id}: names the order of the return. */
export function getRefund({ square, merchant, id }: Call): Answer {
  const refund = square.world.refunds.get(id)
  const own = square.world.orders.get(refund?.orderId ?? '')?.merchantId === merchant.merchantId
  return refund && own ? ok({ refund: wireRefund(refund, merchant) }) : notFound(`Refund ${id}`)
}

const REFUNDS_PER_PAGE = 100

/** GET /v2/refunds, by `begin_time`, newest first unless `sort_order=ASC`. */
export function listRefunds({ square, merchant, query }: Call): Answer {
  const begin = Date.parse(query.begin_time ?? '') || 0
  const about = `refunds ${query.begin_time} ${query.sort_order}`
  const from = positionIn(query.cursor, about)
  if (typeof from !== 'number') return from
  const own = [...square.world.refunds.values()].filter(
    ({ orderId, createdAt }) =>
      createdAt >= begin && square.world.orders.get(orderId)?.merchantId === merchant.merchantId,
  )
  const sign = query.sort_order === 'ASC' ? 1 : -1
  const sorted = own.toSorted((a, b) => sign * (a.createdAt - b.createdAt))
  const { rows, next } = pageOf(sorted, { from, limit: REFUNDS_PER_PAGE, about })
  return ok({ refunds: rows.map((refund) => wireRefund(refund, merchant)), ...next })
}
