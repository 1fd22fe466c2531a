import { numberOf } from './gid.ts'
import {
  currentQuantity,
  currentTotalOf,
  financialStatus,
  fulfillmentStatus,
  totalOf,
  unfulfilled,
  wholeTotalOf,
} from './order-facts.ts'
import type { Order, OrderLine, Product, Variant } from './rows.ts'
import type { Shop } from './shop.ts'
import type { LevelView, OrderLineView, OrderView, PlaceView, ProductView, ShopView, VariantView } from './shop-view.ts'
import { onHand } from './stock.ts'

/** A page that is asked for every second must not grow with the years. */
const ORDERS_SHOWN = 200

/** Puts a shop's rows together for its pages. */
export function viewOf(shop: Shop): ShopView {
  const places = shop
    .locations()
    .filter((location) => location.isActive)
    .map(placeView)
  return {
    domain: shop.domain,
    name: shop.facts.name,
    places,
    products: shop.products().map((product) => productView(shop, product, places)),
    orders: shop.orders(ORDERS_SHOWN).map(orderView),
  }
}

const placeView = ({ id, name, fulfillsOnlineOrders }: ReturnType<Shop['location']>): PlaceView => {
  return { id, name, sellsOnline: fulfillsOnlineOrders }
}

function productView(shop: Shop, product: Product, places: PlaceView[]): ProductView {
  const { id, title, productType: type, status, variantIds } = product
  const variants = variantIds.map((variantId) => variantView(shop, shop.variant(variantId), places))
  return { id, number: numberOf(id), title, type, status, variants }
}

function variantView(shop: Shop, variant: Variant, places: PlaceView[]): VariantView {
  const { id, title, sku, price, inventoryItemId: itemId, inventoryPolicy } = variant
  const { tracked } = shop.item(id)
  const levels = shop.levels(id)
  const lying = places.flatMap((place): LevelView[] => {
    const level = levels.find((l) => l.locationId === place.id && l.isActive)
    return level ? [{ place, quantities: level.quantities, onHand: onHand(level) }] : []
  })
  return {
    id,
    itemId,
    // Shopify's own stand-in for a product without choice.
    title: title === 'Default Title' ? '' : title,
    sku,
    price,
    tracked,
    continueSelling: inventoryPolicy === 'CONTINUE',
    online: tracked ? shop.shown(id) : null,
    levels: tracked ? lying : [],
  }
}

/** One order in the words of the admin. */
export function orderView(order: Order): OrderView {
  const { id, number, name, buyer, lines, sourceName, cancelledAt } = order
  const cancelled = cancelledAt !== null
  const left = lines.reduce((sum, line) => sum + unfulfilled(line), 0)
  const sent = lines.reduce((sum, line) => sum + line.fulfilled, 0)
  return {
    key: numberOf(id),
    number,
    name,
    placedAt: new Date(order.processedAt),
    buyer: buyer?.name ?? (sourceName === 'pos' ? 'Walk-in customer' : 'Guest'),
    channel: order.made ? order.made.tags.join(', ') || 'App' : sourceName === 'pos' ? 'Point of Sale' : 'Online Store',
    total: order.made ? wholeTotalOf(order) : cancelled ? totalOf(order) : currentTotalOf(order),
    payment: inWords(financialStatus(order)),
    fulfillment: inWords(fulfillmentStatus(order)),
    cancelled,
    lines: lines.map(lineView),
    can: {
      fulfill: !cancelled && order.fulfillmentOrders.some(({ status }) => status === 'OPEN'),
      cancel: !cancelled && sent === 0 && left > 0,
      refund: !cancelled && lines.some((line) => currentQuantity(line) > 0),
    },
  }
}

function lineView(line: OrderLine): OrderLineView {
  const { id, title, variantTitle, sku, unitPrice, quantity, fulfilled, returned } = line
  return {
    id,
    title: variantTitle ? `${title}, ${variantTitle}` : title,
    sku: sku ?? '',
    price: unitPrice,
    ordered: quantity,
    unsent: unfulfilled(line),
    returnable: fulfilled - returned,
  }
}

// PARTIALLY_REFUNDED is "Partially refunded" in the admin.
function inWords(status: string): string {
  const words = status.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
