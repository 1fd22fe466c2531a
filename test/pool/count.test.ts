import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countPieces, type Counting } from '#app/pool/count.server.ts'
import { reserve } from '#app/pool/ledger.server.ts'
import { attempt, codeOf as code } from '../support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
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
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
})

let tokens = 0
const counting = (said: Partial<Counting>): Counting => ({
  merchantId: shop.merchantId,
  actor: 'person/7',
  token: `c${(tokens += 1)}`,
  itemId: ring,
  at: { locationId: shop.safe, state: 'available' },
  counted: 3,
  saw: 3,
  why: 'Counted before the holidays',
  ...said,
})
const count = (said: Partial<Counting>) => attempt(db, (tx) => countPieces(tx, counting(said), NOON))
const pieces = () => piecesOf(db, shop.merchantId, ring)
const movements = () => movementsOf(db, shop.merchantId, ring)

describe('a count', () => {
  it.each([
    ['more', 5, ['counted: 2 found > available'], { Safe: { available: 5 } }],
    ['less', 1, ['counted: 2 available > lost'], { Safe: { available: 1 } }],
    ['none', 0, ['counted: 3 available > lost'], {}],
    ['as many as the books say', 3, [], { Safe: { available: 3 } }],
  ])('of %s is booked as it is', async (_, counted, ledger, then) => {
    expect(await count({ counted })).toEqual({ freed: counted > 3 ? [ring] : [] })
    expect(await movements()).toEqual(ledger)
    expect(await pieces()).toEqual(then)
  })
  it('is booked once, however often it is said', async () => {
    const once = counting({ counted: 5 })
    for (let n = 0; n < 3; n += 1) expect(await code(attempt(db, (tx) => countPieces(tx, once, NOON)))).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 5 } })
  })
  it('of what has been sold meanwhile is refused: it would give back what was sold', async () => {
    const sold = changeOf(shop, { key: 'sold', reason: 'sold' })
    await reserve(db, sold, { demands: [{ itemId: ring, quantity: 1 }], whole: true })
    expect(await code(count({ counted: 3 }))).toBe('stale')
    expect(await code(count({ counted: 1, saw: 2 }))).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 1, reserved: 1 } })
  })
  it('at a bench counts there, and frees nothing to be sold', async () => {
    expect(await count({ at: { locationId: shop.bench, state: 'in_work' }, saw: 0, counted: 2 })).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Safe: { available: 3 }, Bench: { in_work: 2 } })
  })
  it('two at once of the same pieces: the second is refused', async () => {
    const both = await Promise.all([code(count({ counted: 5 })), code(count({ counted: 5 }))])
    expect(both.toSorted()).toEqual(['done', 'stale'])
    expect(await pieces()).toEqual({ Safe: { available: 5 } })
  })
  it('does not find a second one of the only one of its kind, wherever the first is', async () => {
    const only = await addItem(db, shop, { kind: 'one_of_one' })
    await addStock(db, shop, { itemId: only, place: shop.bench, in_work: 1 })
    expect(await code(count({ itemId: only, saw: 0, counted: 1 }))).toBe('one-of-one')
    const lost = { itemId: only, at: { locationId: shop.bench, state: 'in_work' as const }, saw: 1, counted: 0 }
    expect(await code(count(lost))).toBe('done')
    expect(await code(count({ itemId: only, saw: 0, counted: 1 }))).toBe('done')
  })
  it.each<[string, string, () => Promise<Partial<Counting>>]>([
    ['item', 'unknown-item', async () => ({ itemId: await addItem(db, await openShop(db)) })],
    ['place', 'unknown-place', async () => ({ at: { locationId: (await openShop(db)).safe, state: 'available' } })],
  ])('of another shop’s %s is refused', async (_, refusal, said) => {
    expect(await code(said().then(count))).toBe(refusal)
  })
})
