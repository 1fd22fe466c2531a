import { type Refusal, isRefusal, refuse } from '#app/kernel/refusal.ts'
import { type Ebay, now } from './ebay.ts'
import { askSeller } from './inventory-check.ts'
import { sell, shownOf } from './stock.ts'
import { type Order, type OrderLine, type Picked, type SellerState, type Variation, freshId } from './world.ts'

/** `sku` or `variationId` says which variation; a listing without variations needs neither. */
export type BuyLine = { listingId: string; variationId?: string; sku?: string; quantity: number }

export type Purchase = {
  lines: BuyLine[]
  /** False: the payment is still being processed; the pieces are taken all the same. */
  paid?: boolean
  buyer?: { username: string; name: string; email: string }
}

/**
 * A buyer at the checkout: all lines or none. Where the seller has the real-time inventory check, eBay asks before it
 * takes the money, and what the seller does not have is not sold.
 */
export async function buy(ebay: Ebay, seller: SellerState, purchase: Purchase): Promise<Order | Refusal> {
  const picked: Picked[] = []
  for (const line of purchase.lines) {
    const one = pick(ebay, seller, line)
    if (isRefusal(one)) return one
    picked.push(one)
  }
  const short = notShown(ebay, picked)
  if (short) return short
  if (!(await askSeller(ebay, seller, picked))) return refuse('not-available', 'The seller does not have it any more.')
  // While the seller was asked, somebody else may have bought it.
  return notShown(ebay, picked) ?? placed(ebay, seller, { picked, purchase })
}

function pick(ebay: Ebay, { userId, username }: SellerState, line: BuyLine): Picked | Refusal {
  const { listingId, variationId, sku, quantity } = line
  const listing = ebay.world.listings.get(listingId)
  if (listing?.userId !== userId) return refuse('unknown-listing', `${username} has no listing ${listingId}.`)
  const { variations } = listing
  const only = variationId === undefined && sku === undefined && variations.length === 1 ? variations[0] : undefined
  const variation = only ?? variations.find((one) => (variationId ? one.variationId === variationId : one.sku === sku))
  if (!variation) return refuse('unknown-variation', `“${listing.title}” has no variation ${variationId ?? sku ?? ''}.`)
  if (!Number.isInteger(quantity) || quantity < 1) return refuse('no-quantity', 'A buyer takes one piece or more.')
  return { listing, variation, quantity }
}

function notShown(ebay: Ebay, picked: Picked[]): Refusal | undefined {
  const wanted = new Map<Variation, number>()
  for (const { listing, variation, quantity } of picked) {
    const sum = (wanted.get(variation) ?? 0) + quantity
    wanted.set(variation, sum)
    const shown = shownOf(ebay, listing, variation)
    if (sum > shown) return refuse('sold-out', `Only ${shown} of “${listing.title}” can be bought.`)
  }
  return undefined
}

const SOMEBODY = { username: 'ring-lover', name: 'Robin Lake', email: 'robin@example.com' }

function placed(
  ebay: Ebay,
  seller: SellerState,
  { picked, purchase }: { picked: Picked[]; purchase: Purchase },
): Order {
  const { paid = true, buyer = SOMEBODY } = purchase
  for (const { listing, variation, quantity } of picked) sell(ebay, listing, { variation, quantity })
  const number = String(freshId(ebay.world, 'order'))
  const order: Order = {
    orderId: `${number.slice(-2).padStart(2, '0')}-${number.padStart(5, '0')}-${String(70_000 + ebay.world.orders.size)}`,
    userId: seller.userId,
    buyer,
    createdAt: now(ebay),
    modifiedAt: now(ebay),
    paidAt: paid ? now(ebay) : null,
    cancelledAt: null,
    cancelRequested: false,
    refunds: [],
    lines: picked.map((one) => lineOf(ebay, one)),
    parcels: [],
  }
  ebay.world.orders.set(order.orderId, order)
  seller.orderIds.push(order.orderId)
  if (paid) tellOfOrder(ebay, order)
  return order
}

function lineOf(ebay: Ebay, { listing, variation, quantity }: Picked): OrderLine {
  const { listingId, title, format } = listing
  const { variationId, sku, choices, price } = variation
  const lineId = String(freshId(ebay.world, 'line'))
  return { lineId, listingId, variationId, title, sku, choices, quantity, shipped: 0, price, format, refunds: [] }
}

/** One notification for each line of the order. */
export function tellOfOrder(ebay: Ebay, { userId, orderId, lines }: Order): void {
  const seller = { userId, username: ebay.world.sellers.get(userId)?.username }
  for (const { lineId, listingId } of lines) {
    const flat = { ...seller, orderId, lineItemId: lineId, listingId }
    const nested = { user: seller, order: { orderId, orderLineItem: { lineItemId: lineId, listingId } } }
    const data = ebay.settings.switches.orderPayload === 'flat' ? flat : nested
    ebay.notify('ORDER_CONFIRMATION', { userId, data })
  }
}
