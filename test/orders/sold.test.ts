import { afterAll, beforeAll, expect, test } from 'vitest'
import { sold } from '#app/orders/sold.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addOrder, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

// Noon of 10 March 2026 in UTC: 13 h in Paris, 8 h in New York.
const read = (shop: ShopRows) => sold(database.pool, shop.merchantId, shop.at)
const placed = (
  shop: ShopRows,
  placedAt: string,
  line: Record<string, unknown> = {},
  order: Record<string, unknown> = {},
) => addOrder(database.pool, shop, { order: { placed_at: new Date(placedAt), ...order }, lines: [line] })

test('pieces and money of today and of seven days, by channel', async () => {
  const shop = await openShop(database.pool)
  await placed(shop, '2026-03-10T09:00:00Z', { quantity: 2, unit_price_minor: 12_000 })
  await placed(shop, '2026-03-06T09:00:00Z', { unit_price_minor: 5_000 }, { account_id: shop.shopify })
  await placed(shop, '2026-03-08T09:00:00Z', { unit_price_minor: 7_000 })
  expect(await read(shop)).toEqual([
    { accountId: shop.shopify, currency: 'EUR', today: { pieces: 0, minor: 0 }, week: { pieces: 1, minor: 5_000 } },
    { accountId: shop.etsy, currency: 'EUR', today: { pieces: 2, minor: 24_000 }, week: { pieces: 3, minor: 31_000 } },
  ])
})

test('two currencies are two rows, never one sum', async () => {
  const shop = await openShop(database.pool)
  await placed(shop, '2026-03-10T09:00:00Z')
  await placed(shop, '2026-03-10T09:00:00Z', {}, { currency: 'USD' })
  expect((await read(shop)).map(({ currency, today }) => [currency, today.minor])).toEqual([
    ['EUR', 10_000],
    ['USD', 10_000],
  ])
})

test.each([
  ['Europe/Paris', '2026-03-09T23:00:00Z', 1],
  ['Europe/Paris', '2026-03-09T22:59:59Z', 0],
  ['America/New_York', '2026-03-10T04:00:00Z', 1],
  ['America/New_York', '2026-03-10T03:59:59Z', 0],
])('today begins at the merchant’s midnight: in %s, %s counts %i', async (timeZone, placedAt, pieces) => {
  const shop = await openShop(database.pool, timeZone)
  await placed(shop, placedAt)
  expect((await read(shop))[0]?.today.pieces).toBe(pieces)
})

test.each([
  ['2026-03-03T23:00:00Z', 1],
  ['2026-03-03T22:59:59Z', 0],
])('seven days are today and the six before: %s counts %i', async (placedAt, rows) => {
  const shop = await openShop(database.pool)
  await placed(shop, placedAt)
  expect(await read(shop)).toHaveLength(rows)
})

test('the day on which the clocks change is a day like any other', async () => {
  const shop = { ...(await openShop(database.pool)), at: new Date('2026-03-29T12:00:00Z') }
  await placed(shop, '2026-03-28T23:30:00Z')
  await placed(shop, '2026-03-22T23:30:00Z')
  expect((await read(shop))[0]).toMatchObject({ today: { pieces: 1 }, week: { pieces: 2 } })
})

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['a tip', { takes_stock: false }, {}],
  ['a cancelled order', {}, { cancelled_at: new Date('2026-03-10T10:00:00Z') }],
  ['pieces that were cancelled', { quantity: 2, current_quantity: 0 }, {}],
])('%s is not sold', async (_, line, order) => {
  const shop = await openShop(database.pool)
  await placed(shop, '2026-03-10T09:00:00Z', line, order)
  expect(await read(shop)).toEqual([])
})

test('what was placed before its channel was connected is not counted, what was placed after is', async () => {
  const shop = await openShop(database.pool)
  await database.pool.query(`UPDATE channel_account SET connected_at = '2026-03-10T09:30:00Z' WHERE id = $1`, [
    shop.etsy,
  ])
  await placed(shop, '2026-03-10T09:00:00Z')
  await placed(shop, '2026-03-10T10:00:00Z')
  expect((await read(shop))[0]?.today.pieces).toBe(1)
})

test('what another merchant sold is theirs', async () => {
  const shop = await openShop(database.pool)
  await placed(await openShop(database.pool), '2026-03-10T09:00:00Z')
  expect(await read(shop)).toEqual([])
})
