import { decimal } from './decimal.ts'
import { rfc3339 } from './square.ts'
import type { Line, Merchant, Order, Payment, Refund, Return, ReturnLine, World } from './world.ts'

const moneyIn = (currency: string) => (amount: number) => ({ amount, currency })

export const totalOf = (lines: { quantity: number; price: number }[]): number =>
  lines.reduce((sum, { quantity, price }) => sum + Math.round(quantity * price), 0)

/** Schema Order. Its lines have the id of a variation, and no SKU. */
export function wireOrder(order: Order, world: World, { currency }: Merchant) {
  const money = moneyIn(currency)
  const payment = world.payments.get(order.paymentId ?? '')
  const refunds = order.refundIds.flatMap((id) => {
    const refund = world.refunds.get(id)
    return refund ? [refund] : []
  })
  return {
    id: order.orderId,
    location_id: order.locationId,
    source: { name: order.source },
    state: order.state,
    version: order.version,
    created_at: rfc3339(order.createdAt),
    updated_at: rfc3339(order.updatedAt),
    ...(order.closedAt === null ? {} : { closed_at: rfc3339(order.closedAt) }),
    ...(order.lines.length === 0 ? {} : { line_items: order.lines.map((line) => wireLine(line, money)) }),
    ...(order.returns.length === 0 ? {} : { returns: order.returns.map((one) => wireReturn(one, money)) }),
    ...(order.fulfillment ? { fulfillments: [wireFulfillment(order.fulfillment)] } : {}),
    ...(payment ? { tenders: [wireTender(payment, money)] } : {}),
    ...(refunds.length === 0 ? {} : { refunds: refunds.map((refund) => wireRefundOfOrder(refund, money)) }),
    total_money: money(totalOf(order.lines)),
    net_amount_due_money: money(payment || order.lines.length === 0 ? 0 : totalOf(order.lines)),
  }
}

type Money = ReturnType<typeof moneyIn>

const wireLine = ({ uid, variationId, name, variationName, quantity, price, catalogVersion }: Line, money: Money) => ({
  uid,
  name,
  quantity: decimal(quantity),
  ...(variationId === null
    ? { item_type: 'CUSTOM_AMOUNT' }
    : {
        item_type: 'ITEM',
        catalog_object_id: variationId,
        catalog_version: catalogVersion,
        variation_name: variationName,
      }),
  base_price_money: money(price),
  total_money: money(Math.round(quantity * price)),
})

const wireReturn = ({ uid, sourceOrderId, lines }: Return, money: Money) => ({
  uid,
  ...(sourceOrderId === null ? {} : { source_order_id: sourceOrderId }),
  return_line_items: lines.map((line) => wireReturnLine(line, money)),
})

const wireReturnLine = ({ uid, sourceLineUid, variationId, name, quantity, price }: ReturnLine, money: Money) => ({
  uid,
  ...(sourceLineUid === null ? {} : { source_line_item_uid: sourceLineUid }),
  name,
  quantity: decimal(quantity),
  ...(variationId === null ? { item_type: 'CUSTOM_AMOUNT' } : { item_type: 'ITEM', catalog_object_id: variationId }),
  base_price_money: money(price),
  total_money: money(Math.round(quantity * price)),
})

const wireFulfillment = ({ uid, type, state }: NonNullable<Order['fulfillment']>) => ({
  uid,
  type,
  state,
  line_item_application: 'ALL',
})

const wireTender = ({ paymentId, locationId, orderId, createdAt, amount }: Payment, money: Money) => ({
  id: paymentId,
  location_id: locationId,
  transaction_id: orderId,
  created_at: rfc3339(createdAt),
  amount_money: money(amount),
  type: 'CARD',
  payment_id: paymentId,
})

/** Schema Refund: as it stands in the order of the return. */
const wireRefundOfOrder = (refund: Refund, money: Money) => ({
  id: refund.refundId,
  location_id: refund.locationId,
  transaction_id: refund.orderId,
  tender_id: refund.paymentId,
  created_at: rfc3339(refund.createdAt),
  reason: refund.reason,
  amount_money: money(refund.amount),
  status: 'APPROVED',
})

/** Schema PaymentRefund. */
export const wireRefund = (refund: Refund, { currency }: Merchant) => ({
  id: refund.refundId,
  status: 'COMPLETED',
  location_id: refund.locationId,
  amount_money: moneyIn(currency)(refund.amount),
  payment_id: refund.paymentId,
  order_id: refund.orderId,
  reason: refund.reason,
  created_at: rfc3339(refund.createdAt),
  updated_at: rfc3339(refund.createdAt),
})

/** Schema Payment. */
export function wirePayment(payment: Payment, world: World, { currency }: Merchant) {
  const money = moneyIn(currency)
  const refunded = payment.refundIds.reduce((sum, id) => sum + (world.refunds.get(id)?.amount ?? 0), 0)
  return {
    id: payment.paymentId,
    created_at: rfc3339(payment.createdAt),
    updated_at: rfc3339(payment.createdAt),
    amount_money: money(payment.amount),
    total_money: money(payment.amount),
    ...(refunded > 0 ? { refunded_money: money(refunded), refund_ids: payment.refundIds } : {}),
    status: 'COMPLETED',
    source_type: 'CARD',
    location_id: payment.locationId,
    order_id: payment.orderId,
    receipt_number: payment.paymentId.slice(-4),
  }
}
