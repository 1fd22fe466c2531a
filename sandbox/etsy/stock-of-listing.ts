import type { Inventory, Listing, Product } from './world.ts'

/** Quantity of a listing, all variations together. Open-api issue 214; the specification does not state it. */
export const MOST = 999

/**
 * Products with the same key share one quantity: that of the values of the properties the quantity depends on. With an
 * empty `quantity_on_property` the whole listing has one quantity, repeated on every product.
 */
export function stockKey(inventory: Inventory, product: Product): string {
  if (inventory.quantityOn.length === product.values.length) return String(product.productId)
  const deciding = product.values.filter((value) => inventory.quantityOn.includes(value.propertyId))
  return deciding.map((value) => `${value.propertyId}:${value.values.join()}`).join('|')
}

/** Pieces for sale over all enabled variations, a shared quantity counted once. */
export function totalQuantity(inventory: Inventory): number {
  const byKey = new Map<string, number>()
  for (const product of inventory.products) {
    if (product.enabled) byKey.set(stockKey(inventory, product), product.quantity)
  }
  let total = 0
  for (const quantity of byKey.values()) total += quantity
  return total
}

/** Adds `delta` pieces to a product and to those that share its quantity. */
export function addStock(inventory: Inventory, product: Product, delta: number): void {
  const key = stockKey(inventory, product)
  for (const other of inventory.products) {
    if (stockKey(inventory, other) === key) other.quantity = Math.max(0, other.quantity + delta)
  }
}

export const productOf = (listing: Listing, productId: number): Product | undefined =>
  listing.inventory.products.find((product) => product.productId === productId)

/** What a buyer can buy of a product now; off sale counts as 0. */
export const shownOf = (listing: Listing, product: Product | undefined): number =>
  listing.state === 'active' && product?.enabled ? product.quantity : 0
