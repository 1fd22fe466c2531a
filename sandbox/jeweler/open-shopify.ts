import { assert } from '#app/kernel/assert.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { ProductSeed, ShopSeed, StockSeed, VariantSeed } from '../shopify/seed.ts'
import type { Shop } from '../shopify/shop.ts'
import type { Jeweler, Product, Stock, Variant } from './shop.ts'

/** Who works there; the admin's `?as=` names them by their role. */
export const PEOPLE = {
  owner: { firstName: 'Maya', lastName: 'Adler', role: 'Owner' },
  manager: { firstName: 'Tomás', lastName: 'Finch', role: 'Manager' },
  clerk: { firstName: 'June', lastName: 'Park', role: 'Sales' },
} as const

export type PersonKey = keyof typeof PEOPLE

/** The shop as Shopify has it on the day before the app is installed. */
export function shopifySeed(jeweler: Jeweler): ShopSeed {
  const { store, name, currency, timeZone, places, products } = jeweler
  return {
    domain: domainOf(store),
    name,
    currency,
    timeZone,
    email: `hello@${store}.example.com`,
    installed: false,
    locations: places.map((p) => ({ name: p.name, city: p.city, fulfillsOnlineOrders: p.sellsOnline })),
    products: products.map(productSeed),
    staff: Object.entries(PEOPLE).map(([key, { firstName, lastName }]) => {
      const email = `${key}@${store}.example.com`
      return { firstName, lastName, email, isShopOwner: key === 'owner' }
    }),
  }
}

export const domainOf = (store: string): string => `${store}.myshopify.com`

function productSeed(product: Product): ProductSeed {
  const { title, description, type, options, oneOfOne, giftCard } = product
  return {
    title,
    descriptionHtml: description ? `<p>${description.replaceAll('&', '&amp;')}</p>` : '',
    productType: type,
    tags: oneOfOne ? ['one of a kind'] : [],
    isGiftCard: giftCard,
    options,
    variants: product.variants.map(variantSeed),
  }
}

function variantSeed({ sku, choice, priceCents, grams, tracked, continueSelling, stock }: Variant): VariantSeed {
  return {
    sku,
    choice,
    price: (priceCents / 100).toFixed(2),
    grams,
    tracked,
    inventoryPolicy: continueSelling ? 'CONTINUE' : 'DENY',
    stock: stock.map(stockSeed),
  }
}

function stockSeed({ place, ...quantities }: Stock): StockSeed {
  return { location: place, ...quantities }
}

const DAY_MS = 86_400_000

/** Places the orders that wait on the day the app comes: they take their pieces out of what is available. */
export function placeOpenOrders(shop: Shop, { openOrders }: Jeweler, now: Date): void {
  for (const { buyer, daysAgo, lines } of openOrders) {
    const processedAt = new Date(now.getTime() - daysAgo * DAY_MS)
    const order = shop.placeOrder({ source: 'web', lines, buyer, processedAt })
    assert(!isRefusal(order), `An order of ${buyer.name} was refused`)
  }
}
