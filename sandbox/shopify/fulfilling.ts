import { assert, present } from '#app/kernel/assert.ts'
import type { News } from './news.ts'
import { unfulfilled } from './order-facts.ts'
import { orderPayload } from './payloads.ts'
import type { FulfillmentOrder, KeptName, Order, OrderLine } from './rows.ts'
import { levelAt } from './stock.ts'
import { shift } from './stock-change.ts'
import { newId, nowOf, type Store } from './store.ts'

export type Pieces = { lineId: string; quantity: number }

export const lineOf = (order: Order, lineId: string): OrderLine =>
  present(
    order.lines.find(({ id }) => id === lineId),
    `line ${lineId} of ${order.name}`,
  )

/** Says that the order changed, after everything else of it is done. */
export function touchOrder(store: Store, order: Order, news: News): void {
  store.orders.touch(order, nowOf(store))
  news.add('orders/updated', order.id, () => orderPayload(order))
}

type Sending = {
  order: Order
  parcel: FulfillmentOrder
  /** null: all that is left of it. */
  pieces: Pieces[] | null
  news: News
}

/** Sends pieces of one fulfillment order: they leave `committed`, and so the shelf. */
export function fulfillPieces(store: Store, { order, parcel, pieces, news }: Sending): void {
  const all = parcel.lines.map(({ lineId, remaining }) => ({ lineId, quantity: remaining }))
  const sent = (pieces ?? all).filter(({ quantity }) => quantity > 0)
  for (const { lineId, quantity } of sent) {
    const line = lineOf(order, lineId)
    takeOff(parcel, lineId, quantity)
    line.fulfilled += quantity
    changeStock(store, { line, locationId: parcel.locationId, deltas: { committed: -quantity }, news })
  }
  if (sent.length === 0) return
  const id = newId(store, 'Fulfillment')
  const name = `${order.name}-F${order.fulfillments.length + 1}`
  order.fulfillments.push({ id, name, locationId: parcel.locationId, lines: sent, createdAt: nowOf(store) })
  settle(store, order, parcel)
  touchOrder(store, order, news)
  if (order.lines.every((line) => unfulfilled(line) === 0 || !isSent(line))) {
    news.add('orders/fulfilled', order.id, () => orderPayload(order))
  }
}

const isSent = ({ kind }: OrderLine): boolean => kind === 'variant' || kind === 'custom'

/** Takes pieces that are not to be sent any more off the order, and back on sale or out of the stock. */
export function removePieces(
  store: Store,
  removal: Pieces & { order: Order; restock: boolean; news: News },
): string | null {
  const { order, lineId, restock, news } = removal
  const line = lineOf(order, lineId)
  let left = removal.quantity
  let from: string | null = null
  for (const parcel of order.fulfillmentOrders) {
    const held = parcel.lines.find((entry) => entry.lineId === lineId)?.remaining ?? 0
    const taken = Math.min(left, held)
    if (taken === 0) continue
    from ??= parcel.locationId
    takeOff(parcel, lineId, taken)
    const deltas = restock ? { committed: -taken, available: taken } : { committed: -taken }
    changeStock(store, { line, locationId: parcel.locationId, deltas, news })
    settle(store, order, parcel)
    left -= taken
  }
  line.removed += removal.quantity
  return from
}

/** Puts pieces that came back on sale at a location. */
export function restockPieces(store: Store, { line, locationId, quantity, news }: Restocking): void {
  changeStock(store, { line, locationId, deltas: { available: quantity }, news })
}

type Restocking = { line: OrderLine; locationId: string; quantity: number; news: News }
type StockChange = { line: OrderLine; locationId: string; deltas: Partial<Record<KeptName, number>>; news: News }

// An item deleted since it was ordered has no stock to change.
function changeStock(store: Store, { line, locationId, deltas, news }: StockChange): void {
  if (!line.itemId || !store.items.get(line.itemId)) return
  shift(store, { level: levelAt(store, line.itemId, locationId), deltas, news })
}

export function takeOff(parcel: FulfillmentOrder, lineId: string, quantity: number): void {
  const entry = parcel.lines.find((line) => line.lineId === lineId)
  assert(entry && entry.remaining >= quantity, `${parcel.id} has no ${quantity} pieces of ${lineId} left`)
  entry.remaining -= quantity
}

function settle(store: Store, order: Order, parcel: FulfillmentOrder): void {
  parcel.updatedAt = nowOf(store)
  if (parcel.lines.some(({ remaining }) => remaining > 0)) return
  const sent = order.fulfillments.some(({ lines, locationId }) => {
    return locationId === parcel.locationId && lines.some(({ lineId }) => parcel.lines.some((l) => l.lineId === lineId))
  })
  parcel.status = sent ? 'CLOSED' : 'CANCELLED'
}
