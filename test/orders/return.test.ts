import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { openIncident } from '#app/incidents/incident.server.ts'
import type { ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { failReturn, passReturn, receiveReturn } from '#app/orders/return.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openIncidents } from '../support/incidents.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold, resolved } from '../support/orders.ts'
import { permutations } from '../support/permutations.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addItem, addStock, NOON, openShop, put, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(() => open())

async function open(row: Record<string, unknown> = {}, has = 2) {
  shop = await openShop(db)
  ring = await addItem(db, shop, row)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: has })
}

/** News of an order of two rings, so many minutes after noon. */
const book = (minutes: number, line: Partial<ChannelOrderLine>) =>
  transaction(db, (tx) => {
    const order = orderTold({ updatedAt: minutesAfterNoon(minutes), lines: [lineTold({ quantity: 2, ...line })] })
    const places = new Map([['safe', shop.safe]])
    const account = {
      merchantId: shop.merchantId,
      accountId: shop.shopify,
      locations: places,
      history: false,
      at: NOON,
    }
    return bookOrder(tx, { ...account, order, lines: resolved(order, [ring]) })
  })
const restocked = (quantity: number) => ({ restocked: [{ externalLocationId: 'safe', quantity }] })

const how = (token: string) => ({ merchantId: shop.merchantId, actor: 'person/7', token, at: NOON })
const lineId = async () =>
  (await db.query('SELECT id FROM order_line WHERE merchant_id = $1', [shop.merchantId])).rows[0].id
const receive = async (quantity: number, token = `token-${quantity}`) => {
  const line = await lineId()
  return transaction(db, (tx) => receiveReturn(tx, { ...how(token), lineId: line, quantity, condition: 'as new' }))
}
type Parcel = { id: number; quantity: number; waiting: number; unseen: number; condition: string | null }
const parcels = async () => {
  const text = 'SELECT id, quantity, waiting, unseen, condition FROM return_parcel WHERE merchant_id = $1 ORDER BY id'
  return (await db.query<Parcel>(text, [shop.merchantId])).rows
}
const judge = async (what: typeof passReturn, quantity: number, token = 'judged-1') => {
  const [parcel] = await parcels()
  return transaction(db, (tx) => what(tx, { ...how(token), parcelId: parcel!.id, quantity }))
}
const pieces = () => piecesOf(db, shop.merchantId, ring)

describe('what a buyer sends back', () => {
  beforeEach(async () => {
    await book(0, {})
    await book(1, { shipped: 2 })
  })
  it('lies in inspection, and is for sale only when somebody has passed it', async () => {
    expect(await receive(2)).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Safe: { quality_check: 2 } })
    expect(await judge(passReturn, 1)).toEqual({ freed: [ring] })
    expect(await judge(failReturn, 1, 'judged-2')).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Safe: { available: 1, damaged: 1 } })
    expect(await parcels()).toMatchObject([{ quantity: 2, waiting: 0, condition: 'as new' }])
    expect(await movementsOf(db, shop.merchantId, ring)).toEqual([
      'sold: 2 available > reserved',
      'shipped: 2 reserved > customer',
      'came back: 2 customer > quality_check',
      'looked at, in order: 1 quality_check > available',
      'looked at, damaged: 1 quality_check > damaged',
    ])
  })
  it('lies at the place for it where there is one, and is passed to the first place that sells', async () => {
    const { merchantId } = shop
    await put(db, 'location', {
      merchant_id: merchantId,
      name: 'Returns',
      kind: 'inspection',
      sellable: false,
      rank: 9,
    })
    await receive(1)
    expect(await pieces()).toEqual({ Returns: { quality_check: 1 } })
    await judge(passReturn, 1)
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
  })
  it('is taken in once and passed once, however often the form is sent', async () => {
    for (const _ of [1, 2]) expect(isRefusal(await receive(1, 'the-same'))).toBe(false)
    expect(await pieces()).toEqual({ Safe: { quality_check: 1 } })
    for (const _ of [1, 2]) expect(isRefusal(await judge(passReturn, 1))).toBe(false)
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
  })
  it('is never more than was sent, and no more is passed than waits', async () => {
    expect(await receive(3)).toMatchObject({ code: 'not-there', sentence: 'Only 2 of this line can still come back.' })
    await receive(1, 'the-first')
    expect(await receive(2)).toMatchObject({ sentence: 'Only 1 of this line can still come back.' })
    expect(await judge(passReturn, 2)).toMatchObject({ sentence: 'Only 1 of them still waits.' })
    expect(await pieces()).toEqual({ Safe: { quality_check: 1 } })
  })
  it('stays back, whatever the channel goes on telling of the order', async () => {
    await receive(1)
    for (const minutes of [2, 2, 3]) expect(await book(minutes, { shipped: 2 })).toMatchObject({ changed: false })
    expect(await bookedLines(db, shop)).toEqual([{ reserved: 0, short: 0, shipped: 2, returned: 1 }])
  })
  it('answers the question whether any came back', async () => {
    const about = { merchantId: shop.merchantId, kind: 'unclear-order' as const, subject: `order/${shop.shopify}/o-1` }
    await openIncident(db, { ...about, sentence: 'Did any come back?', at: NOON })
    await receive(1)
    expect(await openIncidents(db, shop.merchantId)).toEqual([])
  })
})

describe('a piece that a person receives and that Shopify puts back on sale', () => {
  const deeds = {
    'a person receives it': () => receive(1),
    'Shopify restocks it': () => book(2, { currentQuantity: 1, shipped: 1, ...restocked(1) }),
    'Shopify says it again': () => book(3, { currentQuantity: 1, shipped: 1, ...restocked(1) }),
  }
  it.each(permutations(Object.keys(deeds) as (keyof typeof deeds)[]))('is one piece: %s, %s, %s', async (...order) => {
    await book(1, { shipped: 2 })
    for (const deed of order) await deeds[deed]()
    expect(await pieces()).toEqual({ Safe: { quality_check: 1 } })
    expect(await bookedLines(db, shop)).toEqual([{ reserved: 0, short: 0, shipped: 2, returned: 1 }])
    expect((await parcels()).map(({ quantity, waiting, unseen }) => [quantity, waiting, unseen])).toEqual([[1, 1, 0]])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('and that was passed before Shopify did is not counted twice', async () => {
    await book(1, { shipped: 2 })
    await receive(1)
    await judge(passReturn, 1)
    await book(2, { currentQuantity: 1, shipped: 1, ...restocked(1) })
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
    // Shopify raised its own number, and is told to take it off again.
    const text = `SELECT account_id FROM movement WHERE merchant_id = $1 AND item_id = $2 ORDER BY id DESC LIMIT 2`
    const { rows } = await db.query<{ account_id: number | null }>(text, [shop.merchantId, ring])
    expect(rows.map(({ account_id }) => account_id)).toEqual([null, shop.shopify])
  })
  it('of which there is only one is never two', async () => {
    await open({ kind: 'one_of_one', sku: 'OPAL' }, 1)
    await book(1, { quantity: 1, shipped: 1 })
    await receive(1)
    await judge(passReturn, 1)
    await book(2, { quantity: 1, currentQuantity: 0, ...restocked(1) })
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('is for sale at once where the merchant trusts Shopify’s word', async () => {
    await db.query('UPDATE merchant SET inspects_returns = false WHERE id = $1', [shop.merchantId])
    await book(1, { shipped: 2 })
    await receive(1)
    await book(2, { currentQuantity: 0, ...restocked(2) })
    expect(await pieces()).toEqual({ Safe: { available: 2 } })
    expect(await parcels()).toEqual([])
  })
})
