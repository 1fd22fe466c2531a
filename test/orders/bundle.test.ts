import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { giveBack } from '#app/orders/give-back.server.ts'
import { fillShortfalls } from '#app/orders/shortfall.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { book, bookIn, bundleOf, compose, countsOf, offered, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { movementsOf } from '../support/pieces.ts'
import { changeOf, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'
import { someoneWaits } from '../support/waiting.ts'

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
// A ring and two studs in each set: three rings and five studs are two sets.
beforeEach(async () => {
  shop = await openShop(db)
  ring = await stocked(db, shop, 3)
  stud = await stocked(db, shop, 5)
  set = await bundleOf(db, shop, [
    [ring, 1],
    [stud, 2],
  ])
})

const news = (minutes: number, line: Partial<ChannelOrderLine>, externalId = 'o-1') =>
  orderTold({ externalId, updatedAt: minutesAfterNoon(minutes), lines: [lineTold({ quantity: 2, ...line })] })
const told = (minutes: number, line: Partial<ChannelOrderLine>, externalId?: string) =>
  book(db, shop, news(minutes, line, externalId), [set])
const counts = () => countsOf(db, shop, [ring, stud])
const lines = (externalId?: string) => bookedLines(db, shop, externalId)

let deliveries = 0
async function delivered(itemId: number, quantity: number): Promise<void> {
  const change = changeOf(shop, { key: `delivery/${(deliveries += 1)}`, reason: 'counted' })
  const to = { locationId: shop.safe, state: 'available' as const }
  expect(await append(db, change, [{ itemId, quantity, from: { outside: 'supplier' }, to }])).toBe('done')
}
const fill = (...itemIds: number[]) =>
  transaction(db, (tx) => fillShortfalls(tx, { merchantId: shop.merchantId, itemIds, at: NOON }))

describe('an order of a set', () => {
  it('takes its parts, sends them, and the set itself never moves', async () => {
    await told(0, {})
    expect(await counts()).toEqual(['1+2', '1+4'])
    await told(1, { shipped: 2 })
    expect(await counts()).toEqual(['1+0', '1+0'])
    expect(await lines()).toEqual([{ reserved: 0, short: 0, shipped: 2, returned: 0 }])
    expect(await movementsOf(db, shop.merchantId, stud)).toEqual([
      'sold: 4 available > reserved',
      'shipped: 4 reserved > customer',
    ])
    expect(await movementsOf(db, shop.merchantId, set)).toEqual([])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('gives each part back once, in part and in whole, however often it is cancelled', async () => {
    await told(0, {})
    await told(1, { currentQuantity: 1 })
    expect(await counts()).toEqual(['2+1', '3+2'])
    for (const minutes of [2, 2, 3]) await told(minutes, { currentQuantity: 0 })
    expect(await counts()).toEqual(['3+0', '5+0'])
  })
  it('gets back what the channel says it put back: its parts, to be looked at before they are for sale', async () => {
    await told(0, { shipped: 2 })
    await told(1, { currentQuantity: 1, shipped: 1, restocked: [{ externalLocationId: 'safe', quantity: 1 }] })
    expect(await counts()).toEqual(['1+0', '1+0'])
    expect((await movementsOf(db, shop.merchantId, ring)).at(-1)).toBe('came back: 1 customer > quality_check')
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
    expect(await lines()).toEqual([{ reserved: 0, short: 0, shipped: 2, returned: 1 }])
  })
  it('whose pieces a person gives back gives back their parts', async () => {
    const { orderId } = (await told(0, {})) as { orderId: number }
    const { rows } = await db.query<{ id: number }>('SELECT id FROM order_line WHERE order_id = $1', [orderId])
    const given = { merchantId: shop.merchantId, orderId, lines: [{ lineId: rows[0]!.id, quantity: 1 }], at: NOON }
    await transaction(db, (tx) => giveBack(tx, given))
    expect(await counts()).toEqual(['2+1', '3+2'])
  })
  it('takes whole sets only: of one that lacks a part it takes nothing', async () => {
    await told(0, { quantity: 3 })
    expect(await lines()).toEqual([{ reserved: 2, short: 1, shipped: 0, returned: 0 }])
    expect(await counts()).toEqual(['1+2', '1+4'])
  })
  it('counts what its lines need of one part together, single pieces first', async () => {
    const order = orderTold({
      lines: [
        lineTold({ externalId: '1', quantity: 2 }),
        lineTold({ externalId: '2', quantity: 2 }),
        lineTold({ externalId: '3', quantity: 2 }),
      ],
    })
    const pendant = await bundleOf(db, shop, [[ring, 1]])
    await book(db, shop, order, [set, pendant, stud])
    // Two studs alone leave three: one set, and the two rings left are two pendants.
    expect(await lines()).toMatchObject([
      { reserved: 1, short: 1 },
      { reserved: 2, short: 0 },
      { reserved: 2, short: 0 },
    ])
    expect(await counts()).toEqual(['0+3', '1+4'])
  })
  it('is told to a channel with a ledger of its own as moves of its parts, though that channel sold it', async () => {
    await told(0, {})
    const text = `SELECT DISTINCT account_id, item_id FROM movement WHERE merchant_id = $1 AND reason = 'sold' ORDER BY 2`
    const { rows } = await db.query(text, [shop.merchantId])
    expect(rows).toEqual([
      { account_id: null, item_id: ring },
      { account_id: null, item_id: stud },
    ])
  })
  it('sent without its parts having been there is sent all the same, and what there is of them has gone with it', async () => {
    await told(0, { quantity: 3 })
    await told(1, { quantity: 3, shipped: 3 })
    expect(await lines()).toEqual([{ reserved: 0, short: 0, shipped: 3, returned: 0 }])
    expect(await counts()).toEqual(['0+0', '0+0'])
  })
})

describe('what a set is made of', () => {
  it('is for an order what it was when it was sold', async () => {
    await told(0, {})
    await compose(db, shop, set, [{ itemId: stud, needs: 1 }])
    await told(1, { currentQuantity: 1 })
    expect(await counts()).toEqual(['2+1', '3+2'])
    await told(2, { currentQuantity: 1, shipped: 1 })
    expect(await counts()).toEqual(['2+0', '3+0'])
    await told(3, { quantity: 1 }, 'o-2')
    expect(await counts()).toEqual(['2+0', '2+1'])
  })
  it('said after it was sold is what the order waits for', async () => {
    const later = await stocked(db, shop, 0)
    await book(db, shop, news(0, {}), [later])
    expect(await lines()).toMatchObject([{ reserved: 0, short: 2 }])
    await compose(db, shop, later, [{ itemId: stud, needs: 2 }])
    expect(await fill(later)).toHaveLength(1)
    expect(await lines()).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await counts()).toEqual(['3+0', '1+4'])
  })
  it('raises its number as a change of stock does, even when the new parts moved less', async () => {
    const seq = async () => (await stockOf(db, shop.merchantId, [set])).get(set)!.seq
    const seen = [await seq()]
    await delivered(ring, 1)
    seen.push(await seq())
    for (const part of [stud, ring]) {
      await compose(db, shop, set, [{ itemId: part, needs: 1 }])
      seen.push(await seq())
    }
    await compose(db, shop, set, [])
    seen.push(await seq())
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
  })
})

describe('parts that come', () => {
  it('go to the sets that wait for them, oldest first and whole ones only', async () => {
    await told(0, { quantity: 3 })
    await told(0, { quantity: 1 }, 'o-2')
    await delivered(ring, 5)
    expect(await fill(ring)).toEqual([])
    await delivered(stud, 1)
    expect(await fill(stud)).toHaveLength(1)
    expect(await lines('o-1')).toMatchObject([{ reserved: 3, short: 0 }])
    expect(await lines('o-2')).toMatchObject([{ reserved: 0, short: 1 }])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('go to whoever waited longest, a set or a single piece', async () => {
    await told(0, { quantity: 3 })
    await book(db, shop, news(0, { quantity: 2 }, 'o-2'), [stud])
    await delivered(stud, 2)
    expect(await fill(stud)).toHaveLength(1)
    expect(await lines('o-1')).toMatchObject([{ reserved: 3, short: 0 }])
    expect(await lines('o-2')).toMatchObject([{ reserved: 1, short: 1 }])
  })
  it('from a cancelled order go to a set that was short of them', async () => {
    await book(db, shop, news(0, { quantity: 3 }, 'o-2'), [ring])
    await told(0, {})
    expect(await lines()).toMatchObject([{ reserved: 0, short: 2 }])
    await book(db, shop, news(1, { quantity: 3, currentQuantity: 0 }, 'o-2'), [ring])
    expect(await lines()).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await counts()).toEqual(['1+2', '1+4'])
  })
  it('that another transaction holds are left alone: nobody waits with stock in hand', async () => {
    await told(0, { quantity: 3 })
    await delivered(stud, 1)
    const held = await db.connect()
    await held.query('BEGIN')
    await held.query('SELECT FROM balance WHERE item_id = $1 FOR UPDATE', [ring])
    expect(await fill(stud)).toEqual([])
    await held.query('ROLLBACK')
    held.release()
    expect(await fill(stud)).toHaveLength(1)
  })
})

describe('a set and its part sold at once', () => {
  /** Both begin, the one waits for the other, and both end. */
  async function atOnce(first: [string, number][], second: [string, number][]) {
    const order = (externalId: string, of: [string, number][]) =>
      orderTold({ externalId, lines: of.map(([line, quantity]) => lineTold({ externalId: line, quantity })) })
    const itemsOf = (of: [string, number][]) => of.map(([line]) => ({ set, ring, stud })[line] ?? null)
    const one = await db.connect()
    await one.query('BEGIN')
    await bookIn(one, shop, order('o-1', first), itemsOf(first))
    const other = book(db, shop, order('o-2', second), itemsOf(second))
    await someoneWaits(db)
    await one.query('COMMIT')
    one.release()
    await other
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
    return { first: await lines('o-1'), second: await lines('o-2') }
  }
  it('the set first: the part that is left is sold once', async () => {
    const { second } = await atOnce([['set', 2]], [['ring', 2]])
    expect(second).toMatchObject([{ reserved: 1, short: 1 }])
  })
  it('the part first: only the sets that are left are sold', async () => {
    const { second } = await atOnce([['ring', 2]], [['set', 2]])
    expect(second).toMatchObject([{ reserved: 1, short: 1 }])
    expect(await counts()).toEqual(['0+3', '3+2'])
  })
  it('in many orders at once, in every order of their lines: nobody waits for ever, and nothing is sold twice', async () => {
    const mixed = (n: number) => [set, ring, stud, set].map((_, i, all) => all[(i + n) % 4]!)
    const orders = Array.from({ length: 24 }, (_, n) => {
      const told = mixed(n).map((_item, i) => lineTold({ externalId: `${i}`, quantity: 1 }))
      return { order: orderTold({ externalId: `m-${n}`, lines: told }), items: mixed(n) }
    })
    await Promise.all(orders.map(({ order, items }) => book(db, shop, order, items)))
    const gone = (order: (typeof orders)[number]['order']) =>
      orderTold({
        ...order,
        updatedAt: minutesAfterNoon(1),
        lines: order.lines.map((line) => ({ ...line, currentQuantity: 0 })),
      })
    await Promise.all(orders.map(({ order, items }) => book(db, shop, gone(order), items)))
    expect(await counts()).toEqual(['3+0', '5+0'])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
})

it('a set is offered as often as its scarcest part allows', async () => {
  expect(await offered(db, shop, set)).toBe(2)
  await book(db, shop, news(0, { quantity: 2 }), [stud])
  expect(await offered(db, shop, set)).toBe(1)
})
