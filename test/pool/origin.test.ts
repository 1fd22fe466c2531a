import { afterAll, beforeAll, expect, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { originOfPage } from '#app/pool/origin.ts'
import { saidFrom } from '#app/pool/said-from.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, changeOf, openShop } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

test.each([
  ['/app', 'page/home'],
  ['/app/inventory', 'page/inventory'],
  ['/app/inventory/12', 'page/inventory'],
  ['/app/channels/etsy', 'page/channels'],
  ['/app/Anna Roth', 'page/home'],
  ['/elsewhere', 'page/home'],
])('what is done on %s comes from %s', (path, origin) => {
  expect(originOfPage(path)).toBe(origin)
})

test('a movement carries from where its transaction comes, and none after it on the same connection', async () => {
  const { pool } = database
  const shop = await openShop(pool)
  const itemId = await addItem(pool, shop)
  const session = await pool.connect()
  const same = async <T>(work: (tx: typeof session) => Promise<T>) => {
    await session.query('BEGIN')
    const done = await work(session)
    await session.query('COMMIT')
    return done
  }
  const found = [
    {
      itemId,
      quantity: 1,
      from: { outside: 'found' as const },
      to: { locationId: shop.safe, state: 'available' as const },
    },
  ]
  await saidFrom(same, 'page/inventory')((tx) => append(tx, changeOf(shop, { key: 'a', reason: 'moved' }), found))
  await same((tx) => append(tx, changeOf(shop, { key: 'b', reason: 'moved' }), found))
  await append(session, changeOf(shop, { key: 'c', reason: 'moved' }), found)
  session.release()
  const { rows } = await pool.query('SELECT key, origin FROM movement WHERE merchant_id = $1 ORDER BY key', [
    shop.merchantId,
  ])
  expect(rows).toEqual([
    { key: 'a', origin: 'page/inventory' },
    { key: 'b', origin: null },
    { key: 'c', origin: null },
  ])
})

test('what is undone with its transaction leaves no word of where it came from', async () => {
  const { pool } = database
  const failed = saidFrom((work) => transaction(pool, work), 'page/books')(() => Promise.reject(new Error('undone')))
  await expect(failed).rejects.toThrow('undone')
})
