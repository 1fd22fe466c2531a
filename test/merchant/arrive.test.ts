import { afterAll, beforeAll, expect, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { arrive, type ArrivingShop } from '#app/merchant/arrive.server.ts'
import { merchantOfShop, storeOf } from '#app/merchant/merchant.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { NOON, openShop, put } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

const shopNamed = (shop: string): ArrivingShop => ({
  shop,
  name: 'Atelier',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  at: NOON,
})
const arrives = (shop: string) => transaction(database.pool, (tx) => arrive(tx, shopNamed(shop)))

test('a store that installs the app becomes a merchant, with its account to be read', async () => {
  const [arrived, ...others] = await arrives('new.myshopify.com')
  expect(others).toEqual([])
  expect(await merchantOfShop(database.pool, 'new.myshopify.com')).toEqual({
    merchant: { id: arrived?.merchantId, name: 'Atelier', timeZone: 'Europe/Paris', currency: 'EUR' },
    accountId: arrived?.accountId,
    off: false,
  })
  expect(await storeOf(database.pool, arrived?.merchantId ?? 0)).toBe('new')
})

test('two first visits at once make one merchant, and one reading', async () => {
  const both = await Promise.all([arrives('twice.myshopify.com'), arrives('twice.myshopify.com')])
  expect(both.flat()).toHaveLength(1)
  const { rows } = await database.pool.query(`SELECT id FROM channel_account WHERE external_id = 'twice.myshopify.com'`)
  expect(rows).toHaveLength(1)
})

test('a store that is here already changes nothing', async () => {
  await arrives('here.myshopify.com')
  expect(await arrives('here.myshopify.com')).toEqual([])
})

test('one that comes back finds its rows, connected since when it was, its channels to be read again', async () => {
  const shop = await openShop(database.pool)
  const { pool } = database
  await pool.query(`UPDATE channel_account SET status = 'off', credentials = 'sealed' WHERE merchant_id = $1`, [
    shop.merchantId,
  ])
  const { rows } = await pool.query<{ shop: string; since: Date }>(
    'SELECT external_id AS shop, connected_at AS since FROM channel_account WHERE id = $1',
    [shop.shopify],
  )
  const back = await arrives(rows[0]?.shop ?? '')
  expect(back.map(({ accountId }) => accountId).sort()).toEqual([shop.shopify, shop.etsy].sort())
  const after = await pool.query(
    'SELECT DISTINCT status, connected_at AS since FROM channel_account WHERE merchant_id = $1',
    [shop.merchantId],
  )
  expect(after.rows).toEqual([{ status: 'connecting', since: rows[0]?.since }])
})

test('coming back does not take a shop of Etsy’s that another merchant has connected meanwhile, or that we cannot get into', async () => {
  const { pool } = database
  const [shop, other] = [await openShop(pool), await openShop(pool)]
  await pool.query(`UPDATE channel_account SET status = 'off', credentials = 'sealed' WHERE merchant_id = $1`, [
    shop.merchantId,
  ])
  await pool.query(
    'UPDATE channel_account SET external_id = (SELECT external_id FROM channel_account WHERE id = $1) WHERE id = $2',
    [shop.etsy, other.etsy],
  )
  const locked = {
    merchant_id: shop.merchantId,
    channel: 'etsy',
    external_id: 'locked',
    name: 'Etsy',
    status: 'off',
    connected_at: NOON,
  }
  await put(pool, 'channel_account', locked)
  const { rows } = await pool.query<{ shop: string }>('SELECT external_id AS shop FROM channel_account WHERE id = $1', [
    shop.shopify,
  ])
  expect(await arrives(rows[0]?.shop ?? '')).toEqual([{ merchantId: shop.merchantId, accountId: shop.shopify }])
})

test('a store that never was here is nobody’s', async () => {
  expect(await merchantOfShop(database.pool, 'unknown.myshopify.com')).toBeUndefined()
})
