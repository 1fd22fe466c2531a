import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { type Holder, makeHold, type NewHold } from '#app/pool/hold.server.ts'
import { releaseHold } from '#app/pool/hold-end.server.ts'
import { moveOnHold, type MovingOnHold } from '#app/pool/move-on-hold.server.ts'
import { spotsOf } from '#app/pool/spots.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addPerson, brokenPromises, holdAsked } from '../support/holds.ts'
import { minutesAfterNoon } from '../support/orders.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addItem, addStock, NOON, openShop, put, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let anna: Holder
let ring: number
let shelf: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  anna = await addPerson(db, shop)
  ring = await addItem(db, shop)
  const place = { merchant_id: shop.merchantId, name: 'Shelf', kind: 'hold_shelf', sellable: false, rank: 5 }
  shelf = await put(db, 'location', place)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
})
afterEach(async () => {
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  expect(await verifyStays(db, shop.merchantId)).toEqual([])
})

const hold = async (said: Partial<NewHold> = {}) => {
  const done = await transaction(db, (tx) => makeHold(tx, anna, holdAsked({ itemId: ring, ...said })))
  if (isRefusal(done)) throw new Error(done.sentence)
  return done.holdId
}
const move = (said: Partial<MovingOnHold> = {}) =>
  transaction(db, (tx) =>
    moveOnHold(
      tx,
      {
        merchantId: shop.merchantId,
        actor: anna.actor,
        token: 'move-form-1',
        itemId: ring,
        quantity: 1,
        from: { locationId: shop.safe, state: 'held' },
        to: { locationId: shelf, state: 'held' },
        why: 'for Saturday',
        dueAt: null,
        ...said,
      },
      NOON,
    ),
  )
const lies = () => piecesOf(db, shop.merchantId, ring)
const allocations = async () => {
  const text = `SELECT hold_id AS hold, location_id AS place, quantity FROM hold_allocation WHERE merchant_id = $1 ORDER BY 1, 2`
  return (await db.query(text, [shop.merchantId])).rows
}

describe('a piece on hold that is carried', () => {
  it('stays on hold where it lies then, and comes free there', async () => {
    const holdId = await hold()
    expect(await move()).toEqual({ freed: [] })
    expect(await lies()).toEqual({ Safe: { available: 2 }, Shelf: { held: 1 } })
    expect(await brokenPromises(db, shop.merchantId)).toEqual([])
    await transaction(db, (tx) => releaseHold(tx, anna, { holdId }))
    expect(await lies()).toEqual({ Safe: { available: 2 }, Shelf: { available: 1 } })
    expect(await movementsOf(db, shop.merchantId, ring)).toContain('held piece moved: 1 held > held')
  })
  it('is carried once, however often the form is sent', async () => {
    await hold()
    await hold()
    for (const _ of [1, 2]) expect(await move()).toEqual({ freed: [] })
    expect(await lies()).toEqual({ Safe: { available: 1, held: 1 }, Shelf: { held: 1 } })
  })
  it('is of the hold that ends first', async () => {
    const late = await hold({ until: minutesAfterNoon(90) })
    const soon = await hold()
    await move()
    expect(await allocations()).toEqual([
      { hold: late, place: shop.safe, quantity: 1 },
      { hold: soon, place: shelf, quantity: 1 },
    ])
    await move({ quantity: 1, token: 'move-form-2' })
    expect((await allocations()).map(({ place }) => place)).toEqual([shelf, shelf])
  })
  it('keeps why, and until when it is to lie there', async () => {
    await hold()
    await move({ dueAt: minutesAfterNoon(600) })
    const { rows } = await db.query(
      `SELECT s.due_at, r.text FROM stay s JOIN remark r ON r.merchant_id = s.merchant_id AND s.remark = 'remark/' || r.id
        WHERE s.merchant_id = $1 AND s.location_id = $2 AND s.quantity_left > 0`,
      [shop.merchantId, shelf],
    )
    expect(rows).toEqual([{ due_at: minutesAfterNoon(600), text: 'for Saturday' }])
  })
  it('and is held for nobody we know of goes after those that are', async () => {
    await hold()
    await addStock(db, shop, { itemId: ring, place: shop.bench, held: 1 })
    expect(await move({ from: { locationId: shop.bench, state: 'held' } })).toEqual({ freed: [] })
    expect(await move({ from: { locationId: shop.bench, state: 'held' } })).toEqual({ freed: [] })
    expect(await lies()).toEqual({ Safe: { available: 2, held: 1 }, Shelf: { held: 1 } })
  })
  test.each<[string, (at: { safe: number; shelf: number }) => Partial<MovingOnHold>, string]>([
    ['more than lie there', () => ({ quantity: 2 }), 'not-there'],
    ['to where they lie', ({ safe }) => ({ to: { locationId: safe, state: 'held' } }), 'same'],
    ['to an unknown place', () => ({ to: { locationId: 2 ** 31 - 1, state: 'held' } }), 'unknown-place'],
    ['as if it were free', ({ shelf: at }) => ({ to: { locationId: at, state: 'available' } }), 'on-hold'],
    ['a free one, for nobody', ({ safe }) => ({ from: { locationId: safe, state: 'available' } }), 'for-whom'],
  ])('%s is refused', async (_, said, code) => {
    await hold()
    const before = await lies()
    expect(await move(said({ safe: shop.safe, shelf })).catch(() => 'broken off')).toMatchObject({ code })
    expect(await allocations()).toHaveLength(1)
    if (code !== 'not-there') expect(await lies()).toEqual(before)
  })
  it('does not leave the house', async () => {
    await hold()
    const place = { merchant_id: shop.merchantId, name: 'Out', kind: 'memo_out', sellable: false, rank: 6 }
    const out = await put(db, 'location', place)
    expect(await move({ to: { locationId: out, state: 'held' } })).toMatchObject({ code: 'not-at-hand' })
  })
})

it('what is on hold is among what can be carried', async () => {
  await hold()
  expect(await spotsOf(db, shop.merchantId, ring)).toMatchObject([
    { state: 'available', pieces: 2 },
    { state: 'held', pieces: 1 },
  ])
})
