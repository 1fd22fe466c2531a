import { present } from '#app/kernel/assert.ts'
import type { Shop } from '../etsy/shop.ts'
import type { ListingSeed, ShopSeed } from '../etsy/shop-manager.ts'
import type { EtsyListing, EtsyShop } from './shop.ts'

/** The jeweler's shop on Etsy before the app is connected. */
export function etsySeed({ name, listings }: EtsyShop): ShopSeed {
  return { name, listings: listings.map(listingSeed) }
}

function listingSeed({ title, description, tags, variations, products }: EtsyListing): ListingSeed {
  return { title, description, tags, variations, products }
}

const DAY_MS = 86_400_000

/** Writes down what was sold there before; the shop's numbers are already without it. */
export function recordOpenReceipts(shop: Shop, { openReceipts }: EtsyShop, now: Date): void {
  const listings = shop.listings()
  for (const { buyer, daysAgo, lines } of openReceipts) {
    const bought = lines.map((line) => {
      const listing = present(listings[line.listing], `Listing ${line.listing} of ${shop.name}`)
      const { productId } = present(
        listing.inventory.products[line.product],
        `Product ${line.product} of ${listing.title}`,
      )
      return { listingId: listing.listingId, productId, quantity: line.quantity }
    })
    shop.recordPastSale({ placedAt: new Date(now.getTime() - daysAgo * DAY_MS), lines: bought, buyer })
  }
}
