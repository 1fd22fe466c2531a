import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readInventoryQuery } from '#app/catalog/inventory-query.ts'
import { inventoryPage, inventorySize, PAGE } from '#app/catalog/inventory-table.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addListing, addStock, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

const read = (shop: ShopRows, asked: Record<string, string> = {}) =>
  inventoryPage(database.pool, shop.merchantId, readInventoryQuery(new URLSearchParams(asked)))
const skus = async (shop: ShopRows, asked: Record<string, string> = {}) =>
  (await read(shop, asked)).rows.map(({ sku }) => sku)

describe('a row', () => {
  test('counts what can be sold, what is an order’s and what we own, over all places', async () => {
    const shop = await openShop(database.pool)
    const itemId = await addItem(database.pool, shop)
    await addStock(database.pool, shop, { itemId, place: shop.safe, available: 3, reserved: 2, incoming: 9 })
    await addStock(database.pool, shop, { itemId, place: shop.bench, available: 4, in_work: 1 })
    await addListing(database.pool, shop, { account_id: shop.etsy, item_id: itemId, shown: 3 })
    const { rows } = await read(shop)
    expect(rows).toMatchObject([
      {
        id: itemId,
        forSale: 3,
        reserved: 2,
        owned: 10,
        channels: [{ accountId: shop.etsy, shown: 3, step: 'in_step' }],
      },
    ])
  })

  test('of two listings on one channel shows the sum, and the step of the one that is not right', async () => {
    const shop = await openShop(database.pool)
    const itemId = await addItem(database.pool, shop)
    await addListing(database.pool, shop, { account_id: shop.etsy, item_id: itemId, shown: 2 })
    await addListing(database.pool, shop, {
      account_id: shop.etsy,
      item_id: itemId,
      shown: 5,
      published_quantity: 4,
      agreed_since: null,
    })
    expect((await read(shop)).rows[0]?.channels).toEqual([{ accountId: shop.etsy, shown: 7, step: 'differs' }])
  })

  test('of an item that nobody ever had and no channel lists is there, with nothing', async () => {
    const shop = await openShop(database.pool)
    await addItem(database.pool, shop)
    expect((await read(shop)).rows).toMatchObject([{ forSale: 0, reserved: 0, owned: 0, channels: [] }])
  })
})

describe('what is asked for', () => {
  let shop: ShopRows
  beforeAll(async () => {
    const { pool } = database
    shop = await openShop(pool)
    const ring = await addItem(pool, shop, { sku: 'RNG-54-G', title: 'Signet ring', variant: '54 / Gold' })
    const chain = await addItem(pool, shop, { sku: 'CHN_45', title: 'Anchor chain', variant: '45 cm' })
    const stone = await addItem(pool, shop, { sku: 'STN-100%', title: 'Tourmaline', kind: 'one_of_one' })
    await addItem(pool, shop, { sku: 'PND-1', title: 'Zodiac pendant', undecided: 'Two items share this SKU' })
    await addItem(pool, shop, { sku: 'GONE', title: 'Deleted brooch', status: 'deleted' })
    await addStock(pool, shop, { itemId: ring, place: shop.safe, available: 2 })
    await addStock(pool, shop, { itemId: chain, place: shop.bench, in_work: 1 })
    await addListing(pool, shop, { account_id: shop.etsy, item_id: ring })
    await addListing(pool, shop, { account_id: shop.shopify, item_id: chain, agreed_since: null })
    await addListing(pool, shop, { account_id: shop.shopify, item_id: stone })
  })

  test.each([
    ['everything but what was deleted, by title', {}, ['CHN_45', 'RNG-54-G', 'STN-100%', 'PND-1']],
    ['by SKU', { sort: 'sku' }, ['CHN_45', 'PND-1', 'RNG-54-G', 'STN-100%']],
    ['the newest first', { sort: 'newest' }, ['PND-1', 'STN-100%', 'CHN_45', 'RNG-54-G']],
    ['a part of the title, whatever its case', { search: 'SIGNET' }, ['RNG-54-G']],
    ['a part of the SKU', { search: 'ng-54' }, ['RNG-54-G']],
    ['words in any order, over title, variant and SKU', { search: '45 anchor' }, ['CHN_45']],
    ['a percent sign as itself', { search: '100%' }, ['STN-100%']],
    ['an underscore as itself', { search: 'N_4' }, ['CHN_45']],
    ['words that no item has together', { search: 'anchor gold' }, []],
    ['a backslash', { search: '\\' }, []],
    ['one-of-one pieces', { oneOfOne: 'yes' }, ['STN-100%']],
    ['what waits for a person', { undecided: 'yes' }, ['PND-1']],
    ['what has pieces in work', { state: 'in_work' }, ['CHN_45']],
    ['what is out of step', { outOfStep: 'yes' }, ['CHN_45']],
    ['two things at once', { state: 'available', search: 'ring' }, ['RNG-54-G']],
    ['a state that does not exist, as if it were not asked', { state: "x' OR 1=1", search: 'ring' }, ['RNG-54-G']],
    ['a broken cursor, as the first page', { cursor: 'after.x', search: 'ring' }, ['RNG-54-G']],
  ])('%s', async (_, asked, expected) => {
    expect(await skus(shop, asked)).toEqual(expected)
  })

  test('what is listed on a channel', async () => {
    expect(await skus(shop, { channel: String(shop.etsy) })).toEqual(['RNG-54-G'])
    expect(await skus(shop, { channel: String(shop.shopify) })).toEqual(['CHN_45', 'STN-100%'])
  })

  test('nothing of another merchant’s, whatever is asked', async () => {
    const other = await openShop(database.pool)
    expect(await skus(other)).toEqual([])
    expect(await skus(other, { channel: String(shop.etsy) })).toEqual([])
    expect(await inventorySize(database.pool, other.merchantId)).toEqual({ items: 0, undecided: 0 })
    expect(await inventorySize(database.pool, shop.merchantId)).toEqual({ items: 4, undecided: 1 })
  })
})

describe('pages', () => {
  test.each(['title', 'sku', 'newest'])('by %s: forward and back give every item once, in order', async (sort) => {
    const shop = await openShop(database.pool)
    // Ten titles and five SKUs for 120 items: equal keys must not be lost at the edge of a page.
    for (let n = 0; n < 120; n += 1) {
      await addItem(database.pool, shop, { sku: `S-${n % 5}`, title: `Ring, style ${n % 10}` })
    }
    const first = await read(shop, { sort })
    const second = await read(shop, { sort, cursor: first.after ?? '' })
    const third = await read(shop, { sort, cursor: second.after ?? '' })
    const ids = [first, second, third].map(({ rows }) => rows.map(({ id }) => id))
    expect(ids.map(({ length }) => length)).toEqual([PAGE, PAGE, 20])
    expect(new Set(ids.flat()).size).toBe(120)
    expect([first.before, third.after]).toEqual([null, null])

    const back = await read(shop, { sort, cursor: third.before ?? '' })
    const start = await read(shop, { sort, cursor: back.before ?? '' })
    expect(back.rows.map(({ id }) => id)).toEqual(ids[1])
    expect(start.rows.map(({ id }) => id)).toEqual(ids[0])
    expect(start.before).toBeNull()
    expect(start.after).not.toBeNull()
  })

  test('a page that begins after a title with a dot and a percent sign begins there', async () => {
    const shop = await openShop(database.pool)
    for (let n = 0; n <= PAGE; n += 1) await addItem(database.pool, shop, { sku: `S-${n}`, title: 'No. 7, 50% gold' })
    const first = await read(shop)
    const second = await read(shop, { cursor: first.after ?? '' })
    expect(second.rows).toHaveLength(1)
  })
})

test('an item whose listing has still to be told a number is on its way, not wrong', async () => {
  const shop = await openShop(database.pool)
  const itemId = await addItem(database.pool, shop)
  const listing = await addListing(database.pool, shop, { account_id: shop.etsy, item_id: itemId, agreed_since: null })
  const due = {
    merchant_id: shop.merchantId,
    account_id: shop.etsy,
    listing_id: listing,
    since: shop.at,
    not_before: shop.at,
  }
  await put(database.pool, 'listing_due', due, 'listing_id')
  expect((await read(shop)).rows[0]?.channels[0]?.step).toBe('behind')
})
