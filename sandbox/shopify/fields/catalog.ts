import { connectList, type Paging } from '../connection.ts'
import type { Context, Fields } from '../context.ts'
import type { Product, Variant } from '../rows.ts'
import { availableOf } from '../stock.ts'
import { itemOf, type Store } from '../store.ts'
import { money } from './money.ts'

const variantsOf = (store: Store, product: Product): Variant[] =>
  product.variantIds.flatMap((id) => store.variants.get(id) ?? [])

const isTracked = (store: Store, variant: Variant): boolean => itemOf(store, variant).tracked

// Shopify answers 0 for what it does not count.
const inventoryOf = (store: Store, variant: Variant): number =>
  isTracked(store, variant) ? availableOf(store, variant, 'all') : 0

/** `Product`. */
export const productFields: Fields = {
  variants: (product: Product, paging: Paging, { store }: Context) => connectList(variantsOf(store, product), paging),
  variantsCount: (product: Product) => ({ count: product.variantIds.length, precision: 'EXACT' }),
  totalVariants: (product: Product) => product.variantIds.length,
  totalInventory: (product: Product, _: object, { store }: Context) =>
    variantsOf(store, product).reduce((sum, variant) => sum + inventoryOf(store, variant), 0),
  tracksInventory: (product: Product, _: object, { store }: Context) =>
    variantsOf(store, product).some((v) => isTracked(store, v)),
  hasOnlyDefaultVariant: ({ options }: Product) => options[0] === 'Title',
  hasVariantsThatRequiresComponents: (product: Product, _: object, { store }: Context) =>
    variantsOf(store, product).some(({ requiresComponents }) => requiresComponents),
  options: (product: Product, _: object, { store }: Context) =>
    product.options.map((name, i) => ({
      id: product.id.replace('Product', 'ProductOption'),
      name,
      position: i + 1,
      values: [...new Set(variantsOf(store, product).flatMap(({ choice }) => choice[i] ?? []))],
    })),
  description: ({ descriptionHtml }: Product) => descriptionHtml.replace(/<[^>]*>/g, ''),
  featuredMedia: () => null,
  onlineStoreUrl: ({ handle, publishedAt }: Product, _: object, { store }: Context) =>
    publishedAt === null ? null : `https://${store.facts.domain}/products/${handle}`,
  category: () => null,
}

/** `ProductVariant`; a blank SKU is null, as for a variant that was never given one. */
export const variantFields: Fields = {
  product: ({ productId }: Variant, _: object, { store }: Context) => store.products.get(productId),
  inventoryItem: (variant: Variant, _: object, { store }: Context) => itemOf(store, variant),
  inventoryQuantity: (variant: Variant, _: object, { store }: Context) => inventoryOf(store, variant),
  sellableOnlineQuantity: (variant: Variant, _: object, { store }: Context) => availableOf(store, variant, 'online'),
  availableForSale: (variant: Variant, _: object, { store }: Context) =>
    !isTracked(store, variant) || variant.inventoryPolicy === 'CONTINUE' || availableOf(store, variant, 'online') > 0,
  sku: ({ sku }: Variant) => sku || null,
  displayName: (variant: Variant, _: object, { store }: Context) =>
    `${store.products.get(variant.productId)?.title} - ${variant.title}`,
  selectedOptions: (variant: Variant, _: object, { store }: Context) =>
    (store.products.get(variant.productId)?.options ?? []).map((name, i) => ({ name, value: variant.choice[i] ?? '' })),
  compareAtPrice: () => null,
  image: () => null,
  taxable: () => true,
  unitPrice: () => null,
  showUnitPrice: () => false,
}

/** Prices of a product's dearest and cheapest variant. */
productFields.priceRangeV2 = (product: Product, _: object, { store }: Context) => {
  const prices = variantsOf(store, product).map(({ price }) => Number(price))
  const { currency } = store.facts
  const at = (amount: number) => money(amount.toFixed(2), currency)
  return { minVariantPrice: at(Math.min(...prices)), maxVariantPrice: at(Math.max(...prices)) }
}
