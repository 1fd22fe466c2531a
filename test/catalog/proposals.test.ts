import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProposals } from '#app/catalog/proposals.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addListing, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

type Row = Record<string, unknown>

const listing = (shop: ShopRows, row: Row = {}) =>
  addListing(database.pool, shop, { account_id: shop.etsy, item_id: null, ...row })

const propose = (shop: ShopRows, [listingId, itemId, score]: [number, number, number], row: Row = {}) =>
  put(
    database.pool,
    'match_proposal',
    {
      merchant_id: shop.merchantId,
      listing_id: listingId,
      item_id: itemId,
      evidence: '["Both say: ring"]',
      score,
      ...row,
    },
    'score',
  )

test('an open question comes with both sides and what speaks for it', async () => {
  const shop = await openShop(database.pool)
  const item = await addItem(database.pool, shop, { variant: '54' })
  const there = await listing(shop, {
    title: 'Ring, handmade',
    sku: 'E-1',
    attributes: '{"Size":"54"}',
    url: 'https://e.example/1',
  })
  await propose(shop, [there, item, 80])
  expect(await openProposals(database.pool, shop.merchantId)).toEqual({
    count: 1,
    first: [
      {
        listingId: there,
        accountId: shop.etsy,
        account: 'Etsy',
        listing: { title: 'Ring, handmade', sku: 'E-1', attributes: { Size: '54' }, url: 'https://e.example/1' },
        itemId: item,
        item: { title: 'Signet ring', variant: '54', sku: 'RNG-1' },
        evidence: ['Both say: ring'],
        score: 80,
        clear: true,
      },
    ],
  })
})

test('what was answered, matched meanwhile, dead or disconnected is not asked', async () => {
  const shop = await openShop(database.pool)
  const item = await addItem(database.pool, shop)
  await propose(shop, [await listing(shop), item, 80], { answer: 'refused' })
  await propose(shop, [await listing(shop, { item_id: item }), item, 80])
  await propose(shop, [await listing(shop, { status: 'dead' }), item, 80])
  expect((await openProposals(database.pool, shop.merchantId)).count).toBe(0)
  await propose(shop, [await listing(shop), item, 80])
  expect((await openProposals(database.pool, shop.merchantId)).count).toBe(1)
  await database.pool.query(`UPDATE channel_account SET status = 'off' WHERE id = $1`, [shop.etsy])
  expect((await openProposals(database.pool, shop.merchantId)).count).toBe(0)
})

test('clear is the best for its listing and its item alike; two as good are not clear', async () => {
  const shop = await openShop(database.pool)
  const [small, large] = [
    await addItem(database.pool, shop, { sku: 'S' }),
    await addItem(database.pool, shop, { sku: 'L' }),
  ]
  const [best, torn] = [await listing(shop), await listing(shop)]
  await propose(shop, [best, small, 90])
  await propose(shop, [best, large, 60])
  await propose(shop, [torn, small, 70])
  await propose(shop, [torn, large, 70])
  const { first } = await openProposals(database.pool, shop.merchantId)
  expect(first.map(({ listingId, itemId, clear }) => [listingId, itemId, clear])).toEqual([
    [best, small, true],
    [torn, small, false],
    [torn, large, false],
    [best, large, false],
  ])
})

test('nothing of another merchant’s is asked', async () => {
  const shop = await openShop(database.pool)
  const other = await openShop(database.pool)
  await propose(other, [await listing(other), await addItem(database.pool, other), 80])
  expect((await openProposals(database.pool, shop.merchantId)).count).toBe(0)
})
