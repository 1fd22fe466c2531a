import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chooseAuthoritative, settleAuthoritative } from '#app/catalog/authoritative.server.ts'
import { asCompared, identitiesOf, noteIdentity } from '#app/catalog/identity.server.ts'
import { isOneOfOne } from '#app/catalog/one-of-one.ts'
import { markUndecided, SKU_RETIRED } from '#app/catalog/things.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addItem, addListing, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let opal: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  opal = await addItem(db, shop, { kind: 'one_of_one', sku: 'OPAL', title: 'Opal' })
})

describe('a thing marked as the only one of its kind', () => {
  const thing = (...quantities: Partial<Record<string, number>>[]) => ({
    oneOfOne: true,
    levels: quantities.map((one) => ({ quantities: one })),
  })
  it.each<[string, Parameters<typeof isOneOfOne>[0], boolean]>([
    ['is, when there is one', thing({ available: 1 }), true],
    ['is, when it is sold', thing({ available: 0 }, {}), true],
    ['is, when it is sold twice and stands below zero', thing({ available: -1, reserved: 1 }), true],
    ['is not, when there are two: the mark is wrong', thing({ available: 1 }, { damaged: 1 }), false],
    ['is not, without the mark', { ...thing({ available: 1 }), oneOfOne: false }, false],
  ])('%s', (_, told, expected) => expect(isOneOfOne(told)).toBe(expected))
})

describe('the SKU of a one-of-one piece', () => {
  const reasons = async () => {
    await markUndecided(db, shop.merchantId)
    const { rows } = await db.query<{ undecided: string | null }>(
      'SELECT undecided FROM item WHERE merchant_id = $1 ORDER BY id',
      [shop.merchantId],
    )
    return rows.map(({ undecided }) => undecided)
  }
  it('is never another item’s, not even when the piece is deleted, and no person decides that away', async () => {
    await db.query(`UPDATE item SET status = 'deleted' WHERE id = $1`, [opal])
    const ring = await addItem(db, shop, { sku: 'OPAL' })
    expect(await reasons()).toEqual([null, SKU_RETIRED])
    await db.query('UPDATE item SET undecided = NULL, decided_at = $2 WHERE id = $1', [ring, NOON])
    expect(await reasons()).toEqual([null, SKU_RETIRED])
    await db.query(`UPDATE item SET sku = 'RING' WHERE id = $1`, [ring])
    await db.query('UPDATE item SET undecided = NULL, decided_at = NULL WHERE id = $1', [ring])
    expect(await reasons()).toEqual([null, null])
  })
  it('stays its own when it is called by another name, which is then its own too', async () => {
    await db.query(`UPDATE item SET sku = 'OPAL-2' WHERE id = $1`, [opal])
    for (const sku of ['OPAL', 'OPAL-2', 'OPAL-3']) await addItem(db, shop, { sku })
    expect(await reasons()).toEqual([null, SKU_RETIRED, SKU_RETIRED, null])
  })
  it('that two have at once is neither’s until one of them has another', async () => {
    const two = [await addItem(db, shop, { sku: 'TWIN' }), await addItem(db, shop, { sku: 'TWIN', kind: 'one_of_one' })]
    expect(await reasons()).toEqual([null, 'another item has the same SKU', 'another item has the same SKU'])
    await db.query(`UPDATE item SET sku = 'OTHER' WHERE id = $1`, [two[0]])
    await db.query(`UPDATE item SET sku = 'TWIN' WHERE id = $1`, [two[1]])
    expect(await reasons()).toEqual([null, null, null])
  })
  it('may be anything in another merchant’s shop', async () => {
    const other = await openShop(db)
    await addItem(db, other, { sku: 'OPAL' })
    await markUndecided(db, other.merchantId)
    expect((await db.query('SELECT undecided FROM item WHERE merchant_id = $1', [other.merchantId])).rows).toEqual([
      { undecided: null },
    ])
  })
})

describe('what tells a piece from every other', () => {
  const note = (itemId: number, value = 'gia 2141  438171 ', kind = 'certificate' as const) =>
    noteIdentity(db, { merchantId: shop.merchantId, itemId, kind, value, actor: 'person/1', at: NOON })
  it('is noted as it is compared, and said twice it is noted once', async () => {
    expect([await note(opal), await note(opal, 'GIA 2141 438171')]).toEqual([undefined, undefined])
    expect(await identitiesOf(db, shop.merchantId, opal)).toEqual([{ kind: 'certificate', value: 'GIA 2141 438171' }])
    expect(asCompared(' ｇｉａ\t1 ')).toBe('GIA 1')
  })
  it('is never another piece’s, not even after the first is deleted', async () => {
    await note(opal)
    await db.query(`UPDATE item SET status = 'deleted' WHERE id = $1`, [opal])
    const other = await addItem(db, shop, { kind: 'one_of_one', sku: 'RUBY' })
    expect(await note(other)).toMatchObject({
      sentence: 'This certificate is that of “Opal”, and is never given to another piece.',
    })
    expect(await identitiesOf(db, shop.merchantId, other)).toEqual([])
  })
  it('has only a one-of-one piece of this merchant’s', async () => {
    const ring = await addItem(db, shop)
    const theirs = await addItem(db, await openShop(db), { kind: 'one_of_one' })
    for (const itemId of [ring, theirs, 2_000_000_000])
      expect(await note(itemId)).toMatchObject({ code: 'not-one-of-one' })
  })
})

describe('of the listings of a one-of-one piece', () => {
  const listing = (account_id: number, row = {}) => addListing(db, shop, { account_id, item_id: opal, ...row })
  const settle = () => settleAuthoritative(db, { merchantId: shop.merchantId, itemIds: [opal] })
  const choose = (listingId: number) => chooseAuthoritative(db, { merchantId: shop.merchantId, listingId })
  const authoritative = async () =>
    (
      await db.query<{ id: number }>('SELECT id FROM listing WHERE merchant_id = $1 AND authoritative', [
        shop.merchantId,
      ])
    ).rows.map(({ id }) => id)
  it('that of Shopify is authoritative, else the oldest that is alive', async () => {
    await listing(shop.etsy, { status: 'dead' })
    const first = await listing(shop.etsy)
    await settle()
    expect(await authoritative()).toEqual([first])
    await db.query('UPDATE listing SET authoritative = false WHERE merchant_id = $1', [shop.merchantId])
    const store = await listing(shop.shopify)
    for (const _ of [1, 2]) await settle()
    expect(await authoritative()).toEqual([store])
  })
  it('a person chooses another, and it stays', async () => {
    const [etsy] = [await listing(shop.etsy), await listing(shop.shopify)]
    await settle()
    expect(await choose(etsy)).toBeUndefined()
    await settle()
    expect(await authoritative()).toEqual([etsy])
  })
  it('none is that is dead, of another kind of item, or another merchant’s', async () => {
    const ring = await addListing(db, shop, { account_id: shop.etsy, item_id: await addItem(db, shop) })
    const dead = await listing(shop.etsy, { status: 'dead' })
    const other = await openShop(db)
    const theirs = await addListing(db, other, { account_id: other.etsy, item_id: await addItem(db, other) })
    for (const id of [ring, dead, theirs]) expect(await choose(id)).toMatchObject({ code: 'no-listing' })
    expect(await authoritative()).toEqual([])
  })
  it('never two are', async () => {
    await listing(shop.etsy, { authoritative: true })
    await expect(listing(shop.shopify, { authoritative: true })).rejects.toThrow('listing_authoritative')
  })
})
