import { afterAll, beforeAll, expect, test } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { goingLive } from '#app/sync/going-live.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addListing, addStock, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

async function look(shop: ShopRows, maximumShown: number | null = null) {
  const account = present(await accountById(database.pool, shop.etsy), 'the account')
  return goingLive(database.pool, account, { capabilities: { maximumShown }, at: shop.at })
}

type Row = Record<string, unknown>

async function listed(
  shop: ShopRows,
  { have, shown, item, listing }: { have: number; shown: number | null; item?: Row; listing?: Row },
) {
  const itemId = await addItem(database.pool, shop, item)
  if (have > 0) await addStock(database.pool, shop, { itemId, place: shop.safe, available: have })
  return addListing(database.pool, shop, { account_id: shop.etsy, item_id: itemId, shown, ...listing })
}

test('what is lowered, raised and left is counted, the largest changes first', async () => {
  const shop = await openShop(database.pool)
  const low = await listed(shop, { have: 1, shown: 3, listing: { title: 'Opal ring' } })
  const high = await listed(shop, { have: 9, shown: 2 })
  await listed(shop, { have: 4, shown: 4 })
  const { first, ...counts } = await look(shop)
  expect(counts).toEqual({ compared: 3, lowered: 1, raised: 1, unmatched: 0 })
  expect(first).toMatchObject([
    { listingId: high, shown: 2, should: 9 },
    { listingId: low, title: 'Opal ring', shown: 3, should: 1 },
  ])
})

test('a channel’s cap is what it will show', async () => {
  const shop = await openShop(database.pool)
  await listed(shop, { have: 1_200, shown: 999 })
  expect(await look(shop, 999)).toMatchObject({ lowered: 0, raised: 0 })
  expect(await look(shop)).toMatchObject({ raised: 1 })
})

test.each<[string, { item?: Row; listing?: Row }]>([
  ['waits for a person', { item: { undecided: 'the SKU is not unique' } }],
  ['is not tracked', { item: { tracked: false } }],
  ['was deleted', { item: { status: 'deleted' } }],
  ['is off sale there', { listing: { status: 'inactive' } }],
])('an item that %s is told nothing, so nothing of it changes', async (_, row) => {
  const shop = await openShop(database.pool)
  await listed(shop, { have: 1, shown: 3, ...row })
  expect(await look(shop)).toMatchObject({ compared: 0, first: [] })
})

test('listings that nobody has matched are counted, but for those that are gone', async () => {
  const shop = await openShop(database.pool)
  await addListing(database.pool, shop, { account_id: shop.etsy, item_id: null })
  await addListing(database.pool, shop, { account_id: shop.etsy, item_id: null, status: 'dead' })
  await addListing(database.pool, shop, { account_id: shop.shopify, item_id: null })
  expect((await look(shop)).unmatched).toBe(1)
})
