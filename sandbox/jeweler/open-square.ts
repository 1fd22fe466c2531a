import { assert } from '#app/kernel/assert.ts'
import type { VariationSeed } from '../square/library.ts'
import type { SquareSandbox } from '../square/sandbox.ts'
import type { Seller } from '../square/seller.ts'
import type { Jeweler, PlaceName, Variant } from './shop.ts'

/** The place whose counter the till stands on. */
const COUNTER: PlaceName = 'Shop window'

/** The jeweler's till on Square before the app is connected: what lies in the window, and a stall that is empty in winter. */
export function openTill(square: SquareSandbox, { name, products }: Jeweler): Seller {
  const seller = square.addSeller({ name, locations: [`${name}, the shop`, `${name}, the market stall`] })
  const [shop] = seller.locations()
  assert(shop, 'The shop has a till')
  for (const { title, description, variants, giftCard } of products) {
    const sold = giftCard ? [] : variants.filter(({ sku, tracked }) => sku !== '' && tracked)
    if (sold.length === 0) continue
    seller.addItem({ name: title, description, variations: sold.map((one) => variationOf(one, shop.locationId)) })
  }
  return seller
}

function variationOf({ sku, choice, priceCents, stock }: Variant, locationId: string): VariationSeed {
  const here = stock.find(({ place }) => place === COUNTER)
  return {
    sku,
    name: choice.length > 0 ? choice.join(', ') : 'Regular',
    priceCents,
    ...(here ? { stock: { [locationId]: here.available } } : {}),
  }
}
