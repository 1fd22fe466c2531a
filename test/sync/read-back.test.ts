import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

async function confirmed({ merchantId }: TwoShops) {
  const text = `SELECT i.sku, l.agreed_since IS NOT NULL AS confirmed FROM listing l
    JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id WHERE l.merchant_id = $1 ORDER BY i.sku`
  const { rows } = await database.pool.query<{ sku: string; confirmed: boolean }>({ text, values: [merchantId] })
  return Object.fromEntries(rows.map((row) => [row.sku, row.confirmed]))
}

it('once its books are open, everything that shows what it should is confirmed: what nobody has too', async () => {
  const shops = await openTwoShops(database.pool, {
    until: 'opened',
    products: [
      ringOf('IN-STOCK', [{ location: 'Safe', available: 2 }]),
      ringOf('ON-THE-BENCH', [{ location: 'Bench', available: 1 }]),
      ringOf('SOLD-OUT', [{ location: 'Safe', available: 0 }]),
      ringOf('NOWHERE', []),
    ],
  })
  expect(await confirmed(shops)).toEqual({ 'IN-STOCK': true, 'ON-THE-BENCH': true, 'SOLD-OUT': true, NOWHERE: true })
})
