import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { channelPlaces, placeViews } from '#app/merchant/place-page.server.ts'
import { askLook } from '#app/merchant/mapping.server.ts'
import { keepPlaces, locationsByPlace } from '#app/merchant/location.server.ts'
import { findItems } from '#app/pool/find-items.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { keepRemark } from '#app/pool/remark.server.ts'
import { placeChoices, spotsOf } from '#app/pool/spots.server.ts'
import { stayPage } from '#app/pool/stay-page.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addPartner, addPlace } from '../support/places.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring = await addItem(db, shop, { variant: '54' })
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3, reserved: 1, incoming: 2, damaged: 1 })
})

const LATER = new Date(NOON.getTime() + 400 * 3_600_000)

describe('the pages of places', () => {
  it('show each place with what lies there, how long it may, and what is overdue', async () => {
    await addStock(db, shop, { itemId: ring, place: shop.bench, in_work: 2 })
    expect(await placeViews(db, shop.merchantId, LATER)).toMatchObject([
      { name: 'Safe', kind: 'safe', sellable: true, pieces: 5, overdue: 1, standsAt: [], look: null },
      { name: 'Bench', kind: 'bench', sellable: false, pieces: 2, overdue: 1, usualHours: 168, expectedHours: null },
    ])
    expect(await placeViews(db, shop.merchantId, NOON)).toMatchObject([{ overdue: 0 }, { overdue: 0 }])
  })
  it('show where a place stands in a channel, and what a mapping would change there', async () => {
    const account = { merchantId: shop.merchantId, id: shop.shopify }
    const main = { externalId: 'main', name: 'Main Street', sellsOnline: true, active: true }
    await keepPlaces(db, account, { places: [main], at: NOON })
    const locationId = (await locationsByPlace(db, account)).get('main')
    expect(await channelPlaces(db, shop.merchantId)).toMatchObject([
      { name: 'Main Street', whole: 'Main Street', sellsOnline: true },
    ])
    await askLook(
      db,
      {
        merchantId: shop.merchantId,
        accountId: shop.shopify,
        locationId: shop.bench,
        externalId: 'main',
        name: 'quality_control',
      },
      NOON,
    )
    const views = await placeViews(db, shop.merchantId, NOON)
    expect(views.find(({ id }) => id === locationId)?.standsAt).toMatchObject([
      { account: 'Shopify', place: 'Main Street', name: 'available' },
    ])
    expect(views.find(({ id }) => id === shop.bench)?.look).toMatchObject({
      place: 'Main Street',
      looked: false,
      items: 0,
    })
    expect((await placeViews(db, shop.merchantId, LATER)).find(({ id }) => id === shop.bench)?.look).toBeNull()
  })
  it('list what lies about, what is due first first, with what was written and who has it', async () => {
    const partner = await addPartner(db, shop, 'Okafor')
    const memo = await addPlace(db, shop, { name: 'Memo', kind: 'memo_out', sellable: false })
    const remark = await keepRemark(db, {
      merchantId: shop.merchantId,
      actor: 'person/1',
      text: 'For the fair',
      at: NOON,
    })
    const stay = { dueAt: new Date(NOON.getTime() + 3_600_000), partnerId: partner, remark }
    await append(db, changeOf(shop, { key: 'memo', reason: 'moved' }), [
      {
        itemId: ring,
        quantity: 1,
        from: { locationId: shop.safe, state: 'available' },
        to: { locationId: memo, state: 'available' },
        stay,
      },
    ])
    const { rows } = await stayPage(db, shop.merchantId, { locationId: null, cursor: null })
    expect(rows).toMatchObject([
      {
        place: 'Memo',
        state: 'available',
        pieces: 1,
        partner: 'Okafor',
        remark: 'For the fair',
        title: 'Signet ring, 54',
      },
      { place: 'Safe', state: 'damaged', pieces: 1, partner: null, remark: null },
    ])
    expect((await stayPage(db, shop.merchantId, { locationId: memo, cursor: null })).rows).toHaveLength(1)
    expect((await stayPage(db, (await openShop(db)).merchantId, { locationId: null, cursor: null })).rows).toEqual([])
  })
  it('list them a page at a time, those without a clock last, each once', async () => {
    const text = `INSERT INTO stay (merchant_id, item_id, location_id, state, quantity, quantity_left, since, due_at)
      SELECT $1, $2, $3, 'in_work', 1, 1, $4, CASE WHEN n < 100 THEN $4::timestamptz + (n / 2) * interval '1 hour' END FROM generate_series(1, 110) n`
    await db.query(text, [shop.merchantId, ring, shop.bench, NOON])
    const seen: number[] = []
    let cursor: string | null = null
    for (let pages = 0; pages < 5; pages += 1) {
      const page: Awaited<ReturnType<typeof stayPage>> = await stayPage(db, shop.merchantId, {
        locationId: shop.bench,
        cursor,
      })
      seen.push(...page.rows.map(({ id }) => id))
      cursor = page.next
      if (cursor === null) break
    }
    expect(seen).toHaveLength(110)
    expect(new Set(seen).size).toBe(110)
  })
  it('offer what can be taken in hand: not what is kept for an order, on the way or in transit', async () => {
    expect(await spotsOf(db, shop.merchantId, ring)).toEqual([
      { locationId: shop.safe, place: 'Safe', state: 'available', pieces: 3 },
      { locationId: shop.safe, place: 'Safe', state: 'damaged', pieces: 1 },
    ])
    await addPlace(db, shop, { name: 'On the road', kind: 'transit', sellable: false })
    await addPlace(db, shop, { name: 'Old', archived_at: NOON })
    expect((await placeChoices(db, shop.merchantId)).map(({ name }) => name)).toEqual(['Safe', 'Bench'])
  })
  it('find an item by what stands on its label', async () => {
    await addItem(db, shop, { sku: '100%', title: 'Bangle' })
    const titles = async (text: string) => (await findItems(db, shop.merchantId, text)).map(({ title }) => title)
    expect(await titles('rng-1')).toEqual(['Signet ring, 54'])
    expect(await titles('%')).toEqual(['Bangle'])
    expect(await titles('  ')).toEqual([])
    expect(await findItems(db, (await openShop(db)).merchantId, 'ring')).toEqual([])
  })
})
