import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keepPlaces, locationsByPlace, mappedPlaces } from '#app/merchant/location.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

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

const place = (externalId: string, said: object = {}) => ({
  externalId,
  name: externalId,
  sellsOnline: true,
  active: true,
  ...said,
})
const account = () => ({ merchantId: shop.merchantId, id: shop.shopify })
const keep = (...places: ReturnType<typeof place>[]) => keepPlaces(db, account(), { places, at: NOON })

describe('a place of the shop', () => {
  it('is a location of ours, in the shop’s order, and read again it is the same', async () => {
    expect(await keep(place('main'), place('bench', { sellsOnline: false }), place('closed', { active: false }))).toBe(
      2,
    )
    const first = await locationsByPlace(db, account())
    expect([...first.keys()].toSorted()).toEqual(['bench', 'main'])
    expect(await keep(place('main'), place('new'))).toBe(1)
    const again = await locationsByPlace(db, account())
    expect(again.get('main')).toBe(first.get('main'))
    expect(again.size).toBe(3)
    const { rows } = await db.query(
      'SELECT name, kind, sellable, guessed FROM location WHERE merchant_id = $1 AND id = ANY ($2::int[]) ORDER BY rank, id',
      [shop.merchantId, [...first.values()]],
    )
    expect(rows).toEqual([
      { name: 'main', kind: 'store', sellable: true, guessed: false },
      { name: 'bench', kind: 'bench', sellable: false, guessed: true },
    ])
  })
  it('that was closed is taken in when it opens', async () => {
    await keep(place('fair', { active: false }))
    expect(await keep(place('fair'))).toBe(1)
  })
  it('that a person has taken out of the books is not taken in again', async () => {
    await keep(place('main'), place('fair'))
    await db.query(`DELETE FROM location_mapping WHERE merchant_id = $1 AND external_id = 'fair'`, [shop.merchantId])
    expect(await keep(place('main'), place('fair'))).toBe(0)
  })
  it('has the place of ours that is it as a whole first, then those under a name, in our order', async () => {
    await keep(place('main'))
    const map = (location_id: number, quantity_name: string) =>
      put(
        db,
        'location_mapping',
        { merchant_id: shop.merchantId, account_id: shop.shopify, external_id: 'main', quantity_name, location_id },
        'location_id',
      )
    const photo = await put(db, 'location', {
      merchant_id: shop.merchantId,
      name: 'Photo',
      kind: 'bench',
      sellable: false,
      rank: 1,
    })
    await map(shop.bench, 'quality_control')
    await map(photo, 'quality_control')
    const main = (await locationsByPlace(db, account())).get('main')
    expect((await mappedPlaces(db, account())).get('main')).toEqual({
      settling: false,
      places: [
        { locationId: main, name: 'available' },
        { locationId: photo, name: 'quality_control' },
        { locationId: shop.bench, name: 'quality_control' },
      ],
    })
  })
  it('cannot be two of ours as a whole, and a place of ours cannot be two of the shop’s', async () => {
    await keep(place('main'), place('fair'))
    const map = (externalId: string, locationId: number) =>
      db.query(
        `INSERT INTO location_mapping (merchant_id, account_id, external_id, quantity_name, location_id) VALUES ($1, $2, $3, 'available', $4)`,
        [shop.merchantId, shop.shopify, externalId, locationId],
      )
    await expect(map('main', shop.safe)).rejects.toThrow('location_mapping_whole')
    const main = (await locationsByPlace(db, account())).get('main')!
    await expect(map('fair', main)).rejects.toThrow('location_mapping_pkey')
  })
})
