import { type Refusal, isRefusal, refuse } from '#app/kernel/refusal.ts'
import { keepOrder, touch } from './orders.ts'
import { merchantOf, now, type Square } from './square.ts'
import { book, inStock, stockAt, tellCounts } from './stock.ts'
import { freshId, type Line, type Merchant, type Order } from './world.ts'
import { totalOf } from './wire-order.ts'

/** `sku` or `variationId` says what; an `amount` alone is typed in at the till. */
export type SellLine = { variationId?: string; sku?: string; quantity?: number; amount?: number; name?: string }

export type Sale = { locationId: string; lines: SellLine[] }

/** Rings up a sale over the counter: paid and taken along at once. A till never says no: below zero it goes on. */
export function sell(square: Square, merchant: Merchant, { locationId, lines }: Sale): Order | Refusal {
  const picked = pickAll(square, merchant, lines)
  return isRefusal(picked) ? picked : ringUp(square, merchant, { locationId, lines: picked, at: now(square) })
}

/** The same at a till without network: Square hears of it when it is back (`upload`). */
export function sellOffline(square: Square, merchant: Merchant, { locationId, lines }: Sale): Refusal | undefined {
  const picked = pickAll(square, merchant, lines)
  if (isRefusal(picked)) return picked
  const { merchantId } = merchant
  square.world.offline.push({ merchantId, locationId, at: now(square), lines: picked })
  return undefined
}

/** The network is back: every sale arrives, with the time at which it was rung up. */
export function upload(square: Square, merchant: Merchant): Order[] {
  const { offline } = square.world
  const own = offline.filter(({ merchantId }) => merchantId === merchant.merchantId)
  square.world.offline = offline.filter(({ merchantId }) => merchantId !== merchant.merchantId)
  return own.map((sale) => ringUp(square, merchant, sale))
}

/** An order for pickup or by post, paid for and still to be fulfilled. The online store, unlike a till, says no. */
export function orderOnline(square: Square, merchant: Merchant, { locationId, lines }: Sale): Order | Refusal {
  const picked = pickAll(square, merchant, lines)
  if (isRefusal(picked)) return picked
  const short = picked.find(
    ({ variationId, quantity }) => variationId !== null && inStock(square.world, variationId, locationId) < quantity,
  )
  if (short) return refuse('sold-out', `There are not ${short.quantity} of “${short.name}”.`)
  const fulfillment = { uid: freshId(square.world, 'FULFIL'), type: 'SHIPMENT' as const, state: 'PROPOSED' as const }
  const order = keepOrder(square, {
    ...newOrder(square, merchant, { locationId, lines: picked, createdAt: now(square) }),
    source: 'Square Online',
    fulfillment,
  })
  pay(square, order)
  takeStock(square, merchant, { order, at: now(square), aside: square.settings.switches.openOrdersReserve })
  return order
}

/** A ticket that is saved and not paid: nothing is sold yet. */
export function openTicket(square: Square, merchant: Merchant, { locationId, lines }: Sale): Order | Refusal {
  const picked = pickAll(square, merchant, lines)
  if (isRefusal(picked)) return picked
  return keepOrder(square, newOrder(square, merchant, { locationId, lines: picked, createdAt: now(square) }))
}

/** The ticket is paid and its things are taken along. */
export function payTicket(square: Square, order: Order): void {
  pay(square, order)
  order.state = 'COMPLETED'
  order.closedAt = now(square)
  takeStock(square, merchantOf(square, order.merchantId), { order, at: now(square), aside: false })
  touch(square, order)
}

function pickAll(square: Square, merchant: Merchant, lines: SellLine[]): Omit<Line, 'uid'>[] | Refusal {
  const picked: Omit<Line, 'uid'>[] = []
  for (const line of lines) {
    const one = pick(square, merchant, line)
    if (isRefusal(one)) return one
    picked.push(one)
  }
  return picked
}

function pick(square: Square, merchant: Merchant, line: SellLine): Omit<Line, 'uid'> | Refusal {
  const { quantity = 1, amount } = line
  const { merchantId, name: shop, catalogVersion } = merchant
  const given = { quantity, catalogVersion, variationName: '' }
  if (amount !== undefined) return { ...given, variationId: null, name: line.name ?? 'Custom amount', price: amount }
  const { variations, items } = square.world
  const variation = line.variationId
    ? variations.get(line.variationId)
    : [...variations.values()].find((one) => one.merchantId === merchantId && one.sku === line.sku && !one.deleted)
  if (variation?.merchantId !== merchantId || variation.deleted) {
    return refuse('unknown-variation', `${shop} does not sell ${line.variationId ?? line.sku ?? 'that'}.`)
  }
  const { variationId, name, price, itemId } = variation
  return { ...given, variationId, name: items.get(itemId)?.name ?? '', variationName: name, price }
}

type Ringing = { locationId: string; lines: Omit<Line, 'uid'>[]; at: number }

function ringUp(square: Square, merchant: Merchant, { locationId, lines, at }: Ringing): Order {
  const createdAt = square.settings.switches.offlineCreatedAt === 'sale' ? at : now(square)
  const begun = newOrder(square, merchant, { locationId, lines, createdAt })
  const order = keepOrder(square, { ...begun, state: 'COMPLETED', closedAt: now(square) })
  pay(square, order)
  takeStock(square, merchant, { order, at, aside: false })
  return order
}

const newOrder = (
  { world }: Square,
  { merchantId }: Merchant,
  { locationId, lines, createdAt }: Pick<Ringing, 'locationId' | 'lines'> & { createdAt: number },
) => ({
  merchantId,
  locationId,
  createdAt,
  lines: lines.map((line) => ({ ...line, uid: freshId(world, 'LINE') })),
})

/** Pays an order, after it was kept: the payment names it. */
export function pay(square: Square, order: Order): void {
  const paymentId = freshId(square.world, 'PAYMENT')
  const { orderId, locationId, lines } = order
  const payment = { paymentId, orderId, locationId, amount: totalOf(lines), createdAt: now(square), refundIds: [] }
  square.world.payments.set(paymentId, payment)
  order.paymentId = paymentId
}

type Taking = { order: Order; at: number; aside: boolean }

/** What is tracked leaves the stock at the time of the sale, into `aside` where Square keeps it for the order. */
function takeStock(square: Square, merchant: Merchant, { order, at, aside }: Taking): void {
  const pairs: [string, string][] = []
  for (const { variationId, quantity } of order.lines) {
    if (variationId === null || !square.world.variations.get(variationId)?.tracked) continue
    const { locationId, orderId } = order
    const toState = aside ? 'RESERVED_FOR_SALE' : 'SOLD'
    const adjustment = { count: false, variationId, locationId, quantity, occurredAt: at, transactionId: orderId }
    book(square, merchant, { ...adjustment, fromState: 'IN_STOCK', toState })
    const stock = stockAt(square.world, variationId, locationId)
    if (aside && stock) stock.reserved += quantity
    pairs.push([variationId, locationId])
  }
  tellCounts(square, merchant.merchantId, pairs)
}
