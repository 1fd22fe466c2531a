import { present } from '#app/kernel/assert.ts'
import { type Refusal, isRefusal, refuse } from '#app/kernel/refusal.ts'
import { dropBefore, insert, remove } from './by-time.ts'
import { type Etsy, now } from './etsy.ts'
import { addStock, productOf } from './stock-of-listing.ts'
import type { Receipt, Shipment, ShopState } from './world.ts'

/** Every change of a receipt moves it to the end of the shop's list by time of change. */
function touch(etsy: Etsy, shop: ShopState, receipt: Receipt): void {
  remove(shop.byUpdated, receipt.updatedAt, receipt.receiptId)
  receipt.updatedAt = Math.max(receipt.updatedAt, now(etsy))
  insert(shop.byUpdated, receipt.updatedAt, receipt.receiptId)
}

export function find(etsy: Etsy, shop: ShopState, receiptId: number): Receipt | Refusal {
  const receipt = etsy.world.receipts.get(receiptId)
  return receipt?.shopId === shop.shopId
    ? receipt
    : refuse('unknown-receipt', `${shop.name} has no order ${receiptId}.`)
}

/** The payment that was being processed has come. */
export function pay(etsy: Etsy, shop: ShopState, receiptId: number): Receipt | Refusal {
  const receipt = find(etsy, shop, receiptId)
  if (isRefusal(receipt)) return receipt
  if (receipt.canceledAt !== null) return refuse('canceled', `Order ${receiptId} is canceled.`)
  if (receipt.paidAt !== null) return refuse('paid', `Order ${receiptId} is paid already.`)
  receipt.paidAt = now(etsy)
  touch(etsy, shop, receipt)
  etsy.notify('order.paid', receipt)
  return receipt
}

/**
 * The seller cancels, or the payment fails. Pieces held by an unpaid order are released; whether those of a paid one
 * go back on sale is the switch `cancelRestocks`.
 */
export function cancel(etsy: Etsy, shop: ShopState, receiptId: number): Receipt | Refusal {
  const receipt = find(etsy, shop, receiptId)
  if (isRefusal(receipt)) return receipt
  if (receipt.canceledAt !== null) return refuse('canceled', `Order ${receiptId} is canceled already.`)
  if (receipt.shippedAt !== null) return refuse('shipped', `Order ${receiptId} is shipped; it cannot be canceled.`)
  receipt.canceledAt = now(etsy)
  if (receipt.paidAt === null || etsy.settings.switches.cancelRestocks) restock(etsy, receipt)
  touch(etsy, shop, receipt)
  etsy.notify('order.canceled', receipt)
  return receipt
}

function restock(etsy: Etsy, { lines }: Receipt): void {
  for (const { listingId, productId, quantity } of lines) {
    const listing = etsy.world.listings.get(listingId)
    const product = listing && productOf(listing, productId)
    // A listing that is sold out keeps its pieces but stays off sale: coming back is the seller's decision and fee.
    if (product) addStock(listing.inventory, product, quantity)
  }
}

export type RefundRequest = { amount: number; reason?: string }

/** Money back for part of an order, in minor units; Etsy does not say for which piece, and moves no stock. */
export function refundPartially(
  etsy: Etsy,
  shop: ShopState,
  refund: RefundRequest & { receiptId: number },
): Receipt | Refusal {
  const { receiptId, amount, reason = 'Goodwill' } = refund
  const receipt = find(etsy, shop, receiptId)
  if (isRefusal(receipt)) return receipt
  if (receipt.paidAt === null) return refuse('unpaid', `Order ${receiptId} is not paid yet.`)
  const left = totalOf(receipt) - refundedOf(receipt)
  if (amount < 1 || amount > left) {
    return refuse('amount', `Between 1 and ${left} can be refunded on order ${receiptId}.`)
  }
  receipt.refunds.push({ amount, reason, at: now(etsy) })
  touch(etsy, shop, receipt)
  return receipt
}

export const pricesOf = ({ lines }: Receipt): number =>
  lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0)

export const totalOf = (receipt: Receipt): number => {
  const { shipping = 0, tax = 0, discount = 0, giftWrap = 0 } = receipt.charges ?? {}
  return pricesOf(receipt) + shipping + tax + giftWrap - discount
}

export const refundedOf = ({ refunds }: Receipt): number => refunds.reduce((sum, { amount }) => sum + amount, 0)

export function ship(etsy: Etsy, shop: ShopState, shipment: Shipment & { receiptId: number }): Receipt | Refusal {
  const { receiptId, carrier, trackingCode } = shipment
  const receipt = find(etsy, shop, receiptId)
  if (isRefusal(receipt)) return receipt
  if (receipt.canceledAt !== null) return refuse('canceled', `Order ${receiptId} is canceled.`)
  if (receipt.paidAt === null) return refuse('unpaid', `Order ${receiptId} is not paid yet.`)
  if (receipt.shippedAt !== null) return refuse('shipped', `Order ${receiptId} is shipped already.`)
  receipt.shippedAt = now(etsy)
  receipt.shipment = { carrier, trackingCode }
  touch(etsy, shop, receipt)
  etsy.notify('order.shipped', receipt)
  return receipt
}

/** Tracking of a further parcel of an order that is shipped already. */
export function addShipment(
  etsy: Etsy,
  shop: ShopState,
  shipment: Shipment & { receiptId: number },
): Receipt | Refusal {
  const { receiptId, carrier, trackingCode } = shipment
  const receipt = find(etsy, shop, receiptId)
  if (isRefusal(receipt)) return receipt
  receipt.furtherShipments = [...(receipt.furtherShipments ?? []), { carrier, trackingCode, at: now(etsy) }]
  touch(etsy, shop, receipt)
  return receipt
}

/** Forgets every order last changed before `time`, for good. */
export function forgetReceipts(etsy: Etsy, time: number): void {
  for (const shop of etsy.world.shops.values()) {
    for (const receiptId of dropBefore(shop.byUpdated, time)) {
      const receipt = present(etsy.world.receipts.get(receiptId), `Receipt ${receiptId}`)
      remove(shop.byCreated, receipt.createdAt, receiptId)
      etsy.world.receipts.delete(receiptId)
    }
  }
}
