import { money } from '../../kernel/money.ts'
import type { ListingStatus } from '../../kernel/listing-snapshot.ts'
import type { StockState } from '../../kernel/stock-state.ts'
import type { ChannelLevel, StockedThing } from '../connector.ts'
import { adminUrl, type Shop } from './shop.ts'
import type { WireLevel, WireThing } from './wire-things.ts'

/**
 * Shopify's quantity names as our states, read. What its own orders took is `committed` there; its `reserved` is what
 * people and apps set aside (docs: "Inventory states"). `on_hand` is a sum and is not kept.
 */
const STATE_OF: Record<string, StockState> = {
  available: 'available',
  committed: 'reserved',
  reserved: 'held',
  quality_control: 'quality_check',
  damaged: 'damaged',
  safety_stock: 'safety_stock',
  incoming: 'incoming',
}

const STATUS_OF = { ACTIVE: 'active', UNLISTED: 'active', DRAFT: 'draft', ARCHIVED: 'inactive' } satisfies Record<
  string,
  ListingStatus
>

// What Shopify calls the variant of a product that has only one.
const NO_CHOICE = 'Default Title'

/** The tag by which a merchant says that a product is the only one of its kind. */
const UNIQUE = /^one[ -]of[ -](a[ -]kind|one)$/i

/** Units at a place, with the moment the newest of them changed. */
export function levelOf({ location, quantities, updatedAt }: WireLevel): ChannelLevel {
  const known = quantities.flatMap(({ name, quantity }) => {
    const state = STATE_OF[name]
    return state ? [[state, quantity] as const] : []
  })
  const moments = quantities.flatMap((quantity) => quantity.updatedAt ?? [])
  const newest = moments.reduce((latest, at) => (at > latest ? at : latest), moments[0] ?? updatedAt)
  return { externalLocationId: location.id, quantities: Object.fromEntries(known), updatedAt: newest }
}

/** Pieces an online buyer can have: those available at open places that fulfil online orders. */
export function shownOf(levels: WireLevel[]): number {
  const sum = levels.reduce((total, { location, quantities }) => {
    if (!location.isActive || !location.fulfillsOnlineOrders) return total
    return total + (quantities.find(({ name }) => name === 'available')?.quantity ?? 0)
  }, 0)
  return Math.max(0, sum)
}

/**
 * An inventory item with its variant as a thing of ours. Null for what is no merchandise: a gift card, or an item no
 * variant uses. `wire.inventoryLevels` must hold all its levels.
 */
export function thingOf(wire: WireThing, shop: Shop & { currency: string }): StockedThing | null {
  const variant = wire.variants?.nodes[0]
  if (!variant || variant.product.isGiftCard) return null
  const { product } = variant
  const levels = wire.inventoryLevels.nodes
  const status = STATUS_OF[product.status]
  const onlyOne = variant.title === NO_CHOICE
  const path = `products/${product.legacyResourceId}${onlyOne ? '' : `/variants/${variant.legacyResourceId}`}`
  return {
    ref: { externalId: wire.id, variantId: '' },
    sku: wire.sku ?? '',
    title: product.title,
    variant: onlyOne ? '' : variant.title,
    category: product.productType.trim() || null,
    attributes: onlyOne ? {} : Object.fromEntries(variant.selectedOptions.map(({ name, value }) => [name, value])),
    status,
    shown: status === 'active' ? shownOf(levels) : 0,
    priceMinor: money(variant.price, shop.currency).minor,
    currency: shop.currency,
    url: adminUrl(shop, path),
    tracked: wire.tracked,
    continueSelling: variant.inventoryPolicy === 'CONTINUE',
    bundleParent: variant.requiresComponents,
    archived: product.status === 'ARCHIVED',
    oneOfOne: product.tags.some((tag) => UNIQUE.test(tag)),
    levels: levels.map(levelOf),
  }
}
