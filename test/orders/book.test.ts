import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { ChannelOrder, ChannelOrderLine } from '#app/kernel/channel-order.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { bookOrder, type Outcome } from '#app/orders/book.server.ts'
import { fillShortfalls } from '#app/orders/shortfall.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold, resolved } from '../support/orders.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addItem, addStock, NOON, openShop, put, type ShopRows } from '../support/shop-rows.ts'
import { someoneWaits } from '../support/waiting.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let window: number
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  window = await put(db, 'location', {
    merchant_id: shop.merchantId,
    name: 'Window',
    kind: 'store',
    sellable: true,
    rank: 3,
  })
  ring = await addItem(db, shop)
})

const inSafe = (available: number, itemId = ring) => addStock(db, shop, { itemId, place: shop.safe, available })
const inWindow = (available: number) => addStock(db, shop, { itemId: ring, place: window, available })

type More = { items?: (number | null)[]; history?: boolean }

/** Books it on a transaction: of one's own, or of the caller's. */
const bookIn = (tx: Sql, order: ChannelOrder, { items = [ring], history = false }: More = {}) =>
  bookOrder(tx, {
    merchantId: shop.merchantId,
    accountId: shop.shopify,
    order,
    lines: resolved(order, items),
    locations: new Map([
      ['safe', shop.safe],
      ['window', window],
      ['bench', shop.bench],
    ]),
    history,
    at: NOON,
  })
const book = (order: ChannelOrder, more?: More) => transaction(db, (tx) => bookIn(tx, order, more))

/** News of the order of one line, as it stands so many minutes after noon. */
const news = (minutes: number, line: Partial<ChannelOrderLine>, order: Partial<ChannelOrder> = {}) =>
  orderTold({ updatedAt: minutesAfterNoon(minutes), lines: [lineTold({ quantity: 3, ...line })], ...order })

const pieces = () => piecesOf(db, shop.merchantId, ring)
const ledger = () => movementsOf(db, shop.merchantId, ring)
const shortfalls = async () =>
  (
    await db.query<{ quantity: number; outstanding: number; backorder: boolean }>(
      'SELECT quantity, outstanding, backorder FROM shortfall WHERE merchant_id = $1 ORDER BY id',
      [shop.merchantId],
    )
  ).rows

describe('an order', () => {
  it('takes its pieces, sends them, and every step stands in the ledger', async () => {
    await inSafe(3)
    await book(news(0, { quantity: 2 }))
    expect(await pieces()).toEqual({ Safe: { available: 1, reserved: 2 } })
    await book(news(1, { quantity: 2, shipped: 2 }))
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
    expect(await ledger()).toEqual(['sold: 2 available > reserved', 'shipped: 2 reserved > customer'])
    expect(await bookedLines(db, shop)).toEqual([{ reserved: 0, short: 0, shipped: 2, returned: 0 }])
  })
  it('heard of twice is booked once', async () => {
    await inSafe(3)
    await book(news(0, {}))
    expect(await book(news(0, {}))).toMatchObject({ changed: false })
    expect(await pieces()).toEqual({ Safe: { reserved: 3 } })
  })
  it('heard of late is as it was heard of last', async () => {
    await inSafe(3)
    await book(news(5, { currentQuantity: 1 }))
    expect(await book(news(1, {}))).toBe('stale')
    expect(await pieces()).toEqual({ Safe: { available: 2, reserved: 1 } })
  })
  it('that sums to more than there is in two lines of one item takes what there is', async () => {
    await inSafe(3)
    const lines = [lineTold({ externalId: '1', quantity: 2 }), lineTold({ externalId: '2', quantity: 2 })]
    await book(orderTold({ lines }), { items: [ring, ring] })
    expect(await pieces()).toEqual({ Safe: { reserved: 3 } })
    expect(await bookedLines(db, shop)).toMatchObject([
      { reserved: 2, short: 0 },
      { reserved: 1, short: 1 },
    ])
  })
  it('from before the connection moves nothing, not even when it is cancelled or sent later', async () => {
    await inSafe(3)
    await book(news(0, {}), { history: true })
    await book(news(1, { currentQuantity: 0 }))
    await book(news(2, { currentQuantity: 3, shipped: 3 }))
    expect(await ledger()).toEqual([])
  })
  it('of a tip, a gift card or a line nobody mapped takes no stock', async () => {
    await inSafe(3)
    const lines = [
      lineTold({ externalId: '1', takesStock: false }),
      lineTold({ externalId: '2' }),
      lineTold({ externalId: '3' }),
    ]
    await book(orderTold({ lines }), { items: [ring, null, ring] })
    expect(await pieces()).toEqual({ Safe: { available: 2, reserved: 1 } })
  })
  it('whose line is mapped later takes its pieces then, and keeps to that item', async () => {
    await inSafe(3)
    const other = await addItem(db, shop, { sku: 'RNG-2' })
    await book(news(0, {}), { items: [null] })
    await book(news(0, {}))
    await book(news(1, { currentQuantity: 0 }), { items: [other] })
    expect(await pieces()).toEqual({ Safe: { available: 3 } })
    expect(await movementsOf(db, shop.merchantId, other)).toEqual([])
  })
})

describe('a cancellation', () => {
  it('gives back at once and exactly once, wholly and in part', async () => {
    await inSafe(3)
    await book(news(0, {}))
    await book(news(1, { currentQuantity: 2 }))
    expect(await pieces()).toEqual({ Safe: { available: 1, reserved: 2 } })
    for (const minutes of [2, 2, 3])
      await book(news(minutes, { currentQuantity: 0 }, { cancelledAt: minutesAfterNoon(2) }))
    expect(await pieces()).toEqual({ Safe: { available: 3 } })
    expect(await ledger()).toEqual([
      'sold: 3 available > reserved',
      'cancelled: 1 reserved > available',
      'cancelled: 2 reserved > available',
    ])
  })
  it('gives back where the pieces came from', async () => {
    await inSafe(1)
    await inWindow(1)
    await book(news(0, { quantity: 2 }))
    expect(await pieces()).toEqual({ Safe: { reserved: 1 }, Window: { reserved: 1 } })
    await book(news(1, { quantity: 2, currentQuantity: 0 }))
    expect(await pieces()).toEqual({ Safe: { available: 1 }, Window: { available: 1 } })
  })
  it('of what was never there gives back nothing', async () => {
    await book(news(0, {}))
    await book(news(1, { currentQuantity: 0 }))
    expect(await pieces()).toEqual({})
    expect(await shortfalls()).toEqual([{ quantity: 3, outstanding: 0, backorder: false }])
  })
  it('heard of before the order is an order that took its pieces and gave them back', async () => {
    await inSafe(3)
    await book(news(2, { currentQuantity: 0 }))
    expect(await book(news(0, {}))).toBe('stale')
    expect(await ledger()).toEqual(['sold: 3 available > reserved', 'cancelled: 3 reserved > available'])
  })
})

describe('an order whose channel says where its pieces lie', () => {
  const at = (place: string, quantity: number) => ({ externalLocationId: place, quantity })
  it('takes them there', async () => {
    await inSafe(3)
    await inWindow(3)
    await book(news(0, { quantity: 2, sources: [at('window', 2)] }))
    expect(await pieces()).toEqual({ Safe: { available: 3 }, Window: { available: 1, reserved: 2 } })
  })
  it('and that grows takes only what is new', async () => {
    await inWindow(3)
    await inSafe(3)
    await book(news(0, { quantity: 1, sources: [at('window', 1)] }))
    await book(news(1, { quantity: 2, sources: [at('window', 2)] }))
    expect(await pieces()).toEqual({ Safe: { available: 3 }, Window: { available: 1, reserved: 2 } })
  })
  it('and that grows at a second place takes the new piece there', async () => {
    await inWindow(3)
    await inSafe(3)
    await book(news(0, { quantity: 1, sources: [at('safe', 1)] }))
    await book(news(1, { quantity: 2, sources: [at('safe', 1), at('window', 1)] }))
    expect(await pieces()).toEqual({ Safe: { available: 2, reserved: 1 }, Window: { available: 2, reserved: 1 } })
  })
  it('takes them elsewhere when they are not there, or nobody knows the place', async () => {
    await inSafe(3)
    await book(news(0, { quantity: 2, sources: [at('window', 1), at('a new place', 1)] }))
    expect(await pieces()).toEqual({ Safe: { available: 1, reserved: 2 } })
  })
  it('and puts them back on sale puts them there, where they are looked at first', async () => {
    await inSafe(2)
    await book(news(0, { quantity: 2, shipped: 2 }))
    await book(news(1, { quantity: 2, currentQuantity: 1, shipped: 1, restocked: [at('window', 1)] }))
    await book(news(2, { quantity: 2, currentQuantity: 0, restocked: [at('window', 1), at('safe', 1)] }))
    expect(await pieces()).toEqual({ Safe: { quality_check: 1 }, Window: { quality_check: 1 } })
  })
  it('that was sold at the till has left at once', async () => {
    await inSafe(2)
    await book(news(0, { quantity: 2, shipped: 2 }))
    expect(await pieces()).toEqual({})
    expect(await ledger()).toEqual(['sold: 2 available > reserved', 'shipped: 2 reserved > customer'])
  })
})

describe('an order for more than there is', () => {
  it('is a shortfall of its own, never a balance below zero', async () => {
    await inSafe(1)
    expect(await book(news(0, {}))).toMatchObject({ lines: [{ short: 2, newlyShort: 2 }] })
    expect(await shortfalls()).toEqual([{ quantity: 2, outstanding: 2, backorder: false }])
    expect(await bookedLines(db, shop)).toEqual([{ reserved: 1, short: 2, shipped: 0, returned: 0 }])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('is a backorder where the channel sells without stock on purpose', async () => {
    await book(news(0, { backorder: true }))
    expect(await shortfalls()).toEqual([{ quantity: 3, outstanding: 3, backorder: true }])
  })
  it('that is sent all the same is not short any more', async () => {
    await inSafe(1)
    await book(news(0, {}))
    await book(news(1, { shipped: 3 }))
    expect(await bookedLines(db, shop)).toEqual([{ reserved: 0, short: 0, shipped: 3, returned: 0 }])
    expect(await shortfalls()).toMatchObject([{ outstanding: 0 }])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('gets what another order gives back', async () => {
    await inSafe(2)
    await book(news(0, { quantity: 2 }))
    await book(news(1, { quantity: 2 }, { externalId: 'o-2' }))
    const done = (await book(news(2, { quantity: 2, currentQuantity: 0 }))) as Outcome
    expect(done.nowWhole).toHaveLength(1)
    expect(await bookedLines(db, shop, 'o-2')).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await pieces()).toEqual({ Safe: { reserved: 2 } })
  })
})

describe('two pieces of news at once', () => {
  it('of one order wait for each other, and the newer stands', async () => {
    await inSafe(3)
    let late: Promise<unknown> = Promise.resolve()
    await transaction(db, async (tx) => {
      await bookIn(tx, news(1, { currentQuantity: 1 }))
      late = book(news(0, {}))
      await someoneWaits(db)
    })
    expect(await late).toBe('stale')
    expect(await pieces()).toEqual({ Safe: { available: 2, reserved: 1 } })
  })
  it('that are the same are booked once', async () => {
    await inSafe(3)
    let second: Promise<unknown> = Promise.resolve()
    await transaction(db, async (tx) => {
      await bookIn(tx, news(0, {}))
      second = book(news(0, {}))
      await someoneWaits(db)
    })
    expect(await second).toMatchObject({ changed: false })
    expect(await ledger()).toEqual(['sold: 3 available > reserved'])
  })
  it('of two orders for the last piece: one has it, the other is short', async () => {
    await inSafe(1)
    await Promise.all([1, 2].map((n) => book(news(0, { quantity: 1 }, { externalId: `o-${n}` }))))
    const both = [...(await bookedLines(db, shop, 'o-1')), ...(await bookedLines(db, shop, 'o-2'))]
    expect(both.map(({ reserved, short }) => `${reserved}+${short}`).toSorted()).toEqual(['0+1', '1+0'])
  })
  it('of which one gives back a piece and the other is the order that waits for it: neither stops the other', async () => {
    await inSafe(1)
    await book(news(0, { quantity: 1 }))
    await book(news(0, { quantity: 1 }, { externalId: 'o-2' }))
    let cancelled: Promise<unknown> = Promise.resolve()
    await transaction(db, async (tx) => {
      // The second order's news has come as far as its own lines.
      await tx.query({
        text: 'SELECT FROM order_line WHERE merchant_id = $1 AND short > 0 FOR UPDATE',
        values: [shop.merchantId],
      })
      cancelled = book(news(1, { quantity: 1, currentQuantity: 0 }))
      await Promise.race([cancelled, someoneWaits(db)])
      await bookIn(tx, news(1, { quantity: 2 }, { externalId: 'o-2' }))
    })
    await cancelled
    expect(await bookedLines(db, shop, 'o-2')).toMatchObject([{ reserved: 1, short: 1 }])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('of which one fills the other just as that is cancelled: the piece is free again', async () => {
    await book(news(0, { quantity: 1 }))
    await inSafe(1)
    let cancelled: Promise<unknown> = Promise.resolve()
    await transaction(db, async (tx) => {
      await fillShortfalls(tx, { merchantId: shop.merchantId, itemIds: [ring], at: NOON })
      cancelled = book(news(1, { quantity: 1, currentQuantity: 0 }))
      await someoneWaits(db)
    })
    await cancelled
    expect(await bookedLines(db, shop)).toEqual([{ reserved: 0, short: 0, shipped: 0, returned: 0 }])
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
  })
})
