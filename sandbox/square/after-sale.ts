import { present } from '#app/kernel/assert.ts'
import { type Refusal, refuse } from '#app/kernel/refusal.ts'
import { keepOrder, tellRefund, touch } from './orders.ts'
import { merchantOf, now, type Square } from './square.ts'
import { book, stockAt, tellCounts } from './stock.ts'
import { freshId, type Merchant, type Order, type Refund, type Return, type ReturnLine } from './world.ts'
import { totalOf } from './wire-order.ts'

/** Everything of an open order has been handed over or sent. */
export function fulfil(square: Square, order: Order): Order | Refusal {
  if (order.state !== 'OPEN' || !order.fulfillment) return refuse('not-open', 'Nothing of it is to be fulfilled.')
  order.fulfillment.state = 'COMPLETED'
  order.state = 'COMPLETED'
  order.closedAt = now(square)
  letGoAside(square, order)
  touch(square, order)
  return order
}

/** An open order is cancelled and paid back; whether its pieces are in stock again is the switch `cancelRestocks`. */
export function cancel(square: Square, order: Order): Order | Refusal {
  if (order.state !== 'OPEN') return refuse('not-open', 'Only an open order can be cancelled.')
  order.state = 'CANCELED'
  order.closedAt = now(square)
  if (order.fulfillment) order.fulfillment.state = 'CANCELED'
  const wasPaid = order.paymentId !== null
  if (wasPaid) letGoAside(square, order)
  if (wasPaid && square.settings.switches.cancelRestocks) {
    putBack(square, order, { lines: order.lines, refundId: null })
  }
  touch(square, order)
  return order
}

function letGoAside(square: Square, { lines, locationId }: Order): void {
  for (const { variationId, quantity } of lines) {
    const stock = variationId === null ? undefined : stockAt(square.world, variationId, locationId)
    if (stock) stock.reserved = Math.max(0, stock.reserved - quantity)
  }
}

type Lines = { variationId: string | null; quantity: number }[]

function putBack(square: Square, order: Order, { lines, refundId }: { lines: Lines; refundId: string | null }): void {
  const merchant = merchantOf(square, order.merchantId)
  const pairs: [string, string][] = []
  for (const { variationId, quantity } of lines) {
    if (variationId === null || !square.world.variations.get(variationId)?.tracked) continue
    const { locationId, orderId: transactionId } = order
    const adjustment = { count: false, variationId, locationId, quantity, occurredAt: now(square), transactionId }
    book(square, merchant, { ...adjustment, fromState: 'SOLD', toState: 'IN_STOCK', refundId })
    pairs.push([variationId, locationId])
  }
  tellCounts(square, merchant.merchantId, pairs)
}

/** `lines`: pieces by line of the sale; all of them when left out. `at`: another shop than it was sold in. */
export type ReturnRequest = { lines?: Record<string, number>; restock: boolean; at?: string }

/**
 * Things come back to the till. Square makes an order of its own for it, which names the one that was sold; that the
 * pieces are for sale again is a tick of the seller's.
 */
export function takeBack(square: Square, sold: Order, { lines, restock, at }: ReturnRequest): Order | Refusal {
  const back = sold.lines.flatMap((line): ReturnLine[] => {
    const quantity = lines ? (lines[line.uid] ?? 0) : line.quantity
    if (quantity === 0) return []
    const { variationId, name, price, uid: sourceLineUid } = line
    return [{ uid: freshId(square.world, 'BACK'), sourceLineUid, variationId, name, quantity, price }]
  })
  if (back.length === 0) return refuse('nothing', 'Nothing of this order is brought back.')
  const merchant = merchantOf(square, sold.merchantId)
  const returned = keepReturn(square, merchant, { sold, locationId: at ?? sold.locationId, lines: back })
  const refundId = refund(square, { sold, returned, amount: totalOf(back), reason: 'Returned goods' })
  if (restock) putBack(square, returned, { lines: back, refundId })
  announce(square, sold, refundId)
  return returned
}

/** Money back without a thing: an amount in an order of its own. */
export function refundAmount(square: Square, sold: Order, amount: number): Order | Refusal {
  if (amount < 1 || amount > totalOf(sold.lines)) return refuse('amount', 'More than was paid cannot be refunded.')
  const line = { uid: freshId(square.world, 'BACK'), sourceLineUid: null, variationId: null, quantity: 1 }
  const lines = [{ ...line, name: 'Custom amount', price: amount }]
  const merchant = merchantOf(square, sold.merchantId)
  const returned = keepReturn(square, merchant, { sold, locationId: sold.locationId, lines })
  announce(square, sold, refund(square, { sold, returned, amount, reason: 'Goodwill' }))
  return returned
}

export type Unlinked = { variationId: string; locationId: string; quantity: number }

/** Somebody brings something back without a receipt: no sale is named, and it is for sale again. */
export function takeBackUnlinked(square: Square, merchant: Merchant, given: Unlinked): Order {
  const { variationId, locationId, quantity } = given
  const line = { uid: freshId(square.world, 'BACK'), sourceLineUid: null, variationId, quantity }
  const lines = [{ ...line, name: square.world.variations.get(variationId)?.name ?? '', price: 0 }]
  const returned = keepReturn(square, merchant, { sold: null, locationId, lines })
  const adjustment = { count: false, variationId, locationId, quantity, occurredAt: now(square) }
  book(square, merchant, { ...adjustment, fromState: 'UNLINKED_RETURN', toState: 'IN_STOCK' })
  tellCounts(square, merchant.merchantId, [[variationId, locationId]])
  return returned
}

type Returning = { sold: Order | null; locationId: string; lines: ReturnLine[] }

function keepReturn(square: Square, merchant: Merchant, { sold, locationId, lines }: Returning): Order {
  const one: Return = { uid: freshId(square.world, 'RETURN'), sourceOrderId: sold?.orderId ?? null, lines }
  const at = now(square)
  const { merchantId } = merchant
  return keepOrder(square, { merchantId, locationId, createdAt: at, closedAt: at, state: 'COMPLETED', returns: [one] })
}

type Refunding = { sold: Order; returned: Order; amount: number; reason: string }

function refund(square: Square, { sold, returned, amount, reason }: Refunding): string {
  const paymentId = present(sold.paymentId, 'The payment of what was sold')
  const payment = present(square.world.payments.get(paymentId), `Payment ${paymentId}`)
  const refundId = freshId(square.world, 'REFUND')
  const { locationId, orderId } = returned
  const made: Refund = { refundId, paymentId, orderId, locationId, amount, reason, createdAt: now(square) }
  square.world.refunds.set(refundId, made)
  payment.refundIds.push(refundId)
  returned.refundIds.push(refundId)
  return refundId
}

function announce(square: Square, sold: Order, refundId: string): void {
  tellRefund(square, sold.merchantId, refundId)
  if (square.settings.switches.returnTouchesSource) touch(square, sold)
}
