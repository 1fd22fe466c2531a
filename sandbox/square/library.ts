import { now, rfc3339, type Square } from './square.ts'
import { book } from './stock.ts'
import { freshId, type Item, type Location, type Merchant, newMerchantLists, type Variation } from './world.ts'

export type MerchantSeed = { name: string; currency?: string; country?: string; locations?: string[] }

/** A business with its locations, as of now. */
export function openMerchant(square: Square, seed: MerchantSeed): Merchant {
  const merchantId = freshId(square.world, 'MERCHANT')
  const at = now(square)
  const merchant: Merchant = {
    merchantId,
    name: seed.name,
    currency: seed.currency ?? 'USD',
    country: seed.country ?? 'US',
    createdAt: at,
    connected: false,
    catalogVersion: at,
    catalogLockedUntil: 0,
    ...newMerchantLists(),
  }
  square.world.merchants.set(merchantId, merchant)
  for (const name of seed.locations ?? ['Main Street']) addLocation(square, merchant, name)
  return merchant
}

export function addLocation(square: Square, { merchantId }: Merchant, name: string): Location {
  const locationId = freshId(square.world, 'LOC')
  const location = { locationId, merchantId, name, active: true, createdAt: now(square) }
  square.world.locations.set(locationId, location)
  return location
}

export type ItemSeed = { name: string; description?: string; variations: VariationSeed[] }

/** `stock`: pieces by location; where nothing is said, nobody has ever counted. Not tracked: `stock` is left out. */
export type VariationSeed = {
  name?: string
  sku?: string
  priceCents: number
  tracked?: boolean
  stock?: Record<string, number>
}

export type SeededItem = { itemId: string; variationIds: string[] }

export function addItem(square: Square, merchant: Merchant, { name, description, variations }: ItemSeed): SeededItem {
  const itemId = freshId(square.world, 'ITEM')
  const updatedAt = bumped(square, merchant)
  const { merchantId } = merchant
  const common = { merchantId, deleted: false, version: updatedAt, updatedAt }
  const variationIds = variations.map((seed): string => {
    const variationId = freshId(square.world, 'VARIATION')
    const { name: variationName = 'Regular', sku = '', priceCents: price, tracked = true } = seed
    const variation: Variation = { ...common, variationId, itemId, name: variationName, sku, price, tracked }
    square.world.variations.set(variationId, variation)
    return variationId
  })
  const item: Item = { ...common, itemId, name, description: description ?? name, archived: false, variationIds }
  square.world.items.set(itemId, item)
  for (const [n, { stock = {} }] of variations.entries()) {
    for (const [locationId, quantity] of Object.entries(stock)) {
      const counted = { count: true, variationId: variationIds[n]!, locationId, quantity, occurredAt: updatedAt }
      book(square, merchant, counted)
    }
  }
  return { itemId, variationIds }
}

/** For good: its variations go with it. */
export function removeItem(square: Square, merchant: Merchant, item: Item): void {
  const updatedAt = bumped(square, merchant)
  const variations = item.variationIds.flatMap((id) => square.world.variations.get(id) ?? [])
  for (const one of [item, ...variations]) Object.assign(one, { deleted: true, updatedAt, version: updatedAt })
}

export function renameSku(
  square: Square,
  merchant: Merchant,
  { variation, sku }: { variation: Variation; sku: string },
): void {
  const updatedAt = bumped(square, merchant)
  Object.assign(variation, { sku, updatedAt, version: updatedAt })
}

/** Every change of the library gives it a new version, and is told of without saying what it was. */
function bumped(square: Square, merchant: Merchant): number {
  merchant.catalogVersion = now(square)
  const object = { catalog_version: { updated_at: rfc3339(merchant.catalogVersion) } }
  square.notify(merchant.merchantId, { type: 'catalog.version.updated', dataType: 'catalog', id: '', object })
  return merchant.catalogVersion
}
