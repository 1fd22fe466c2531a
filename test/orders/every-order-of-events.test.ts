import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { ChannelOrder, ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold, resolved } from '../support/orders.ts'
import { permutations } from '../support/permutations.ts'
import { piecesOf } from '../support/pieces.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(() => open())

async function open() {
  shop = await openShop(db)
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
}

/** What can happen to a line on its channel. Each says how the line stands afterwards; null: it cannot happen now. */
type Event = (line: ChannelOrderLine) => Partial<ChannelOrderLine> | null

const back = ({ restocked }: ChannelOrderLine) => restocked.reduce((sum, { quantity }) => sum + quantity, 0)
const EVENTS: Record<string, Event> = {
  'edited up': (line) => ({ quantity: line.quantity + 1, currentQuantity: line.currentQuantity + 1 }),
  'edited down': ({ currentQuantity, shipped }) =>
    currentQuantity > shipped ? { currentQuantity: currentQuantity - 1 } : null,
  cancelled: ({ shipped, currentQuantity }) => (currentQuantity > shipped ? { currentQuantity: shipped } : null),
  'one sent': ({ shipped, currentQuantity }) => (currentQuantity > shipped ? { shipped: shipped + 1 } : null),
  'refunded, not restocked': () => ({}),
  'one back on sale': (line) =>
    line.shipped > 0
      ? {
          currentQuantity: line.currentQuantity - 1,
          shipped: line.shipped - 1,
          restocked: [{ externalLocationId: 'safe', quantity: back(line) + 1 }],
        }
      : null,
}

/** The states of an order after each of these, one a minute. */
function story(events: string[]): ChannelOrder[] {
  let line = lineTold({ quantity: 2 })
  const told = [orderTold({ lines: [line] })]
  for (const [n, event] of events.entries()) {
    line = { ...line, ...(EVENTS[event]!(line) ?? {}) }
    told.push(orderTold({ updatedAt: minutesAfterNoon(n + 1), lines: [line] }))
  }
  return told
}

const book = (order: ChannelOrder) =>
  transaction(db, (tx) => {
    const locations = new Map([['safe', shop.safe]])
    const where = { merchantId: shop.merchantId, accountId: shop.shopify, locations, history: false, at: NOON }
    return bookOrder(tx, { ...where, order, lines: resolved(order, [ring]) })
  })

/** The books: of the line, and of the pieces. */
async function books() {
  const [line] = await bookedLines(db, shop)
  const { reserved, short, shipped, returned } = line!
  // How often a piece went out and came in again while nobody told is not to be seen; what is out now is.
  return { reserved, short, out: shipped - returned, pieces: await piecesOf(db, shop.merchantId, ring) }
}

describe('an order of a few events, told in every order, some twice', () => {
  const stories = [
    ['edited up', 'one sent', 'cancelled'],
    ['one sent', 'edited down', 'refunded, not restocked'],
    ['edited up', 'edited up', 'edited down'],
    ['cancelled', 'edited up', 'one sent'],
    ['one sent', 'one sent', 'cancelled'],
  ]
  it.each(stories)('%s, %s, %s: the books end the same', async (...events) => {
    const told = story(events)
    await open()
    for (const one of told) await book(one)
    const expected = await books()
    for (const order of permutations(told)) {
      await open()
      for (const one of [...order, ...order.slice(0, 2)]) await book(one)
      expect(await books()).toEqual(expected)
      expect(await verifyLedger(db, shop.merchantId)).toEqual([])
    }
  })
})

describe('any order of any events', () => {
  const SEED = 20_261_124
  it('gives back once what was taken, and keeps within what is ordered', async () => {
    const random = seeded(SEED)
    const names = Object.keys(EVENTS)
    const pick = <T>(from: T[]): T => from[Math.floor(random() * from.length)]!
    for (let world = 0; world < 60; world += 1) {
      await open()
      const told = story(Array.from({ length: 2 + Math.floor(random() * 6) }, () => pick(names)))
      const heard = [...told, ...Array.from({ length: told.length }, () => pick(told))]
      for (const one of heard.toSorted(() => random() - 0.5)) await book(one)
      await book(told.at(-1)!)
      const { currentQuantity, shipped } = told.at(-1)!.lines[0]!
      const { reserved, short, out, pieces } = await books()
      const said = `seed ${SEED}, world ${world}`
      expect({ wanted: reserved + short, out }, said).toEqual({ wanted: currentQuantity - shipped, out: shipped })
      const here = Object.values(pieces.Safe ?? {}).reduce((sum, n) => sum + n, 0)
      // What was sent without being there was sent all the same: it is not missing twice.
      expect(here, said).toBeGreaterThanOrEqual(3 - out)
      expect(await verifyLedger(db, shop.merchantId), said).toEqual([])
    }
  })
  it.each([
    ['more than is ordered', 'reserved = 3'],
    ['less than nothing', 'returned = 1'],
  ])('can never book %s: the database refuses', async (_, change) => {
    await book(orderTold({ lines: [lineTold({ quantity: 2 })] }))
    await db.query('UPDATE order_line SET reserved = 0 WHERE merchant_id = $1', [shop.merchantId])
    await expect(db.query(`UPDATE order_line SET ${change} WHERE merchant_id = $1`, [shop.merchantId])).rejects.toThrow(
      /violates check constraint/,
    )
  })
  it('can never book one effect twice for a line, a transition and an event', async () => {
    await book(orderTold({ lines: [lineTold({ quantity: 2 })] }))
    await expect(
      db.query('INSERT INTO order_effect SELECT * FROM order_effect WHERE merchant_id = $1', [shop.merchantId]),
    ).rejects.toThrow(/order_effect_pkey/)
  })
})
