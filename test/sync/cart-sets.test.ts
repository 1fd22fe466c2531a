import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { capabilitiesOf } from '#app/channels/registry.ts'
import { transaction } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { keptLines, takenApart } from '#app/pool/cart.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { type LineNamed, readCart, sayCart } from '#app/sync/cart-calls.server.ts'
import { expireCarts } from '#app/sync/expire-carts.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { bundleOf, countsOf, offered, stocked } from '#test/support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { brokenPromises } from '#test/support/holds.ts'
import { openIncidents } from '#test/support/incidents.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '#test/support/orders.ts'
import { addItem, addListing, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let clock: VirtualClock
let sync: Sync
let chain: number
let pendant: number
let set: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
// A necklace is a chain and two pendants; there are two chains and four pendants: two necklaces.
beforeEach(async () => {
  await db.query(`UPDATE cart SET status = 'given_up' WHERE status = 'active'`)
  shop = await openShop(db)
  clock = new VirtualClock(minutesAfterNoon(0))
  sync = { db, inTransaction: (work) => transaction(db, work), outbox: { record: () => Promise.resolve() }, clock }
  chain = await stocked(db, shop, 2)
  pendant = await stocked(db, shop, 4)
  set = await bundleOf(db, shop, [
    [chain, 1],
    [pendant, 2],
  ])
})
afterEach(async () => {
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  expect(await brokenPromises(db, shop.merchantId)).toEqual([])
})

const owner = () => ({ merchantId: shop.merchantId, accountId: shop.etsy })
const say = (version: number, lines: LineNamed[], cart = 'c') => sayCart(sync, owner(), { cart, version, lines })
const sets = (quantity: number): LineNamed => ({ item: set, quantity })
const counts = () => countsOf(db, shop, [chain, pendant])

/** An order of Etsy's of so many of each. */
async function order(wanted: [itemId: number, quantity: number][], carts: string[] = [], externalId = 'o-1') {
  const account = present(await accountById(db, shop.etsy), 'the account')
  const lines = []
  for (const [itemId, quantity] of wanted) {
    const listing = { externalId: `of-${externalId}-${itemId}`, variantId: '' }
    await addListing(db, shop, { account_id: shop.etsy, item_id: itemId, external_id: listing.externalId })
    lines.push(lineTold({ externalId: `${itemId}`, listing, quantity, currentQuantity: quantity }))
  }
  const told = orderTold({ externalId, placedAt: clock.now(), updatedAt: clock.now(), lines, carts })
  return ingestOrder(sync, { account, capabilities: capabilitiesOf(account.channel) }, told)
}

describe('a set in a cart', () => {
  it('keeps its parts, and the set is one less for sale', async () => {
    expect(await say(1, [sets(1)])).toMatchObject({ status: 'active', lines: [{ item: set, quantity: 1 }] })
    expect(await counts()).toEqual(['1+1', '2+2'])
    expect(await offered(db, shop, set)).toBe(1)
  })
  it('is counted together with single pieces of its parts, all of them or none', async () => {
    expect(await say(1, [sets(2), { item: pendant, quantity: 1 }])).toMatchObject({ code: 'short' })
    expect(await counts()).toEqual(['2+0', '4+0'])
    expect(await say(2, [sets(1), { item: pendant, quantity: 2 }])).toMatchObject({
      lines: [
        { item: pendant, quantity: 2 },
        { item: set, quantity: 1 },
      ],
    })
    expect(await counts()).toEqual(['1+1', '0+4'])
  })
  it('that becomes fewer gives back each part of those that went', async () => {
    await say(1, [sets(2)])
    await say(2, [sets(1)])
    expect(await counts()).toEqual(['1+1', '2+2'])
    await say(3, [])
    expect(await counts()).toEqual(['2+0', '4+0'])
    expect(await readCart(db, owner(), 'c')).toMatchObject({ status: 'given_up', lines: [] })
  })
  it('that is left gives back each part once', async () => {
    await say(1, [sets(1)])
    await clock.runTo(minutesAfterNoon(16))
    await expireCarts(sync)
    await expireCarts(sync)
    expect(await counts()).toEqual(['2+0', '4+0'])
    expect(await offered(db, shop, set)).toBe(2)
  })
  it('of which nobody has said what it is made of cannot be kept', async () => {
    const unknown = await addItem(db, shop, { sku: 'BOX', kind: 'bundle' })
    expect(await say(1, [{ item: unknown, quantity: 1 }])).toMatchObject({ code: 'bundle' })
  })
})

describe('the order of a cart with a set', () => {
  it('has its parts, which were at no moment for sale', async () => {
    await say(1, [sets(2)])
    await order([[set, 2]], ['c'])
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await counts()).toEqual(['0+2', '0+4'])
    expect(await openIncidents(db, shop.merchantId)).toEqual([])
    expect(await readCart(db, owner(), 'c')).toMatchObject({ status: 'converted', lines: [] })
  })
  it('has its single pieces beside the set', async () => {
    await say(1, [sets(1), { item: pendant, quantity: 2 }])
    await order(
      [
        [pendant, 2],
        [set, 1],
      ],
      ['c'],
    )
    expect(await bookedLines(db, shop)).toMatchObject([
      { reserved: 2, short: 0 },
      { reserved: 1, short: 0 },
    ])
    expect(await counts()).toEqual(['1+1', '0+4'])
  })
})

describe('a paid set of which a part lies in a cart', () => {
  it('takes just that part from the cart', async () => {
    await say(1, [{ item: chain, quantity: 2 }])
    await order([[set, 1]])
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
    expect(await counts()).toEqual(['0+2', '2+2'])
    expect(await readCart(db, owner(), 'c')).toMatchObject({ lines: [{ item: chain, quantity: 1 }] })
    expect(await openIncidents(db, shop.merchantId)).toEqual([])
  })
  it('leaves the cart alone where no whole set would come of it', async () => {
    await order([[pendant, 4]], [], 'o-0')
    await say(1, [{ item: chain, quantity: 2 }])
    await order([[set, 1]])
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 0, short: 1 }])
    expect(await readCart(db, owner(), 'c')).toMatchObject({ lines: [{ item: chain, quantity: 2 }] })
    expect(await openIncidents(db, shop.merchantId)).toHaveLength(1)
  })
  it('breaks a set in a cart, which is told so with its next answer', async () => {
    await say(1, [sets(2)])
    await order([[pendant, 1]])
    expect(await readCart(db, owner(), 'c')).toMatchObject({
      lines: [
        { item: chain, quantity: 1 },
        { item: pendant, quantity: 1 },
        { item: set, quantity: 1 },
      ],
    })
  })
})

test.each([
  [[], []],
  [[[1, 3]], [[1, 3]]],
  [
    [
      [9, 2],
      [1, 1],
    ],
    [
      [1, 2],
      [2, 4],
      [1, 1],
    ],
  ],
])('lines %j take pieces %j', (lines, pieces) => {
  const parts = new Map([
    [
      9,
      [
        { itemId: 1, needs: 1 },
        { itemId: 2, needs: 2 },
      ],
    ],
  ])
  const counted = (rows: number[][]) => rows.map(([itemId = 0, quantity = 0]) => ({ itemId, quantity }))
  expect(takenApart(counted(lines), parts)).toEqual(counted(pieces))
})

test.each<[string, [number, number][], number, [number, number][]]>([
  [
    'whole',
    [
      [1, 1],
      [2, 2],
    ],
    1,
    [[9, 1]],
  ],
  [
    'not whole',
    [
      [1, 1],
      [2, 1],
    ],
    1,
    [
      [1, 1],
      [2, 1],
    ],
  ],
  [
    'fewer than asked for',
    [
      [1, 2],
      [2, 2],
    ],
    2,
    [
      [9, 1],
      [1, 1],
    ],
  ],
  [
    'no more than asked for',
    [
      [1, 2],
      [2, 4],
    ],
    1,
    [
      [9, 1],
      [1, 1],
      [2, 2],
    ],
  ],
])('kept for a set, %s', (_, pieces, quantity, said) => {
  const kept = pieces.map(([itemId, n]) => ({ itemId, quantity: n, locationId: 1 }))
  const parts = [
    { itemId: 1, needs: 1 },
    { itemId: 2, needs: 2 },
  ]
  expect(keptLines(kept, [{ itemId: 9, quantity, parts }]).map((line) => [line.itemId, line.quantity])).toEqual(said)
})
