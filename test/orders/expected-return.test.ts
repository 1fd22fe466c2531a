import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { exchange } from '#app/orders/exchange.server.ts'
import { expectNoMore, expectReturn } from '#app/orders/expected-return.server.ts'
import { orderOf } from '#app/orders/order-page.server.ts'
import { failReturn, passReturn, receiveReturn } from '#app/orders/return.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { book as bookEtsy, bundleOf, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

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
  ring = await stocked(db, shop, 4)
})

const book = (minutes: number, line: Partial<ChannelOrderLine>, itemId = ring) =>
  bookEtsy(db, shop, orderTold({ updatedAt: minutesAfterNoon(minutes), lines: [lineTold({ quantity: 2, ...line })] }), [
    itemId,
  ])
const restocked = (quantity: number) => ({ restocked: [{ externalLocationId: 'safe', quantity }] })
const how = (token: string) => ({ merchantId: shop.merchantId, actor: 'person/7', token, at: NOON })
const line = async () => {
  const { rows } = await db.query('SELECT id, order_id FROM order_line WHERE merchant_id = $1 ORDER BY id', [
    shop.merchantId,
  ])
  return rows[0] as { id: number; order_id: number }
}
const tell = async (quantity: number, token = 'told-form-1') => {
  const lineId = (await line()).id
  return transaction(db, (tx) => expectReturn(tx, { ...how(token), lineId, quantity }))
}
const receive = async (quantity: number, token = 'received-1') => {
  const lineId = (await line()).id
  return transaction(db, (tx) => receiveReturn(tx, { ...how(token), lineId, quantity, condition: 'worn' }))
}
const shown = async () => {
  const order = await orderOf(db, shop.merchantId, (await line()).order_id)
  return order?.lines[0]
}
const expected = async () => (await shown())?.expected.map(({ outstanding }) => outstanding)

describe('a return that is told of before its parcel comes', () => {
  beforeEach(async () => {
    await book(0, {})
    await book(1, { shipped: 2 })
  })
  it('is shown as expected, moves nothing, and is told once however often the form is sent', async () => {
    for (const _ of [1, 2]) expect(await tell(1)).toEqual({ freed: [] })
    expect(await expected()).toEqual([1])
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Safe: { available: 2 } })
    expect(await bookedLines(db, shop)).toMatchObject([{ shipped: 2, returned: 0 }])
  })
  it('is no more than the buyer still has', async () => {
    await tell(2)
    expect(await tell(1, 'told-form-2')).toMatchObject({ code: 'not-there' })
    expect(await tell(1, 'told-form-1')).toEqual({ freed: [] })
  })
  it('has come when a person receives it, the first that was told of first', async () => {
    await tell(1)
    await tell(1, 'told-form-2')
    await receive(1)
    expect(await expected()).toEqual([1])
    await receive(1, 'received-1')
    expect(await expected()).toEqual([1])
    await receive(1, 'received-2')
    expect(await expected()).toEqual([])
  })
  it('has come when the channel says so, and not twice when a person then receives it', async () => {
    await tell(2)
    await book(2, { currentQuantity: 1, shipped: 1, ...restocked(1) })
    expect(await expected()).toEqual([1])
    await receive(1)
    expect(await expected()).toEqual([1])
    expect((await shown())?.parcels).toMatchObject([{ waiting: 1, unseen: 0, condition: 'worn' }])
  })
  it('does not come when a person says so', async () => {
    await tell(1)
    const id = (await shown())?.expected[0]?.id ?? 0
    const given = { merchantId: shop.merchantId, actor: 'person/7', at: NOON }
    for (const _ of [1, 2])
      expect(await transaction(db, (tx) => expectNoMore(tx, { ...given, expectedId: id }))).toEqual({ freed: [] })
    expect(await expected()).toEqual([])
    const theirs = { ...given, merchantId: (await openShop(db)).merchantId, expectedId: id }
    expect(await transaction(db, (tx) => expectNoMore(tx, theirs))).toMatchObject({ code: 'unknown-return' })
  })
  it('is what an exchange expects whose piece is on its way', async () => {
    const other = await stocked(db, shop, 1)
    const lineId = (await line()).id
    const given = { ...how('exchange-1'), lineId, quantity: 1, itemId: other, condition: 'as new' as const }
    for (const _ of [1, 2])
      expect(await transaction(db, (tx) => exchange(tx, { ...given, back: 'later' }))).not.toHaveProperty('refused')
    expect(await expected()).toEqual([1])
    expect(await piecesOf(db, shop.merchantId, other)).toEqual({ Safe: { reserved: 1 } })
    await receive(1)
    expect(await expected()).toEqual([])
  })
})

describe('a set that comes back', () => {
  let set: number
  let stud: number
  beforeEach(async () => {
    stud = await stocked(db, shop, 8)
    set = await bundleOf(db, shop, [
      [ring, 1],
      [stud, 2],
    ])
    await book(0, {}, set)
    await book(1, { shipped: 2 }, set)
  })
  const lies = async () => [await piecesOf(db, shop.merchantId, ring), await piecesOf(db, shop.merchantId, stud)]
  const parcels = async () =>
    (await shown())?.parcels.map(({ quantity, waiting, unseen }) => [quantity, waiting, unseen])

  it('is received as its parts, each of which is looked at by itself', async () => {
    for (const _ of [1, 2]) await receive(1)
    expect(await lies()).toEqual([
      { Safe: { available: 2, quality_check: 1 } },
      { Safe: { available: 4, quality_check: 2 } },
    ])
    expect(await parcels()).toEqual([
      [1, 1, 0],
      [2, 2, 0],
    ])
    const [first, second] = (await shown())?.parcels ?? []
    expect(second?.part).toEqual(expect.stringMatching(/^PART/))
    await transaction(db, (tx) => passReturn(tx, { ...how('judged-1'), parcelId: first!.id, quantity: 1 }))
    await transaction(db, (tx) => failReturn(tx, { ...how('judged-2'), parcelId: second!.id, quantity: 1 }))
    expect(await lies()).toEqual([{ Safe: { available: 3 } }, { Safe: { available: 4, quality_check: 1, damaged: 1 } }])
    expect(await bookedLines(db, shop)).toMatchObject([{ shipped: 2, returned: 1 }])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('by the channel’s word waits as its parts, and a person who then receives it only says how they look', async () => {
    await book(2, { currentQuantity: 1, shipped: 1, ...restocked(1) }, set)
    expect(await parcels()).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ])
    await receive(1)
    expect(await parcels()).toEqual([
      [1, 1, 0],
      [2, 2, 0],
    ])
    expect((await lies())[1]).toEqual({ Safe: { available: 4, quality_check: 2 } })
  })
  it('received before the channel says it is there once', async () => {
    await receive(1)
    await book(2, { currentQuantity: 1, shipped: 1, ...restocked(1) }, set)
    expect((await lies())[1]).toEqual({ Safe: { available: 4, quality_check: 2 } })
    expect(await parcels()).toEqual([
      [1, 1, 0],
      [2, 2, 0],
    ])
    expect(await bookedLines(db, shop)).toMatchObject([{ shipped: 2, returned: 1 }])
  })
})
