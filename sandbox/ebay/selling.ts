import { type Refusal, refuse } from '#app/kernel/refusal.ts'
import { type Ebay, now, secret } from './ebay.ts'
import { end, endIfEmpty } from './stock.ts'
import { type Format, type Listing, type SellerState, type Variation, freshId, itemKey } from './world.ts'

export type SellerSeed = {
  username: string
  /** ISO 4217; USD unless said otherwise. */
  currency?: string
  /** True unless said otherwise. */
  outOfStockControl?: boolean
  listings?: ListingSeed[]
}

export type ListingSeed = {
  title: string
  /** FIXED_PRICE unless said otherwise. An auction has one piece, and no variations. */
  format?: Format
  /** Made through the Inventory API (unless said otherwise), or elsewhere: on the website, in Seller Hub, by Trading. */
  via?: 'inventory' | 'trading'
  businessPolicies?: boolean
  /** Names of what a buyer chooses: ['Ring size', 'Metal']. */
  variations?: string[]
  products: ProductSeed[]
}

/** `choice` has one value for each of the listing's variations. A blank SKU is none. */
export type ProductSeed = { sku: string; quantity: number; priceCents: number; choice?: string[] }

const DAY_MS = 86_400_000
const AUCTION_LASTS_MS = 7 * DAY_MS
const RENEWED_EVERY_MS = 30 * DAY_MS

/** Opens an account with its listings, as of now. */
export function openAccount(ebay: Ebay, seed: SellerSeed): SellerState {
  const { username, currency = 'USD', outOfStockControl = true } = seed
  const userId = `${secret(ebay, 8)}${String(freshId(ebay.world, 'user')).padStart(3, '0')}`
  const seller: SellerState = {
    userId,
    username,
    currency,
    outOfStockControl,
    connected: false,
    sold: 0,
    listingIds: [],
    orderIds: [],
    inventoryCheck: null,
  }
  ebay.world.sellers.set(userId, seller)
  for (const listing of seed.listings ?? []) addListing(ebay, seller, listing)
  return seller
}

export function addListing(ebay: Ebay, seller: SellerState, seed: ListingSeed): Listing {
  const { title, format = 'FIXED_PRICE', via = 'inventory', businessPolicies = true, variations: names = [] } = seed
  const viaInventory = via === 'inventory'
  const listingId = String(freshId(ebay.world, 'listing'))
  const startedAt = now(ebay)
  const auction = format === 'AUCTION'
  const listing: Listing = {
    listingId,
    userId: seller.userId,
    title,
    format,
    ended: false,
    startedAt,
    // Good till cancelled: its end is the day it is renewed. A second apart each, as nobody lists two at a time.
    endsAt: startedAt + (auction ? AUCTION_LASTS_MS : RENEWED_EVERY_MS) + freshId(ebay.world, 'row') * 1_000,
    viaInventory,
    businessPolicies,
    groupKey: viaInventory && names.length > 0 ? `group-${listingId}` : null,
    variations: seed.products.map((product) => variationOf(ebay, { names, product, viaInventory })),
    bids: 0,
    revisions: { day: '', count: 0 },
  }
  ebay.world.listings.set(listingId, listing)
  seller.listingIds.push(listingId)
  if (auction) ebay.world.auctions.push(listingId)
  if (viaInventory) for (const variation of listing.variations) keepItem(ebay, listing, variation)
  endIfEmpty(ebay, listing)
  return listing
}

type ToList = { names: string[]; product: ProductSeed; viaInventory: boolean }

function variationOf(ebay: Ebay, { names, product, viaInventory }: ToList): Variation {
  return {
    variationId: names.length > 0 ? String(freshId(ebay.world, 'variation')) : '0',
    sku: product.sku,
    choices: Object.fromEntries(names.map((name, i) => [name, product.choice?.[i] ?? ''])),
    available: product.quantity,
    sold: 0,
    price: product.priceCents,
    offerId: viaInventory ? String(freshId(ebay.world, 'offer')) : null,
  }
}

/** What the Inventory API keeps of a variation: its offer, and the item behind it, which may have another listing too. */
export function keepItem(ebay: Ebay, { userId, title, groupKey, listingId }: Listing, variation: Variation): void {
  const { sku, choices, available, variationId, offerId } = variation
  const key = itemKey(userId, sku)
  const known = ebay.world.items.get(key)
  const aspects = Object.fromEntries(Object.entries(choices).map(([name, value]) => [name, [value]]))
  const groupKeys = [...(known?.groupKeys ?? []), ...(groupKey ? [groupKey] : [])]
  const quantity = Math.max(available, known?.quantity ?? 0)
  ebay.world.items.set(key, { userId, sku, title, aspects, quantity, groupKeys })
  if (offerId === null) return
  ebay.world.offers.set(offerId, { listingId, variationId })
  ebay.world.offersOfSku.set(key, [...(ebay.world.offersOfSku.get(key) ?? []), offerId])
}

/** What a person changes on eBay's own pages. */
export type SellerEdit = { title?: string; quantities?: Record<string, number>; skus?: Record<string, string> }

/** A person at work in Seller Hub: takes effect at once, and no notification tells of it. Keys are variation ids. */
export function editBySeller(ebay: Ebay, listing: Listing, edit: SellerEdit): Listing | Refusal {
  if (listing.ended) return refuse('ended', `“${listing.title}” has ended.`)
  if (listing.format === 'AUCTION' && edit.quantities) return refuse('auction', 'An auction is of one piece.')
  listing.title = edit.title ?? listing.title
  for (const variation of listing.variations) {
    const { variationId } = variation
    variation.sku = edit.skus?.[variationId] ?? variation.sku
    const quantity = edit.quantities?.[variationId]
    if (quantity === undefined) continue
    variation.available = quantity
    const item = listing.viaInventory && ebay.world.items.get(itemKey(listing.userId, variation.sku))
    if (item) item.quantity = quantity
  }
  endIfEmpty(ebay, listing)
  return listing
}

// "You can't end an auction with bids in its last 12 hours" (eBay's help, Ending your listing early).
const LAST_HOURS_MS = 12 * 3_600_000

/** Ends a listing early. An auction with bids cannot be ended in its last twelve hours. */
export function endListing(ebay: Ebay, listing: Listing): Listing | Refusal {
  if (listing.ended) return refuse('ended', `“${listing.title}” has ended already.`)
  if (listing.bids > 0 && listing.endsAt - now(ebay) < LAST_HOURS_MS) {
    return refuse('bids', `“${listing.title}” has bids and less than twelve hours to go.`)
  }
  end(ebay, listing)
  return listing
}

/** Somebody bids: from now on the auction cannot be revised. */
export function bid(listing: Listing): Listing | Refusal {
  if (listing.format !== 'AUCTION' || listing.ended) return refuse('no-auction', `“${listing.title}” is no auction.`)
  listing.bids++
  return listing
}
