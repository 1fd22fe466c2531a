import type pg from 'pg'
import { transaction } from '#app/db.server.ts'
import { setParts } from '#app/catalog/bundle.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { ChannelOrder } from '#app/kernel/channel-order.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { available } from '#app/pool/available.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import { resolved } from './orders.ts'
import { addItem, addStock, NOON, type ShopRows } from './shop-rows.ts'

let things = 0

/** An item with so many pieces in the safe. */
export async function stocked(db: Sql, shop: ShopRows, pieces: number, row: Record<string, unknown> = {}) {
  const sku = `PART-${(things += 1)}`
  const itemId = await addItem(db, shop, { sku, title: sku, ...row })
  if (pieces > 0) await addStock(db, shop, { itemId, place: shop.safe, available: pieces })
  return itemId
}

export const compose = (db: pg.Pool, shop: ShopRows, bundleId: number, parts: { itemId: number; needs: number }[]) =>
  transaction(db, async (tx) => {
    const { merchantId } = shop
    return setParts(tx, { merchantId, bundleId, parts, actor: 'person/1', at: NOON })
  })

/** A set of so many pieces of each. */
export async function bundleOf(db: pg.Pool, shop: ShopRows, parts: [itemId: number, needs: number][]): Promise<number> {
  const sku = `SET-${(things += 1)}`
  const bundle = await addItem(db, shop, { sku, title: sku })
  const composed = await compose(
    db,
    shop,
    bundle,
    parts.map(([itemId, needs]) => ({ itemId, needs })),
  )
  if (isRefusal(composed)) throw new Error(composed.sentence)
  return bundle
}

/** Books an order of Etsy's, its lines of these items, in the caller's transaction. */
export const bookIn = (tx: Sql, shop: ShopRows, order: ChannelOrder, items: (number | null)[]) =>
  bookOrder(tx, {
    merchantId: shop.merchantId,
    accountId: shop.etsy,
    order,
    lines: resolved(order, items),
    locations: new Map([['safe', shop.safe]]),
    history: false,
    at: NOON,
  })

export const book = (db: pg.Pool, shop: ShopRows, order: ChannelOrder, items: (number | null)[]) =>
  transaction(db, (tx) => bookIn(tx, shop, order, items))

/** How many a channel without a limit may show of it. */
export async function offered(db: Sql, shop: ShopRows, itemId: number): Promise<number> {
  const stock = (await stockOf(db, shop.merchantId, [itemId])).get(itemId)
  return stock
    ? available(stock.supply, { rules: [], facts: { name: 'Etsy', maximumShown: null }, at: NOON }).quantity
    : 0
}

/** How many of each item are for sale and reserved: "2+1". */
export async function countsOf(db: Sql, shop: ShopRows, itemIds: number[]): Promise<string[]> {
  const stocks = await stockOf(db, shop.merchantId, itemIds)
  return itemIds.map((id) => {
    const stock = stocks.get(id)?.stock ?? []
    const sum = (state: 'available' | 'reserved') => stock.reduce((n, { balance }) => n + balance[state], 0)
    return `${sum('available')}+${sum('reserved')}`
  })
}
