import { assert } from '#app/kernel/assert.ts'
import { type Refusal, isRefusal, refuse } from '#app/kernel/refusal.ts'
import { insert } from './by-time.ts'
import { type Etsy, now } from './etsy.ts'
import { soldOutIfEmpty } from './listing-state.ts'
import { addStock, productOf, shownOf, stockKey } from './stock-of-listing.ts'
import {
  type Buyer,
  type Charges,
  type Listing,
  type Product,
  type Receipt,
  type ShopState,
  type Transaction,
  freshId,
} from './world.ts'

/** `sku` or `productId` says which variation; a listing without variations needs neither. */
export type BuyLine = { listingId: number; productId?: number; sku?: string; quantity: number }

export type Order = {
  lines: BuyLine[]
  /** False: the payment is still being processed; the pieces are held all the same. */
  paid?: boolean
  buyer?: { name: string; email: string; message?: string }
  charges?: Charges
}

type Picked = { listing: Listing; product: Product; quantity: number }

/** A buyer at the checkout. Takes all lines or none: a listing's quantity is never promised twice. */
export function buy(etsy: Etsy, shop: ShopState, { lines, paid = true, buyer, charges }: Order): Receipt | Refusal {
  const picked: Picked[] = []
  for (const line of lines) {
    const one = pick(etsy, shop, line)
    if (isRefusal(one)) return one
    picked.push(one)
  }
  const short = notShown(picked)
  if (short) return short
  for (const one of picked) takeOffSale(etsy, one)
  const receipt = newReceipt(etsy, shop, { picked, buyer, at: now(etsy), paid, charges })
  if (paid) etsy.notify('order.paid', receipt)
  return receipt
}

function pick(etsy: Etsy, shop: ShopState, { listingId, productId, sku, quantity }: BuyLine): Picked | Refusal {
  const listing = etsy.world.listings.get(listingId)
  if (listing?.shopId !== shop.shopId) return refuse('unknown-listing', `${shop.name} has no listing ${listingId}.`)
  const { products } = listing.inventory
  const only = productId === undefined && sku === undefined && products.length === 1 ? products[0] : undefined
  const product =
    productId === undefined ? (only ?? products.find((p) => p.sku === sku)) : productOf(listing, productId)
  if (!product) return refuse('unknown-product', `“${listing.title}” has no variation ${productId ?? sku ?? ''}.`)
  if (!Number.isInteger(quantity) || quantity < 1) return refuse('no-quantity', 'A buyer takes one piece or more.')
  return { listing, product, quantity }
}

function notShown(picked: Picked[]): Refusal | undefined {
  const wanted = new Map<string, number>()
  for (const { listing, product, quantity } of picked) {
    const key = `${listing.listingId}/${stockKey(listing.inventory, product)}`
    const sum = (wanted.get(key) ?? 0) + quantity
    const shown = shownOf(listing, product)
    if (sum > shown) return refuse('not-shown', `“${listing.title}” shows ${shown}; ${sum} cannot be bought.`)
    wanted.set(key, sum)
  }
  return undefined
}

function takeOffSale(etsy: Etsy, { listing, product, quantity }: Picked): void {
  addStock(listing.inventory, product, -quantity)
  listing.modifiedAt = now(etsy)
  soldOutIfEmpty(etsy, listing)
}

export type PastSale = { placedAt: Date; lines: BuyLine[]; buyer?: { name: string; email: string } }

/** A paid, unshipped order from before the world was set up: it takes no stock and nobody is told. */
export function recordPastSale(etsy: Etsy, shop: ShopState, { placedAt, lines, buyer }: PastSale): Receipt {
  const picked = lines.map((line) => {
    const one = pick(etsy, shop, line)
    assert(!isRefusal(one), `A past sale must be of something ${shop.name} has`)
    return one
  })
  return newReceipt(etsy, shop, { picked, buyer, at: placedAt.getTime(), paid: true })
}

type NewReceipt = { picked: Picked[]; buyer: Order['buyer']; at: number; paid: boolean; charges?: Charges | undefined }

function newReceipt(etsy: Etsy, shop: ShopState, { picked, buyer, at, paid, charges }: NewReceipt): Receipt {
  const { world } = etsy
  const receipt: Receipt = {
    receiptId: freshId(world, 'receipt'),
    shopId: shop.shopId,
    buyer: someBuyer(freshId(world, 'user'), buyer),
    createdAt: at,
    updatedAt: at,
    paidAt: paid ? at : null,
    shippedAt: null,
    canceledAt: null,
    shipment: null,
    refunds: [],
    ...(charges && { charges }),
    lines: picked.map((one) => transaction(freshId(world, 'transaction'), one)),
  }
  world.receipts.set(receipt.receiptId, receipt)
  insert(shop.byCreated, at, receipt.receiptId)
  insert(shop.byUpdated, at, receipt.receiptId)
  for (const { quantity } of picked) shop.sold += quantity
  return receipt
}

const someBuyer = (userId: number, buyer: Order['buyer']): Buyer =>
  buyer ? { userId, ...buyer } : { userId, name: 'Etsy buyer', email: `buyer-${userId}@example.com` }

const transaction = (transactionId: number, { listing, product, quantity }: Picked): Transaction => ({
  transactionId,
  listingId: listing.listingId,
  productId: product.productId,
  title: listing.title,
  sku: product.sku,
  quantity,
  price: product.price,
  values: product.values,
})
