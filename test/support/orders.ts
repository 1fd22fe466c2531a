import type { ChannelOrder, ChannelOrderLine } from '#app/kernel/channel-order.ts'
import type { Sql } from '#app/kernel/sql.ts'
import type { ResolvedLine } from '#app/orders/order-row.server.ts'
import { NOON, type ShopRows } from './shop-rows.ts'

export const minutesAfterNoon = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000)

/** One piece for 100.00, wanted and not sent, unless `said` says otherwise. */
export const lineTold = (said: Partial<ChannelOrderLine> = {}): ChannelOrderLine => ({
  externalId: '1',
  listing: null,
  sku: 'RNG-1',
  title: 'Signet ring',
  quantity: 1,
  currentQuantity: said.quantity ?? 1,
  shipped: 0,
  restocked: [],
  takesStock: true,
  backorder: false,
  unitPriceMinor: 10_000,
  sources: [],
  ...said,
})

/** An order of one ring placed at noon, unless `said` says otherwise. */
export const orderTold = (said: Partial<ChannelOrder> = {}): ChannelOrder => ({
  externalId: 'o-1',
  name: '#1042',
  placedAt: NOON,
  paidAt: NOON,
  updatedAt: NOON,
  cancelledAt: null,
  currency: 'EUR',
  url: null,
  lines: [lineTold()],
  unclear: null,
  ...said,
})

/** The lines found in the catalog: the first is the first item, and so on. */
export const resolved = (order: ChannelOrder, itemIds: (number | null)[]): ResolvedLine[] =>
  order.lines.map((told, i) => ({ told, listingId: null, itemId: itemIds[i] ?? null }))

export type LineAsBooked = { reserved: number; short: number; shipped: number; returned: number }

/** What is booked for the lines of an order, in their order. */
export async function bookedLines(db: Sql, shop: ShopRows, externalId = 'o-1'): Promise<LineAsBooked[]> {
  const text = `SELECT l.reserved, l.short, l.shipped, l.returned FROM order_line l
    JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    WHERE o.merchant_id = $1 AND o.external_id = $2 ORDER BY l.id`
  return (await db.query<LineAsBooked>({ text, values: [shop.merchantId, externalId] })).rows
}
