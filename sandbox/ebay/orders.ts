import { type Refusal, isRefusal, refuse } from '#app/kernel/refusal.ts'
import { tellOfOrder } from './checkout.ts'
import { type Ebay, now } from './ebay.ts'
import { restock } from './stock.ts'
import { type Order, type OrderLine, type Parcel, type SellerState, freshId } from './world.ts'

const touch = (ebay: Ebay, order: Order): Order => {
  order.modifiedAt = Math.max(order.modifiedAt, now(ebay))
  return order
}

export function find(ebay: Ebay, { userId, username }: SellerState, orderId: string): Order | Refusal {
  const order = ebay.world.orders.get(orderId)
  return order?.userId === userId ? order : refuse('unknown-order', `${username} has no order ${orderId}.`)
}

/** Finds the order and does something with it that its state allows; the change moves it to the end of what is new. */
function withOrder(
  ebay: Ebay,
  { seller, orderId }: { seller: SellerState; orderId: string },
  act: (order: Order) => Refusal | undefined,
): Order | Refusal {
  const order = find(ebay, seller, orderId)
  if (isRefusal(order)) return order
  return act(order) ?? touch(ebay, order)
}

export type OfOrder = { seller: SellerState; orderId: string }

/** The payment that was being processed has come. */
export const pay = (ebay: Ebay, of: OfOrder): Order | Refusal =>
  withOrder(ebay, of, (order) => {
    if (order.paidAt !== null || order.cancelledAt !== null)
      return refuse('paid', `Order ${order.orderId} waits for no payment.`)
    order.paidAt = now(ebay)
    tellOfOrder(ebay, order)
    return undefined
  })

/** The buyer asks to cancel: the order shows it, and nothing moves until the seller agrees. */
export const requestCancel = (ebay: Ebay, of: OfOrder): Order | Refusal =>
  withOrder(ebay, of, (order) => {
    if (order.cancelledAt !== null || isShipped(order))
      return refuse('too-late', `Order ${order.orderId} cannot be cancelled.`)
    order.cancelRequested = true
    return undefined
  })

/** The order is cancelled as a whole: eBay has no other way. Whether its pieces go back on sale is a switch. */
export const cancel = (ebay: Ebay, of: OfOrder): Order | Refusal =>
  withOrder(ebay, of, (order) => {
    if (order.cancelledAt !== null) return refuse('cancelled', `Order ${order.orderId} is cancelled already.`)
    if (isShipped(order)) return refuse('shipped', `Order ${order.orderId} is shipped; it cannot be cancelled.`)
    order.cancelledAt = now(ebay)
    if (order.paidAt !== null) refundAll(ebay, order)
    if (order.paidAt === null || ebay.settings.switches.cancelRestocks) putBack(ebay, order)
    return undefined
  })

function putBack(ebay: Ebay, order: Order): void {
  for (const line of order.lines) {
    const listing = ebay.world.listings.get(line.listingId)
    const variation = listing?.variations.find(({ variationId }) => variationId === line.variationId)
    if (listing && variation && listing.format === 'FIXED_PRICE')
      restock(ebay, listing, { variation, quantity: line.quantity })
  }
}

export const totalOf = ({ lines }: Order): number =>
  lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0)

export const refundedOf = ({ refunds, lines }: Order): number =>
  [...refunds, ...lines.flatMap((line) => line.refunds)].reduce((sum, { amount }) => sum + amount, 0)

const isShipped = ({ lines }: Order) => lines.some(({ shipped }) => shipped > 0)

const newRefund = (ebay: Ebay, amount: number) => ({
  refundId: String(freshId(ebay.world, 'refund')),
  amount,
  at: now(ebay),
})

function refundAll(ebay: Ebay, order: Order): void {
  const left = totalOf(order) - refundedOf(order)
  if (left > 0) order.refunds.push(newRefund(ebay, left))
}

/** `lineId`: of that line alone; without it of the order as a whole. Minor units. eBay moves no stock for it. */
export type RefundRequest = { amount: number; lineId?: string | undefined }

export const refund = (ebay: Ebay, of: OfOrder, { amount, lineId }: RefundRequest): Order | Refusal =>
  withOrder(ebay, of, (order) => {
    if (order.paidAt === null) return refuse('unpaid', `Order ${order.orderId} is not paid yet.`)
    const line = lineId === undefined ? undefined : order.lines.find((one) => one.lineId === lineId)
    if (lineId !== undefined && !line) return refuse('unknown-line', `Order ${order.orderId} has no line ${lineId}.`)
    const left = totalOf(order) - refundedOf(order)
    if (amount < 1 || amount > left)
      return refuse('amount', `Between 1 and ${left} can be refunded on order ${order.orderId}.`)
    ;(line ?? order).refunds.push(newRefund(ebay, amount))
    return undefined
  })

/** Lines with how many of each leave; everything that has not left yet, where none are named. */
export type Shipment = { lines?: { lineId: string; quantity: number }[]; carrier?: string; tracking?: string }

export const ship = (ebay: Ebay, of: OfOrder, shipment: Shipment): Order | Refusal =>
  withOrder(ebay, of, (order) => {
    if (order.cancelledAt !== null) return refuse('cancelled', `Order ${order.orderId} is cancelled.`)
    if (order.paidAt === null) return refuse('unpaid', `Order ${order.orderId} is not paid yet.`)
    const rest = order.lines.map((line) => ({ lineId: line.lineId, quantity: line.quantity - line.shipped }))
    const leaving = shipment.lines ?? rest.filter(({ quantity }) => quantity > 0)
    const parts = leaving.map(({ lineId, quantity }) => ({ line: lineIn(order, lineId), quantity }))
    if (parts.length === 0 || !parts.every(({ line, quantity }) => line && canLeave(line, quantity))) {
      return refuse('shipped', `There is not so much of order ${order.orderId} left to ship.`)
    }
    for (const { line, quantity } of parts) if (line) line.shipped += quantity
    order.parcels.push(newParcel(ebay, shipment, leaving))
    ebay.notify('ITEM_MARKED_SHIPPED', { userId: order.userId, data: { orderId: order.orderId, userId: order.userId } })
    return undefined
  })

const newParcel = (ebay: Ebay, { carrier = 'USPS', tracking = '' }: Shipment, lines: Parcel['lines']): Parcel => ({
  parcelId: tracking || String(freshId(ebay.world, 'row')),
  at: now(ebay),
  carrier,
  tracking,
  lines,
})

const lineIn = (order: Order, id: string): OrderLine | undefined => order.lines.find(({ lineId }) => lineId === id)

const canLeave = ({ quantity, shipped }: OrderLine, leaving: number): boolean =>
  Number.isInteger(leaving) && leaving > 0 && shipped + leaving <= quantity
