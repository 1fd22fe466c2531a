import { afterAll, beforeAll, expect, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { personOf } from '#app/merchant/person.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { NOON, openShop } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

const visits = (merchantId: number, subject: string) => {
  const store = {
    db: database.pool,
    inTransaction: <T>(work: Parameters<typeof transaction<T>>[1]) => transaction(database.pool, work),
  }
  return personOf(store, { merchantId, subject, at: NOON })
}

test('the first person of a merchant is its owner, the others are staff, and stay who they are', async () => {
  const { merchantId } = await openShop(database.pool)
  const first = await visits(merchantId, '7')
  const second = await visits(merchantId, '8')
  expect([first.role, second.role]).toEqual(['owner', 'staff'])
  expect(await visits(merchantId, '7')).toEqual(first)
  expect(await visits(merchantId, '8')).toEqual(second)
})

test('of ten that come first at once, one is the owner', async () => {
  const { merchantId } = await openShop(database.pool)
  const all = await Promise.all(Array.from({ length: 10 }, (_, n) => visits(merchantId, String(n))))
  expect(all.filter(({ role }) => role === 'owner')).toHaveLength(1)
})

test('one who comes twice at once is one person', async () => {
  const { merchantId } = await openShop(database.pool)
  const [one, same] = await Promise.all([visits(merchantId, '7'), visits(merchantId, '7')])
  expect(one.id).toBe(same.id)
})

test('the same subject is somebody else at another merchant', async () => {
  const [shop, other] = [await openShop(database.pool), await openShop(database.pool)]
  const here = await visits(shop.merchantId, '7')
  const there = await visits(other.merchantId, '7')
  expect(there.id).not.toBe(here.id)
  expect(there.role).toBe('owner')
})
