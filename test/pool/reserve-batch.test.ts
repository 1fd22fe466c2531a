import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { append, reserve } from '#app/pool/ledger.server.ts'
import type { Demand } from '#app/pool/movement.ts'
import { batchedReserve, type BatchRequest, reserveBatch } from '#app/pool/reserve-batch.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { piecesOf } from '#test/support/pieces.ts'
import { addItem, addStock, changeOf, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'
import { someoneWaits } from '#test/support/waiting.ts'

let database: FreshDatabase
let shop: ShopRows
let window: number
let orders = 0
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(database.pool)
  window = await put(database.pool, 'location', {
    merchant_id: shop.merchantId,
    name: 'Window',
    kind: 'store',
    sellable: true,
    rank: 3,
  })
})

async function ring(stock: { safe?: number; window?: number; bench?: number }): Promise<number> {
  const itemId = await addItem(database.pool, shop)
  const places = { safe: shop.safe, window, bench: shop.bench }
  for (const [name, available] of Object.entries(stock))
    await addStock(database.pool, shop, { itemId, place: places[name as keyof typeof places], available })
  return itemId
}

type Wanted = Record<number, number>
const order = (wanted: Wanted, key = `order/${(orders += 1)}`): BatchRequest => ({
  change: changeOf(shop, { key, reason: 'sold' }),
  demands: Object.entries(wanted).map(([itemId, quantity]) => ({ itemId: Number(itemId), quantity })),
})
const ask = (...requests: BatchRequest[]) => {
  const reserveOne = batchedReserve(database.pool)
  return Promise.all(requests.map((one) => reserveOne(one)))
}
const has = (answers: Awaited<ReturnType<typeof ask>>) =>
  answers.map((one) => (one === 'already' ? one : one.short.length === 0))
const lies = (itemId: number) => piecesOf(database.pool, shop.merchantId, itemId)

describe('orders that come at the same time', () => {
  it('each have what they want, from the places in the merchant’s order, and leave it in the ledger', async () => {
    const item = await ring({ safe: 2, window: 2, bench: 9 })
    const [a, b] = await ask(order({ [item]: 1 }, 'a'), order({ [item]: 2 }, 'b'))
    expect(a).toEqual({ taken: [{ itemId: item, locationId: shop.safe, quantity: 1 }], short: [] })
    expect(b).toMatchObject({
      taken: [
        { locationId: shop.safe, quantity: 1 },
        { locationId: window, quantity: 1 },
      ],
    })
    expect(await lies(item)).toEqual({
      Safe: { reserved: 2 },
      Window: { available: 1, reserved: 1 },
      Bench: { available: 9 },
    })
    const { rows } = await database.pool.query(
      `SELECT key, n, quantity FROM movement WHERE merchant_id = $1 AND reason = 'sold' ORDER BY key, n`,
      [shop.merchantId],
    )
    expect(rows).toEqual([
      { key: 'a', n: 1, quantity: 1 },
      { key: 'b', n: 1, quantity: 1 },
      { key: 'b', n: 2, quantity: 1 },
    ])
    const facts = await database.pool.query('SELECT key FROM stock_changed WHERE merchant_id = $1 AND key = ANY ($2)', [
      shop.merchantId,
      ['a', 'b'],
    ])
    expect(facts.rows).toHaveLength(2)
    expect(await verifyLedger(database.pool, shop.merchantId)).toEqual([])
  })
  it('and want the same pieces are served in the order they came, and one that is short stands in nobody’s way', async () => {
    const item = await ring({ safe: 3 })
    expect(
      has(await ask(order({ [item]: 2 }), order({ [item]: 2 }), order({ [item]: 1 }), order({ [item]: 1 }))),
    ).toEqual([true, false, true, false])
    expect(await lies(item)).toEqual({ Safe: { reserved: 3 } })
  })
  it('have all of it or nothing, and are told what is short', async () => {
    const [a, b] = [await ring({ safe: 5 }), await ring({ safe: 1 })]
    const [first, second] = await ask(order({ [a]: 1, [b]: 2 }), order({ [b]: 1 }))
    expect(first).toEqual({ taken: [], short: [{ itemId: b, quantity: 1 }] })
    expect(second).toMatchObject({ short: [] })
    expect(await lies(a)).toEqual({ Safe: { available: 5 } })
  })
  it('and are the same one, heard twice, are one', async () => {
    const item = await ring({ safe: 5 })
    const twice = order({ [item]: 1 })
    expect(has(await ask(twice, twice, order({ [item]: 1 })))).toEqual([true, 'already', true])
    expect(has(await ask(twice))).toEqual(['already'])
    expect(await reserve(database.pool, twice.change, { demands: twice.demands, whole: true })).toBe('already')
    expect(await lies(item)).toEqual({ Safe: { available: 3, reserved: 2 } })
  })
  it('of different merchants never meet', async () => {
    const item = await ring({ safe: 1 })
    const mine = order({ [item]: 1 })
    shop = await openShop(database.pool)
    expect(has(await ask(order({ [item]: 1 }), mine))).toEqual([false, true])
  })
  it('of which one cannot be understood fail for that one alone', async () => {
    const item = await ring({ safe: 5 })
    const reserveOne = batchedReserve(database.pool)
    const bad = [order({ [item]: 1 }, 'a\0b'), order({ [item]: 2 ** 40 }), order({ [item]: 0 }), order({})]
    const done = await Promise.allSettled([order({ [item]: 1 }), ...bad, order({ [item]: 1 })].map(reserveOne))
    expect(done.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(await lies(item)).toEqual({ Safe: { available: 3, reserved: 2 } })
  })
  it('while another process books one of them: that one is already there, the others are served', async () => {
    const item = await ring({ safe: 5 })
    const both = [order({ [item]: 1 }, 'raced'), order({ [item]: 1 })]
    let answers: ReturnType<typeof ask> = Promise.resolve([])
    await transaction(database.pool, async (tx) => {
      await reserve(tx, both[0]!.change, { demands: both[0]!.demands, whole: true })
      answers = ask(...both)
      await someoneWaits(database.pool)
    })
    expect(has(await answers)).toEqual(['already', true])
    expect(await lies(item)).toEqual({ Safe: { available: 3, reserved: 2 } })
  })
  it('while pieces leave: nobody has what is not there', async () => {
    const item = await ring({ safe: 2 })
    let answers: ReturnType<typeof ask> = Promise.resolve([])
    await transaction(database.pool, async (tx) => {
      const from = { locationId: shop.safe, state: 'available' as const }
      await append(tx, changeOf(shop, { key: 'lost', reason: 'moved' }), [
        { itemId: item, quantity: 1, from, to: { outside: 'lost' } },
      ])
      answers = ask(order({ [item]: 1 }), order({ [item]: 1 }))
      await someoneWaits(database.pool)
    })
    expect(has(await answers)).toEqual([true, false])
    expect(await verifyLedger(database.pool, shop.merchantId)).toEqual([])
  })
  it('while pieces come back: they are there for whoever waited', async () => {
    const item = await ring({ safe: 1 })
    let answers: ReturnType<typeof ask> = Promise.resolve([])
    await transaction(database.pool, async (tx) => {
      const to = { locationId: shop.safe, state: 'available' as const }
      const back = { itemId: item, quantity: 5, from: { outside: 'customer' as const }, to }
      await append(tx, changeOf(shop, { key: 'back', reason: 'came back' }), [back])
      answers = ask(order({ [item]: 4 }))
      await someoneWaits(database.pool)
    })
    expect(has(await answers)).toEqual([true])
    expect(await lies(item)).toEqual({ Safe: { available: 2, reserved: 4 } })
  })
  it('in two processes’ batches, two hundred for a hundred pieces: a hundred have one', async () => {
    const item = await ring({ safe: 60, window: 40 })
    const [one, two] = [batchedReserve(database.pool, { most: 7 }), batchedReserve(database.pool, { most: 7 })]
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => (n % 2 ? one : two)(order({ [item]: 1 }))))
    expect(has(answers).filter((served) => served === true)).toHaveLength(100)
    expect(await lies(item)).toEqual({ Safe: { reserved: 60 }, Window: { reserved: 40 } })
    expect(await verifyLedger(database.pool, shop.merchantId)).toEqual([])
  })
})

/** What one after the other would have: the law that batches keep. */
function oneByOne(stock: Map<number, number>, requests: BatchRequest[]): boolean[] {
  return requests.map(({ demands }) => {
    const served = demands.every(({ itemId, quantity }) => (stock.get(itemId) ?? 0) >= quantity)
    if (served) for (const { itemId, quantity } of demands) stock.set(itemId, (stock.get(itemId) ?? 0) - quantity)
    return served
  })
}

describe('any orders whatever', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('come out as they would one by one (seed %i)', async (seed) => {
    const random = seeded(seed)
    const upTo = (n: number) => Math.floor(random() * (n + 1))
    const items = [
      await ring({ safe: 1 + upTo(6), window: 1 + upTo(6) }),
      await ring({ window: 1 + upTo(8) }),
      await ring({ safe: 1, bench: 9 }),
    ]
    const stock = new Map<number, number>()
    for (const item of items) {
      const { Safe, Window } = await lies(item)
      stock.set(item, (Safe?.available ?? 0) + (Window?.available ?? 0))
    }
    const requests = Array.from({ length: 24 }, () => {
      const some = items.filter(() => random() < 0.5)
      return order(Object.fromEntries((some.length ? some : [items[0]!]).map((item) => [item, 1 + upTo(2)])))
    })
    expect(has(await ask(...requests))).toEqual(oneByOne(stock, requests))
    for (const item of items) {
      const { Safe, Window } = await lies(item)
      expect((Safe?.available ?? 0) + (Window?.available ?? 0)).toBe(stock.get(item))
    }
    expect(await verifyLedger(database.pool, shop.merchantId)).toEqual([])
  })
  it('are decided a little further with every batch, the first of them always', async () => {
    const item = await ring({ safe: 2 })
    const demands: Demand[] = [{ itemId: item, quantity: 2 }]
    const outcomes = await reserveBatch(database.pool, [
      order({ [item]: 3 }),
      order({ [item]: 1 }),
      { ...order({}), demands },
      order({ [item]: 1 }),
    ])
    expect(outcomes).toMatchObject([
      { answer: { short: [{ quantity: 1 }] } },
      { answer: { short: [] } },
      { answer: { short: [{ quantity: 1 }] } },
      'again',
    ])
  })
})
