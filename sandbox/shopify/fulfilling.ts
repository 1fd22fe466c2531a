import { assert, present } from '#app/kernel/assert.ts'
import type { News } from './news.ts'
import { unfulfilled } from './order-facts.ts'
import { orderPayload } from './payloads.ts'
import type { Fulfillment, FulfillmentOrder, Order, OrderLine, Tracking } from './rows.ts'
import { afterBypass, type Leaving } from './bypassed.ts'
import { levelAt } from './stock.ts'
import { type Deltas, shift } from './stock-change.ts'
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
  tracking?: Tracking
  news: News
}

/** Sends pieces of one fulfillment order: they leave `committed`, and so the shelf. */
export function fulfillPieces(
  store: Store,
  { order, parcel, pieces, tracking, news }: Sending,
): Fulfillment | undefined {
  const all = parcel.lines.map(({ lineId, remaining }) => ({ lineId, quantity: remaining }))
  const sent = (pieces ?? all).filter(({ quantity }) => quantity > 0)
  for (const { lineId, quantity } of sent) {
    const line = lineOf(order, lineId)
    takeOff(parcel, lineId, quantity)
    line.fulfilled += quantity
    changeStock(store, { order, line, locationId: parcel.locationId, leaving: { how: 'sent', quantity }, news })
  }
  if (sent.length === 0) return undefined
  const id = newId(store, 'Fulfillment')
  const name = `${order.name}-F${order.fulfillments.length + 1}`
  const made = { id, name, locationId: parcel.locationId, lines: sent, ...(tracking && { tracking }) }
  const fulfillment: Fulfillment = { ...made, createdAt: nowOf(store) }
  order.fulfillments.push(fulfillment)
  settle(store, order, parcel)
  touchOrder(store, order, news)
  if (order.lines.every((line) => unfulfilled(line) === 0 || !isSent(line))) {
    news.add('orders/fulfilled', order.id, () => orderPayload(order))
  }
  return fulfillment
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
    const leaving = { how: restock ? ('restocked' as const) : ('dropped' as const), quantity: taken }
    changeStock(store, { order, line, locationId: parcel.locationId, leaving, news })
    settle(store, order, parcel)
    left -= taken
  }
  line.removed += removal.quantity
  return from
}

/** Puts pieces that came back on sale at a location. */
export function restockPieces(store: Store, { order, line, locationId, quantity, news }: Restocking): void {
  changeStock(store, { order, line, locationId, leaving: { how: 'returned', quantity }, news })
}

type Restocking = { order: Order; line: OrderLine; locationId: string; quantity: number; news: News }
type StockChange = { order: Order; line: OrderLine; locationId: string; leaving: Leaving; news: News }

// An item deleted since it was ordered has no stock to change.
function changeStock(store: Store, { order, line, locationId, leaving, news }: StockChange): void {
  if (!line.itemId || !store.items.get(line.itemId)) return
  const deltas = order.made?.bypassed ? afterBypass(store.env.switches.bypassedStock, leaving) : claimed(leaving)
  if (Object.keys(deltas).length > 0) shift(store, { level: levelAt(store, line.itemId, locationId), deltas, news })
}

function claimed({ how, quantity: n }: Leaving): Deltas {
  if (how === 'returned') return { available: n }
  return how === 'restocked' ? { committed: -n, available: n } : { committed: -n }
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
