import { afterAll, beforeAll, expect, test } from 'vitest'
import { lastPieces } from '#app/catalog/last-pieces.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addListing, addStock, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

type Offered = {
  pieces?: number
  on?: ('shopify' | 'etsy')[]
  item?: Record<string, unknown>
  listing?: Record<string, unknown>
}

async function offer(
  shop: ShopRows,
  { pieces = 1, on = ['shopify', 'etsy'], item, listing }: Offered,
): Promise<number> {
  const itemId = await addItem(database.pool, shop, item)
  if (pieces > 0) await addStock(database.pool, shop, { itemId, place: shop.safe, available: pieces })
  for (const channel of on)
    await addListing(database.pool, shop, { account_id: shop[channel], item_id: itemId, ...listing })
  return itemId
}

test('the only piece, offered on two channels, is one', async () => {
  const shop = await openShop(database.pool)
  const itemId = await offer(shop, {})
  expect(await lastPieces(database.pool, shop.merchantId)).toEqual({
    count: 1,
    first: [{ itemId, sku: 'RNG-1', title: 'Signet ring', variant: '', channels: ['Etsy', 'Shopify'] }],
  })
})

test.each<[string, Offered]>([
  ['offered on one channel alone', { on: ['etsy'] }],
  ['of which there are two', { pieces: 2 }],
  ['that is sold already', { pieces: 0 }],
  ['whose listings are off sale', { listing: { status: 'inactive' } }],
  ['whose listings show none', { listing: { shown: 0 } }],
])('a piece %s is none', async (_, offered) => {
  const shop = await openShop(database.pool)
  await offer(shop, offered)
  expect(await lastPieces(database.pool, shop.merchantId)).toEqual({ count: 0, first: [] })
})

test('one on the bench is not for sale, so the one in the safe is the last', async () => {
  const shop = await openShop(database.pool)
  const itemId = await offer(shop, {})
  await addStock(database.pool, shop, { itemId, place: shop.bench, available: 1 })
  expect((await lastPieces(database.pool, shop.merchantId)).count).toBe(1)
})

test('of many, the five dearest are named and all are counted', async () => {
  const shop = await openShop(database.pool)
  for (let n = 1; n <= 7; n += 1) await offer(shop, { item: { sku: `S-${n}`, price_minor: n * 100, currency: 'EUR' } })
  const last = await lastPieces(database.pool, shop.merchantId)
  expect(last.count).toBe(7)
  expect(last.first.map(({ sku }) => sku)).toEqual(['S-7', 'S-6', 'S-5', 'S-4', 'S-3'])
})
