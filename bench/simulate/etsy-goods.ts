import { present } from '#app/kernel/assert.ts'
import type { InProcessWorld } from '../in-process-world.ts'

export type OnEtsy = { listingId: number; productId: number; shown: number }

const listingOf = new WeakMap<object, Map<string, number>>()

/** The variation that has this SKU on Etsy, as it is now: its ids there change with every write. */
export function goodOnEtsy({ world: { etsy } }: { world: InProcessWorld }, sku: string): OnEtsy {
  const known = listingOf.get(etsy) ?? new Map<string, number>()
  if (known.size === 0) {
    for (const { listingId, inventory } of etsy.listings())
      for (const product of inventory.products) known.set(product.sku, listingId)
    listingOf.set(etsy, known)
  }
  const listingId = present(known.get(sku), `Etsy's listing of ${sku}`)
  const listing = present(etsy.listing(listingId), `listing ${listingId}`)
  const product = present(
    listing.inventory.products.find((one) => one.sku === sku),
    `${sku} on Etsy`,
  )
  return { listingId, productId: product.productId, shown: etsy.shown(listingId, product.productId) }
}
