import { afterAll, beforeAll, expect, test } from 'vitest'
import { append, reserve } from '#app/pool/ledger.server.ts'
import { ENTRIES, timeline } from '#app/pool/timeline.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addOrder, addStock, changeOf, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

const read = (shop: ShopRows, itemId: number, cursor: string | null = null) =>
  timeline(database.pool, shop.merchantId, { itemId, cursor })

async function stockedItem(shop: ShopRows, available: number): Promise<number> {
  const itemId = await addItem(database.pool, shop)
  await addStock(database.pool, shop, { itemId, place: shop.safe, available })
  return itemId
}

test('each movement is told with where, who, why, and what it left for sale; the newest first', async () => {
  const { pool } = database
  const shop = await openShop(pool)
  const itemId = await stockedItem(shop, 5)
  await addOrder(pool, shop, { order: { external_id: 'A/7', name: '#7', url: 'https://etsy.example/7' }, lines: [] })
  const sold = changeOf(shop, {
    key: 'sold',
    reason: 'sold',
    actor: `channel/${shop.etsy}`,
    cause: `order/${shop.etsy}/A/7`,
  })
  await reserve(pool, sold, { demands: [{ itemId, quantity: 2 }], whole: true })
  const { entries, next } = await read(shop, itemId)
  expect(next).toBeNull()
  expect(entries).toMatchObject([
    {
      quantity: 2,
      from: { state: 'available', place: 'Safe' },
      to: { state: 'reserved', place: 'Safe' },
      reason: 'sold',
      actor: `channel/${shop.etsy}`,
      occurredAt: NOON,
      forSaleBy: -2,
      forSaleAfter: 3,
      order: { name: '#7', channel: 'Etsy', url: 'https://etsy.example/7' },
    },
    {
      quantity: 5,
      from: { state: 'opening', place: null },
      to: { state: 'available', place: 'Safe' },
      forSaleBy: 5,
      forSaleAfter: 5,
      order: null,
    },
  ])
})

test('what moves where nothing is sold does not change what is for sale', async () => {
  const { pool } = database
  const shop = await openShop(pool)
  const itemId = await stockedItem(shop, 1)
  const toBench = {
    itemId,
    quantity: 1,
    from: { locationId: shop.safe, state: 'available' as const },
    to: { locationId: shop.bench, state: 'available' as const },
  }
  await append(pool, changeOf(shop, { key: 'bench', reason: 'moved' }), [toBench])
  const inWork = {
    itemId,
    quantity: 1,
    from: { locationId: shop.bench, state: 'available' as const },
    to: { locationId: shop.bench, state: 'in_work' as const },
  }
  await append(pool, changeOf(shop, { key: 'work', reason: 'moved' }), [inWork])
  const { entries } = await read(shop, itemId)
  expect(entries.map(({ reason, forSaleBy, forSaleAfter }) => [reason, forSaleBy, forSaleAfter])).toEqual([
    ['moved', 0, 0],
    ['moved', -1, 0],
    ['opening', 1, 1],
  ])
})

test('page by page, every movement comes once, and the numbers go on as on the first page', async () => {
  const { pool } = database
  const shop = await openShop(pool)
  const itemId = await stockedItem(shop, 60)
  for (let n = 0; n < 59; n += 1) {
    await reserve(pool, changeOf(shop, { key: `sale/${n}`, reason: 'sold' }), {
      demands: [{ itemId, quantity: 1 }],
      whole: true,
    })
  }
  const first = await read(shop, itemId)
  // A sale between two pages must not shift the second.
  await reserve(pool, changeOf(shop, { key: 'sale/late', reason: 'sold' }), {
    demands: [{ itemId, quantity: 1 }],
    whole: true,
  })
  const second = await read(shop, itemId, first.next)
  const third = await read(shop, itemId, second.next)
  const all = [...first.entries, ...second.entries, ...third.entries]
  expect([first.entries.length, second.entries.length, third.entries.length]).toEqual([ENTRIES, ENTRIES, 10])
  expect(third.next).toBeNull()
  expect(new Set(all.map(({ id }) => id)).size).toBe(60)
  expect(all.map(({ forSaleAfter }) => forSaleAfter)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1))
})

test('a broken cursor begins at the newest; another merchant sees nothing', async () => {
  const shop = await openShop(database.pool)
  const other = await openShop(database.pool)
  const itemId = await stockedItem(shop, 1)
  expect((await read(shop, itemId, '1; DROP TABLE movement')).entries).toHaveLength(1)
  expect(await read(other, itemId)).toEqual({ entries: [], next: null })
})
