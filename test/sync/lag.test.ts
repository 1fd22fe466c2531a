import { afterAll, beforeAll, expect, test } from 'vitest'
import { lagOf } from '#app/sync/lag.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addListing, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

async function published(shop: ShopRows, lags: number[], outcome = 'accepted') {
  const listing = await addListing(database.pool, shop, { account_id: shop.etsy, item_id: null })
  for (const ms of lags) {
    await put(database.pool, 'publication', {
      merchant_id: shop.merchantId,
      account_id: shop.etsy,
      listing_id: listing,
      quantity: 1,
      stock_seq: 1,
      derivation: '[]',
      since: NOON,
      sent_at: NOON,
      answered_at: new Date(NOON.getTime() + ms),
      outcome,
    })
  }
}

test('half of the changes were there within p50, 95 of 100 within p95', async () => {
  const shop = await openShop(database.pool)
  await published(
    shop,
    Array.from({ length: 100 }, (_, n) => (n + 1) * 10),
  )
  expect((await lagOf(database.pool, shop.merchantId)).get(shop.etsy)).toEqual({
    accountId: shop.etsy,
    of: 100,
    p50: 500,
    p95: 950,
  })
})

test('what was rejected or not answered says nothing of speed', async () => {
  const shop = await openShop(database.pool)
  await published(shop, [400])
  await published(shop, [90_000], 'rejected')
  await published(shop, [90_000], 'unknown')
  expect((await lagOf(database.pool, shop.merchantId)).get(shop.etsy)).toMatchObject({ of: 1, p95: 400 })
})

test('a channel that was never told anything has no lag, and another merchant’s is not ours', async () => {
  const [shop, other] = [await openShop(database.pool), await openShop(database.pool)]
  await published(other, [400])
  expect(await lagOf(database.pool, shop.merchantId)).toEqual(new Map())
})
