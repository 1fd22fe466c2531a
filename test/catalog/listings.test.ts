import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keepListings, matchAccount } from '#app/catalog/listings.server.ts'
import { openProposals } from '#app/catalog/proposals.server.ts'
import type { ListingSnapshot } from '#app/kernel/listing-snapshot.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addItem, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
})

const listed = (externalId: string, sku: string, said: Partial<ListingSnapshot> = {}): ListingSnapshot => ({
  ref: { externalId, variantId: '' },
  sku,
  title: 'Gold signet ring',
  attributes: {},
  status: 'active',
  shown: 4,
  priceMinor: 13_000,
  currency: 'EUR',
  url: null,
  ...said,
})
const owner = () => ({ merchantId: shop.merchantId, accountId: shop.etsy, at: NOON })
const keep = (...snapshots: ListingSnapshot[]) => keepListings(db, owner(), snapshots)
const match = () => matchAccount(db, owner())
const rows = async () =>
  (await db.query('SELECT * FROM listing WHERE merchant_id = $1 ORDER BY external_id', [shop.merchantId])).rows
const matched = async () => (await rows()).map((row) => row.item_id)

describe('what an account lists', () => {
  it('is kept, and read again it is renewed', async () => {
    await keep(listed('1', 'A'), listed('2', 'B'))
    await keep(listed('1', 'A2', { shown: 0, status: 'sold_out' }))
    expect(await rows()).toMatchObject([
      { sku: 'A2', shown: 0, status: 'sold_out', seen_at: NOON },
      { sku: 'B', shown: 4 },
    ])
  })
  it('stays matched when it is read again', async () => {
    const item = await addItem(db, shop, { sku: 'A' })
    await keep(listed('1', 'A'))
    await match()
    await keep(listed('1', 'other'))
    expect(await matched()).toEqual([item])
  })
  it('is confirmed only as long as it shows what it was told last', async () => {
    await keep(listed('1', 'A'), listed('2', 'B'))
    await db.query(
      'UPDATE listing SET published_quantity = 4, published_seq = 7, agreed_since = $2, unexplained = 1 WHERE merchant_id = $1',
      [shop.merchantId, NOON],
    )
    await keep(listed('1', 'A'), listed('2', 'B', { shown: 9 }))
    expect(await rows()).toMatchObject([
      { published_seq: 7, agreed_since: NOON, unexplained: 0 },
      { published_seq: -1, agreed_since: null },
    ])
  })
})

describe('which item a listing is', () => {
  it('is sure where the SKU leaves no doubt, and asked where it does', async () => {
    const [a, b] = [
      await addItem(db, shop, { sku: 'A' }),
      await addItem(db, shop, { sku: 'B', title: 'Gold signet ring' }),
    ]
    await keep(listed('1', 'A'), listed('2', 'no such'))
    expect(await match()).toEqual({ matched: 1, asked: 1 })
    expect(await matched()).toEqual([a, null])
    expect((await openProposals(db, shop.merchantId)).first).toMatchObject([{ itemId: b }])
  })
  it('is not asked again when a person has said no, also where the SKU is the only one', async () => {
    await addItem(db, shop, { sku: 'A', title: 'Gold signet ring' })
    await keep(listed('1', 'A', { title: 'Gold signet ring' }), listed('2', 'A'))
    await match()
    await db.query(`UPDATE match_proposal SET answer = 'refused' WHERE merchant_id = $1`, [shop.merchantId])
    await db.query(`UPDATE listing SET status = 'dead' WHERE merchant_id = $1 AND external_id = '2'`, [shop.merchantId])
    expect(await match()).toEqual({ matched: 0, asked: 0 })
    expect(await matched()).toEqual([null, null])
    expect((await openProposals(db, shop.merchantId)).count).toBe(0)
  })
  it('does not become sure because the other one of two was matched by hand', async () => {
    const [a] = [await addItem(db, shop, { sku: 'A' }), await addItem(db, shop, { sku: 'A' })]
    await keep(listed('1', 'A'), listed('2', 'A'))
    expect(await match()).toMatchObject({ matched: 0 })
    await db.query(`UPDATE listing SET item_id = $2 WHERE merchant_id = $1 AND external_id = '1'`, [shop.merchantId, a])
    expect(await match()).toMatchObject({ matched: 1 })
    expect(await matched()).toEqual([a, null])
  })
  it('is never another merchant’s', async () => {
    await addItem(db, await openShop(db), { sku: 'A', title: 'Gold signet ring' })
    await keep(listed('1', 'A'))
    expect(await match()).toEqual({ matched: 0, asked: 0 })
  })
})
