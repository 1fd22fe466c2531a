import { afterAll, beforeAll, expect, test } from 'vitest'
import { itemOf, listingsOf } from '#app/catalog/item-page.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addListing, NOON, openShop } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

test('an item is found with what it is', async () => {
  const shop = await openShop(database.pool)
  const id = await addItem(database.pool, shop, {
    variant: '54 / Gold',
    price_minor: 129_000,
    currency: 'EUR',
    backorder: true,
  })
  expect(await itemOf(database.pool, shop.merchantId, id)).toEqual({
    id,
    sku: 'RNG-1',
    halfOf: null,
    title: 'Signet ring',
    variant: '54 / Gold',
    kind: 'replenishable',
    undecided: null,
    tracked: true,
    status: 'active',
    backorder: true,
    priceMinor: 129_000,
    currency: 'EUR',
    category: null,
    categoryThere: null,
    categoryBy: null,
  })
})

test('one that was deleted is still there to be looked at: its ledger stays', async () => {
  const shop = await openShop(database.pool)
  const id = await addItem(database.pool, shop, { status: 'deleted' })
  expect((await itemOf(database.pool, shop.merchantId, id))?.status).toBe('deleted')
})

test('another merchant’s item is not there, and neither are its listings', async () => {
  const shop = await openShop(database.pool)
  const other = await openShop(database.pool)
  const id = await addItem(database.pool, other)
  await addListing(database.pool, other, { account_id: other.etsy, item_id: id })
  expect(await itemOf(database.pool, shop.merchantId, id)).toBeUndefined()
  expect(await listingsOf(database.pool, shop.merchantId, id)).toEqual([])
  expect(await listingsOf(database.pool, other.merchantId, id)).toHaveLength(1)
})

test('its listings come by channel, each with what it shows and since when', async () => {
  const shop = await openShop(database.pool)
  const id = await addItem(database.pool, shop)
  await addListing(database.pool, shop, {
    account_id: shop.etsy,
    item_id: id,
    sku: 'E-1',
    url: 'https://etsy.example/1',
    unexplained: 2,
  })
  await addListing(database.pool, shop, {
    account_id: shop.shopify,
    item_id: id,
    shown: null,
    seen_at: null,
    agreed_since: null,
  })
  const listings = await listingsOf(database.pool, shop.merchantId, id)
  expect(listings).toMatchObject([
    { account: 'Shopify', channel: 'shopify', shown: null, seenAt: null, agreedSince: null, step: 'unseen' },
    {
      account: 'Etsy',
      sku: 'E-1',
      url: 'https://etsy.example/1',
      shown: 1,
      seenAt: NOON,
      agreedSince: NOON,
      unexplained: 2,
    },
  ])
})
