import { present } from '../../kernel/assert.ts'
import type { Lane } from '../lane.ts'
import type { AdminApi } from './admin-api.server.ts'
import { SIZES } from './limits.ts'
import { endOf, type WirePage } from './operation.ts'
import {
  MORE_LINES,
  MORE_OF_PARCEL,
  MORE_OF_REFUND,
  MORE_PARCELS,
  ONE_ORDER,
  type WireOrder,
  type WireParcel,
} from './wire-orders.ts'

/** How much of an order's lists is asked for at first. */
export const ORDER_SIZES = { lines: SIZES.lines, parcels: SIZES.parcels, refunded: SIZES.refunded }

/** The order with all of its lists; null when the shop has no such order. */
export async function readOrder(api: AdminApi, id: string, lane: Lane): Promise<WireOrder | null> {
  const { data } = await api.ask(ONE_ORDER, { id, ...ORDER_SIZES }, lane)
  return data.order && wholeOrder(api, data.order, lane)
}

/** Reads on whatever list of an order is longer than its answer. */
export async function wholeOrder(api: AdminApi, order: WireOrder, lane: Lane): Promise<WireOrder> {
  const { id } = order
  const lineItems = await whole(order.lineItems, async (after) => {
    const { data } = await api.ask(MORE_LINES, { id, first: SIZES.rest, after }, lane)
    return present(data.order, `the order ${id}`).lineItems
  })
  const parcels = await whole(order.fulfillmentOrders, async (after) => {
    const { data } = await api.ask(MORE_PARCELS, { id, first: SIZES.parcels, after, lines: SIZES.lines }, lane)
    return present(data.order, `the order ${id}`).fulfillmentOrders
  })
  const nodes = await inTurn(parcels.nodes, (parcel) => wholeParcel(api, parcel, lane))
  const refunds = await inTurn(order.refunds, (refund) => wholeRefund(api, refund, lane))
  return { ...order, lineItems, fulfillmentOrders: { ...parcels, nodes }, refunds }
}

async function wholeParcel(api: AdminApi, parcel: WireParcel, lane: Lane): Promise<WireParcel> {
  const lineItems = await whole(parcel.lineItems, async (after) => {
    const { data } = await api.ask(MORE_OF_PARCEL, { id: parcel.id, first: SIZES.rest, after }, lane)
    return present(data.fulfillmentOrder, `the fulfillment order ${parcel.id}`).lineItems
  })
  return { ...parcel, lineItems }
}

type WireRefund = WireOrder['refunds'][number]

async function wholeRefund(api: AdminApi, refund: WireRefund, lane: Lane): Promise<WireRefund> {
  const refundLineItems = await whole(refund.refundLineItems, async (after) => {
    const { data } = await api.ask(MORE_OF_REFUND, { id: refund.id, first: SIZES.rest, after }, lane)
    return present(data.refund, `the refund ${refund.id}`).refundLineItems
  })
  return { ...refund, refundLineItems }
}

/** A connection with all its rows: those of `page` and of every page after it. */
export async function whole<T>(page: WirePage<T>, more: (after: string) => Promise<WirePage<T>>): Promise<WirePage<T>> {
  const nodes = [...page.nodes]
  for (let after = endOf(page); after !== null;) {
    const next = await more(after)
    nodes.push(...next.nodes)
    after = endOf(next)
  }
  return { nodes, pageInfo: { hasNextPage: false, endCursor: null } }
}

/** One after the other: a page of long orders must not ask for all the points at once. */
export async function inTurn<T, R>(rows: T[], act: (row: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const row of rows) results.push(await act(row))
  return results
}
