import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { claimsOn } from '#app/orders/claim-view.server.ts'
import { orderList } from '#app/orders/order-list.server.ts'
import { orderOf } from '#app/orders/order-page.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { lineTold, minutesAfterNoon, orderTold, resolved } from '../support/orders.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let opal: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  opal = await addItem(db, shop, { kind: 'one_of_one', sku: 'OPAL' })
  await addStock(db, shop, { itemId: opal, place: shop.safe, available: 1 })
})

const sell = (name: string, minutes: number) => {
  const moments = {
    placedAt: minutesAfterNoon(minutes),
    paidAt: minutesAfterNoon(minutes),
    updatedAt: minutesAfterNoon(minutes),
  }
  const order = orderTold({ externalId: name, name: `#${name}`, ...moments, lines: [lineTold({ title: 'Opal' })] })
  const where = { merchantId: shop.merchantId, accountId: shop.etsy, locations: new Map(), history: false, at: NOON }
  return transaction(db, (tx) => bookOrder(tx, { ...where, order, lines: resolved(order, [opal]) }))
}
const list = (short: boolean, cursor: string | null = null) => orderList(db, shop.merchantId, { short, cursor })

it('orders are listed newest first, a page at a time, and those sold without stock by themselves', async () => {
  for (let n = 0; n < 27; n += 1) await sell(`o-${n}`, n)
  const first = await list(false)
  expect(first.rows.slice(0, 2).map(({ name, short }) => [name, short])).toEqual([
    ['#o-26', 1],
    ['#o-25', 1],
  ])
  const second = await list(false, first.next)
  expect(second.rows.map(({ name }) => name)).toEqual(['#o-1', '#o-0'])
  expect([first.short, second.next]).toEqual([26, null])
  const short = await list(true, (await list(true)).next)
  expect(short.rows.map(({ name }) => name)).toEqual(['#o-1'])
  expect((await list(false, 'nonsense')).rows).toHaveLength(25)
  expect((await orderList(db, (await openShop(db)).merchantId, { short: false, cursor: null })).rows).toEqual([])
})

it('an order shows what became of each line; another merchant sees none of it', async () => {
  await sell('o-1', 1)
  const [row] = (await list(false)).rows
  const order = await orderOf(db, shop.merchantId, row!.id)
  expect(order).toMatchObject({ name: '#o-1', account: 'Etsy', unclear: null })
  expect(order?.lines).toMatchObject([
    {
      title: 'Opal',
      oneOfOne: true,
      ours: false,
      reserved: 1,
      canComeBack: 0,
      effects: [{ transition: 'reserve', quantity: 1 }],
    },
  ])
  expect(order?.lines[0]?.claim?.finalAt).toBeTruthy()
  expect(await orderOf(db, (await openShop(db)).merchantId, row!.id)).toBeUndefined()
})

it('a piece shows whose it is, until when another can take it over, and why the others do not have it', async () => {
  await sell('o-2', 2)
  await sell('o-1', 1)
  const claims = await claimsOn(db, shop.merchantId, { itemId: opal, at: NOON })
  expect(claims.map(({ order, has, isFinal, why }) => ({ order, has, isFinal, why }))).toEqual([
    { order: '#o-1', has: true, isFinal: false, why: null },
    { order: '#o-2', has: false, isFinal: false, why: 'Order #o-1 has it: it was paid first.' },
  ])
  await sell('o-0', 0)
  const late = await claimsOn(db, shop.merchantId, { itemId: opal, at: minutesAfterNoon(60) })
  expect(late.map(({ has, isFinal }) => [has, isFinal])).toEqual([
    [true, true],
    [false, false],
    [false, false],
  ])
})
