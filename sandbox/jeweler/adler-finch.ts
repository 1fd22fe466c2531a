import { awkwardProducts } from './awkward.ts'
import { seeded } from './chance.ts'
import { etsyShop } from './etsy-listings.ts'
import { openOrders } from './open-orders.ts'
import { orderlyProducts } from './products.ts'
import type { Jeweler, Place } from './shop.ts'

const PLACES: Place[] = [
  { name: 'Safe', city: 'Providence', sellsOnline: true },
  { name: 'Shop window', city: 'Providence', sellsOnline: true },
  { name: 'Bench', city: 'Providence', sellsOnline: false },
  { name: 'Consignment', city: 'Newport', sellsOnline: false },
]

/**
 * Adler & Finch, the demo's jeweler: about 300 inventory items in 130 products, an Etsy shop of 120 listings, five
 * orders waiting on Shopify and two on Etsy. The same seed gives the same shop to the last piece.
 */
export function adlerFinch(seed: number): Jeweler {
  const random = seeded(seed)
  const orderly = orderlyProducts(random)
  const products = [...orderly, ...awkwardProducts()]
  const shop = {
    store: 'adler-finch',
    name: 'Adler & Finch',
    currency: 'USD' as const,
    timeZone: 'America/New_York',
    places: PLACES,
    products,
    openOrders: openOrders(random, orderly),
  }
  return { ...shop, etsy: etsyShop(random, shop) }
}

/** A second jeweler with a dozen products and nothing on Etsy: for whatever must not pass from one shop to another. */
export function northlight(seed: number): Jeweler {
  const whole = adlerFinch(seed)
  const products = whole.products.slice(0, 12)
  const etsy = { name: 'NorthlightGoldsmiths', listings: [], openReceipts: [] }
  return { ...whole, store: 'northlight', name: 'Northlight Goldsmiths', products, openOrders: [], etsy }
}
