import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addStock, NOON, openShop } from '#test/support/shop-rows.ts'
import { staysOf } from '#test/support/stays.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

test('what lay at benches before stays had clocks has one afterwards, from its last movement on', async () => {
  const { pool } = database
  const shop = await openShop(pool)
  const ring = await addItem(pool, shop)
  await addStock(pool, shop, { itemId: ring, place: shop.bench, in_work: 2, available: 1, reserved: 1 })
  await addStock(pool, shop, { itemId: ring, place: shop.safe, available: 4, held: 1 })
  await pool.query('DELETE FROM stay')
  expect(await verifyStays(pool, shop.merchantId)).toHaveLength(3)
  const migration = readFileSync(new URL('../../prisma/migrations/0003_places/migration.sql', import.meta.url), 'utf8')
  const [filling] = /^INSERT INTO stay [^;]*;/m.exec(migration) ?? []
  await pool.query(present(filling, 'the statement that fills the stays'))
  expect(await verifyStays(pool, shop.merchantId)).toEqual([])
  expect((await staysOf(pool, shop.merchantId)).map(({ since }) => since)).toEqual([NOON, NOON, NOON])
})
