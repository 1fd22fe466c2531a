import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { fillShortfalls, keepShortfalls } from '#app/orders/shortfall.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold, resolved } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { addItem, changeOf, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring = await addItem(db, shop)
})

/** An order that nobody had the pieces for. */
const promised = (externalId: string, quantity: number, minutes = 0) => {
  const order = orderTold({ externalId, updatedAt: minutesAfterNoon(minutes), lines: [lineTold({ quantity })] })
  const where = {
    merchantId: shop.merchantId,
    accountId: shop.etsy,
    locations: new Map<string, number>(),
    history: false,
    at: minutesAfterNoon(minutes),
  }
  return transaction(db, (tx) => bookOrder(tx, { ...where, order, lines: resolved(order, [ring]) }))
}

let deliveries = 0
const delivered = (quantity: number) =>
  append(db, changeOf(shop, { key: `delivery/${(deliveries += 1)}`, reason: 'counted' }), [
    { itemId: ring, quantity, from: { outside: 'supplier' }, to: { locationId: shop.safe, state: 'available' } },
  ])

const fill = () =>
  transaction(db, (tx) => fillShortfalls(tx, { merchantId: shop.merchantId, itemIds: [ring], at: NOON }))

describe('stock that comes back', () => {
  it('goes to the orders that wait for it, oldest first, and what is over is for sale', async () => {
    await promised('o-1', 2)
    await promised('o-2', 1)
    await delivered(4)
    expect(await fill()).toHaveLength(2)
    expect(await bookedLines(db, shop, 'o-1')).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await bookedLines(db, shop, 'o-2')).toMatchObject([{ reserved: 1, short: 0 }])
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Safe: { available: 1, reserved: 3 } })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('fills in parts, and an order is whole with its last piece', async () => {
    await promised('o-1', 2)
    await delivered(1)
    expect(await fill()).toEqual([])
    expect(await bookedLines(db, shop, 'o-1')).toMatchObject([{ reserved: 1, short: 1 }])
    await delivered(1)
    expect(await fill()).toHaveLength(1)
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Safe: { reserved: 2 } })
  })
  it('is dealt out once, by however many at once', async () => {
    await promised('o-1', 1)
    await promised('o-2', 1)
    await delivered(3)
    const whole = await Promise.all(Array.from({ length: 8 }, fill))
    expect(whole.flat()).toHaveLength(2)
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Safe: { available: 1, reserved: 2 } })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('does nothing for orders that wait for something else, nor when nothing came', async () => {
    await promised('o-1', 1)
    const other = await addItem(db, shop, { sku: 'RNG-2' })
    await delivered(1)
    expect(
      await transaction(db, (tx) => fillShortfalls(tx, { merchantId: shop.merchantId, itemIds: [other], at: NOON })),
    ).toEqual([])
    expect(
      await transaction(db, (tx) => fillShortfalls(tx, { merchantId: shop.merchantId, itemIds: [], at: NOON })),
    ).toEqual([])
    expect(await bookedLines(db, shop, 'o-1')).toMatchObject([{ short: 1 }])
  })
  it('after an order was filled, short again and filled again is booked each time', async () => {
    await promised('o-1', 1)
    await delivered(1)
    await fill()
    await promised('o-1', 2, 1)
    await delivered(1)
    await fill()
    expect(await bookedLines(db, shop, 'o-1')).toMatchObject([{ reserved: 2, short: 0 }])
  })
})

describe('the row of a shortfall', () => {
  const rows = async () =>
    (
      await db.query<{ quantity: number; outstanding: number; opened_at: Date }>(
        'SELECT quantity, outstanding, opened_at FROM shortfall WHERE merchant_id = $1',
        [shop.merchantId],
      )
    ).rows
  it.each<[string, number[], { quantity: number; outstanding: number }[]]>([
    ['is as it opened', [2], [{ quantity: 2, outstanding: 2 }]],
    ['falls with what is outstanding, and remembers how many it was', [2, 1], [{ quantity: 2, outstanding: 1 }]],
    ['closes', [2, 0], [{ quantity: 2, outstanding: 0 }]],
    ['grows with the order', [1, 3], [{ quantity: 3, outstanding: 3 }]],
    ['opens anew on the same row', [2, 0, 1], [{ quantity: 2, outstanding: 1 }]],
    ['is never made for nothing', [0], []],
  ])('%s', async (_, shorts, expected) => {
    await delivered(1)
    await promised('o-1', 1)
    const { rows: lines } = await db.query<{ id: number }>('SELECT id FROM order_line WHERE merchant_id = $1', [
      shop.merchantId,
    ])
    for (const [n, short] of shorts.entries()) {
      const owner = { merchantId: shop.merchantId, accountId: shop.etsy, at: minutesAfterNoon(n) }
      await keepShortfalls(db, owner, [{ lineId: lines[0]!.id, itemId: ring, short, backorder: false }])
    }
    expect(await rows()).toMatchObject(expected)
    expect(await rows()).toHaveLength(expected.length)
  })
})
