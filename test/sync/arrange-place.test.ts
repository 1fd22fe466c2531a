import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { PlaceWords } from '#app/merchant/place-row.server.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { addPlace, archivePlace, editPlace } from '#app/sync/arrange-place.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { codeOf } from '#test/support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addPartner } from '#test/support/places.ts'
import { addItem, addListing, addStock, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'
import { staysOf } from '#test/support/stays.ts'

let database: FreshDatabase
let shop: ShopRows
let sync: Sync

beforeAll(async () => {
  database = await freshDatabase()
  const { pool } = database
  const outbox = { record: () => Promise.resolve() }
  sync = { db: pool, inTransaction: (work) => transaction(pool, work), outbox, clock: new VirtualClock(NOON) }
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(database.pool)
})

const who = () => ({ merchantId: shop.merchantId, actor: 'person/7' })
const words = (said: Partial<PlaceWords> = {}): PlaceWords => ({
  name: 'Vault',
  kind: 'safe',
  work: null,
  owner: 'ours',
  partnerId: null,
  sellable: true,
  expectedHours: null,
  needsCheck: false,
  ...said,
})
const bench = (said: Partial<PlaceWords> = {}) => words({ name: 'Bench', kind: 'bench', sellable: false, ...said })
const add = (said: Partial<PlaceWords> = {}) => codeOf(addPlace(sync, who(), words(said)))
const edit = (locationId: number, said: PlaceWords) => codeOf(editPlace(sync, who(), { ...said, locationId }))
const archive = (locationId: number) => codeOf(archivePlace(sync, who(), { locationId }))
const places = async () =>
  (
    await database.pool.query('SELECT name, kind, sellable FROM location WHERE merchant_id = $1 ORDER BY rank, id', [
      shop.merchantId,
    ])
  ).rows
const map = async (location_id: number, quantity_name: string) => {
  const of = { merchant_id: shop.merchantId, account_id: shop.shopify, external_id: 'main' }
  const told = { ...of, name: 'Main', sells_online: true, active: true, seen_at: NOON }
  await put(database.pool, 'channel_place', told, 'external_id')
  await put(database.pool, 'location_mapping', { ...of, location_id, quantity_name }, 'location_id')
}

describe('a place', () => {
  it('is made as somebody says, last in the order of taking, and it is known who did it', async () => {
    expect(await add({ name: 'Polishing', kind: 'bench', work: 'polishing', sellable: false, expectedHours: 12 })).toBe(
      'done',
    )
    expect((await places()).at(-1)).toEqual({ name: 'Polishing', kind: 'bench', sellable: false })
    const text = 'SELECT actor, after FROM place_change WHERE merchant_id = $1'
    expect((await database.pool.query(text, [shop.merchantId])).rows).toMatchObject([
      { actor: 'person/7', after: { expectedHours: 12 } },
    ])
  })
  it.each<[string, string, Partial<PlaceWords>]>([
    ['a bench that sells', 'never-sells', { kind: 'bench' }],
    ['a place in transit that sells', 'never-sells', { kind: 'transit' }],
    ['a client’s place that sells', 'client', { owner: 'client' }],
    ['a safe where somebody polishes', 'work', { work: 'polishing' }],
    ['a name that another has', 'same-name', { name: 'SAFE' }],
    ['somebody’s who is not there', 'unknown-partner', { partnerId: 999_999 }],
  ])('is not made when it is %s', async (_, refusal, said) => {
    expect(await add(said)).toBe(refusal)
    expect(await places()).toHaveLength(2)
  })
  it('two of one name at once are one', async () => {
    expect((await Promise.all([add(), add()])).toSorted()).toEqual(['done', 'same-name'])
  })
  it('that another shop has cannot be changed or given up', async () => {
    const other = await openShop(database.pool)
    expect(await edit(other.safe, words())).toBe('unknown-place')
    expect(await archive(other.safe)).toBe('unknown-place')
  })
})

describe('a place that begins or ceases to sell', () => {
  it('puts what lies there on sale or off it, on every channel, with its clock', async () => {
    const ring = await addItem(database.pool, shop)
    await addStock(database.pool, shop, { itemId: ring, place: shop.safe, available: 2 })
    const seq = async () => (await stockOf(database.pool, shop.merchantId, [ring])).get(ring)!.seq
    const listing = await addListing(database.pool, shop, {
      account_id: shop.etsy,
      item_id: ring,
      published_seq: await seq(),
    })
    const due = async () =>
      (await database.pool.query('SELECT listing_id FROM listing_due WHERE merchant_id = $1', [shop.merchantId])).rows
    expect(await edit(shop.safe, words({ name: 'Safe', sellable: false }))).toBe('done')
    expect(await due()).toEqual([{ listing_id: listing }])
    expect(await staysOf(database.pool, shop.merchantId)).toMatchObject([{ place: 'Safe', left: 2, since: NOON }])
    expect(await verifyStays(database.pool, shop.merchantId)).toEqual([])
    const before = await seq()
    expect(await edit(shop.safe, words({ name: 'Safe' }))).toBe('done')
    expect(await seq()).toBeGreaterThan(before)
    expect(await staysOf(database.pool, shop.merchantId)).toEqual([])
  })
  it('does not while a channel has it in a way that says otherwise', async () => {
    await map(shop.safe, 'available')
    expect(await edit(shop.safe, words({ name: 'Safe', sellable: false }))).toBe('sells-there')
  })
  it('does not begin while it stands under a name that is not for sale', async () => {
    await map(shop.bench, 'quality_control')
    expect(await edit(shop.bench, words({ name: 'Bench' }))).toBe('sellable')
    expect(await edit(shop.bench, bench({ name: 'Workshop' }))).toBe('done')
  })
  it('does not begin while pieces there have a check before them', async () => {
    const ring = await addItem(database.pool, shop)
    expect(await edit(shop.bench, bench({ needsCheck: true }))).toBe('done')
    await addStock(database.pool, shop, { itemId: ring, place: shop.bench, available: 1 })
    expect(await edit(shop.bench, words({ name: 'Bench' }))).toBe('no-check')
  })
})

describe('a place that is given up', () => {
  it('is empty, and nobody’s in a channel', async () => {
    const ring = await addItem(database.pool, shop)
    await map(shop.bench, 'available')
    expect(await archive(shop.bench)).toBe('mapped')
    await database.pool.query('DELETE FROM location_mapping WHERE merchant_id = $1', [shop.merchantId])
    await addStock(database.pool, shop, { itemId: ring, place: shop.bench, damaged: 1 })
    expect(await archive(shop.bench)).toBe('not-empty')
    expect(await add()).toBe('done')
    const { rows } = await database.pool.query<{ id: number }>(
      `SELECT id FROM location WHERE merchant_id = $1 AND name = 'Vault'`,
      [shop.merchantId],
    )
    for (let n = 0; n < 2; n += 1) expect(await archive(rows[0]!.id)).toBe('done')
    expect(await edit(rows[0]!.id, words())).toBe('archived-place')
    expect(await add()).toBe('done')
  })
  it('or another’s only when nothing lies there', async () => {
    const ring = await addItem(database.pool, shop)
    const partnerId = await addPartner(database.pool, shop)
    await addStock(database.pool, shop, { itemId: ring, place: shop.bench, in_work: 1 })
    expect(await edit(shop.bench, bench({ owner: 'client', partnerId }))).toBe('not-empty')
  })
})
