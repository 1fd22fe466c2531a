import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { brokenLaws } from '../../bench/simulate/laws.ts'
import { book, bundleOf, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { openShop, type ShopRows } from '../support/shop-rows.ts'

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
// A ring and two studs in each set: three rings and five studs are two sets. One more is bought than there are.
beforeEach(async () => {
  shop = await openShop(db)
  ring = await stocked(db, shop, 3)
  stud = await stocked(db, shop, 5)
  set = await bundleOf(db, shop, [
    [ring, 1],
    [stud, 2],
  ])
  const line = lineTold({ quantity: 3, currentQuantity: 3 })
  await book(db, shop, orderTold({ externalId: 'o-1', updatedAt: minutesAfterNoon(0), lines: [line] }), [set])
})

const broken = async (...itemIds: number[]) => {
  const found = await brokenLaws(db, shop.merchantId, itemIds.length > 0 ? itemIds : null)
  return found.map(({ law }) => law)
}
const tampered = (text: string, ...values: unknown[]) => db.query(text, [shop.merchantId, ...values])

describe('the laws, where something is sold in sets', () => {
  it('hold of an order that has its parts and waits for one set more', async () => {
    expect(await broken()).toEqual([])
    expect(await broken(ring)).toEqual([])
  })
  it('hold of nothing where nothing was touched', async () => {
    expect(await brokenLaws(db, shop.merchantId, [])).toEqual([])
  })
  it.each([
    ['that lacks pieces of a part', 'UPDATE line_allocation SET reserved = 3 WHERE merchant_id = $1 AND item_id = $2'],
    ['that has nothing of a part', 'DELETE FROM line_allocation WHERE merchant_id = $1 AND item_id = $2'],
  ])('are broken by an order %s, whichever part it is that was touched', async (_, text) => {
    await tampered(text, stud)
    expect(await broken()).toEqual(['what a line has reserved lies somewhere'])
    expect(await broken(ring)).toEqual(['what a line has reserved lies somewhere'])
  })
  it('are broken by orders that hold more of a part than is reserved of it', async () => {
    await tampered('UPDATE line_allocation SET reserved = 9 WHERE merchant_id = $1 AND item_id = $2', stud)
    expect(await broken(stud)).toEqual([
      'orders hold no more than is reserved',
      'what a line has reserved lies somewhere',
    ])
  })
  it('are broken by a shortfall that is not what its line is short of', async () => {
    await tampered('UPDATE shortfall SET outstanding = 0, to_make = 0 WHERE merchant_id = $1 AND item_id = $2', set)
    expect(await broken(ring)).toEqual(['a shortfall is what its line is short of'])
  })
  it('are broken by a balance that its ledger does not come to', async () => {
    await tampered('UPDATE balance SET damaged = damaged + 1 WHERE merchant_id = $1 AND item_id = $2', ring)
    expect(await broken(ring)).toEqual(['no unit is in two places', 'the ledger folds to the balances'])
    expect(await broken(stud)).toEqual([])
  })
})
