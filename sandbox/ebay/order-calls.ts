import { z } from 'zod'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import { type Answer, fail, ok } from './answer.ts'
import { type SellerCall, ordersPaging, parse } from './call.ts'
import { iso } from './ebay.ts'
import { find, refund, ship } from './orders.ts'
import { wireOrder } from './wire-order.ts'
import type { Order } from './world.ts'

const ordersQuery = z.object({
  ...ordersPaging,
  filter: z.string().default(''),
  orderIds: z.string().optional(),
  fieldGroups: z.string().optional(),
})

const DATE = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z)`
const CREATED = new RegExp(String.raw`creationdate:\[${DATE}\.\.${DATE}?\]`)
const MODIFIED = new RegExp(String.raw`lastmodifieddate:\[${DATE}\.\.${DATE}?\]`)
const FULFILMENT = /orderfulfillmentstatus:\{([A-Z_|]+)\}/

/** getOrders. Both ends of a range are included. A range of creation makes it forget the one of change. */
export function getOrders(call: SellerCall): Answer {
  const parsed = parse(ordersQuery, call.query)
  if ('answer' in parsed) return parsed.answer
  const { filter, limit, offset, orderIds } = parsed.value
  const wanted =
    orderIds === undefined ? matching(filter) : { test: ({ orderId }: Order) => orderIds.split(',').includes(orderId) }
  if (!wanted) return fail(400, 30_800, `The filter is not understood: ${filter}`)
  const found = all(call).filter(wanted.test)
  const rows = found.slice(offset, offset + limit).map((order) => wireOrder(order, call.seller, false))
  const next = offset + limit < found.length ? { next: `/sell/fulfillment/v1/order?offset=${offset + limit}` } : {}
  return ok({ href: '/sell/fulfillment/v1/order', total: found.length, limit, offset, orders: rows, ...next })
}

function all({ ebay, seller }: SellerCall): Order[] {
  const orders = seller.orderIds.flatMap((id) => ebay.world.orders.get(id) ?? [])
  return ebay.settings.switches.orderSort === 'newest-first' ? orders.toReversed() : orders
}

function matching(filter: string): { test: (order: Order) => boolean } | null {
  const created = CREATED.exec(filter)
  const modified = MODIFIED.exec(filter)
  const fulfilment = FULFILMENT.exec(filter)?.[1]?.split('|')
  if (filter !== '' && !created && !modified && !fulfilment) return null
  const within = (time: number, [, from, to]: RegExpExecArray | [] = []) =>
    (from === undefined || time >= Date.parse(from)) && (to === undefined || time <= Date.parse(to))
  return {
    test: (order) =>
      within(order.createdAt, created ?? []) &&
      (created !== null || within(order.modifiedAt, modified ?? [])) &&
      (!fulfilment || fulfilment.includes(statusOf(order))),
  }
}

function statusOf({ lines }: Order): string {
  if (lines.every(({ shipped }) => shipped === 0)) return 'NOT_STARTED'
  return lines.every(({ shipped, quantity }) => shipped === quantity) ? 'FULFILLED' : 'IN_PROGRESS'
}

const notFound = (): Answer => fail(404, 32_100, 'Invalid order id')

export function getOrder({ ebay, seller, path }: SellerCall): Answer {
  const order = find(ebay, seller, path.orderId ?? '')
  return isRefusal(order) ? notFound() : ok(wireOrder(order, seller, true))
}

const shipment = z.object({
  lineItems: z.array(z.object({ lineItemId: z.string(), quantity: z.int().min(1).default(1) })).min(1),
  shippingCarrierCode: z.string().optional(),
  trackingNumber: z.string().optional(),
  shippedDate: z.string().optional(),
})

/** createShippingFulfillment: pieces of some lines leave. The answer's Location names the parcel. */
export function createShippingFulfillment({ ebay, seller, path, body }: SellerCall): Answer {
  const parsed = parse(shipment, body)
  if ('answer' in parsed) return parsed.answer
  const { lineItems, shippingCarrierCode: carrier = 'USPS', trackingNumber: tracking = '' } = parsed.value
  const lines = lineItems.map(({ lineItemId, quantity }) => ({ lineId: lineItemId, quantity }))
  const orderId = path.orderId ?? ''
  const done = ship(ebay, { seller, orderId }, { lines, carrier, tracking })
  if (isRefusal(done)) return refused(done)
  const location = `/sell/fulfillment/v1/order/${orderId}/shipping_fulfillment/${done.parcels.at(-1)?.parcelId}`
  return { status: 201, body: {}, headers: { location } }
}

/** getShippingFulfillments: what of which line is in which parcel. */
export function getShippingFulfillments({ ebay, seller, path }: SellerCall): Answer {
  const order = find(ebay, seller, path.orderId ?? '')
  if (isRefusal(order)) return notFound()
  const fulfillments = order.parcels.map(({ parcelId, at, carrier, tracking, lines }) => ({
    fulfillmentId: parcelId,
    shippedDate: iso(at),
    shippingCarrierCode: carrier,
    shipmentTrackingNumber: tracking,
    lineItems: lines.map(({ lineId, quantity }) => ({ lineItemId: lineId, quantity })),
  }))
  return ok({ total: fulfillments.length, fulfillments })
}

const money = z.object({ value: z.string(), currency: z.string() })
const refundForm = z.object({
  reasonForRefund: z.string(),
  comment: z.string().optional(),
  orderLevelRefundAmount: money.optional(),
  refundItems: z.array(z.object({ refundAmount: money, lineItemId: z.string() })).optional(),
})

/** issueRefund: money back for the whole order or for lines of it. */
export function issueRefund({ ebay, seller, path, body }: SellerCall): Answer {
  const parsed = parse(refundForm, body)
  if ('answer' in parsed) return parsed.answer
  const { orderLevelRefundAmount, refundItems = [] } = parsed.value
  const minor = ({ value }: { value: string }) => Math.round(Number(value) * 100)
  const parts = [
    ...(orderLevelRefundAmount ? [{ amount: minor(orderLevelRefundAmount) }] : []),
    ...refundItems.map(({ refundAmount, lineItemId }) => ({ amount: minor(refundAmount), lineId: lineItemId })),
  ]
  const of = { seller, orderId: path.order_id ?? '' }
  const refusal = parts.map((part) => refund(ebay, of, part)).find(isRefusal)
  return refusal ? refused(refusal) : ok({ refundId: '5000000000', refundStatus: 'REFUNDED' })
}

const refused = ({ code, sentence }: Refusal): Answer =>
  code === 'unknown-order' ? notFound() : fail(code === 'shipped' ? 400 : 409, 32_210, sentence)
