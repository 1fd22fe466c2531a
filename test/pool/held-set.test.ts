import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { convertHold } from '#app/orders/convert-hold.server.ts'
import { type Held, type Holder, lockHold, makeHold, type NewHold } from '#app/pool/hold.server.ts'
import { expireHold, releaseHold, sellHeld } from '#app/pool/hold-end.server.ts'
import { moveHeld } from '#app/pool/move-held.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { holdsOf } from '#app/sync/hold-list.server.ts'
import { book, bundleOf, compose, offered, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addPerson, brokenPromises, holdAsked } from '../support/holds.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { addListing, addStock, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let anna: Holder
let chain: number
let pendant: number
let set: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
// A necklace is a chain and two pendants; there are two chains and three pendants.
beforeEach(async () => {
  shop = await openShop(db)
  anna = await addPerson(db, shop)
  chain = await stocked(db, shop, 2)
  pendant = await stocked(db, shop, 3)
  set = await bundleOf(db, shop, [
    [chain, 1],
    [pendant, 2],
  ])
})
afterEach(async () => {
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  expect(await brokenPromises(db, shop.merchantId)).toEqual([])
})

const hold = (said: Partial<NewHold> = {}) =>
  transaction(db, (tx) => makeHold(tx, anna, holdAsked({ itemId: set, ...said })))
async function made(said: Partial<NewHold> = {}): Promise<number> {
  const done = await hold(said)
  if (isRefusal(done)) throw new Error(done.sentence)
  return done.holdId
}
const doing = (work: (tx: Sql) => Promise<Refusal | Held>) => transaction(db, work)
/** The second place is a shop window. */
const benchSells = () =>
  db.query(`UPDATE location SET kind = 'store', sellable = true WHERE merchant_id = $1 AND id = $2`, [
    shop.merchantId,
    shop.bench,
  ])
const lies = async () => [await piecesOf(db, shop.merchantId, chain), await piecesOf(db, shop.merchantId, pendant)]
const BEFORE = [{ Safe: { available: 2 } }, { Safe: { available: 3 } }]
const ONE_HELD = [{ Safe: { available: 1, held: 1 } }, { Safe: { available: 1, held: 2 } }]

describe('a set on hold', () => {
  it('is each of its parts on hold, and one set less for sale', async () => {
    expect(await offered(db, shop, set)).toBe(1)
    await made()
    expect(await lies()).toEqual(ONE_HELD)
    expect(await offered(db, shop, set)).toBe(0)
  })
  it('of which one part is missing takes nothing of the others', async () => {
    expect(await hold({ quantity: 2 })).toMatchObject({ code: 'not-there', sentence: expect.stringContaining('parts') })
    expect(await lies()).toEqual(BEFORE)
  })
  it('asked for twice with one form is one', async () => {
    expect(await made({ token: 'same-form' })).toBe(await made({ token: 'same-form' }))
    expect(await lies()).toEqual(ONE_HELD)
  })
  it('is not made where nobody has said what it is made of', async () => {
    await db.query(`DELETE FROM bundle_component WHERE merchant_id = $1`, [shop.merchantId])
    expect(await hold()).toMatchObject({ code: 'bundle' })
  })
  it('is taken at a place that is named, all of it there', async () => {
    await addStock(db, shop, { itemId: chain, place: shop.bench, available: 1 })
    expect(await hold({ locationId: shop.bench })).toMatchObject({ code: 'not-there' })
    await addStock(db, shop, { itemId: pendant, place: shop.bench, available: 2 })
    await made({ locationId: shop.bench })
    const there = [{ held: 1 }, { held: 2 }]
    expect((await lies()).map((places) => (places as { Bench?: object }).Bench)).toEqual(there)
  })
  test.each<[string, (tx: Sql, holdId: number) => Promise<Refusal | Held>]>([
    ['given up', (tx, holdId) => releaseHold(tx, anna, { holdId })],
    ['run out', (tx, holdId) => expireHold(tx, { ...anna, at: minutesAfterNoon(60) }, { holdId })],
  ])('%s gives each part back once, and the set is for sale again', async (_, end) => {
    const holdId = await made()
    expect(await doing((tx) => end(tx, holdId))).toMatchObject({ freed: [chain, pendant] })
    expect(await lies()).toEqual(BEFORE)
    expect(await doing((tx) => end(tx, holdId))).toMatchObject({ code: 'over' })
    expect(await lies()).toEqual(BEFORE)
    expect(await offered(db, shop, set)).toBe(1)
  })
  it('sold in the shop is gone with all of its parts', async () => {
    const holdId = await made()
    await doing((tx) => sellHeld(tx, anna, { holdId }))
    expect(await lies()).toEqual([{ Safe: { available: 1 } }, { Safe: { available: 1 } }])
  })
  it('is what it was made of when it was put on hold, whatever is said later', async () => {
    const holdId = await made()
    await compose(db, shop, set, [{ itemId: pendant, needs: 1 }])
    const held = await transaction(db, (tx) => lockHold(tx, shop.merchantId, holdId))
    expect(held).toMatchObject({
      parts: [
        { itemId: chain, needs: 1 },
        { itemId: pendant, needs: 2 },
      ],
    })
    await doing((tx) => releaseHold(tx, anna, { holdId }))
    expect(await lies()).toEqual(BEFORE)
  })
  it('is laid elsewhere part by part', async () => {
    const holdId = await made()
    const move = { holdId, from: shop.safe, to: shop.bench, quantity: 1 }
    expect(await doing((tx) => moveHeld(tx, anna, { ...move, itemId: null, token: 'a' }))).toMatchObject({
      code: 'unclear-part',
    })
    await doing((tx) => moveHeld(tx, anna, { ...move, itemId: chain, token: 'b' }))
    expect((await lies())[0]).toEqual({ Safe: { available: 1 }, Bench: { held: 1 } })
    await doing((tx) => releaseHold(tx, anna, { holdId }))
    expect((await lies())[0]).toEqual({ Safe: { available: 1 }, Bench: { available: 1 } })
  })
  it('is listed with where each part lies, on the pages of its parts too', async () => {
    await addListing(db, shop, { account_id: shop.etsy, item_id: set, sku: 'S', published_seq: 0 })
    await made()
    const places = [
      { itemId: chain, part: expect.any(String), place: 'Safe', quantity: 1 },
      { itemId: pendant, part: expect.any(String), place: 'Safe', quantity: 2 },
    ]
    for (const of of [null, set, chain, pendant]) {
      const { holds } = await holdsOf(db, shop.merchantId, of)
      expect(holds).toMatchObject([{ itemId: set, places, confirmed: [{ account: 'Etsy', at: null }] }])
    }
  })
})

describe('a set on hold that becomes an order', () => {
  const order = (quantity: number) =>
    book(db, shop, orderTold({ lines: [lineTold({ quantity, currentQuantity: quantity })] }), [set])
  const line = async () =>
    (await db.query<{ id: number }>('SELECT id FROM order_line WHERE merchant_id = $1', [shop.merchantId])).rows[0]!.id
  const convert = async (holdId: number) => {
    const lineId = await line()
    return transaction(db, (tx) => convertHold(tx, anna, { holdId, lineId }))
  }
  it('gives the line its parts, which are at no moment for sale', async () => {
    const holdId = await made()
    await order(1)
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 0, short: 1 }])
    expect(await convert(holdId)).toMatchObject({ nowWhole: [await line()], freed: [] })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
    expect(await lies()).toEqual([{ Safe: { available: 1, reserved: 1 } }, { Safe: { available: 1, reserved: 2 } }])
  })
  it('gives back what the line has taken already', async () => {
    await addStock(db, shop, { itemId: pendant, place: shop.bench, available: 1 })
    const holdId = await made()
    await addStock(db, shop, { itemId: chain, place: shop.bench, available: 1 })
    await benchSells()
    await order(1)
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
    expect(await convert(holdId)).toMatchObject({ freed: [chain, pendant], nowWhole: [] })
    expect((await holdsOf(db, shop.merchantId)).count).toBe(0)
  })
  it('keeps the rest on hold where the line wants fewer', async () => {
    await addStock(db, shop, { itemId: pendant, place: shop.bench, available: 1 })
    await benchSells()
    const holdId = await made({ quantity: 2 })
    await order(1)
    await convert(holdId)
    const { holds } = await holdsOf(db, shop.merchantId)
    expect(holds[0]?.places.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(3)
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
  })
  it('is refused where that order’s set is made of other parts', async () => {
    const holdId = await made()
    await compose(db, shop, set, [{ itemId: pendant, needs: 9 }])
    await order(1)
    expect(await convert(holdId)).toMatchObject({ code: 'other-parts' })
    expect(await lies()).toEqual(ONE_HELD)
  })
})
