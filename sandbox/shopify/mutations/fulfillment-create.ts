import { isRefusal, refuse, type Refusal } from '#app/kernel/refusal.ts'
import type { Context } from '../context.ts'
import { fulfillPieces, type Pieces } from '../fulfilling.ts'
import { type News, acting } from '../news.ts'
import type { Fulfillment, FulfillmentOrder, Order, Tracking } from '../rows.ts'
import type { Store } from '../store.ts'

type Portion = { fulfillmentOrderId: string; fulfillmentOrderLineItems?: { id: string; quantity: number }[] | null }
type TrackingInput = { company?: string | null; number?: string | null; url?: string | null }
type Arguments = {
  fulfillment: { lineItemsByFulfillmentOrder: Portion[]; trackingInfo?: TrackingInput | null; notifyCustomer?: boolean }
}

/** `fulfillmentCreate`: sends pieces of the fulfillment orders of one order at one location. It has no idempotency key. */
export function createFulfillment({ fulfillment: input }: Arguments, { store }: Context) {
  const done = acting(store, (news) => send(store, input, news))
  if (isRefusal(done)) return { fulfillment: null, userErrors: [{ field: ['fulfillment'], message: done.sentence }] }
  return { fulfillment: { ...done.made, order: done.order, status: 'SUCCESS' }, userErrors: [] }
}

type Found = { order: Order; parcel: FulfillmentOrder; pieces: Pieces[] | null }

function send(
  store: Store,
  { lineItemsByFulfillmentOrder, trackingInfo }: Arguments['fulfillment'],
  news: News,
): { order: Order; made: Fulfillment } | Refusal {
  const found = lineItemsByFulfillmentOrder.map((portion) => find(store, portion))
  const wrong = found.find(isRefusal)
  if (wrong) return wrong
  const portions = found.filter((one): one is Found => !isRefusal(one))
  const [first] = portions
  if (!first) return refuse('empty', 'Line items by fulfillment order must have at least one item.')
  const elsewhere = portions.some(
    ({ order, parcel }) => order !== first.order || parcel.locationId !== first.parcel.locationId,
  )
  if (elsewhere) return refuse('location', 'All fulfillment orders must be assigned to the same location and order.')
  const tracking = trackingInfo && trackingOf(trackingInfo)
  let made: Fulfillment | undefined
  for (const { order, parcel, pieces } of portions)
    made = fulfillPieces(store, { order, parcel, pieces, ...(tracking && { tracking }), news }) ?? made
  return made ? { order: first.order, made } : refuse('empty', 'There is nothing left to fulfill.')
}

function find(store: Store, { fulfillmentOrderId, fulfillmentOrderLineItems }: Portion): Found | Refusal {
  const order = store.orders.get(store.orderOf.get(fulfillmentOrderId) ?? '')
  const parcel = order?.fulfillmentOrders.find(({ id }) => id === fulfillmentOrderId)
  if (!order || !parcel) return refuse('unknown', 'Fulfillment order does not exist.')
  if (parcel.status !== 'OPEN')
    return refuse(
      'closed',
      `Fulfillment order ${fulfillmentOrderId} has an unfulfillable status= ${parcel.status.toLowerCase()}.`,
    )
  if (!fulfillmentOrderLineItems?.length) return { order, parcel, pieces: null }
  const pieces = fulfillmentOrderLineItems.map(({ id, quantity }) => {
    const entry = parcel.lines.find((line) => line.id === id)
    return entry && quantity >= 1 && quantity <= entry.remaining ? { lineId: entry.lineId, quantity } : undefined
  })
  if (pieces.includes(undefined)) return refuse('quantity', 'Invalid fulfillment order line item quantity requested.')
  return { order, parcel, pieces: pieces.filter((one): one is Pieces => one !== undefined) }
}

const trackingOf = ({ company = null, number = null, url = null }: TrackingInput): Tracking => ({
  company,
  number,
  url,
})
