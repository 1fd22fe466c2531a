import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { StockState } from '#app/kernel/stock-state.ts'
import { append, reserve } from '#app/pool/ledger.server.ts'
import type { End, Move } from '#app/pool/movement.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addItem, addStock, changeOf, NOON, openShop, put, type ShopRows } from '../support/shop-rows.ts'
import { staysOf } from '../support/stays.ts'

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
})

const hours = (n: number) => new Date(NOON.getTime() + n * 3_600_000)
let changes = 0
const moves = (at: Date, ...all: Omit<Move, 'itemId'>[]) =>
  transaction(db, (tx) =>
    append(
      tx,
      changeOf(shop, { key: `move/${(changes += 1)}`, reason: 'moved', occurredAt: at, recordedAt: at }),
      all.map((move) => ({ itemId: ring, ...move })),
    ),
  )
const safe = (state: StockState = 'available'): End => ({ locationId: shop.safe, state })
const bench = (state: StockState = 'in_work'): End => ({ locationId: shop.bench, state })
const stays = () => staysOf(db, shop.merchantId)

describe('a piece that is not for sale', () => {
  beforeEach(() => addStock(db, shop, { itemId: ring, place: shop.safe, available: 9 }))

  it('has a clock from the moment it is laid there, and none while it is for sale', async () => {
    expect(await stays()).toEqual([])
    await moves(NOON, { quantity: 2, from: safe(), to: bench() })
    expect(await stays()).toEqual([{ place: 'Bench', state: 'in_work', left: 2, since: NOON, due: hours(168) }])
  })
  it.each<[string, string | null, number]>([
    ['resizing', 'resizing', 96],
    ['a photo', 'photo', 24],
    ['whatever it is there for', null, 168],
  ])('stays at the bench for %s as long as is usual', async (_, work, usual) => {
    await db.query('UPDATE location SET work = $2 WHERE id = $1', [shop.bench, work])
    await moves(NOON, { quantity: 1, from: safe(), to: bench() })
    expect(await stays()).toMatchObject([{ due: hours(usual) }])
  })
  it('stays as long as the place says, or as the person said who laid it there', async () => {
    await db.query('UPDATE location SET expected_hours = 5 WHERE id = $1', [shop.bench])
    await moves(NOON, { quantity: 1, from: safe(), to: bench() })
    await moves(NOON, { quantity: 1, from: safe(), to: bench('quality_check'), stay: { dueAt: hours(2) } })
    expect(await stays()).toMatchObject([
      { state: 'in_work', due: hours(5) },
      { state: 'quality_check', due: hours(2) },
    ])
  })
  it('is the oldest when one of several comes back, unless another is named', async () => {
    for (const at of [0, 1, 2]) await moves(hours(at), { quantity: 2, from: safe(), to: bench() })
    await moves(hours(3), { quantity: 3, from: bench(), to: safe() })
    expect(await stays()).toMatchObject([
      { left: 1, since: hours(1) },
      { left: 2, since: hours(2) },
    ])
    const { rows } = await db.query<{ id: number }>(
      'SELECT id FROM stay WHERE merchant_id = $1 ORDER BY id DESC LIMIT 1',
      [shop.merchantId],
    )
    await moves(hours(4), { quantity: 2, from: bench(), to: safe(), stay: { ends: rows[0]!.id } })
    expect(await stays()).toMatchObject([{ left: 1, since: hours(1) }])
  })
  it('is on hold or kept back by a clock of another kind', async () => {
    await moves(
      NOON,
      { quantity: 1, from: safe(), to: safe('held') },
      { quantity: 1, from: safe(), to: safe('safety_stock') },
    )
    expect(await stays()).toMatchObject([
      { state: 'held', due: null },
      { state: 'safety_stock', due: null },
    ])
  })
  it('counts from the day the books were opened when it lay there before', async () => {
    const seen = new Date('2020-01-01T00:00:00Z')
    const change = changeOf(shop, { key: 'opening/b', reason: 'opening', occurredAt: seen })
    await append(db, change, [{ itemId: ring, quantity: 1, from: { outside: 'opening' }, to: bench('available') }])
    expect(await stays()).toMatchObject([{ place: 'Bench', state: 'available', since: NOON }])
  })
  it('that a channel sells all the same stays there no longer, and comes back when it is cancelled', async () => {
    await addStock(db, shop, { itemId: ring, place: shop.bench, available: 2 })
    const sources = [{ locationId: shop.bench, quantity: 1 }]
    const sold = changeOf(shop, { key: 'sold', reason: 'sold' })
    await reserve(db, sold, { demands: [{ itemId: ring, quantity: 1, sources }], whole: true })
    expect(await stays()).toMatchObject([{ state: 'available', left: 1 }])
    await moves(hours(1), { quantity: 1, from: bench('reserved'), to: bench('available') })
    expect((await stays()).map(({ left }) => left)).toEqual([1, 1])
    expect(await verifyStays(db, shop.merchantId)).toEqual([])
  })
})

const STATES: StockState[] = ['available', 'reserved', 'held', 'in_work', 'quality_check', 'damaged', 'incoming']

describe('after any moves', () => {
  it.each([1, 2, 3])('the stays of every place and state are its pieces (seed %i)', async (seed) => {
    const random = seeded(seed)
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
    const client = await put(db, 'location', {
      merchant_id: shop.merchantId,
      name: 'Repairs',
      kind: 'bench',
      sellable: false,
      rank: 4,
    })
    const places = [shop.safe, shop.bench, client]
    await addStock(db, shop, { itemId: ring, place: shop.safe, available: 20 })
    const end = (): End =>
      random() < 0.1
        ? { outside: pick(['lost', 'customer'] as const) }
        : { locationId: pick(places), state: pick(STATES) }
    let done = 0
    for (let n = 0; n < 120; n += 1) {
      const [from, to] = [end(), end()]
      if (!('locationId' in from) || JSON.stringify(from) === JSON.stringify(to)) continue
      if ((await moves(hours(n), { quantity: 1 + Math.floor(random() * 3), from, to })) === 'done') done += 1
      expect(await verifyStays(db, shop.merchantId)).toEqual([])
    }
    expect(done).toBeGreaterThan(10)
  })
  it('a stay that nobody keeps would be seen', async () => {
    await addStock(db, shop, { itemId: ring, place: shop.bench, in_work: 2 })
    await db.query('UPDATE stay SET quantity_left = 1 WHERE merchant_id = $1', [shop.merchantId])
    expect(await verifyStays(db, shop.merchantId)).toEqual([
      { itemId: ring, locationId: shop.bench, state: 'in_work', balance: 2, stays: 1 },
    ])
  })
  it('two who take the same pieces at once leave them right', async () => {
    await addStock(db, shop, { itemId: ring, place: shop.bench, in_work: 6 })
    const back = () => moves(hours(1), { quantity: 1, from: bench(), to: safe() })
    expect(await Promise.all(Array.from({ length: 6 }, back))).toEqual(Array(6).fill('done'))
    expect(await stays()).toEqual([])
    expect(await verifyStays(db, shop.merchantId)).toEqual([])
  })
})
