import type { ChannelOrder, ChannelOrderLine } from '../../kernel/channel-order.ts'
import { money } from '../../kernel/money.ts'
import { variantIdOf } from './choices.ts'
import type { WireAmount, WireLine, WireOrder } from './wire.ts'

// What eBay says of an order, in our words. Pure.

const minor = ({ value, currency }: WireAmount): number => money(value, currency).minor

/** How many pieces of each line are in parcels, by line; for orders of which a part has left. */
export type Parcels = ReadonlyMap<string, number>

const NO_PARCELS: Parcels = new Map()

const sum = (amounts: { amount: WireAmount }[]): number =>
  amounts.reduce((total, { amount }) => total + minor(amount), 0)

/** The one answer to "is any of it still wanted": an order is cancelled as a whole there, or its money goes back whole. */
const isGivenBack = ({ cancelStatus, orderPaymentStatus }: WireOrder): boolean =>
  cancelStatus?.cancelState === 'CANCELED' || orderPaymentStatus === 'FULLY_REFUNDED' || orderPaymentStatus === 'FAILED'

function shippedOf({ lineItemId, quantity, lineItemFulfillmentStatus: status }: WireLine, parcels: Parcels): number {
  if (status === 'FULFILLED') return quantity
  return status === 'NOT_STARTED' ? 0 : Math.min(quantity, parcels.get(lineItemId) ?? 0)
}

/** True while some line has partly left: how much of it, only its parcels say. */
export const isUnderWay = ({ lineItems }: WireOrder): boolean =>
  lineItems.some(({ lineItemFulfillmentStatus }) => lineItemFulfillmentStatus === 'IN_PROGRESS')

/**
 * An order as eBay states it now. A cancellation that a buyer has only asked for changes nothing. A refund is money: of
 * a whole line that has not left it says that the piece is free again, of anything else a person must say what came back.
 */
export function orderOf(order: WireOrder, parcels: Parcels = NO_PARCELS): ChannelOrder {
  const { orderId, creationDate, lastModifiedDate, lineItems, pricingSummary, paymentSummary, cancelStatus } = order
  const refunded = [...(paymentSummary?.refunds ?? []), ...lineItems.flatMap((line) => line.refunds)]
  const lastRefund = refunded.flatMap(({ refundDate }) => refundDate?.getTime() ?? []).sort((a, b) => b - a)[0]
  const givenBackAt =
    cancelStatus?.cancelledDate ?? (lastRefund === undefined ? lastModifiedDate : new Date(lastRefund))
  const paid = paymentSummary?.payments.find(({ paymentDate }) => paymentDate)?.paymentDate
  return {
    externalId: orderId,
    name: orderId,
    placedAt: creationDate,
    paidAt: paid ?? null,
    updatedAt: lastModifiedDate,
    cancelledAt: isGivenBack(order) ? givenBackAt : null,
    currency: pricingSummary.total.currency,
    url: `https://www.ebay.com/sh/ord/details?orderid=${orderId}`,
    lines: lineItems.map((line) => lineOf(order, line, parcels)),
    unclear: unclearOf(order, parcels),
  }
}

const isWholeRefund = ({ refunds, lineItemCost }: WireLine): boolean =>
  refunds.length > 0 && sum(refunds) >= minor(lineItemCost)

function lineOf(order: WireOrder, line: WireLine, parcels: Parcels): ChannelOrderLine {
  const { lineItemId, legacyItemId, sku = '', title, quantity, variationAspects, lineItemCost } = line
  const shipped = shippedOf(line, parcels)
  const choices = Object.fromEntries(variationAspects.map(({ name, value }) => [name, value]))
  const free = isGivenBack(order) || isWholeRefund(line)
  return {
    externalId: lineItemId,
    listing: legacyItemId === undefined ? null : { externalId: legacyItemId, variantId: variantIdOf(choices) },
    sku,
    title,
    quantity,
    currentQuantity: free ? shipped : quantity,
    shipped,
    restocked: [],
    takesStock: true,
    backorder: false,
    unitPriceMinor: quantity > 0 ? Math.round(minor(lineItemCost) / quantity) : 0,
    sources: [],
  }
}

function unclearOf(order: WireOrder, parcels: Parcels): string | null {
  const left = order.lineItems.some((line) => shippedOf(line, parcels) > 0)
  if (isGivenBack(order)) {
    return left
      ? 'This order was refunded after it was shipped, and eBay does not say whether the pieces came back.'
      : null
  }
  const whole = order.lineItems.filter(isWholeRefund)
  if (whole.some((line) => shippedOf(line, parcels) > 0)) {
    return 'A piece of this order was refunded after it was shipped, and eBay does not say whether it came back.'
  }
  const part = order.lineItems.some((line) => line.refunds.length > 0 && !isWholeRefund(line))
  const loose = sum(order.paymentSummary?.refunds ?? []) > sum(whole.flatMap(({ refunds }) => refunds))
  return part || loose
    ? 'Part of this order was refunded, and eBay does not say for which pieces: did any come back?'
    : null
}
