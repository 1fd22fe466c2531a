import { afterAll, beforeAll, expect, test } from 'vitest'
import { earlierOrders } from '#app/orders/before-connection.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addOrder, openShop } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

test('those nobody has answered for, the oldest first, with what they are of', async () => {
  const shop = await openShop(database.pool)
  const placed = (day: string, order: Record<string, unknown>) =>
    addOrder(database.pool, shop, {
      order: { placed_at: new Date(day), history: true, taken_out: 'asked', ...order },
      lines: [
        { title: 'Opal ring', sku: 'R-8', quantity: 2 },
        { title: 'Tip', takes_stock: false },
      ],
    })
  const late = await placed('2025-12-30', { name: '#3' })
  const early = await placed('2025-12-28', { name: '#1' })
  await placed('2025-12-29', { taken_out: 'yes' })
  await placed('2026-02-01', { taken_out: null })
  const { count, first } = await earlierOrders(database.pool, shop.merchantId)
  expect(count).toBe(2)
  expect(first).toMatchObject([
    { orderId: early, account: 'Etsy', name: '#1', lines: [{ title: 'Opal ring', sku: 'R-8', quantity: 2 }] },
    { orderId: late, name: '#3' },
  ])
})

test('none of another merchant’s, and none of a channel that is off', async () => {
  const [shop, other] = [await openShop(database.pool), await openShop(database.pool)]
  await addOrder(database.pool, other, { order: { taken_out: 'asked' }, lines: [] })
  expect((await earlierOrders(database.pool, shop.merchantId)).count).toBe(0)
  await database.pool.query(`UPDATE channel_account SET status = 'off' WHERE id = $1`, [other.etsy])
  expect((await earlierOrders(database.pool, other.merchantId)).count).toBe(0)
})
