import { present } from '#app/kernel/assert.ts'
import type { Listing } from '#sandbox/etsy/world.ts'
import type { World } from '#sandbox/world.ts'
import { given } from './owner.ts'

/** Something that is sold on Shopify and on Etsy under one SKU. */
export type Good = { sku: string; listingId: number; productId: number }

// Etsy takes 999 pieces in a listing at most, and the largest here has ten variations.
const PIECES_OF_EACH = 90

/**
 * Puts 90 pieces of everything that there are several of into the safe, and as many onto Etsy: enough for a
 * measurement that goes on for minutes. One-of-one pieces stay what they are.
 */
export function stockUp({ shopify, etsy }: World): Good[] {
  const shop = present(shopify.shops()[0], 'the Shopify store')
  const seller = present(etsy.shops()[0], 'the Etsy shop')
  const safe = shop.location('Safe').id
  const variants = Map.groupBy(
    shop.products().flatMap(({ variantIds }) => variantIds.map((id) => shop.variant(id))),
    ({ sku }) => sku,
  )
  const alone = ({ sku }: { sku: string }) => variants.get(sku)?.length === 1 && shop.available(sku) > 1
  return seller.listings().flatMap((listing) => {
    const goods = goodsOf(listing).filter(alone)
    const quantities = Object.fromEntries(goods.map(({ productId }) => [productId, PIECES_OF_EACH]))
    if (goods.length > 0) given(seller.editBySeller(listing.listingId, { quantities }))
    for (const { sku } of goods) {
      for (const { id } of shop.locations()) clear(shop, { sku, locationId: id })
      given(
        shop.editByStaff({ idOrSku: sku, locationId: safe, kind: 'set', name: 'available', quantity: PIECES_OF_EACH }),
      )
    }
    return goods
  })
}

const goodsOf = ({ listingId, inventory }: Readonly<Listing>): Good[] =>
  inventory.products.map(({ sku, productId }) => ({ sku, productId, listingId }))

function clear(
  shop: ReturnType<World['shopify']['shop']>,
  { sku, locationId }: { sku: string; locationId: string },
): void {
  if (shop.available(sku, locationId) === 0) return
  given(shop.editByStaff({ idOrSku: sku, locationId, kind: 'set', name: 'available', quantity: 0 }))
}
