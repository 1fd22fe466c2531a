import { type Refusal, refuse } from '#app/kernel/refusal.ts'
import { byTime } from './by-time.ts'
import { type Etsy, now, shopOf } from './etsy.ts'
import {
  LISTING_LASTS_MS,
  activate,
  deactivate,
  moveTo,
  noListings,
  put,
  soldOutIfEmpty,
  take,
} from './listing-state.ts'
import { MOST, addStock, totalQuantity } from './stock-of-listing.ts'
import {
  type Inventory,
  type Listing,
  type ListingState,
  type Product,
  type PropertyValue,
  type ShopState,
  type World,
  freshId,
} from './world.ts'

export type ShopSeed = {
  name: string
  /** ISO 4217; USD unless said otherwise. */
  currency?: string
  shopId?: number
  userId?: number
  listings?: ListingSeed[]
}

export type ListingSeed = {
  title: string
  listingId?: number
  description?: string
  tags?: string[]
  /** On sale unless said otherwise; sold out when nothing is left. */
  state?: ListingState
  autoRenew?: boolean
  /** Names of what a buyer chooses, at most two: ['Ring size', 'Metal']. */
  variations?: string[]
  products: ProductSeed[]
  /** Variations (by name) the quantity depends on; all of them unless said otherwise, [] for one quantity in common. */
  quantityOn?: string[]
}

/** `choice` has one value for each of the listing's variations. */
export type ProductSeed = { sku: string; quantity: number; priceCents: number; choice?: string[]; enabled?: boolean }

/** What a person changes in Etsy's Shop Manager. No limit of the API holds there but 999. */
export type SellerEdit = {
  title?: string
  state?: 'active' | 'inactive'
  /** Quantities by product id. All at 0 makes the listing sold out, which the API cannot do. */
  quantities?: Record<number, number>
  skus?: Record<number, string>
  prices?: Record<number, number>
  enabled?: Record<number, boolean>
}

/** Opens a shop with its listings, as of now. */
export function openShop(etsy: Etsy, seed: ShopSeed): ShopState {
  const { world } = etsy
  const shop: ShopState = {
    shopId: seed.shopId ?? freshId(world, 'shop'),
    userId: seed.userId ?? freshId(world, 'user'),
    name: seed.name,
    title: seed.name,
    currency: seed.currency ?? 'USD',
    createdAt: now(etsy),
    readinessStateId: freshId(world, 'value'),
    connected: false,
    fees: 0,
    sold: 0,
    byState: noListings(),
    byCreated: byTime(),
    byUpdated: byTime(),
  }
  world.shops.set(shop.shopId, shop)
  world.shopOfUser.set(shop.userId, shop.shopId)
  for (const listing of seed.listings ?? []) addListing(etsy, shop, listing)
  return shop
}

/** Puts up a listing. Its fee is paid: the shop's count of fees begins afterwards. */
export function addListing(etsy: Etsy, shop: ShopState, seed: ListingSeed): Listing {
  const at = now(etsy)
  const inventory = inventoryOf(etsy.world, shop, seed)
  const state = seed.state ?? (totalQuantity(inventory) > 0 ? 'active' : 'sold_out')
  const listing: Listing = {
    listingId: seed.listingId ?? freshId(etsy.world, 'listing'),
    shopId: shop.shopId,
    title: seed.title,
    description: seed.description ?? seed.title,
    tags: seed.tags ?? [],
    state: 'draft',
    autoRenew: seed.autoRenew ?? true,
    createdAt: at,
    modifiedAt: at,
    stateAt: at,
    endsAt: at + LISTING_LASTS_MS,
    endingQueued: 0,
    inventory,
    variationImages: [],
  }
  etsy.world.listings.set(listing.listingId, listing)
  put(shop.byState.draft, listing.listingId)
  moveTo(etsy, listing, state)
  return listing
}

/** Etsy's numbers for the two properties a seller may name herself. */
const CUSTOM_PROPERTIES = [513, 514]

function inventoryOf(world: World, shop: ShopState, seed: ListingSeed): Inventory {
  const names = seed.variations ?? []
  const ids = CUSTOM_PROPERTIES.slice(0, names.length)
  const valueIds = new Map<string, number>()
  const valueId = (key: string) => {
    const known = valueIds.get(key) ?? freshId(world, 'value')
    valueIds.set(key, known)
    return known
  }
  const products = seed.products.map((product): Product => ({
    productId: freshId(world, 'product'),
    offeringId: freshId(world, 'product'),
    sku: product.sku,
    values: ids.map((propertyId, i): PropertyValue => {
      const text = product.choice?.[i] ?? ''
      return {
        propertyId,
        name: names[i]!,
        scaleId: null,
        valueIds: [valueId(`${propertyId}:${text}`)],
        values: [text],
      }
    }),
    quantity: product.quantity,
    price: product.priceCents,
    enabled: product.enabled ?? true,
    readinessStateId: shop.readinessStateId,
  }))
  const quantityOn = ids.filter((_, i) => seed.quantityOn?.includes(names[i]!) ?? true)
  const onePrice = new Set(products.map((product) => product.price)).size < 2
  return { products, priceOn: onePrice ? [] : ids, quantityOn, skuOn: ids, readinessOn: [] }
}

/** A person at work in Shop Manager: takes effect at once, and no notification tells of it. */
export function editBySeller(etsy: Etsy, listing: Listing, edit: SellerEdit): Listing | Refusal {
  const inventory = structuredClone(listing.inventory)
  for (const product of inventory.products) editProduct(inventory, product, edit)
  if (totalQuantity(inventory) > MOST) return refuse('too-many', `Etsy takes at most ${MOST} pieces in one listing.`)
  listing.inventory = inventory
  listing.title = edit.title ?? listing.title
  listing.modifiedAt = now(etsy)
  if (edit.state === 'inactive') deactivate(etsy, listing)
  soldOutIfEmpty(etsy, listing)
  return edit.state === 'active' ? (activate(etsy, listing, 'seller') ?? listing) : listing
}

function editProduct(inventory: Inventory, product: Product, { quantities, skus, prices, enabled }: SellerEdit): void {
  const quantity = quantities?.[product.productId]
  if (quantity !== undefined) addStock(inventory, product, quantity - product.quantity)
  product.sku = skus?.[product.productId] ?? product.sku
  product.price = prices?.[product.productId] ?? product.price
  product.enabled = enabled?.[product.productId] ?? product.enabled
}

/** For good: from now on every call for it is 404. */
export function deleteListing(etsy: Etsy, { listingId, shopId, state }: Listing): void {
  take(shopOf(etsy, shopId).byState[state], listingId)
  etsy.world.listings.delete(listingId)
}
