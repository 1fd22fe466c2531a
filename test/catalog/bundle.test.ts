import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inventoryPage } from '#app/catalog/inventory-table.server.ts'
import { readInventoryQuery } from '#app/catalog/inventory-query.ts'
import { partsNow, type BundlePart } from '#app/catalog/bundle.server.ts'
import { keepThings, type NewThing } from '#app/catalog/things.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { bundleOf, compose, offered, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addItem, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number
let stud: number
let set: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring = await stocked(db, shop, 3)
  stud = await stocked(db, shop, 5)
  set = await stocked(db, shop, 0)
})

const set_ = (parts: BundlePart[], id = set) => compose(db, shop, id, parts)
const code = async (parts: BundlePart[], id?: number) => {
  const answer = await set_(parts, id)
  return isRefusal(answer) ? answer.code : null
}
const itemRow = async (id = set) =>
  (
    await db.query<{ kind: string; undecided: string | null; composition: number }>(
      'SELECT * FROM item WHERE id = $1',
      [id],
    )
  ).rows[0]!
const RING = () => ({ itemId: ring, needs: 1 })
const STUDS = () => ({ itemId: stud, needs: 2 })

describe('what a set is made of', () => {
  it('is said by the merchant, and from then on its number follows from its parts', async () => {
    expect(await set_([RING(), STUDS()])).toEqual({ freed: [set] })
    expect(await itemRow()).toMatchObject({ kind: 'bundle', undecided: null })
    expect(await partsNow(db, shop.merchantId, set)).toMatchObject([RING(), STUDS()])
    expect(await offered(db, shop, set)).toBe(2)
  })
  it('said again just as it is changes nothing', async () => {
    await set_([RING(), STUDS()])
    expect(await set_([STUDS(), RING()])).toEqual({ freed: [] })
    expect(await itemRow()).toMatchObject({ composition: 1 })
  })
  it('keeps what it was before, with who said it and when', async () => {
    await set_([RING(), STUDS()])
    await set_([STUDS()])
    const { rows } = await db.query(
      'SELECT composition, component_id, until, actor FROM bundle_component WHERE bundle_id = $1 ORDER BY 1, 2',
      [set],
    )
    expect(rows).toEqual([
      { composition: 1, component_id: ring, until: NOON, actor: 'person/1' },
      { composition: 1, component_id: stud, until: NOON, actor: 'person/1' },
      { composition: 2, component_id: stud, until: null, actor: 'person/1' },
    ])
  })
  it('taken away, it is an item like any other', async () => {
    await set_([RING()])
    expect(await set_([])).toEqual({ freed: [set] })
    expect(await itemRow()).toMatchObject({ kind: 'replenishable', undecided: null })
    expect(await offered(db, shop, set)).toBe(0)
  })
  it.each<[string, string, () => BundlePart[]]>([
    ['the set itself', 'nested', () => [{ itemId: set, needs: 1 }]],
    ['one part twice', 'twice', () => [RING(), RING()]],
    ['none of a part', 'needs', () => [{ itemId: ring, needs: 0 }]],
    ['half a part', 'needs', () => [{ itemId: ring, needs: 0.5 }]],
    ['more of a part than anybody needs', 'needs', () => [{ itemId: ring, needs: 1_001 }]],
    ['an item that is not there', 'unknown-item', () => [{ itemId: 999_999_999, needs: 1 }]],
    ['too many parts', 'too-many', () => Array.from({ length: 21 }, (_, i) => ({ itemId: i + 1, needs: 1 }))],
  ])('of %s is refused: %s', async (_, refused, parts) => {
    expect(await code(parts())).toBe(refused)
    expect(await itemRow()).toMatchObject({ kind: 'replenishable', composition: 0 })
  })
  it.each([
    ['another set', 'nested', { kind: 'bundle' }, 1],
    ['what is made to order', 'made-to-order', { kind: 'made_to_order' }, 1],
    ['two of one of a kind', 'one-of-one', { kind: 'one_of_one' }, 2],
    ['what is not tracked', 'untracked', { tracked: false }, 1],
    ['what was deleted', 'unknown-item', { status: 'deleted' }, 1],
  ])('of %s is refused: %s', async (_, refused, row, needs) => {
    expect(await code([{ itemId: await stocked(db, shop, 0, row), needs }])).toBe(refused)
  })
  it.each([
    ['one of a kind', 'one-of-one', 0, { kind: 'one_of_one' }],
    ['made to order', 'made-to-order', 0, { kind: 'made_to_order' }],
    ['deleted', 'deleted', 0, { status: 'deleted' }],
    ['stocked as a set', 'has-stock', 1, {}],
  ])('is not said of an item that is %s', async (_, refused, pieces, row) => {
    expect(await code([RING()], await stocked(db, shop, pieces, row))).toBe(refused)
  })
  it('is not said of a part of another set, nor of another shop’s item', async () => {
    const part = await stocked(db, shop, 0)
    await bundleOf(db, shop, [[part, 1]])
    expect(await code([RING()], part)).toBe('nested')
    const theirs = await stocked(db, await openShop(db), 0)
    expect([await code([RING()], theirs), await code([{ itemId: theirs, needs: 1 }])]).toEqual([
      'unknown-item',
      'unknown-item',
    ])
  })
  it('two people who make each a part of the other at once make one of them', async () => {
    const other = await stocked(db, shop, 0)
    const codes = await Promise.all([code([{ itemId: other, needs: 1 }]), code([{ itemId: set, needs: 1 }], other)])
    expect(codes.filter((one) => one === null)).toHaveLength(1)
  })
})

it('a bundle of Shopify’s own stays one when its parts are taken away, and waits for a person', async () => {
  const thing: NewThing = {
    externalId: 'i-1',
    variantId: '',
    sku: 'BRIDAL',
    title: 'Bridal set',
    variant: '',
    attributes: {},
    url: null,
    status: 'active',
    shown: 2,
    priceMinor: null,
    currency: null,
    tracked: false,
    continueSelling: false,
    bundleParent: true,
    archived: false,
    oneOfOne: false,
  }
  const owner = { merchantId: shop.merchantId, accountId: shop.shopify, at: NOON }
  const [kept] = await keepThings(db, owner, [thing])
  await set_([RING()], kept!.itemId)
  expect(await itemRow(kept!.itemId)).toMatchObject({ kind: 'bundle', undecided: null })
  await set_([], kept!.itemId)
  expect(await itemRow(kept!.itemId)).toMatchObject({
    kind: 'bundle',
    undecided: 'a bundle: its number follows from its parts',
  })
})

it('an item that a person decided not to publish stays so when its parts are said', async () => {
  const quiet = await addItem(db, shop, { sku: 'QUIET', undecided: 'a person decided', decided_at: NOON })
  await set_([RING()], quiet)
  expect(await itemRow(quiet)).toMatchObject({ undecided: 'a person decided' })
})

it('the table of items says how many sets there are, by their scarcest part', async () => {
  await set_([RING(), STUDS()])
  const { rows } = await inventoryPage(db, shop.merchantId, readInventoryQuery(new URLSearchParams()))
  expect(rows.find(({ id }) => id === set)).toMatchObject({ kind: 'bundle', forSale: 2 })
  expect(rows.find(({ id }) => id === stud)).toMatchObject({ forSale: 5 })
})
