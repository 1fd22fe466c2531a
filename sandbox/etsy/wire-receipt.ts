import { seconds } from './etsy.ts'
import { etsyMoney } from './money.ts'
import { pricesOf, refundedOf, totalOf } from './receipts.ts'
import { wireValue } from './wire-listing.ts'
import type { Receipt, ShopState, Transaction } from './world.ts'

/** The order's status, in the words of the schema ShopReceipt. */
export function statusOf(receipt: Receipt): string {
  const refunded = refundedOf(receipt)
  if (receipt.canceledAt !== null) return 'canceled'
  if (refunded > 0) return refunded === totalOf(receipt) ? 'fully refunded' : 'partially refunded'
  if (receipt.shippedAt !== null) return 'completed'
  return receipt.paidAt === null ? 'payment processing' : 'paid'
}

/** Schema ShopReceipt, with its transactions, shipments and refunds. */
export function wireReceipt(receipt: Receipt, shop: ShopState) {
  const amount = (minor: number) => etsyMoney(minor, shop.currency)
  const total = totalOf(receipt)
  const { charges = {} } = receipt
  return {
    receipt_id: receipt.receiptId,
    receipt_type: 0,
    seller_user_id: shop.userId,
    seller_email: null,
    ...buyerOf(receipt),
    status: statusOf(receipt),
    payment_method: 'cc',
    payment_email: null,
    message_from_seller: null,
    message_from_buyer: receipt.buyer.message ?? null,
    message_from_payment: null,
    is_paid: receipt.paidAt !== null,
    is_shipped: receipt.shippedAt !== null,
    create_timestamp: seconds(receipt.createdAt),
    created_timestamp: seconds(receipt.createdAt),
    update_timestamp: seconds(receipt.updatedAt),
    updated_timestamp: seconds(receipt.updatedAt),
    is_gift: false,
    gift_message: '',
    gift_sender: '',
    grandtotal: amount(total),
    subtotal: amount(pricesOf(receipt) - (charges.discount ?? 0)),
    total_price: amount(pricesOf(receipt)),
    total_shipping_cost: amount(charges.shipping ?? 0),
    total_tax_cost: amount(charges.tax ?? 0),
    total_vat_cost: amount(charges.vat ?? 0),
    discount_amt: amount(charges.discount ?? 0),
    gift_wrap_price: amount(charges.giftWrap ?? 0),
    shipments: shipmentsOf(receipt),
    transactions: receipt.lines.map((line) => wireTransaction(line, receipt, shop)),
    refunds: refundsOf(receipt, shop),
  }
}

const refundsOf = ({ refunds }: Receipt, { currency }: ShopState) =>
  refunds.map((refund) => ({
    amount: etsyMoney(refund.amount, currency),
    created_timestamp: seconds(refund.at),
    reason: refund.reason,
    note_from_issuer: null,
    status: 'processed',
  }))

const buyerOf = ({ buyer }: Receipt) => ({
  buyer_user_id: buyer.userId,
  buyer_email: buyer.email,
  name: buyer.name,
  first_line: '12 Sandbox Lane',
  second_line: null,
  city: 'Portland',
  state: 'ME',
  zip: '04101',
  formatted_address: `${buyer.name}\n12 Sandbox Lane\nPortland, ME 04101\nUnited States`,
  country_iso: 'US',
})

const shipmentsOf = ({ shipment, shippedAt, receiptId, furtherShipments = [] }: Receipt) =>
  shipment && shippedAt !== null
    ? [{ ...shipment, at: shippedAt }, ...furtherShipments].map(({ carrier, trackingCode, at }, n) => ({
        receipt_shipping_id: receiptId + n,
        shipment_notification_timestamp: seconds(at),
        carrier_name: carrier,
        tracking_code: trackingCode,
      }))
    : []

/** Schema ShopReceiptTransaction. */
export function wireTransaction(line: Transaction, receipt: Receipt, shop: ShopState) {
  return {
    transaction_id: line.transactionId,
    title: line.title,
    description: line.title,
    seller_user_id: shop.userId,
    buyer_user_id: receipt.buyer.userId,
    create_timestamp: seconds(receipt.createdAt),
    created_timestamp: seconds(receipt.createdAt),
    paid_timestamp: receipt.paidAt === null ? null : seconds(receipt.paidAt),
    shipped_timestamp: receipt.shippedAt === null ? null : seconds(receipt.shippedAt),
    quantity: line.quantity,
    listing_image_id: null,
    receipt_id: receipt.receiptId,
    is_digital: false,
    file_data: '',
    listing_id: line.listingId,
    transaction_type: 'listing',
    product_id: line.productId,
    sku: line.sku,
    price: etsyMoney(line.price, shop.currency),
    shipping_cost: etsyMoney(0, shop.currency),
    variations: line.values.map((value) => ({
      property_id: value.propertyId,
      value_id: value.valueIds[0] ?? null,
      formatted_name: value.name,
      formatted_value: value.values.join(', '),
      question_id: null,
    })),
    product_data: line.values.map(wireValue),
    shipping_profile_id: null,
    min_processing_days: null,
    max_processing_days: null,
    shipping_method: null,
    shipping_upgrade: null,
    expected_ship_date: null,
    buyer_coupon: 0,
    shop_coupon: 0,
  }
}
