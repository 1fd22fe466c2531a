import { afterAll, beforeAll, expect, test } from 'vitest'
import { actorsOf } from '#app/merchant/actor.server.ts'
import { forgetShop } from '#app/merchant/compliance.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, addStock, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

async function shopWithPeople(): Promise<ShopRows & { name: string; person: number }> {
  const { pool } = database
  const shop = await openShop(pool)
  const person = await put(pool, 'person', {
    merchant_id: shop.merchantId,
    subject: 'sub-7',
    name: 'Anna Roth',
    role: 'owner',
    first_seen: NOON,
  })
  await pool.query(`UPDATE channel_account SET credentials = 'sealed' WHERE merchant_id = $1`, [shop.merchantId])
  const { rows } = await pool.query<{ name: string }>('SELECT external_id AS name FROM channel_account WHERE id = $1', [
    shop.shopify,
  ])
  const name = rows[0]?.name ?? ''
  await put(pool, '"Session"', { id: `offline_${name}`, shop: name, state: '', '"accessToken"': 'sealed' })
  const itemId = await addItem(pool, shop)
  await addStock(pool, shop, { itemId, place: shop.safe, available: 1 })
  return { ...shop, name, person }
}

/** Everything kept of a shop that could name somebody or let somebody in. */
async function kept(shop: { merchantId: number; name: string }) {
  const { rows } = await database.pool.query<{ sessions: number; people: number; keys: number; movements: number }>(
    `SELECT (SELECT count(*) FROM "Session" WHERE shop = $2) AS sessions,
      (SELECT count(*) FROM person WHERE merchant_id = $1 AND (name IS NOT NULL OR subject = 'sub-7')) AS people,
      (SELECT count(*) FROM channel_account WHERE merchant_id = $1 AND credentials IS NOT NULL) AS keys,
      (SELECT count(*) FROM movement WHERE merchant_id = $1) AS movements`,
    [shop.merchantId, shop.name],
  )
  return rows[0]
}

test('of a store that has gone, who worked there and what lets us in is forgotten; the ledger stays', async () => {
  const [gone, stays] = [await shopWithPeople(), await shopWithPeople()]
  await database.pool.query(`UPDATE channel_account SET status = 'off' WHERE id = $1`, [gone.shopify])
  await forgetShop(database.pool, gone.name)
  expect(await kept(gone)).toEqual({ sessions: 0, people: 0, keys: 0, movements: 1 })
  expect(await kept(stays)).toEqual({ sessions: 1, people: 1, keys: 2, movements: 1 })
})

test('a store that has come back before it was to be forgotten is left alone', async () => {
  const back = await shopWithPeople()
  await forgetShop(database.pool, back.name)
  expect(await kept(back)).toEqual({ sessions: 1, people: 1, keys: 2, movements: 1 })
})

test('actors have names: a channel’s, a person’s, or at least their role', async () => {
  const shop = await shopWithPeople()
  const clerk = await put(database.pool, 'person', {
    merchant_id: shop.merchantId,
    subject: '9',
    role: 'staff',
    first_seen: NOON,
  })
  const { person, shopify, etsy } = shop
  expect(await actorsOf(database.pool, shop.merchantId)).toEqual({
    app: 'Vitrine',
    [`channel/${shopify}`]: 'Shopify',
    [`channel/${shopify}/person`]: 'Shopify, person not told',
    [`channel/${etsy}`]: 'Etsy',
    [`channel/${etsy}/person`]: 'Etsy, person not told',
    [`person/${person}`]: 'Anna Roth',
    [`person/${clerk}`]: `staff no. ${clerk}`,
  })
})
