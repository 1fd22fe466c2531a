import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forgetThing } from '#app/sync/forget-thing.server.ts'
import { keepThings, knowsThings, markUndecided, type NewThing } from '#app/catalog/things.server.ts'
import { transaction } from '#app/db.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openIncidents } from '../support/incidents.ts'
import { addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'
import { someoneWaits } from '../support/waiting.ts'

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

const thing = (externalId: string, said: Partial<NewThing> = {}): NewThing => ({
  externalId,
  variantId: '',
  sku: externalId.toUpperCase(),
  title: 'Signet ring',
  variant: '54',
  attributes: { Size: '54' },
  url: null,
  status: 'active',
  shown: 2,
  priceMinor: 12_000,
  currency: 'EUR',
  tracked: true,
  continueSelling: false,
  bundleParent: false,
  archived: false,
  oneOfOne: false,
  ...said,
})
const owner = () => ({ merchantId: shop.merchantId, accountId: shop.shopify, at: NOON })
const keep = (...things: NewThing[]) => transaction(db, (tx) => keepThings(tx, owner(), things))
const items = async () =>
  (await db.query('SELECT * FROM item WHERE merchant_id = $1 ORDER BY id', [shop.merchantId])).rows
const listings = async () =>
  (await db.query('SELECT * FROM listing WHERE merchant_id = $1 ORDER BY id', [shop.merchantId])).rows

async function undecided(...things: NewThing[]): Promise<(string | null)[]> {
  await keep(...things)
  await markUndecided(db, shop.merchantId)
  return (await items()).map((row) => row.undecided)
}

describe('a thing of the shop', () => {
  it('is one item with its listing, whatever its SKU', async () => {
    const kept = await keep(thing('a'), thing('b', { sku: 'A' }), thing('c', { sku: '' }))
    expect(new Set(kept.map(({ itemId }) => itemId)).size).toBe(3)
    expect(await listings()).toMatchObject(
      kept.map(({ itemId, externalId }) => ({ item_id: itemId, external_id: externalId, title: 'Signet ring – 54' })),
    )
  })
  it('known already keeps its item and takes over what the shop decides', async () => {
    const [first] = await keep(thing('a'))
    const [again] = await keep(
      thing('a', {
        sku: 'NEW',
        title: 'Ring',
        tracked: false,
        continueSelling: true,
        archived: true,
        shown: 9,
        priceMinor: 1,
      }),
    )
    expect(again).toEqual(first)
    expect(await items()).toMatchObject([
      { sku: 'NEW', title: 'Ring', tracked: false, backorder: true, status: 'archived', price_minor: 1 },
    ])
    expect(await listings()).toMatchObject([{ shown: 9 }])
  })
  it('keeps its kind', async () => {
    await keep(thing('a'), thing('b', { oneOfOne: true }), thing('c', { bundleParent: true }))
    expect((await items()).map((row) => row.kind)).toEqual(['replenishable', 'one_of_one', 'bundle'])
  })
  it('is of the category that its shop says, until a person says another', async () => {
    const categories = async () => (await items()).map((row) => [row.category, row.category_there])
    expect(await keep(thing('a', { category: 'Rings' }))).toMatchObject([{ recategorized: false }])
    expect(await categories()).toEqual([['Rings', 'Rings']])
    expect(await keep(thing('a', { category: 'Bands' }))).toMatchObject([{ recategorized: true }])
    expect(await categories()).toEqual([['Bands', 'Bands']])
    await db.query(`UPDATE item SET category = 'Gold', category_by = 'person/1' WHERE merchant_id = $1`, [
      shop.merchantId,
    ])
    expect(await keep(thing('a', { category: 'Chains' }))).toMatchObject([{ recategorized: false }])
    expect(await categories()).toEqual([['Gold', 'Chains']])
    const told = 'SELECT actor, before, after FROM item_category_change WHERE merchant_id = $1'
    expect((await db.query(told, [shop.merchantId])).rows).toEqual([
      {
        actor: `channel/${shop.shopify}`,
        before: { category: 'Rings', by: null },
        after: { category: 'Bands', by: null },
      },
    ])
  })
  it('of another category is news', async () => {
    await keep(thing('a', { category: 'Rings' }))
    expect(await knowsThings(db, owner(), [thing('a', { category: 'Rings' })])).toBe(true)
    expect(await knowsThings(db, owner(), [thing('a', { category: 'Bands' })])).toBe(false)
  })
  it('heard of twice at once is still one item', async () => {
    let second: Promise<unknown> = Promise.resolve()
    await transaction(db, async (tx) => {
      await keepThings(tx, owner(), [thing('a')])
      second = keep(thing('a'))
      await someoneWaits(db)
    })
    await second
    expect(await items()).toHaveLength(1)
    expect(await listings()).toHaveLength(1)
  })
})

describe('an item waits for a person', () => {
  it.each<[string, NewThing[], (string | null)[]]>([
    ['not when nothing stands in the way', [thing('a')], [null]],
    [
      'when another has the same SKU',
      [thing('a'), thing('b', { sku: 'A' }), thing('c')],
      ['another item has the same SKU', 'another item has the same SKU', null],
    ],
    ['when it has none', [thing('a', { sku: '' }), thing('b', { sku: '' })], ['it has no SKU', 'it has no SKU']],
    ['when it is not tracked', [thing('a', { tracked: false })], ['its stock is not tracked']],
    ['when it is a bundle', [thing('a', { bundleParent: true })], ['a bundle: its number follows from its parts']],
    ['not because one of another case has it', [thing('a', { sku: 'x' }), thing('b', { sku: 'X' })], [null, null]],
  ])('%s', async (_, things, expected) => {
    expect(await undecided(...things)).toEqual(expected)
  })
  it('no longer when the reason is gone', async () => {
    await undecided(thing('a'), thing('b', { sku: 'A' }))
    expect(await undecided(thing('b'))).toEqual([null, null])
  })
  it('nor when one has decided, whatever happens to its SKU', async () => {
    await undecided(thing('a', { sku: '' }))
    await db.query('UPDATE item SET undecided = NULL, decided_at = $2 WHERE merchant_id = $1', [shop.merchantId, NOON])
    expect(await undecided(thing('a', { sku: '' }))).toEqual([null])
  })
  it('not because of another merchant’s item, nor of one that was deleted', async () => {
    await undecided(thing('a'))
    const before = shop
    shop = await openShop(db)
    expect(await undecided(thing('b', { sku: 'A' }))).toEqual([null])
    shop = before
    await keep(thing('c', { sku: 'A' }))
    await transaction(db, (tx) => forgetThing(tx, owner(), 'c'))
    expect((await undecided(thing('a')))[0]).toBeNull()
  })
})

describe('a thing that was deleted', () => {
  it('leaves its item, its ledger and a dead listing, and where pieces are left a person is told once', async () => {
    const [a] = await keep(thing('a'), thing('b'))
    await addStock(db, shop, { itemId: a!.itemId, place: shop.safe, available: 2 })
    for (const _ of [1, 2]) for (const id of ['a', 'b']) await forgetThing(db, owner(), id)
    expect((await items()).map((row) => row.status)).toEqual(['deleted', 'deleted'])
    expect(await listings()).toMatchObject([
      { status: 'dead', shown: 0 },
      { status: 'dead', shown: 0 },
    ])
    expect(await openIncidents(db, shop.merchantId)).toMatchObject([
      { kind: 'dead-listing', subject: `item/${a!.itemId}` },
    ])
    const { rows } = await db.query('SELECT FROM movement WHERE merchant_id = $1', [shop.merchantId])
    expect(rows).toHaveLength(1)
  })
  it('that nobody knew changes nothing', async () => {
    await keep(thing('a'))
    await forgetThing(db, owner(), 'zzz')
    expect((await items()).map((row) => row.status)).toEqual(['active'])
  })
  it('and comes back is the same item again', async () => {
    const [first] = await keep(thing('a'))
    await forgetThing(db, owner(), 'a')
    expect(await keep(thing('a'))).toEqual([first])
    expect(await items()).toMatchObject([{ status: 'active' }])
    expect(await listings()).toMatchObject([{ status: 'active' }])
  })
})
