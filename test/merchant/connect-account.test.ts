import { afterAll, beforeAll, expect, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { connectAccount } from '#app/merchant/connect-account.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { NOON, openShop } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

const connect = (merchantId: number, externalId: string) =>
  transaction(database.pool, (tx) =>
    connectAccount(tx, { merchantId, channel: 'etsy', externalId, name: 'Etsy', at: NOON }),
  )

const statusOf = async (id: number) =>
  (await database.pool.query<{ status: string }>('SELECT status FROM channel_account WHERE id = $1', [id])).rows[0]
    ?.status

test('a shop that is connected for the first time is to be read', async () => {
  const { merchantId } = await openShop(database.pool)
  const account = await connect(merchantId, '40')
  expect(account).toEqual({ id: expect.any(Number) })
  expect(await statusOf('id' in account ? account.id : 0)).toBe('connecting')
})

test('connected again after it was off, it is the same account, so its orders are not taken in twice', async () => {
  const { merchantId } = await openShop(database.pool)
  const first = await connect(merchantId, '41')
  await database.pool.query(`UPDATE channel_account SET status = 'off' WHERE external_id = '41'`)
  expect(await connect(merchantId, '41')).toEqual(first)
})

test('a shop that another merchant keeps is refused, until they have let it go', async () => {
  const [shop, other] = [await openShop(database.pool), await openShop(database.pool)]
  await connect(other.merchantId, '42')
  expect(await connect(shop.merchantId, '42')).toMatchObject({ refused: true, code: 'taken' })
  await database.pool.query(`UPDATE channel_account SET status = 'off' WHERE external_id = '42'`)
  expect(await connect(shop.merchantId, '42')).toEqual({ id: expect.any(Number) })
})
