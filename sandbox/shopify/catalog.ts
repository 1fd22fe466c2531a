import { present } from '#app/kernel/assert.ts'
import { refuse, type Refusal } from '#app/kernel/refusal.ts'
import { numberOf } from './gid.ts'
import type { News } from './news.ts'
import { levelPayload, productPayload } from './payloads.ts'
import { KEPT_NAMES, type InventoryItem, type Location, type Product, type Variant } from './rows.ts'
import type { ProductSeed, StockSeed, VariantSeed } from './seed.ts'
import { levelAt } from './stock.ts'
import { addVariant, indexSku, itemOf, newId, nowOf, unindexSku, variantsWith, type Store } from './store.ts'

/** Adds a product with its variants and stock. */
export function createProduct(store: Store, seed: ProductSeed, news: News): Product {
  const now = nowOf(store)
  const product: Product = {
    id: newId(store, 'Product'),
    title: seed.title,
    handle: seed.title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
    status: seed.status ?? 'ACTIVE',
    vendor: seed.vendor ?? store.facts.name,
    productType: seed.productType ?? '',
    descriptionHtml: seed.descriptionHtml ?? '',
    tags: seed.tags ?? [],
    isGiftCard: seed.isGiftCard ?? false,
    // Shopify's own stand-in for a product without choice.
    options: seed.options?.length ? seed.options : ['Title'],
    variantIds: [],
    publishedAt: (seed.status ?? 'ACTIVE') === 'ACTIVE' ? now : null,
    createdAt: now,
    updatedAt: now,
  }
  store.products.add(product)
  for (const variant of seed.variants) createVariant(store, product, variant)
  news.add('products/create', product.id, () => productPayload(store, product))
  return product
}

/** Adds a variant with its inventory item to a product. */
export function createVariant(store: Store, product: Product, seed: VariantSeed): Variant {
  const now = nowOf(store)
  const choice = seed.choice?.length ? seed.choice : ['Default Title']
  const stamps = { createdAt: now, updatedAt: now }
  const variantId = newId(store, 'ProductVariant')
  const item: InventoryItem = {
    id: newId(store, 'InventoryItem'),
    variantId,
    sku: seed.sku,
    tracked: seed.tracked ?? true,
    requiresShipping: seed.requiresShipping ?? !product.isGiftCard,
    grams: seed.grams ?? 0,
    unitCost: seed.unitCost ?? null,
    ...stamps,
  }
  const variant: Variant = {
    id: variantId,
    productId: product.id,
    inventoryItemId: item.id,
    title: choice.join(' / '),
    choice,
    sku: seed.sku,
    barcode: seed.barcode ?? null,
    price: seed.price,
    position: product.variantIds.length + 1,
    inventoryPolicy: seed.inventoryPolicy ?? 'DENY',
    requiresComponents: seed.requiresComponents ?? false,
    ...stamps,
  }
  addVariant(store, variant, item)
  product.variantIds.push(variant.id)
  for (const stock of seed.stock ?? []) putStock(store, item, stock)
  return variant
}

function putStock(store: Store, item: InventoryItem, stock: StockSeed): void {
  const level = levelAt(store, item.id, locationCalled(store, stock.location).id)
  for (const name of KEPT_NAMES) {
    level.quantities[name] = stock[name] ?? 0
    if (stock[name]) level.changedAt[name] = nowOf(store)
  }
}

/** The location with this id or name. A name the shop does not have is a mistake in the seed. */
export function locationCalled(store: Store, idOrName: string): Location {
  const found = store.locations.get(idOrName) ?? [...store.locations.values()].find(({ name }) => name === idOrName)
  return present(found, `location "${idOrName}" of ${store.facts.domain}`)
}

/** Changes what a person edits on a variant's page. */
export type VariantChange = Partial<
  Pick<Variant, 'sku' | 'price' | 'barcode' | 'inventoryPolicy'> & Pick<InventoryItem, 'tracked'>
>

export function changeVariant(store: Store, variant: Variant, change: VariantChange): void {
  const item = itemOf(store, variant)
  const { tracked = item.tracked, ...fields } = change
  unindexSku(store, variant)
  Object.assign(variant, fields)
  indexSku(store, variant)
  Object.assign(item, { sku: variant.sku, tracked })
  store.variants.touch(variant, nowOf(store))
  store.items.touch(item, nowOf(store))
}

export function touchProduct(store: Store, product: Product, news: News): void {
  store.products.touch(product, nowOf(store))
  news.add('products/update', product.id, () => productPayload(store, product))
}

/** Deletes a product with its variants, items and levels. Its orders keep their lines. */
export function deleteProduct(store: Store, product: Product, news: News): void {
  for (const id of [...product.variantIds]) deleteVariant(store, id, news)
  store.products.delete(product.id)
  const payload = { id: numberOf(product.id) }
  news.add('products/delete', product.id, () => payload)
}

/** Deletes one variant with its inventory item. */
export function deleteVariant(store: Store, variantId: string, news: News): void {
  const variant = present(store.variants.get(variantId), variantId)
  const { inventoryItemId } = variant
  for (const level of store.levelsOf.get(inventoryItemId) ?? []) {
    store.levelsAt.get(level.locationId)?.delete(level.id)
    const { available: _, ...payload } = levelPayload(level) as Record<string, unknown>
    news.add('inventory_levels/disconnect', level.id, () => payload)
  }
  store.levelsOf.delete(inventoryItemId)
  store.items.delete(inventoryItemId)
  unindexSku(store, variant)
  store.variants.delete(variantId)
  const product = store.products.get(variant.productId)
  if (product) product.variantIds = product.variantIds.filter((id) => id !== variantId)
}

/** The one variant meant by an id of its own, of its inventory item, or by a SKU that only it has. */
export function variantMeant(store: Store, idOrSku: string): Variant | Refusal {
  const byId = store.variants.get(idOrSku) ?? store.variants.get(store.items.get(idOrSku)?.variantId ?? '')
  if (byId) return byId
  const [variant, ...others] = variantsWith(store, idOrSku)
  if (others.length > 0) return refuse('ambiguous', `${others.length + 1} variants have the SKU "${idOrSku}".`)
  return variant ?? refuse('unknown', `${store.facts.domain} has no variant "${idOrSku}".`)
}
