import { afterAll, beforeAll, expect, it } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { giveBackPieces } from '#app/sync/give-back.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

async function lines(shops: TwoShops) {
  const text = `SELECT o.id AS "orderId", l.id AS "lineId", l.sku, l.reserved, l.shipped, l.given_back AS "givenBack"
    FROM order_line l JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    WHERE l.merchant_id = $1 ORDER BY l.id`
  type Line = { orderId: number; lineId: number; sku: string; reserved: number; shipped: number; givenBack: number }
  return (await database.pool.query<Line>(text, [shops.merchantId])).rows
}

it('a piece of an order that a person gave back is not gone when Etsy says that the order was sent', async () => {
  const shops = await openTwoShops(database.pool, {
    products: ['SIG', 'HALO'].map((sku) => ringOf(sku, [{ location: 'Safe', available: 3 }])),
    listings: ['SIG', 'HALO'].map((sku) => listingOf(sku, 3)),
  })
  const { receiptId } = given(shops.etsy.buy({ lines: [shops.etsyLine('SIG', 2), shops.etsyLine('HALO')] }))
  await shops.pass(3_000)
  const signet = present(
    (await lines(shops)).find(({ sku }) => sku === 'SIG'),
    'the line',
  )
  const who = { merchantId: shops.merchantId, actor: 'person/1' }
  const back = { orderId: signet.orderId, token: 'the-same-form', lines: [{ lineId: signet.lineId, quantity: 1 }] }
  // The form was sent twice.
  for (const _ of [1, 2]) expect(await giveBackPieces(shops.road.sync, who, back)).toBeUndefined()
  given(shops.etsy.ship(receiptId))
  await shops.road.sweep(shops.merchantId)
  await shops.pass(3_000)
  expect(await lines(shops)).toMatchObject([
    { sku: 'SIG', reserved: 0, shipped: 1, givenBack: 1 },
    { sku: 'HALO', reserved: 0, shipped: 1, givenBack: 0 },
  ])
  expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([2, 2])
  expect([shops.shopifyShows('HALO'), shops.etsyShows('HALO')]).toEqual([2, 2])
})
