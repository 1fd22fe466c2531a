import { isRefusal, refuse, type Refusal } from '#app/kernel/refusal.ts'
import { variantMeant } from './catalog.ts'
import { fulfillPieces } from './fulfilling.ts'
import { onlineLocations } from './locations.ts'
import type { News } from './news.ts'
import { orderPayload } from './payloads.ts'
import { route, type Demand, type Share } from './routing.ts'
import type { FulfillmentOrder, Order, OrderLine, Variant } from './rows.ts'
import { availableOf, levelAt } from './stock.ts'
import { shift } from './stock-change.ts'
import { addOrder, itemOf, levelOf, newId, nowOf, type Store } from './store.ts'

/** A line of a cart: a variant of the shop, or something that is none. */
export type CartLine =
  | { variantId: string; quantity: number }
  | { sku: string; quantity: number }
  | { kind: 'custom' | 'tip' | 'gift_card'; title: string; price: string; quantity: number }

export type Cart = {
  source: 'web' | 'pos' | 'shopify_draft_order'
  lines: CartLine[]
  /** The shop's till: which location sells. Only for `pos`; its first location when absent. */
  locationId?: string
  buyer?: { name: string; email: string }
  test?: boolean
  /** The checkout that a buyer has opened before. */
  checkoutToken?: string
  /** What the order has from the draft that it is made of. */
  fromDraft?: Pick<Order, 'tags' | 'customAttributes'>
  /** When the buyer paid, if not now. Stock is taken now. */
  processedAt?: Date
}

type Wanted = { variant: Variant; quantity: number }

/**
 * Takes an order, or refuses it as a whole: what a buyer is not shown cannot be bought. A variant set to CONTINUE is
 * sold without stock. A web order commits its pieces; a sale at the till is handed over at once.
 */
export function checkOut(store: Store, cart: Cart, news: News): Order | Refusal {
  const wanted = gather(store, cart)
  if (isRefusal(wanted)) return wanted
  const till = cart.source === 'pos' ? tillOf(store, cart) : null
  if (isRefusal(till)) return till
  for (const want of wanted) {
    const refusal = notForSale(store, want, till)
    if (refusal) return refusal
  }
  const order = draft(store, cart, till)
  order.lines = [...wanted.map((want) => variantLine(store, want)), ...otherLines(store, cart)]
  addParcels(store, order, till)
  addOrder(store, order)
  commit(store, order, news)
  news.add('orders/create', order.id, () => orderPayload(order))
  if (till) for (const parcel of order.fulfillmentOrders) fulfillPieces(store, { order, parcel, pieces: null, news })
  return order
}

// The cart shows one line per variant, and demand is summed before it is compared with what is shown.
function gather(store: Store, { lines }: Cart): Wanted[] | Refusal {
  const wanted = new Map<string, Wanted>()
  for (const line of lines) {
    if (!Number.isInteger(line.quantity) || line.quantity < 1)
      return refuse('quantity', 'A line needs at least one piece.')
    if ('kind' in line) continue
    const variant = variantMeant(store, 'sku' in line ? line.sku : line.variantId)
    if (isRefusal(variant)) return variant
    const before = wanted.get(variant.id)?.quantity ?? 0
    wanted.set(variant.id, { variant, quantity: before + line.quantity })
  }
  if (lines.length === 0) return refuse('empty', 'An order needs at least one line.')
  return [...wanted.values()]
}

function tillOf(store: Store, { locationId }: Cart): string | Refusal {
  const id = locationId ?? [...store.locations.values()].find(({ isActive }) => isActive)?.id
  const location = id ? store.locations.get(id) : undefined
  if (!location?.isActive) return refuse('location', 'There is no such location, or it is closed.')
  return location.id
}

function notForSale(store: Store, { variant, quantity }: Wanted, till: string | null): Refusal | undefined {
  const product = store.products.get(variant.productId)
  if (product?.status !== 'ACTIVE') return refuse('not-for-sale', `"${product?.title}" is not for sale.`)
  if (!itemOf(store, variant).tracked || variant.inventoryPolicy === 'CONTINUE') return undefined
  const shown = shownTo(store, variant, till)
  if (shown >= quantity) return undefined
  return refuse('sold-out', `"${product.title}" (${variant.sku}): ${quantity} wanted, ${Math.max(0, shown)} shown.`)
}

/** Pieces of a tracked variant a buyer can buy: online those of all locations that sell online, at a till its own. */
export function shownTo(store: Store, variant: Variant, till: string | null): number {
  if (store.products.get(variant.productId)?.status !== 'ACTIVE') return 0
  if (till === null) return availableOf(store, variant, 'online')
  const level = levelOf(store, variant.inventoryItemId, till)
  return level?.isActive ? level.quantities.available : 0
}

function draft(
  store: Store,
  { source, buyer, test, processedAt, checkoutToken, fromDraft }: Cart,
  till: string | null,
): Order {
  const order = blankOrder(store)
  const placedAt = processedAt?.getTime() ?? order.createdAt
  return {
    ...order,
    sourceName: source,
    test: test ?? false,
    ...(checkoutToken === undefined ? {} : { checkoutToken }),
    ...fromDraft,
    buyer: buyer ?? null,
    retailLocationId: till,
    processedAt: placedAt,
    createdAt: placedAt,
  }
}

/** The next order of the shop, with nothing in it yet. */
export function blankOrder(store: Store): Order {
  const now = nowOf(store)
  const number = ++store.facts.lastOrderNumber
  return {
    id: newId(store, 'Order'),
    number,
    name: `#${number}`,
    sourceName: 'web',
    test: false,
    currency: store.facts.currency,
    buyer: null,
    retailLocationId: null,
    lines: [],
    fulfillmentOrders: [],
    fulfillments: [],
    refunds: [],
    edited: false,
    cancelReason: null,
    cancelledAt: null,
    closedAt: null,
    processedAt: now,
    createdAt: now,
    updatedAt: now,
  }
}

const UNTOUCHED = { fulfilled: 0, removed: 0, returned: 0, refunded: 0 }

export function variantLine(store: Store, { variant, quantity }: Wanted): OrderLine {
  const product = store.products.get(variant.productId)
  const item = itemOf(store, variant)
  const isGiftCard = product?.isGiftCard ?? false
  return {
    id: newId(store, 'LineItem'),
    kind: isGiftCard ? 'gift_card' : 'variant',
    variantId: variant.id,
    productId: variant.productId,
    itemId: item.tracked && !isGiftCard ? item.id : null,
    title: product?.title ?? variant.title,
    variantTitle: variant.title === 'Default Title' ? null : variant.title,
    vendor: product?.vendor ?? null,
    sku: variant.sku || null,
    unitPrice: variant.price,
    requiresShipping: item.requiresShipping,
    quantity,
    ...UNTOUCHED,
  }
}

function otherLines(store: Store, { lines }: Cart): OrderLine[] {
  return lines.flatMap((line): OrderLine[] => {
    if (!('kind' in line)) return []
    const { kind, title, price: unitPrice, quantity } = line
    const none = { variantId: null, productId: null, itemId: null, variantTitle: null, vendor: null, sku: null }
    const requiresShipping = kind === 'custom'
    return [{ id: newId(store, 'LineItem'), kind, title, unitPrice, quantity, requiresShipping, ...none, ...UNTOUCHED }]
  })
}

/** Says what of an order is to be sent, and from where. */
export function addParcels(store: Store, order: Order, till: string | null): void {
  order.fulfillmentOrders = parcels(store, order, till)
}

/** Fulfillment orders: what is to be sent, by the location that sends it. Tips and gift cards are not sent. */
function parcels(store: Store, order: Order, till: string | null): FulfillmentOrder[] {
  const sent = order.lines.filter(({ kind }) => kind === 'variant' || kind === 'custom')
  const shares = till ? sent.map(({ quantity }) => [{ locationId: till, quantity }]) : routed(store, sent)
  const byLocation = new Map<string, FulfillmentOrder>()
  sent.forEach((line, i) => {
    for (const { locationId, quantity } of shares[i] ?? []) {
      const parcel = byLocation.get(locationId) ?? emptyParcel(store, order, locationId)
      byLocation.set(locationId, parcel)
      const id = newId(store, 'FulfillmentOrderLineItem')
      parcel.lines.push({ id, lineId: line.id, total: quantity, remaining: quantity })
    }
  })
  return [...byLocation.values()]
}

// Lines that take no stock travel with the first parcel.
function routed(store: Store, lines: OrderLine[]): Share[][] {
  const demands = lines.flatMap((line): Demand[] => {
    const item = store.items.get(line.itemId ?? '')
    return item ? [{ item, quantity: line.quantity }] : []
  })
  const shares = route(store, demands)
  const first = shares[0]?.[0]?.locationId ?? onlineLocations(store)[0]?.id
  let next = 0
  return lines.map(({ itemId, quantity }) => {
    if (itemId) return shares[next++] ?? []
    return first ? [{ locationId: first, quantity }] : []
  })
}

export function emptyParcel(store: Store, order: Order, locationId: string): FulfillmentOrder {
  const stamps = { createdAt: order.updatedAt, updatedAt: order.updatedAt }
  return { id: newId(store, 'FulfillmentOrder'), locationId, status: 'OPEN', lines: [], ...stamps }
}

export function commit(store: Store, order: Order, news: News): void {
  for (const { locationId, lines } of order.fulfillmentOrders) {
    for (const { lineId, total } of lines) {
      const itemId = order.lines.find(({ id }) => id === lineId)?.itemId
      if (itemId)
        shift(store, {
          level: levelAt(store, itemId, locationId),
          deltas: { available: -total, committed: total },
          news,
        })
    }
  }
}

/** Adds a fulfillment order to an order that is already known. */
export function addParcel(store: Store, order: Order, parcel: FulfillmentOrder): void {
  order.fulfillmentOrders.push(parcel)
  store.orderOf.set(parcel.id, order.id)
}
