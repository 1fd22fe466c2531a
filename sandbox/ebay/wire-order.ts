import { amount, iso } from './ebay.ts'
import { refundedOf, totalOf } from './orders.ts'
import type { Order, OrderLine, Refund, SellerState } from './world.ts'

/** Full or in part, or none. */
function paymentOf(order: Order): string {
  if (order.paidAt === null) return order.cancelledAt === null ? 'PENDING' : 'FAILED'
  const refunded = refundedOf(order)
  if (refunded === 0) return 'PAID'
  return refunded >= totalOf(order) ? 'FULLY_REFUNDED' : 'PARTIALLY_REFUNDED'
}

function fulfilmentOf(lines: Pick<OrderLine, 'quantity' | 'shipped'>[]): string {
  if (lines.every(({ shipped }) => shipped === 0)) return 'NOT_STARTED'
  return lines.every(({ quantity, shipped }) => shipped === quantity) ? 'FULFILLED' : 'IN_PROGRESS'
}

/** In a list its requests are always empty: "use the getOrder call" (schema CancelStatus). */
function cancelStatusOf({ cancelledAt, cancelRequested, orderId, modifiedAt }: Order, whole: boolean) {
  const cancelState = cancelledAt !== null ? 'CANCELED' : cancelRequested ? 'IN_PROGRESS' : 'NONE_REQUESTED'
  const request = {
    cancelRequestId: `5${orderId.replaceAll('-', '')}`,
    cancelInitiator: cancelRequested ? 'BUYER' : 'SELLER',
    cancelReason: cancelRequested ? 'BUYER_CANCEL' : 'OUT_OF_STOCK',
    cancelRequestedDate: iso(cancelledAt ?? modifiedAt),
    cancelRequestState: cancelledAt === null ? 'REQUESTED' : 'COMPLETED',
    ...(cancelledAt !== null && { cancelCompletedDate: iso(cancelledAt) }),
  }
  const cancelRequests = whole && cancelState !== 'NONE_REQUESTED' ? [request] : []
  return { cancelState, cancelRequests, ...(cancelledAt !== null && { cancelledDate: iso(cancelledAt) }) }
}

/** Schema Order; `whole`: as getOrder has it. */
export function wireOrder(order: Order, { userId, currency }: SellerState, whole: boolean) {
  const total = amount(totalOf(order), currency)
  return {
    orderId: order.orderId,
    creationDate: iso(order.createdAt),
    lastModifiedDate: iso(order.modifiedAt),
    orderFulfillmentStatus: fulfilmentOf(order.lines),
    orderPaymentStatus: paymentOf(order),
    sellerId: userId,
    buyer: { username: order.buyer.username },
    pricingSummary: { priceSubtotal: total, deliveryCost: amount(0, currency), total },
    cancelStatus: cancelStatusOf(order, whole),
    paymentSummary: {
      totalDueSeller: amount(totalOf(order) - refundedOf(order), currency),
      refunds: order.refunds.map((refund) => ({ ...wireRefund(refund, currency), refundStatus: 'REFUNDED' })),
      payments:
        order.paidAt === null
          ? []
          : [{ amount: total, paymentDate: iso(order.paidAt), paymentMethod: 'EBAY', paymentStatus: 'PAID' }],
    },
    fulfillmentStartInstructions: [instructions(order)],
    fulfillmentHrefs: [],
    lineItems: order.lines.map((line) => wireLine(line, currency)),
    salesRecordReference: order.orderId.slice(-5),
  }
}

const wireRefund = ({ refundId, amount: minor, at }: Refund, currency: string) => ({
  refundId,
  amount: amount(minor, currency),
  refundDate: iso(at),
})

const instructions = ({ buyer }: Order) => ({
  fulfillmentInstructionsType: 'SHIP_TO',
  ebaySupportedFulfillment: false,
  shippingStep: {
    shippingServiceCode: 'USPSPriority',
    shipTo: {
      fullName: buyer.name,
      email: buyer.email,
      contactAddress: {
        addressLine1: '12 Sandbox Lane',
        city: 'Portland',
        stateOrProvince: 'ME',
        postalCode: '04101',
        countryCode: 'US',
      },
    },
  },
})

/** Schema LineItem. The id of a variation is there for a listing that has some. */
function wireLine(line: OrderLine, currency: string) {
  const { lineId, listingId, variationId, title, sku, choices, quantity, shipped, price, format, refunds } = line
  const cost = amount(price * quantity, currency)
  const aspects = Object.entries(choices).map(([name, value]) => ({ name, value }))
  return {
    lineItemId: lineId,
    legacyItemId: listingId,
    ...(aspects.length > 0 && { legacyVariationId: variationId, variationAspects: aspects }),
    ...(sku !== '' && { sku }),
    title,
    quantity,
    soldFormat: format,
    lineItemCost: cost,
    total: cost,
    deliveryCost: { shippingCost: amount(0, currency) },
    listingMarketplaceId: 'EBAY_US',
    purchaseMarketplaceId: 'EBAY_US',
    lineItemFulfillmentStatus: fulfilmentOf([{ quantity, shipped }]),
    refunds: refunds.map((refund) => wireRefund(refund, currency)),
    taxes: [],
    appliedPromotions: [],
    properties: { buyerProtection: true },
  }
}
