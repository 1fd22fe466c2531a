import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { arrivePieces, type Arriving, sendPieces, type Sending } from '#app/pool/transit.server.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { attempt, codeOf as code } from '../support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { piecesOf } from '../support/pieces.ts'
import { addPlace } from '../support/places.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number
let vault: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring = await addItem(db, shop)
  vault = await addPlace(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
})

let tokens = 0
const send = (said: Partial<Sending> = {}) =>
  attempt(db, (tx) =>
    sendPieces(
      tx,
      {
        merchantId: shop.merchantId,
        actor: 'person/7',
        token: `s${(tokens += 1)}`,
        itemId: ring,
        quantity: 2,
        from: { locationId: shop.safe, state: 'available' },
        toLocationId: vault,
        why: 'For the weekend',
        dueAt: null,
        partnerId: null,
        stayId: null,
        ...said,
      },
      NOON,
    ),
  )
const arrive = async (said: Partial<Arriving> = {}) => {
  const { rows } = await db.query<{ id: number }>(
    'SELECT max(id) AS id FROM stay WHERE merchant_id = $1 AND bound_for IS NOT NULL',
    [shop.merchantId],
  )
  const arriving: Arriving = {
    merchantId: shop.merchantId,
    actor: 'person/7',
    token: `a${(tokens += 1)}`,
    stayId: rows[0]!.id,
    quantity: 2,
    state: 'available',
    toLocationId: null,
    why: 'Arrived',
    check: null,
    ...said,
  }
  return attempt(db, (tx) => arrivePieces(tx, arriving, NOON))
}
const pieces = () => piecesOf(db, shop.merchantId, ring)

describe('pieces that are sent to another place', () => {
  it('are in transit, for sale nowhere, until they arrive', async () => {
    expect(await send()).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Safe: { available: 1 }, 'In transit': { available: 2 } })
    expect(await arrive()).toEqual({ freed: [ring] })
    expect(await pieces()).toEqual({ Safe: { available: 1 }, Vault: { available: 2 } })
    expect(await verifyStays(db, shop.merchantId)).toEqual([])
  })
  it('share one place in transit, made when it is first needed', async () => {
    await Promise.all([send({ quantity: 1 }), send({ quantity: 1 })])
    const { rows } = await db.query(`SELECT FROM location WHERE merchant_id = $1 AND kind = 'transit'`, [
      shop.merchantId,
    ])
    expect(rows).toHaveLength(1)
  })
  it('may arrive one by one, damaged, or somewhere else', async () => {
    await send()
    expect(await arrive({ quantity: 1, state: 'damaged' })).toEqual({ freed: [] })
    expect(await arrive({ quantity: 1, toLocationId: shop.bench, state: 'in_work' })).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Safe: { available: 1 }, Bench: { in_work: 1 }, Vault: { damaged: 1 } })
  })
  it('have a check before them still when they had one before', async () => {
    await db.query('UPDATE location SET needs_check = true WHERE id = $1', [shop.bench])
    await addStock(db, shop, { itemId: ring, place: shop.bench, in_work: 1 })
    await send({ quantity: 1, from: { locationId: shop.bench, state: 'in_work' } })
    expect(await code(arrive({ quantity: 1 }))).toBe('no-check')
    expect(await code(arrive({ quantity: 1, check: 'passed' }))).toBe('done')
  })
  it.each<[string, string, () => Partial<Sending>]>([
    ['to where they are', 'same', () => ({ toLocationId: shop.safe })],
    ['to nowhere', 'unknown-place', () => ({ toLocationId: 999_999 })],
    ['more than there are', 'not-there', () => ({ quantity: 9 })],
  ])('are not sent %s', async (_, refusal, said) => {
    expect(await code(send(said()))).toBe(refusal)
    expect(await pieces()).toEqual({ Safe: { available: 3 } })
  })
  it('do not arrive twice, or when they never set out', async () => {
    await send()
    expect(await code(arrive({ stayId: 999_999 }))).toBe('not-underway')
    expect(await code(arrive({ quantity: 3 }))).toBe('not-there')
    await arrive({ token: 'same' })
    expect(await code(arrive())).toBe('not-there')
    expect(await code(arrive({ token: 'same' }))).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 1 }, Vault: { available: 2 } })
  })
})
