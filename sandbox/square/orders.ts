import { present } from '#app/kernel/assert.ts'
import { insert, remove } from '../etsy/by-time.ts'
import { merchantOf, now, rfc3339, type Square } from './square.ts'
import { freshId, type Order } from './world.ts'
import { wireRefund } from './wire-order.ts'

type NewOrder = Pick<Order, 'merchantId' | 'locationId'> & Partial<Order> & { createdAt: number }

/** Keeps a new order, in the merchant's list by time of change, and tells of it. */
export function keepOrder(square: Square, given: NewOrder): Order {
  const { world } = square
  const n = world.nextId
  const order: Order = {
    orderId: freshId(world, 'ORDER'),
    n,
    source: 'Square Point of Sale',
    state: 'OPEN',
    updatedAt: now(square),
    closedAt: null,
    version: 1,
    lines: [],
    returns: [],
    fulfillment: null,
    paymentId: null,
    refundIds: [],
    ...given,
  }
  world.orders.set(order.orderId, order)
  numbers(square).set(n, order.orderId)
  insert(merchantOf(square, order.merchantId).byUpdated, order.updatedAt, n)
  tell(square, order, 'order_created')
  return order
}

// By number, for the list by time counts in numbers. Made anew for a world that was loaded.
const known = new WeakMap<object, Map<number, string>>()

function numbers({ world }: Square): Map<number, string> {
  const there = known.get(world)
  if (there) return there
  const made = new Map([...world.orders.values()].map(({ n, orderId }) => [n, orderId]))
  known.set(world, made)
  return made
}

export const orderAt = (square: Square, n: number): Order =>
  present(square.world.orders.get(numbers(square).get(n) ?? ''), `Order no. ${n}`)

/** Every change of an order moves it to the end of the merchant's list by time of change. */
export function touch(square: Square, order: Order): void {
  const { byUpdated } = merchantOf(square, order.merchantId)
  remove(byUpdated, order.updatedAt, order.n)
  order.updatedAt = Math.max(order.updatedAt, now(square))
  order.version += 1
  insert(byUpdated, order.updatedAt, order.n)
  tell(square, order, 'order_updated')
}

/** The thin event: what it is about must be read. */
function tell(square: Square, order: Order, dataType: 'order_created' | 'order_updated'): void {
  const { orderId: order_id, locationId: location_id, state, version, createdAt, updatedAt, merchantId } = order
  const news = { order_id, location_id, state, version, created_at: rfc3339(createdAt) }
  const told = dataType === 'order_updated' ? { ...news, updated_at: rfc3339(updatedAt) } : news
  const type = dataType === 'order_updated' ? 'order.updated' : 'order.created'
  square.notify(merchantId, { type, dataType, id: order_id, object: { [dataType]: told } })
}

/** refund.created carries the refund as a whole; its order is that of the return. */
export function tellRefund(square: Square, merchantId: string, refundId: string): void {
  const refund = present(square.world.refunds.get(refundId), `Refund ${refundId}`)
  const object = { refund: wireRefund(refund, merchantOf(square, merchantId)) }
  square.notify(merchantId, { type: 'refund.created', dataType: 'refund', id: refundId, object })
}

/** Forgets every order last changed before `time`, with its payments, for good. */
export function forgetOrders(square: Square, time: number): void {
  const { world } = square
  for (const merchant of world.merchants.values()) {
    const { byUpdated } = merchant
    const end = byUpdated.times.findIndex((at) => at >= time)
    for (const n of byUpdated.ids.splice(0, end === -1 ? byUpdated.ids.length : end)) {
      const order = orderAt(square, n)
      world.orders.delete(order.orderId)
      numbers(square).delete(n)
      world.payments.delete(order.paymentId ?? '')
      for (const id of order.refundIds) world.refunds.delete(id)
    }
    byUpdated.times.splice(0, end === -1 ? byUpdated.times.length : end)
    merchant.changes = merchant.changes.filter(({ createdAt }) => createdAt >= time)
  }
}
