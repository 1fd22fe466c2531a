import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { orderMirroring, turnOrderMirroring } from '#app/merchant/order-mirroring.server.ts'
import { orderList } from '#app/orders/order-list.server.ts'
import { tryMirrorAgain } from '#app/orders/order-mirror-view.server.ts'
import { orderOf } from '#app/orders/order-page.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addOrder, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
})

async function mirrored(row: Record<string, unknown>): Promise<number> {
  const orderId = await addOrder(db, shop, { order: {}, lines: [] })
  const known = { merchant_id: shop.merchantId, order_id: orderId, account_id: shop.shopify, noted_at: NOON }
  await db.query(
    `INSERT INTO order_mirror (${Object.keys({ ...known, ...row }).join(', ')}, stands_for)
     VALUES (${Object.keys({ ...known, ...row })
       .map((_, n) => `$${n + 1}`)
       .join(', ')}, 'etsy/1/${orderId}')`,
    Object.values({ ...known, ...row }),
  )
  return orderId
}
const list = (unmade: boolean) => orderList(db, shop.merchantId, { short: false, unmade, cursor: null })
const turn = (on: boolean, of = shop) =>
  transaction(db, (tx) =>
    turnOrderMirroring(tx, { merchantId: of.merchantId, channels: ['shopify'], on, actor: 'person/7', at: NOON }),
  )

it('orders that are not in the store as they should be are listed by themselves, with what stands for each', async () => {
  const fine = { state: 'made', external_id: 'gid://shopify/Order/1', name: '#1', url: 'https://shop.test/1' }
  await mirrored(fine)
  const refused = await mirrored({ state: 'refused', reason: 'Shopify does not take the address.' })
  const odd = await mirrored({ ...fine, external_id: 'gid://shopify/Order/2', reason: 'A piece of it was cancelled.' })
  await mirrored({ state: 'not needed' })
  await addOrder(db, shop, { order: {}, lines: [] })
  const all = await list(false)
  expect([all.rows.length, all.unmade, all.rows.filter(({ mirror }) => mirror).length]).toEqual([5, 2, 4])
  const open = await list(true)
  expect(open.rows.map(({ id }) => Number(id)).sort()).toEqual([refused, odd].map(Number).sort())
  expect((await orderOf(db, shop.merchantId, refused))?.mirror).toMatchObject({ state: 'refused', store: 'Shopify' })
})

it('a person tries again what was refused; of another merchant’s nothing is known', async () => {
  const orderId = await mirrored({ state: 'refused', reason: 'No.' })
  const other = await openShop(db)
  expect(await tryMirrorAgain(db, { merchantId: other.merchantId, orderId, at: NOON })).toMatchObject({
    code: 'unknown-order',
  })
  expect(await tryMirrorAgain(db, { merchantId: shop.merchantId, orderId, at: NOON })).toBeUndefined()
  const { rows } = await db.query('SELECT state, reason, due_at FROM order_mirror WHERE order_id = $1', [orderId])
  expect(rows).toEqual([{ state: 'waiting', reason: null, due_at: NOON }])
})

it('it is off until it is turned on, from when it counts; turned off, what was not begun is let go', async () => {
  expect((await orderMirroring(db, shop.merchantId, ['shopify']))?.since).toBeNull()
  expect(await turn(true)).toBeUndefined()
  expect((await orderMirroring(db, shop.merchantId, ['shopify']))?.since).toEqual(NOON)
  await mirrored({ state: 'waiting', due_at: NOON })
  await mirrored({ state: 'waiting', due_at: NOON, sent_at: NOON })
  expect(await turn(false)).toBeUndefined()
  const { rows } = await db.query('SELECT state FROM order_mirror WHERE merchant_id = $1 ORDER BY order_id', [
    shop.merchantId,
  ])
  expect(rows).toEqual([{ state: 'not needed' }, { state: 'waiting' }])
})

it('it is not turned on while the store is only watched, nor without a store', async () => {
  await db.query(`UPDATE channel_account SET status = 'review' WHERE id = $1`, [shop.shopify])
  expect(await turn(true)).toMatchObject({ code: 'not-open' })
  await db.query(`UPDATE channel_account SET status = 'off' WHERE id = $1`, [shop.shopify])
  expect(await turn(true)).toMatchObject({ code: 'no-store' })
})
