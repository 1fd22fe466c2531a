import { numberOf } from './gid.ts'
import {
  currentQuantity,
  currentTotalOf,
  financialStatus,
  fulfillmentStatus,
  totalOf,
  unfulfilled,
} from './order-facts.ts'
import type { Order, OrderLine, Product, Variant } from './rows.ts'
import type { LevelView, OrderLineView, OrderView, PlaceView, ProductView, ShopView, VariantView } from './shop-view.ts'
import { availableOf, onHand } from './stock.ts'
import { itemOf, type Store } from './store.ts'

/** Puts a shop's rows together for its pages. */
export function shopViewOf(store: Store): ShopView {
  const { domain, name } = store.facts
  const places = [...store.locations.values()]
    .filter((l) => l.isActive)
    .map((l) => {
      return { id: l.id, name: l.name, sellsOnline: l.fulfillsOnlineOrders }
    })
  return {
    domain,
    name,
    places,
    products: [...store.products.values()].map((product) => productView(store, product, places)),
    orders: [...store.orders.values()].map(orderView),
  }
}

function productView(store: Store, product: Product, places: PlaceView[]): ProductView {
  const { id, title, productType: type, status } = product
  const variants = product.variantIds.flatMap((variantId) => store.variants.get(variantId) ?? [])
  const views = variants.map((variant) => variantView(store, variant, places))
  return { id, number: numberOf(id), title, type, status, variants: views }
}

function variantView(store: Store, variant: Variant, places: PlaceView[]): VariantView {
  const { id, title, sku, price, inventoryItemId: itemId, inventoryPolicy } = variant
  const { tracked } = itemOf(store, variant)
  const levels = places.flatMap((place): LevelView[] => {
    const level = store.levelsOf.get(itemId)?.find((l) => l.locationId === place.id && l.isActive)
    return level ? [{ place, quantities: level.quantities, onHand: onHand(level) }] : []
  })
  return {
    id,
    itemId,
    title: title === 'Default Title' ? '' : title,
    sku,
    price,
    tracked,
    continueSelling: inventoryPolicy === 'CONTINUE',
    online: tracked ? availableOf(store, variant, 'online') : null,
    levels: tracked ? levels : [],
  }
}

export function orderView(order: Order): OrderView {
  const { id, number, name, buyer, lines, sourceName, cancelledAt } = order
  const cancelled = cancelledAt !== null
  const left = lines.reduce((sum, line) => sum + unfulfilled(line), 0)
  const sent = lines.reduce((sum, line) => sum + line.fulfilled, 0)
  return {
    id,
    number,
    name,
    placedAt: new Date(order.processedAt),
    buyer: buyer?.name ?? (sourceName === 'pos' ? 'Walk-in customer' : 'Guest'),
    channel: sourceName === 'pos' ? 'Point of Sale' : 'Online Store',
    total: cancelled ? totalOf(order) : currentTotalOf(order),
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
