import type { ChannelOrder, ChannelOrderLine } from '../../kernel/channel-order.ts'
import type { ListingSnapshot } from '../../kernel/listing-snapshot.ts'
import { money } from '../../kernel/money.ts'
import type { WireListing, WireMoney, WireProduct, WireReceipt, WireTransaction, WireValue } from './wire.ts'

// What Etsy says, in our words. Pure.

const fromSeconds = (seconds: number): Date => new Date(seconds * 1000)

export const minor = ({ amount, divisor, currency_code }: WireMoney): number =>
  money(amount / divisor, currency_code).minor

/** The variations a listing has now; deleted ones are left out. */
export const productsOf = (listing: WireListing): WireProduct[] =>
  listing.inventory?.products.filter((product) => !product.is_deleted) ?? []

/** A variation's offering. The schema has a list of them; no shop has been seen with more than one. */
export const offeringOf = (product: WireProduct) => product.offerings.find((offering) => !offering.is_deleted)

/** Pieces a buyer can buy of a variation now: none of what is off sale or switched off by the seller. */
export function shownOf(listing: WireListing, product: WireProduct): number {
  const offering = offeringOf(product)
  return listing.state === 'active' && offering?.is_enabled ? offering.quantity : 0
}

/** `{ Size: '54', Metal: 'Gold' }`. */
export function attributesOf({ property_values }: WireProduct): Record<string, string> {
  const pairs = property_values.map(({ property_id, property_name, values }) => [
    property_name ?? `Property ${property_id}`,
    values.map(plain).join(', '),
  ])
  return Object.fromEntries(pairs)
}

/**
 * What Etsy calls a variation for good: its choices, such as `513:54|514:Gold`, and '' for a listing without any. Not
 * its product id: "product_id and offering_id change with each update" (Etsy, open-api issue 523), while orders keep
 * the id of their day.
 */
export const variantIdOf = (choices: Pick<WireValue, 'property_id' | 'values'>[]): string =>
  choices
    .toSorted((a, b) => a.property_id - b.property_id)
    .map(({ property_id, values }) => `${property_id}:${values.map(plain).join(', ')}`)
    .join('|')

const ENTITIES: Record<string, string> = { quot: '"', '#39': "'", amp: '&', lt: '<', gt: '>' }

// Some answers carry text as HTML, some do not: 6&quot; and 6" are one length of chain.
export const plain = (text: string): string =>
  text.replaceAll(/&(quot|#39|amp|lt|gt);/g, (_, name: string) => ENTITIES[name] ?? '').trim()

/** Each variation of a listing as a listing of ours; a listing without variations as one. */
export function snapshotsOf(listing: WireListing): ListingSnapshot[] {
  const products = productsOf(listing)
  return products.length > 0 ? products.map((product) => snapshotOf(listing, product)) : [withoutInventory(listing)]
}

function snapshotOf(listing: WireListing, product: WireProduct): ListingSnapshot {
  return {
    ...commonOf(listing, offeringOf(product)?.price),
    ref: { externalId: String(listing.listing_id), variantId: variantIdOf(product.property_values) },
    sku: product.sku ?? '',
    attributes: attributesOf(product),
    shown: shownOf(listing, product),
  }
}

/** "Listings you did not edit using the Etsy.com inventory tools have no inventory records" (getListingInventory). */
function withoutInventory(listing: WireListing): ListingSnapshot {
  return {
    ...commonOf(listing, listing.price),
    ref: { externalId: String(listing.listing_id), variantId: '' },
    sku: '',
    attributes: {},
    shown: listing.state === 'active' ? listing.quantity : 0,
  }
}

const commonOf = (listing: WireListing, price: WireMoney | null | undefined) => ({
  title: plain(listing.title ?? ''),
  status: listing.state,
  priceMinor: price ? minor(price) : null,
  currency: price?.currency_code ?? null,
  url: listing.url ?? null,
})

// Schema ShopReceipt, `status`: paid, completed, open, payment processing, canceled, fully refunded, partially refunded.
// All but these two keep their pieces; those of "payment processing" are taken from the listing's quantity already.
const GIVEN_BACK = ['canceled', 'fully refunded']

/**
 * An order as Etsy states it now. Cancelled or refunded in full before it was shipped, its pieces are free again. A
 * refund has no lines (schema ShopRefund): after a partial one, or a full one of what has left the house, the
 * quantities stay and a person must say what came back.
 */
export function orderOf(receipt: WireReceipt): ChannelOrder {
  const givenBack = GIVEN_BACK.includes(receipt.status)
  const updatedAt = fromSeconds(receipt.updated_timestamp)
  const refundedAt = receipt.refunds.map((refund) => refund.created_timestamp)
  return {
    externalId: String(receipt.receipt_id),
    name: `#${receipt.receipt_id}`,
    placedAt: fromSeconds(receipt.created_timestamp),
    paidAt: paidAt(receipt),
    updatedAt,
    cancelledAt: !givenBack ? null : refundedAt.length > 0 ? fromSeconds(Math.max(...refundedAt)) : updatedAt,
    currency: receipt.grandtotal.currency_code,
    url: `https://www.etsy.com/your/orders/sold?order_id=${receipt.receipt_id}`,
    lines: receipt.transactions.map((transaction) => lineOf(receipt, transaction)),
    unclear: unclearOf(receipt),
  }
}

function paidAt({ is_paid, created_timestamp, transactions }: WireReceipt): Date | null {
  const paid = transactions.map((transaction) => transaction.paid_timestamp).find(Boolean)
  return paid ? fromSeconds(paid) : is_paid ? fromSeconds(created_timestamp) : null
}

const isShipped = (receipt: WireReceipt, transaction: WireTransaction): boolean =>
  receipt.is_shipped || Boolean(transaction.shipped_timestamp)

function lineOf(receipt: WireReceipt, transaction: WireTransaction): ChannelOrderLine {
  const { transaction_id, listing_id, product_data, quantity } = transaction
  const shipped = isShipped(receipt, transaction)
  return {
    externalId: String(transaction_id),
    listing: listing_id ? { externalId: String(listing_id), variantId: variantIdOf(product_data) } : null,
    sku: transaction.sku ?? '',
    title: plain(transaction.title ?? ''),
    quantity,
    currentQuantity: GIVEN_BACK.includes(receipt.status) && !shipped ? 0 : quantity,
    shipped: shipped ? quantity : 0,
    restocked: [],
    takesStock: !transaction.is_digital,
    backorder: false,
    unitPriceMinor: minor(transaction.price),
    sources: [],
  }
}

function unclearOf(receipt: WireReceipt): string | null {
  if (receipt.status === 'partially refunded') {
    return 'Part of this order was refunded, and Etsy does not say for which pieces: did any come back?'
  }
  const left = receipt.transactions.some((transaction) => isShipped(receipt, transaction))
  if (!left || !GIVEN_BACK.includes(receipt.status)) return null
  return 'This order was refunded after it was shipped, and Etsy does not say whether the pieces came back.'
}
