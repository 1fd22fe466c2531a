import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { exchange } from '#app/orders/exchange.server.ts'
import { giveBack } from '#app/orders/give-back.server.ts'
import { addOurLine, cancelOurs, sendOurs } from '#app/orders/our-line.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold, resolved } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let [ring, opal] = [0, 0]

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring = await addItem(db, shop)
  opal = await addItem(db, shop, { kind: 'one_of_one', sku: 'OPAL' })
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 2 })
  await addStock(db, shop, { itemId: opal, place: shop.safe, available: 1 })
  await book(0, { shipped: 1 })
})

const book = (minutes: number, line: Partial<ChannelOrderLine>, itemId = ring, name = 'o-1') =>
  transaction(db, (tx) => {
    const order = orderTold({ externalId: name, updatedAt: minutesAfterNoon(minutes), lines: [lineTold(line)] })
    const where = {
      merchantId: shop.merchantId,
      accountId: shop.shopify,
      locations: new Map(),
      history: false,
      at: NOON,
    }
    return bookOrder(tx, { ...where, order, lines: resolved(order, [itemId]) })
  })

type Line = { id: number; source: string; orderId: number }
const lines = async () => {
  const text = 'SELECT id, source, order_id AS "orderId" FROM order_line WHERE merchant_id = $1 ORDER BY id'
  return (await db.query<Line>(text, [shop.merchantId])).rows
}
const how = (token = 'token-1') => ({ merchantId: shop.merchantId, actor: 'person/7', token, at: NOON })
const within = <T>(work: (tx: Sql) => Promise<T>) => transaction(db, work)
const replace = async (quantity = 1, token?: string, itemId: number | null = null) => {
  const [first] = await lines()
  return within((tx) => addOurLine(tx, { ...how(token), forLine: first!.id, itemId, quantity, as: 'replace' }))
}
const ours = async () => (await lines()).find(({ source }) => source === 'ours')!
const pieces = (itemId = ring) => piecesOf(db, shop.merchantId, itemId)

describe('a replacement parcel', () => {
  it('is a line of ours: reserved and sent by us, and the channel’s news does not touch it', async () => {
    await replace()
    expect(await pieces()).toEqual({ Safe: { reserved: 1 } })
    await book(5, { shipped: 1 })
    const line = await ours()
    await within((tx) => sendOurs(tx, { ...how(), lineId: line.id, quantity: 1 }))
    for (const minutes of [6, 6, 7]) await book(minutes, { shipped: 1 })
    expect(await bookedLines(db, shop)).toEqual([
      { reserved: 0, short: 0, shipped: 1, returned: 0 },
      { reserved: 0, short: 0, shipped: 1, returned: 0 },
    ])
    expect(await pieces()).toEqual({})
  })
  it('is made once and sent once, however often the form is sent', async () => {
    const made = [await replace(), await replace()]
    expect(made.map((one) => isRefusal(one))).toEqual([false, false])
    const line = await ours()
    for (const _ of [1, 2]) await within((tx) => sendOurs(tx, { ...how(), lineId: line.id, quantity: 1 }))
    expect(await lines()).toHaveLength(2)
    expect(await pieces()).toEqual({})
  })
  it('of what is not there is refused', async () => {
    await expect(replace(2).then((one) => isRefusal(one))).resolves.toBe(true)
  })
  it('that is not sent after all is for sale again', async () => {
    await replace()
    const line = await ours()
    expect(await within((tx) => cancelOurs(tx, { ...how(), lineId: line.id, quantity: 1 }))).toEqual({ freed: [ring] })
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
    const again = await within((tx) => cancelOurs(tx, { ...how('token-2'), lineId: line.id, quantity: 1 }))
    expect(again).toMatchObject({ code: 'not-there' })
  })
  it('is no line that the channel’s orders are sent or given back by, nor the other way round', async () => {
    await replace()
    const [theirs] = await lines()
    const line = await ours()
    expect(await within((tx) => sendOurs(tx, { ...how(), lineId: theirs!.id, quantity: 1 }))).toMatchObject({
      code: 'not-ours',
    })
    const given = {
      merchantId: shop.merchantId,
      orderId: line.orderId,
      lines: [{ lineId: line.id, quantity: 1 }],
      at: NOON,
    }
    expect(isRefusal(await within((tx) => giveBack(tx, given)))).toBe(true)
  })
  it('is told to every channel, that of its own order too', async () => {
    await replace()
    const text = `SELECT account_id FROM movement WHERE merchant_id = $1 AND reason = 'given in replacement'`
    expect((await db.query(text, [shop.merchantId])).rows).toEqual([{ account_id: null }])
  })
  it('of a one-of-one piece is final: no order takes it over, and it leaves by us', async () => {
    await replace(1, 'token-1', opal)
    await book(0, { shipped: 0 }, opal, 'o-2')
    expect(await bookedLines(db, shop, 'o-2')).toMatchObject([{ reserved: 0, short: 1 }])
    const line = await ours()
    await within((tx) => sendOurs(tx, { ...how(), lineId: line.id, quantity: 1 }))
    await book(1, { shipped: 0 }, opal, 'o-2')
    expect(await pieces(opal)).toEqual({})
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
})

describe('an exchange', () => {
  const swap = async (back: 'now' | 'later', itemId = opal) => {
    const [first] = await lines()
    const what = { lineId: first!.id, quantity: 1, itemId, back, condition: 'worn' as const }
    return within((tx) => exchange(tx, { ...how(), ...what }))
  }
  it('is a return and a new line, in one', async () => {
    for (const _ of [1, 2]) expect(isRefusal(await swap('now'))).toBe(false)
    expect(await pieces()).toEqual({ Safe: { available: 1, quality_check: 1 } })
    expect(await pieces(opal)).toEqual({ Safe: { reserved: 1 } })
    const effects = await db.query(
      `SELECT transition FROM order_effect WHERE merchant_id = $1 AND transition IN ('return', 'exchange') ORDER BY 1`,
      [shop.merchantId],
    )
    expect(effects.rows).toEqual([{ transition: 'exchange' }, { transition: 'return' }])
  })
  it('whose piece is on its way gives out the new one first', async () => {
    await swap('later')
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
    expect(await pieces(opal)).toEqual({ Safe: { reserved: 1 } })
  })
  it('for what does not exist is refused', async () => {
    expect(await swap('later', 2_000_000_000)).toMatchObject({ code: 'unknown-item' })
  })
  it('in Shopify is a piece that came back and a line that is new, booked by the difference', async () => {
    const opalLine = lineTold({ externalId: '2', title: 'Opal' })
    const back = lineTold({ currentQuantity: 0, restocked: [{ externalLocationId: 'safe', quantity: 1 }] })
    const order = orderTold({ updatedAt: minutesAfterNoon(5), lines: [back, opalLine] })
    const locations = new Map([['safe', shop.safe]])
    const where = { merchantId: shop.merchantId, accountId: shop.shopify, locations, history: false, at: NOON }
    for (const _ of [1, 2])
      await within((tx) => bookOrder(tx, { ...where, order, lines: resolved(order, [ring, opal]) }))
    expect(await pieces()).toEqual({ Safe: { available: 1, quality_check: 1 } })
    expect(await pieces(opal)).toEqual({ Safe: { reserved: 1 } })
  })
})
