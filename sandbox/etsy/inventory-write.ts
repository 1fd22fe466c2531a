import { type Refusal, refuse } from '#app/kernel/refusal.ts'
import type { WrittenInventory, WrittenValue } from './inventory-form.ts'
import { NOTHING_LEFT } from './listing-state.ts'
import { fromFloat } from './money.ts'
import { MOST, totalQuantity } from './stock-of-listing.ts'
import { type Inventory, type Product, type PropertyValue, type World, freshId } from './world.ts'

/** `before`: the inventory Etsy last acknowledged. */
export type WriteTarget = { world: World; before: Inventory; currency: string }

/**
 * The inventory a write turns a listing into: exactly the products sent, so that what is omitted is gone. A product
 * keeps its id if its property values, or else its SKU, are those of an old one. Refuses with Etsy's sentence, where
 * that is known.
 */
export function inventoryFrom(written: WrittenInventory, target: WriteTarget): Inventory | Refusal {
  const inventory = assemble(written, target)
  const wrong =
    wrongProperties(inventory) ?? wrongPrices(inventory) ?? wrongQuantities(inventory) ?? inconsistent(inventory)
  return wrong === undefined ? identified(inventory, target) : refuse('invalid', wrong)
}

function assemble(written: WrittenInventory, { world, before, currency }: WriteTarget): Inventory {
  const known = knownValues(before)
  const products = written.products.map(({ sku, property_values, offerings: [offering] }): Product => ({
    productId: 0,
    offeringId: 0,
    sku: sku ?? '',
    values: property_values.map((value) => propertyValue(world, value, known)),
    quantity: offering!.quantity,
    price: fromFloat(offering!.price, currency),
    enabled: offering!.is_enabled,
    readinessStateId: offering!.readiness_state_id,
  }))
  return {
    products,
    priceOn: written.price_on_property,
    quantityOn: written.quantity_on_property,
    skuOn: written.sku_on_property,
    readinessOn: written.readiness_state_on_property ?? [],
  }
}

type Known = Map<string, { name: string; valueIds: number[] }>

const valueKey = (propertyId: number, values: string[]) => `${propertyId}:${values.join('\u0000')}`

function knownValues({ products }: Inventory): Known {
  const known: Known = new Map()
  for (const { values } of products) {
    for (const { propertyId, name, valueIds, values: texts } of values) {
      known.set(valueKey(propertyId, texts), { name, valueIds })
    }
  }
  return known
}

function propertyValue(world: World, written: WrittenValue, known: Known): PropertyValue {
  const { property_id, value_ids, values, scale_id, property_name } = written
  const key = valueKey(property_id, values)
  const before = known.get(key)
  const valueIds = value_ids.length > 0 ? value_ids : (before?.valueIds ?? values.map(() => freshId(world, 'value')))
  const name = property_name ?? before?.name ?? `Property ${property_id}`
  known.set(key, { name, valueIds })
  return { propertyId: property_id, name, scaleId: scale_id ?? null, valueIds, values }
}

const combination = ({ values }: Product): string => values.map((v) => valueKey(v.propertyId, v.values)).join('|')

function wrongProperties({ products, ...on }: Inventory): string | undefined {
  const order = products[0]!.values.map((value) => value.propertyId)
  const sameOrder = (product: Product) => product.values.map((v) => v.propertyId).join() === order.join()
  if (!products.every(sameOrder)) return 'All products must have the same properties, in the same order'
  if (products.length > 1 && order.length === 0) return "Property values can't be empty"
  if (order.length > 2) return 'A listing can have at most 2 variations'
  if (new Set(products.map(combination)).size < products.length) return 'Property values must be unique per product'
  if (products.some((p) => p.values.some((v) => v.values.some((text) => /[()]/.test(text))))) {
    return 'Property values must not contain parentheses'
  }
  const misplaced = Object.entries(onProperty(on)).find(([, ids]) => !isSubsequence(ids, order))
  return misplaced && `${misplaced[0]}: property IDs must be in the same order as in products`
}

type OnProperties = Omit<Inventory, 'products'>

const onProperty = ({ priceOn, quantityOn, skuOn, readinessOn }: OnProperties) => ({
  price_on_property: priceOn,
  quantity_on_property: quantityOn,
  sku_on_property: skuOn,
  readiness_state_on_property: readinessOn,
})

function isSubsequence(ids: number[], order: number[]): boolean {
  let from = 0
  return ids.every((id) => (from = order.indexOf(id, from) + 1) > 0)
}

function wrongPrices({ products }: Inventory): string | undefined {
  return products.every((product) => product.price > 0) ? undefined : 'Price must be greater than 0'
}

function wrongQuantities(inventory: Inventory): string | undefined {
  const { products } = inventory
  if (products.some(({ quantity }) => quantity < 0 || quantity > MOST)) return `Quantity must be between 0 and ${MOST}`
  // Totals are taken by product id where quantities are not shared, and ids are given last.
  const total = totalQuantity({ ...inventory, products: products.map((p, productId) => ({ ...p, productId })) })
  if (total > MOST) return `Total quantity over all variations must not exceed ${MOST}`
  return total === 0 ? NOTHING_LEFT : undefined
}

/** "The update fails if the supplied values … are incompatible with values in `*_on_property` fields." */
function inconsistent({ products, priceOn, quantityOn, skuOn, readinessOn }: Inventory): string | undefined {
  const rules: [string, number[], (product: Product) => unknown][] = [
    ['price', priceOn, (product) => product.price],
    ['quantity', quantityOn, (product) => product.quantity],
    ['sku', skuOn, (product) => product.sku],
    ['readiness_state', readinessOn, (product) => product.readinessStateId],
  ]
  const broken = rules.find(([, on, field]) => varies(products, on, field))
  return broken && `${broken[0]} must be the same for all products that ${broken[0]}_on_property does not tell apart`
}

function varies(products: Product[], on: number[], field: (product: Product) => unknown): boolean {
  if (products.length === 1 || on.length === products[0]!.values.length) return false
  const seen = new Map<string, unknown>()
  return products.some((product) => {
    const key = combination({ ...product, values: product.values.filter((v) => on.includes(v.propertyId)) })
    if (seen.has(key)) return seen.get(key) !== field(product)
    seen.set(key, field(product))
    return false
  })
}

function identified(inventory: Inventory, { world, before }: WriteTarget): Inventory {
  const left = new Map(before.products.map((product) => [combination(product), product]))
  const keep = (product: Product, old: Product | undefined) => {
    if (!old || product.productId !== 0) return
    left.delete(combination(old))
    product.productId = old.productId
    product.offeringId = old.offeringId
  }
  for (const product of inventory.products) keep(product, left.get(combination(product)))
  const bySku = new Map([...left.values()].filter((old) => old.sku !== '').map((old) => [old.sku, old]))
  for (const product of inventory.products) {
    if (product.productId === 0 && bySku.has(product.sku)) {
      keep(product, bySku.get(product.sku))
      bySku.delete(product.sku)
    }
    product.productId ||= freshId(world, 'product')
    product.offeringId ||= freshId(world, 'product')
  }
  return inventory
}
