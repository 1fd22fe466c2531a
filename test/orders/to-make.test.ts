import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { endMadeToOrder, makingOf, setMadeToOrder } from '#app/catalog/made-to-order.server.ts'
import type { ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import { fillShortfalls } from '#app/orders/shortfall.server.ts'
import type { Outcome } from '#app/orders/book.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { book, bookIn, bundleOf, offered, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { changeOf, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'
import { someoneWaits } from '../support/waiting.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
// One lies ready, and two more can be made within three weeks.
beforeEach(async () => {
  shop = await openShop(db)
  ring = await stocked(db, shop, 1)
  await terms(ring, 2)
})

const terms = (itemId: number, capacity: number, leadDays = 21) =>
  transaction(db, (tx) => setMadeToOrder(tx, { merchantId: shop.merchantId, itemId, capacity, leadDays }))
const news = (externalId: string, minutes: number, line: Partial<ChannelOrderLine>) =>
  orderTold({ externalId, updatedAt: minutesAfterNoon(minutes), lines: [lineTold(line)] })
const told = (externalId: string, minutes: number, line: Partial<ChannelOrderLine>) =>
  book(db, shop, news(externalId, minutes, line), [ring])
const making = async () => (await makingOf(db, shop.merchantId, ring))!
const shortOf = (outcome: Outcome | 'stale') => (outcome === 'stale' ? null : outcome.lines[0]!.short)
const fill = () =>
  transaction(db, (tx) => fillShortfalls(tx, { merchantId: shop.merchantId, itemIds: [ring], at: NOON }))

async function finished(quantity: number, key: string): Promise<void> {
  const to = { locationId: shop.safe, state: 'available' as const }
  await append(db, changeOf(shop, { key, reason: 'counted' }), [
    { itemId: ring, quantity, from: { outside: 'supplier' }, to },
  ])
}

describe('an item made to order', () => {
  it('is offered as often as it lies ready and can still be made', async () => {
    expect(await offered(db, shop, ring)).toBe(3)
    await told('o-1', 0, { quantity: 2 })
    expect(await offered(db, shop, ring)).toBe(1)
    await told('o-2', 0, { quantity: 1 })
    expect(await offered(db, shop, ring)).toBe(0)
  })
  it('gives an order what lies ready first, and promises the rest by its lead time: no oversell', async () => {
    expect(shortOf(await told('o-1', 0, { quantity: 2 }))).toBe(0)
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 1 }])
    const makeBy = new Date(NOON.getTime() + 21 * 86_400_000)
    expect((await making()).lines).toMatchObject([{ order: '#1042', channel: 'Etsy', pieces: 1, makeBy }])
  })
  it('beyond its capacity is oversold, and says by how many', async () => {
    expect(shortOf(await told('o-1', 0, { quantity: 5 }))).toBe(2)
    expect(await making()).toMatchObject({ taken: 2 })
  })
  it('cancelled gives its capacity back, in part and in whole, and what lay ready last', async () => {
    await told('o-1', 0, { quantity: 3 })
    await told('o-1', 1, { quantity: 3, currentQuantity: 2 })
    expect(await making()).toMatchObject({ taken: 1 })
    for (const minutes of [2, 2]) await told('o-1', minutes, { quantity: 3, currentQuantity: 0 })
    expect(await making()).toMatchObject({ taken: 0, lines: [] })
    expect(await offered(db, shop, ring)).toBe(3)
  })
  it('given back goes to the order that was promised too much, which is then no oversell any more', async () => {
    await told('o-1', 0, { quantity: 3 })
    const second = await told('o-2', 1, { quantity: 1 })
    expect(shortOf(second)).toBe(1)
    const cancelled = await told('o-1', 2, { quantity: 3, currentQuantity: 2 })
    expect(cancelled).toMatchObject({ nowWhole: second === 'stale' ? [] : [second.lines[0]!.lineId] })
    expect((await making()).lines.map(({ pieces }) => pieces)).toEqual([1, 1])
  })
  it('that is finished goes to whoever waited longest, and makes room for another', async () => {
    await told('o-1', 0, { quantity: 2 })
    await told('o-2', 1, { quantity: 1 })
    await finished(1, 'made/1')
    expect(await fill()).toHaveLength(1)
    expect(await bookedLines(db, shop, 'o-1')).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await making()).toMatchObject({ taken: 1 })
    expect(await offered(db, shop, ring)).toBe(1)
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('that was sent as soon as it was made, without lying in stock, is made', async () => {
    await told('o-1', 0, { quantity: 2 })
    await told('o-1', 1, { quantity: 2, shipped: 2 })
    expect(await making()).toMatchObject({ taken: 0 })
  })
  it('changes its seq with every promise, though nothing moved', async () => {
    await told('o-0', 0, { quantity: 1 })
    const seq = async () => (await stockOf(db, shop.merchantId, [ring])).get(ring)!.seq
    const before = await seq()
    await told('o-1', 0, { quantity: 1 })
    const promised = await seq()
    await told('o-1', 1, { quantity: 1, currentQuantity: 0 })
    expect([promised > before, (await seq()) > promised]).toEqual([true, true])
    const facts = await db.query('SELECT FROM stock_changed WHERE merchant_id = $1 AND item_id = $2', [
      shop.merchantId,
      ring,
    ])
    expect(facts.rowCount).toBeGreaterThanOrEqual(2)
  })
})

describe('the last of a capacity', () => {
  it('is promised to one of two buyers at once', async () => {
    await told('o-0', 0, { quantity: 2 })
    const one = await db.connect()
    await one.query('BEGIN')
    const first = await bookIn(one, shop, news('o-1', 0, {}), [ring])
    const other = book(db, shop, news('o-2', 0, {}), [ring])
    await someoneWaits(db)
    await one.query('COMMIT')
    one.release()
    expect([shortOf(first), shortOf(await other)]).toEqual([0, 1])
    expect(await making()).toMatchObject({ taken: 2 })
  })
  it('is promised once by however many at once, and given back by all of them', async () => {
    const orders = Array.from({ length: 12 }, (_, n) => `m-${n}`)
    const outcomes = await Promise.all(orders.map((order) => told(order, 0, {})))
    expect(outcomes.filter((outcome) => shortOf(outcome) === 0)).toHaveLength(3)
    expect(await making()).toMatchObject({ taken: 2 })
    await Promise.all(orders.map((order) => told(order, 1, { currentQuantity: 0 })))
    expect(await making()).toMatchObject({ taken: 0 })
    expect(await offered(db, shop, ring)).toBe(3)
  })
})

describe('the terms', () => {
  const refusal = (answer: Refusal | { freed: number[] }) => (isRefusal(answer) ? answer.code : null)
  it('with more capacity reach the orders that wait for it', async () => {
    await told('o-1', 0, { quantity: 5 })
    expect(await terms(ring, 4)).toEqual({ freed: [ring] })
    expect(await fill()).toHaveLength(1)
    expect(await making()).toMatchObject({ taken: 4 })
  })
  it('with less capacity than is promised offer no more, and keep what is promised', async () => {
    await told('o-1', 0, { quantity: 3 })
    await terms(ring, 1)
    expect(await making()).toMatchObject({ capacity: 1, taken: 2 })
    expect(await offered(db, shop, ring)).toBe(0)
  })
  it.each([
    ['a fraction', 1.5],
    ['fewer than none', -1],
    ['more than anybody can make', 10_001],
  ])('of %s are refused', async (_, capacity) => {
    expect(refusal(await terms(ring, capacity))).toBe('terms')
    expect(await making()).toMatchObject({ capacity: 2 })
  })
  it('of what is no single stocked thing, or of another shop, are refused', async () => {
    const part = await stocked(db, shop, 1)
    const unique = await stocked(db, shop, 1, { kind: 'one_of_one' })
    const set = await bundleOf(db, shop, [[part, 1]])
    const other = await stocked(db, await openShop(db), 1)
    expect(
      [await terms(unique, 1), await terms(set, 1), await terms(part, 1), await terms(other, 1)].map(refusal),
    ).toEqual(['one-of-one', 'bundle', 'is-part', 'unknown-item'])
  })
  it('end only when nothing is left to make, and then it is sold from stock alone', async () => {
    const end = () => transaction(db, (tx) => endMadeToOrder(tx, { merchantId: shop.merchantId, itemId: ring }))
    await told('o-1', 0, { quantity: 2 })
    expect(refusal(await end())).toBe('still-to-make')
    await told('o-1', 1, { quantity: 2, currentQuantity: 1 })
    expect(refusal(await end())).toBeNull()
    expect(await makingOf(db, shop.merchantId, ring)).toBeNull()
    expect(await offered(db, shop, ring)).toBe(0)
    expect(refusal(await end())).toBe('not-made-to-order')
  })
})
