import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { convertHold } from '#app/orders/convert-hold.server.ts'
import { type Holder, makeHold } from '#app/pool/hold.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addPerson, brokenPromises, holdAsked } from '../support/holds.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold, resolved } from '../support/orders.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addItem, addStock, openShop, put, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let anna: Holder
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  anna = await addPerson(db, shop)
  ring = await addItem(db, shop)
})
afterEach(async () => {
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  expect(await brokenPromises(db, shop.merchantId)).toEqual([])
})

const stock = (available: number) => addStock(db, shop, { itemId: ring, place: shop.safe, available })
const hold = async (quantity = 1) => {
  const done = await transaction(db, (tx) => makeHold(tx, anna, holdAsked({ itemId: ring, quantity })))
  if (isRefusal(done)) throw new Error(done.sentence)
  return done.holdId
}
const order = (quantity = 1, { accountId = shop.etsy, updatedAt = minutesAfterNoon(0), cancelled = 0 } = {}) => {
  const told = orderTold({ updatedAt, lines: [lineTold({ quantity, currentQuantity: quantity - cancelled })] })
  const lines = resolved(told, [ring])
  const where = { merchantId: shop.merchantId, accountId, locations: new Map(), history: false, at: anna.at }
  return transaction(db, (tx) => bookOrder(tx, { ...where, order: told, lines }))
}
const line = async () =>
  (await db.query<{ id: number }>('SELECT id FROM order_line WHERE merchant_id = $1', [shop.merchantId])).rows[0]!.id
const convert = (holdId: number, lineId: number, who = anna) =>
  transaction(db, (tx) => convertHold(tx, who, { holdId, lineId }))
const lies = () => piecesOf(db, shop.merchantId, ring)
const movements = () => movementsOf(db, shop.merchantId, ring)

describe('an order for the client’s piece', () => {
  it('is given the piece in one step, and is not short any more', async () => {
    await stock(1)
    const held = await hold()
    await order()
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 0, short: 1 }])
    const lineId = await line()
    expect(await convert(held, lineId)).toEqual({ holdId: held, freed: [], nowWhole: [lineId] })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
    expect(await lies()).toEqual({ Safe: { reserved: 1 } })
    expect(await movements()).toEqual([
      'held for a client: 1 available > held',
      'hold became an order: 1 held > reserved',
    ])
    expect(
      (await db.query('SELECT outstanding FROM shortfall WHERE merchant_id = $1', [shop.merchantId])).rows,
    ).toEqual([{ outstanding: 0 }])
    expect(await convert(held, lineId)).toMatchObject({ code: 'over' })
  })
  it('of the shop that took the piece from its own number already frees there what was kept, and nothing else', async () => {
    await stock(1)
    const held = await hold()
    await order(1, { accountId: shop.shopify })
    await convert(held, await line())
    const text = `SELECT to_state AS to, account_id AS by FROM movement WHERE merchant_id = $1 AND reason = 'hold became an order' ORDER BY id`
    expect((await db.query(text, [shop.merchantId])).rows).toEqual([
      { to: 'available', by: null },
      { to: 'reserved', by: shop.shopify },
    ])
  })
  it('that took another piece frees the one on hold', async () => {
    await stock(2)
    const held = await hold()
    await order()
    expect(await convert(held, await line())).toMatchObject({ freed: [ring], nowWhole: [] })
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
  })
  it('of fewer than are held leaves the others on hold; later it may have more', async () => {
    await stock(3)
    const held = await hold(3)
    await order(1)
    const lineId = await line()
    expect(await convert(held, lineId)).toMatchObject({ nowWhole: [lineId] })
    expect(await lies()).toEqual({ Safe: { held: 2, reserved: 1 } })
    await order(2, { updatedAt: minutesAfterNoon(1) })
    expect(await convert(held, lineId)).toMatchObject({ nowWhole: [lineId] })
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 2 } })
  })
  it('of more than are held is given all of them, and waits for the rest', async () => {
    await stock(1)
    const held = await hold()
    await order(2)
    expect(await convert(held, await line())).toMatchObject({ nowWhole: [] })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 1 }])
  })
  it('that is cancelled after it was given the piece puts it on sale, once', async () => {
    await stock(1)
    const held = await hold()
    await order()
    await convert(held, await line())
    for (const minutes of [1, 2]) await order(1, { updatedAt: minutesAfterNoon(minutes), cancelled: 1 })
    expect(await lies()).toEqual({ Safe: { available: 1 } })
  })
})

test.each<[string, () => Promise<number>, string]>([
  ['that nobody knows', async () => 2 ** 31 - 1, 'unknown-line'],
  ['of another item', async () => (await otherLine({}), await line()), 'other-item'],
  ['that wants nothing any more', async () => (await order(1, { cancelled: 1 }), await line()), 'nothing-wanted'],
  ['of an order from before', async () => (await otherLine({ history: true }), await line()), 'unknown-line'],
])('a line %s is given nothing', async (_, lineId, code) => {
  await stock(1)
  const held = await hold()
  expect(await convert(held, await lineId())).toMatchObject({ refused: true, code })
  expect(await lies()).toEqual({ Safe: { held: 1 } })
})

async function otherLine({ history = false }) {
  const other = await addItem(db, shop)
  const told = orderTold()
  const where = { merchantId: shop.merchantId, accountId: shop.etsy, locations: new Map(), history, at: anna.at }
  const lines = resolved(told, [history ? ring : other])
  await transaction(db, (tx) => bookOrder(tx, { ...where, order: told, lines }))
}

it('another shop’s line is given nothing', async () => {
  await stock(1)
  const held = await hold()
  const other = await openShop(db)
  const theirs = await addPerson(db, other)
  await order()
  const lineId = await line()
  expect(await convert(held, lineId, theirs)).toMatchObject({ code: 'unknown-hold' })
  const item = await addItem(db, other)
  await addStock(db, other, { itemId: item, place: other.safe, available: 1 })
  const mine = await transaction(db, (tx) => makeHold(tx, theirs, holdAsked({ itemId: item })))
  if (isRefusal(mine)) throw new Error(mine.sentence)
  expect(await convert(mine.holdId, lineId, theirs)).toMatchObject({ code: 'unknown-line' })
  expect(
    await put(db, 'client', { merchant_id: other.merchantId, name: 'x', made_by: 'app', made_at: other.at }),
  ).toBeTruthy()
})
