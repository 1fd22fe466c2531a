import type { Random } from '#app/kernel/clock.ts'
import { someBuyer } from './people.ts'
import { shuffled, whole } from './chance.ts'
import { type EtsyListing, type EtsyProduct, type EtsyShop, type Jeweler, sellableOnline } from './shop.ts'

type Shop = Pick<Jeweler, 'places' | 'products' | 'openOrders'>

/** What is odd about the shop on Etsy, as its owner would admit. Numbers of listings. */
const MIRRORED = 118
const OWN_SKU = 7
const NO_SKU = 6
const OTHER_NUMBER = 8

/**
 * The same jeweler's shop on Etsy: about 120 listings, kept by hand until now. Most SKUs are those of Shopify; some
 * listings have SKUs of Etsy's own or none, so that only title and choices tell what they are; a few numbers are old;
 * two listings are on Etsy alone.
 */
export function etsyShop(random: Random, shop: Shop): EtsyShop {
  const order = shuffled(random, shop.products)
  const mirrored = order.flatMap((p) => mirror(shop, p)).slice(0, MIRRORED)
  const odd = shuffled(random, mirrored)
  odd.splice(0, OWN_SKU).forEach(renameSkus)
  odd.splice(0, NO_SKU).forEach(blankSkus)
  // Of a piece there is only one: nobody gets that number wrong, or sells it a second time.
  const many = odd.filter((listing) => !oneOfOne(shop, listing))
  many.splice(0, OTHER_NUMBER).forEach((listing) => changeNumber(random, listing))
  const listings = [...mirrored, ...etsyOnly()]
  return {
    name: 'AdlerAndFinch',
    listings,
    openReceipts: openReceipts(random, { listings, from: many.filter((l) => l.products.some((p) => p.quantity > 1)) }),
  }
}

function oneOfOne(shop: Shop, listing: EtsyListing): boolean {
  return shop.products.some((p) => p.core === listing.core && p.oneOfOne)
}

function mirror(shop: Shop, product: Jeweler['products'][number]): EtsyListing[] {
  const waiting = new Map<string, number>()
  for (const { lines } of shop.openOrders)
    for (const { sku, quantity } of lines) waiting.set(sku, (waiting.get(sku) ?? 0) + quantity)
  const products = product.variants.map((v): EtsyProduct => {
    const quantity = Math.max(0, sellableOnline(shop, v) - (waiting.get(v.sku) ?? 0))
    return { sku: v.sku, choice: v.choice, priceCents: v.priceCents, quantity }
  })
  // Etsy has no listing without a piece to sell, and neither services nor gift cards of the shop.
  const forEtsy = product.core !== '' && product.variants.every((v) => v.tracked && !v.continueSelling)
  if (!forEtsy || products.every((p) => p.quantity === 0)) return []
  const { core, description, options } = product
  return [
    { core, title: etsyTitle(product.title), description, tags: tags(product.type), variations: options, products },
  ]
}

// The tags of Etsy's sellers are part of the title: that is what its search reads.
const etsyTitle = (title: string) => `${title.replace('Bench Piece: ', '')}, Handmade Jewelry`.slice(0, 140)
const tags = (type: string) => [type.toLowerCase(), 'jewelry', 'handmade']

function renameSkus(listing: EtsyListing): void {
  listing.products.forEach((p, i) => (p.sku = `ETSY-${listing.core}-${i + 1}`))
}

function blankSkus(listing: EtsyListing): void {
  listing.products.forEach((p) => (p.sku = ''))
}

function changeNumber(random: Random, listing: EtsyListing): void {
  const [first] = listing.products.filter((p) => p.quantity > 0)
  if (first) first.quantity += whole(random, 1, 3)
}

function etsyOnly(): EtsyListing[] {
  const one = { description: 'Sold on Etsy only.', tags: ['jewelry', 'vintage'], variations: [] }
  return [
    {
      ...one,
      title: 'Vintage Glass Bead Lot, 100 g',
      products: [{ sku: 'EL-01', choice: [], priceCents: 1_900, quantity: 14 }],
    },
    {
      ...one,
      title: 'Jewelry Making Starter Kit',
      products: [{ sku: '', choice: [], priceCents: 3_900, quantity: 8 }],
    },
  ]
}

/**
 * Two sales of the days before, which Etsy has already taken off its numbers. The owner took the first out of Shopify
 * as well and forgot the second: only a person can say which is which.
 */
function openReceipts(random: Random, { listings, from }: { listings: EtsyListing[]; from: EtsyListing[] }) {
  return from.slice(0, 2).map((listing, i) => {
    const product = listing.products.findIndex((p) => p.quantity > 1)
    const sold = listing.products[product]
    if (!sold) throw new Error(`${listing.title} has too little to sell`)
    const takenOut = i === 0
    if (!takenOut) sold.quantity -= 1
    const line = { listing: listings.indexOf(listing), product, quantity: 1 }
    return { buyer: someBuyer(random), daysAgo: 2 - i, takenOut, lines: [line] }
  })
}
