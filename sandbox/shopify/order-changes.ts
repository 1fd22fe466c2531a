import { refuse, type Refusal } from '#app/kernel/refusal.ts'
import { addParcel, emptyParcel } from './checkout.ts'
import { fulfillPieces, lineOf, removePieces, restockPieces, takeOff, touchOrder, type Pieces } from './fulfilling.ts'
import type { News } from './news.ts'
import { currentQuantity, unfulfilled } from './order-facts.ts'
import { orderEditPayload, orderPayload, refundPayload } from './payloads.ts'
import type { CancelReason, FulfillmentOrder, Order, Refund, RestockType, Tracking } from './rows.ts'
import { levelAt } from './stock.ts'
import { shift } from './stock-change.ts'
import { newId, nowOf, type Store } from './store.ts'

type Doing = { order: Order; news: News }

/**
 * Cancels an order that is not sent, refunding all of it. With `restock` its pieces go back on sale, without they
 * leave the stock. An order of which something was sent is refused: it is refunded.
 */
export function cancel(
  store: Store,
  { order, news, restock, reason }: Doing & { restock: boolean; reason: CancelReason },
) {
  if (order.cancelledAt !== null) return refuse('cancelled', 'Cannot cancel an order that has already been canceled')
  if (order.lines.some(({ fulfilled }) => fulfilled > 0)) {
    return refuse('fulfilled', 'Cannot cancel an order that has fulfilled items: refund it.')
  }
  const all = order.lines
    .map((line) => ({ lineId: line.id, quantity: unfulfilled(line) }))
    .filter((p) => p.quantity > 0)
  giveBack(store, { order, news, pieces: all, restock: restock ? 'CANCEL' : 'NO_RESTOCK' })
  order.cancelledAt = nowOf(store)
  order.closedAt = order.cancelledAt
  order.cancelReason = reason
  touchOrder(store, order, news)
  news.add('orders/cancelled', order.id, () => orderPayload(order))
  return order
}

export type RefundLine = {
  lineId: string
  quantity: number
  restock: RestockType
  /** Where a RETURN is put; where it was sent from when absent. */
  locationId?: string
}

/** Refunds pieces: CANCEL for those not sent, RETURN for those that came back, NO_RESTOCK for either. */
export function refund(store: Store, { order, news, lines, note }: Doing & { lines: RefundLine[]; note?: string }) {
  for (const { lineId, quantity, restock } of lines) {
    const line = order.lines.find(({ id }) => id === lineId)
    if (!line) return refuse('unknown', 'Line item does not exist')
    const most = {
      CANCEL: unfulfilled(line),
      RETURN: line.fulfilled - line.returned,
      NO_RESTOCK: currentQuantity(line),
    }[restock]
    if (quantity < 1 || quantity > most)
      return refuse('quantity', 'Quantity cannot refund more items than were purchased')
  }
  const id = newId(store, 'Refund')
  const made: Refund = { id, note: note ?? null, lines: [], createdAt: nowOf(store) }
  for (const line of lines) made.lines.push(...refundLine(store, { order, news, line }))
  order.refunds.push(made)
  touchOrder(store, order, news)
  news.add('refunds/create', made.id, () => refundPayload(order, made))
  return made
}

function refundLine(store: Store, { order, news, line: asked }: Doing & { line: RefundLine }): Refund['lines'] {
  const { lineId, quantity, restock } = asked
  const line = lineOf(order, lineId)
  line.refunded += quantity
  const entry = (part: number, locationId: string | null) => ({
    id: newId(store, 'RefundLineItem'),
    lineId,
    quantity: part,
    restockType: restock,
    locationId: restock === 'NO_RESTOCK' ? null : locationId,
  })
  // Without a restock the pieces not yet sent go first, then those the buyer has and keeps.
  const unsent = restock === 'RETURN' ? 0 : Math.min(quantity, unfulfilled(line))
  const from =
    unsent > 0 ? removePieces(store, { order, lineId, quantity: unsent, restock: restock === 'CANCEL', news }) : null
  const sent = quantity - unsent
  line.returned += sent
  if (restock !== 'RETURN') return [entry(quantity, from)]
  const locationId = asked.locationId ?? sentFrom(order, lineId)
  if (locationId) restockPieces(store, { order, line, locationId, quantity: sent, news })
  return [entry(sent, locationId)]
}

const sentFrom = (order: Order, lineId: string): string | null =>
  order.fulfillments.find(({ lines }) => lines.some((line) => line.lineId === lineId))?.locationId ?? null

function giveBack(
  store: Store,
  { order, news, pieces, restock }: Doing & { pieces: Pieces[]; restock: RestockType },
): void {
  if (pieces.length === 0) return
  const made: Refund = { id: newId(store, 'Refund'), note: null, lines: [], createdAt: nowOf(store) }
  for (const piece of pieces) made.lines.push(...refundLine(store, { order, news, line: { ...piece, restock } }))
  order.refunds.push(made)
  news.add('refunds/create', made.id, () => refundPayload(order, made))
}

/** Sends what is left of an order, or `pieces` of it. */
export function fulfill(
  store: Store,
  { order, news, pieces, tracking }: Doing & { pieces: Pieces[] | null; tracking?: Tracking },
): Order | Refusal {
  if (order.cancelledAt !== null) return refuse('cancelled', `${order.name} is cancelled.`)
  const wrong = pieces?.find(({ lineId, quantity }) => {
    const line = order.lines.find(({ id }) => id === lineId)
    return !line || quantity > unfulfilled(line)
  })
  if (wrong) return refuse('quantity', `${order.name} has fewer pieces left to send.`)
  const left = pieces && new Map(pieces.map(({ lineId, quantity }) => [lineId, quantity]))
  for (const parcel of order.fulfillmentOrders) {
    const here = left && parcel.lines.map(({ lineId, remaining }) => portion(left, lineId, remaining))
    if (parcel.status === 'OPEN')
      fulfillPieces(store, { order, parcel, pieces: here, ...(tracking && { tracking }), news })
  }
  return order
}

/** What was sent last has this tracking from now on. */
export function changeTracking(
  store: Store,
  { order, news, tracking }: Doing & { tracking: Tracking },
): Order | Refusal {
  const last = order.fulfillments.at(-1)
  if (!last) return refuse('unsent', `Nothing of ${order.name} was sent.`)
  last.tracking = tracking
  touchOrder(store, order, news)
  return order
}

function portion(left: Map<string, number>, lineId: string, remaining: number): Pieces {
  const quantity = Math.min(left.get(lineId) ?? 0, remaining)
  left.set(lineId, (left.get(lineId) ?? 0) - quantity)
  return { lineId, quantity }
}

/** Takes pieces not yet sent off an order, as a person does by editing it: no refund, back on sale with `restock`. */
export function edit(
  store: Store,
  { order, news, pieces, restock }: Doing & { pieces: Pieces[]; restock: boolean },
): Order | Refusal {
  for (const { lineId, quantity } of pieces) {
    const line = order.lines.find(({ id }) => id === lineId)
    if (!line || quantity < 1 || quantity > unfulfilled(line)) {
      return refuse('quantity', `Only pieces of ${order.name} that are not sent can be taken off.`)
    }
  }
  for (const piece of pieces) removePieces(store, { order, ...piece, restock, news })
  order.edited = true
  touchOrder(store, order, news)
  news.add('orders/edited', order.id, () => orderEditPayload(order, pieces))
  return order
}

/** Gives what is left of an order to another location to send: its pieces are committed there instead. */
export function moveFulfillment(
  store: Store,
  { order, news, locationId }: Doing & { locationId: string },
): Order | Refusal {
  if (!store.locations.get(locationId)?.isActive)
    return refuse('location', 'There is no such location, or it is closed.')
  const target = order.fulfillmentOrders.find((p) => p.locationId === locationId && p.status === 'OPEN')
  const moved = target ?? emptyParcel(store, order, locationId)
  for (const parcel of order.fulfillmentOrders) {
    if (parcel === moved || parcel.status !== 'OPEN') continue
    for (const { lineId, remaining } of parcel.lines) {
      if (remaining === 0) continue
      takeOff(parcel, lineId, remaining)
      putOn(store, moved, { lineId, quantity: remaining })
      const { itemId } = lineOf(order, lineId)
      if (!itemId || !store.items.get(itemId) || order.made?.bypassed) continue
      shift(store, {
        level: levelAt(store, itemId, parcel.locationId),
        deltas: { committed: -remaining, available: remaining },
        news,
      })
      shift(store, {
        level: levelAt(store, itemId, locationId),
        deltas: { committed: remaining, available: -remaining },
        news,
      })
    }
    parcel.status = 'CLOSED'
  }
  if (!target && moved.lines.length > 0) addParcel(store, order, moved)
  touchOrder(store, order, news)
  return order
}

function putOn(store: Store, parcel: FulfillmentOrder, { lineId, quantity }: Pieces): void {
  const entry = parcel.lines.find((line) => line.lineId === lineId)
  if (entry) Object.assign(entry, { total: entry.total + quantity, remaining: entry.remaining + quantity })
  else parcel.lines.push({ id: newId(store, 'FulfillmentOrderLineItem'), lineId, total: quantity, remaining: quantity })
}
