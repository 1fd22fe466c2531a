// For what it settles of PostgreSQL's types: the pages read counts as numbers.
import '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import type { Sql } from '#app/kernel/sql.ts'
import type { Balance } from '#app/kernel/stock-state.ts'
import { append } from '#app/pool/ledger.server.ts'
import type { Change } from '#app/pool/movement.ts'

/** A merchant with two channels and two places, all live, for tests of what pages read. */
export type ShopRows = { merchantId: number; shopify: number; etsy: number; safe: number; bench: number; at: Date }

export const NOON = new Date('2026-03-10T12:00:00Z')

type Row = Record<string, unknown>

/** Puts one row in and gives its `returning` column. */
export async function put<T = number>(db: Sql, table: string, row: Row, returning = 'id'): Promise<T> {
  const names = Object.keys(row)
  const text = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})
    RETURNING ${returning} AS value`
  const { rows } = await db.query<{ value: T }>({ text, values: Object.values(row) })
  return present(rows[0], `the new row of ${table}`).value
}

let shops = 0

export async function openShop(db: Sql, timeZone = 'Europe/Paris'): Promise<ShopRows> {
  const name = `Atelier ${(shops += 1)}`
  const merchantId = await put(db, 'merchant', { name, time_zone: timeZone, currency: 'EUR', created_at: NOON })
  const account = (channel: string, label: string) =>
    put(db, 'channel_account', {
      merchant_id: merchantId,
      channel,
      external_id: `${channel}-${shops}`,
      name: label,
      status: 'open',
      connected_at: new Date('2026-01-01T00:00:00Z'),
    })
  const place = (label: string, sellable: boolean, rank: number) =>
    put(db, 'location', { merchant_id: merchantId, name: label, kind: label.toLowerCase(), sellable, rank })
  return {
    merchantId,
    shopify: await account('shopify', 'Shopify'),
    etsy: await account('etsy', 'Etsy'),
    safe: await place('Safe', true, 1),
    bench: await place('Bench', false, 2),
    at: NOON,
  }
}

export const addItem = (db: Sql, shop: ShopRows, row: Row = {}): Promise<number> =>
  put(db, 'item', {
    merchant_id: shop.merchantId,
    sku: 'RNG-1',
    title: 'Signet ring',
    kind: 'replenishable',
    status: 'active',
    created_at: NOON,
    ...row,
  })

let listings = 0

/** A listing that shows 1 and is in step, unless `row` says otherwise. */
export const addListing = (db: Sql, shop: ShopRows, row: Row): Promise<number> =>
  put(db, 'listing', {
    merchant_id: shop.merchantId,
    external_id: `listing-${(listings += 1)}`,
    title: 'Signet ring',
    status: 'active',
    shown: 1,
    seen_at: NOON,
    agreed_since: NOON,
    ...row,
  })

/** Opening stock through the ledger: so many pieces at a place, by state. */
export async function addStock(db: Sql, shop: ShopRows, at: { itemId: number; place: number } & Partial<Balance>) {
  const { itemId, place, ...states } = at
  const moves = Object.entries(states).map(([state, quantity]) => ({
    itemId,
    quantity,
    from: { outside: 'opening' as const },
    to: { locationId: place, state: state as keyof Balance },
  }))
  await append(db, changeOf(shop, { key: `opening/${itemId}/${place}`, reason: 'opening' }), moves)
}

export const changeOf = (shop: ShopRows, said: Pick<Change, 'key' | 'reason'> & Partial<Change>): Change => ({
  merchantId: shop.merchantId,
  actor: 'app',
  cause: 'opening',
  accountId: null,
  occurredAt: NOON,
  recordedAt: NOON,
  ...said,
})

export type OrderRows = { order?: Row; lines: Row[] }

/** An order of Etsy's with its lines, booked or not as they say. */
export async function addOrder(db: Sql, shop: ShopRows, { order = {}, lines }: OrderRows): Promise<number> {
  const orderId = await put(db, 'channel_order', {
    merchant_id: shop.merchantId,
    account_id: shop.etsy,
    external_id: `o-${(listings += 1)}`,
    name: '#1042',
    placed_at: NOON,
    updated_at: NOON,
    history: false,
    currency: 'EUR',
    first_seen: NOON,
    ...order,
  })
  for (const [i, line] of lines.entries()) {
    const pieces = line['quantity'] ?? 1
    await put(db, 'order_line', {
      merchant_id: shop.merchantId,
      order_id: orderId,
      external_id: String(i),
      sku: 'RNG-1',
      title: 'Signet ring',
      takes_stock: true,
      quantity: pieces,
      current_quantity: pieces,
      unit_price_minor: 10_000,
      ...line,
    })
  }
  return orderId
}
