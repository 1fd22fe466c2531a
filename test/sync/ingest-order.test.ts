import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ETSY_CAPABILITIES } from '#app/channels/etsy/limits.ts'
import type { Capabilities } from '#app/channels/connector.ts'
import { transaction } from '#app/db.server.ts'
import type { ChannelOrder, ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { present } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { closeIncident } from '#app/incidents/incident.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openIncidents } from '../support/incidents.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { addItem, addListing, addStock, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let sync: Sync
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  const clock = new VirtualClock(minutesAfterNoon(60))
  sync = { db, inTransaction: (work) => transaction(db, work), outbox: { record: () => Promise.resolve() }, clock }
  ring = await addItem(db, shop)
  await addListing(db, shop, {
    account_id: shop.etsy,
    item_id: ring,
    external_id: 'ring',
    shown: 3,
    seen_at: minutesAfterNoon(-60),
  })
  await addListing(db, shop, { account_id: shop.etsy, external_id: 'unknown', shown: 3 })
})

const RING = { externalId: 'ring', variantId: '' }
const UNKNOWN = { externalId: 'unknown', variantId: '' }

const told = (minutes: number, lines: Partial<ChannelOrderLine>[], more: Partial<ChannelOrder> = {}) =>
  orderTold({
    updatedAt: minutesAfterNoon(minutes),
    lines: lines.map((line, i) => lineTold({ externalId: String(i + 1), listing: RING, ...line })),
    ...more,
  })

async function ingest(order: ChannelOrder, capabilities: Capabilities = ETSY_CAPABILITIES) {
  const account = present(await accountById(db, shop.etsy), 'the account')
  return ingestOrder(sync, { account, capabilities }, order)
}

const stock = (available: number) => addStock(db, shop, { itemId: ring, place: shop.safe, available })
const incidents = () => openIncidents(db, shop.merchantId)
const notes = async () =>
  (await db.query('SELECT FROM incident_note WHERE merchant_id = $1', [shop.merchantId])).rows.length
const shown = async (externalId = 'ring') =>
  (
    await db.query(
      `SELECT shown, unexplained, seen_at AS "seenAt" FROM listing WHERE merchant_id = $1 AND external_id = $2`,
      [shop.merchantId, externalId],
    )
  ).rows[0]

describe('a line that nobody mapped', () => {
  it('is an incident with what may be lost, once, however often it is told', async () => {
    for (const minutes of [0, 0, 1]) await ingest(told(minutes, [{ listing: UNKNOWN, quantity: 2, title: 'Odd ring' }]))
    expect(await incidents()).toMatchObject([
      { kind: 'unmapped-line', subject: `order/${shop.etsy}/o-1/line/1`, value: 20_000 },
    ])
    expect((await incidents())[0]!.sentence).toBe(
      'Etsy sold 2 × “Odd ring” (RNG-1) in order #1042, and we do not know which item that is. €200.00 may be sold twice.',
    )
    expect(await notes()).toBe(1)
  })
  it('that is cancelled is none any more', async () => {
    await ingest(told(0, [{ listing: UNKNOWN }]))
    await ingest(told(1, [{ listing: UNKNOWN, currentQuantity: 0 }]))
    expect(await incidents()).toEqual([])
  })
  it('is none when it takes no stock, was cancelled from the first, or is older than the connection', async () => {
    const old = { placedAt: new Date('2025-12-31'), externalId: 'o-2' }
    await ingest(
      told(0, [
        { listing: null, takesStock: false },
        { listing: UNKNOWN, currentQuantity: 0 },
      ]),
    )
    await ingest(told(0, [{ listing: UNKNOWN }], old))
    expect(await incidents()).toEqual([])
  })
  it('that a person has closed stays closed when the same is told again', async () => {
    const order = told(0, [{ listing: UNKNOWN }])
    await ingest(order)
    const which = {
      merchantId: shop.merchantId,
      kind: 'unmapped-line' as const,
      subject: `order/${shop.etsy}/o-1/line/1`,
    }
    await closeIncident(db, which, { actor: 'person/1', sentence: 'Sold by hand.', at: minutesAfterNoon(5) })
    await ingest(order)
    expect(await incidents()).toEqual([])
  })
  it('of an item whose stock is not tracked takes none and is no incident', async () => {
    await db.query('UPDATE item SET tracked = false WHERE id = $1', [ring])
    await ingest(told(0, [{}]))
    expect(await incidents()).toEqual([])
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 0, short: 0 }])
  })
})

describe('an oversell', () => {
  it('is an incident with its value, and ends when the order gives it up', async () => {
    await stock(1)
    await ingest(told(0, [{ quantity: 3 }]))
    expect(await incidents()).toMatchObject([{ kind: 'oversell', value: 20_000 }])
    await ingest(told(1, [{ quantity: 3, currentQuantity: 1 }]))
    expect(await incidents()).toEqual([])
  })
  it('goes on as long as a piece is missing', async () => {
    await ingest(told(0, [{ quantity: 3 }]))
    await ingest(told(1, [{ quantity: 3, currentQuantity: 2 }]))
    expect(await incidents()).toHaveLength(1)
  })
  it('ends when another order gives the piece back', async () => {
    await stock(1)
    await ingest(told(0, [{}]))
    await ingest(told(0, [{}], { externalId: 'o-2' }))
    expect(await incidents()).toHaveLength(1)
    await ingest(told(1, [{ currentQuantity: 0 }]))
    expect(await incidents()).toEqual([])
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Safe: { reserved: 1 } })
  })
  it('ends when it is sent all the same', async () => {
    await ingest(told(0, [{}]))
    await ingest(told(1, [{ shipped: 1 }]))
    expect(await incidents()).toEqual([])
  })
  it('is none where the channel sells without stock on purpose', async () => {
    await ingest(told(0, [{ backorder: true }]))
    expect(await incidents()).toEqual([])
    expect(await bookedLines(db, shop)).toMatchObject([{ short: 1 }])
  })
})

describe('an order of which pieces came back, and nobody says which', () => {
  it('is asked about once for each time it is told anew', async () => {
    const unclear = 'Did any come back?'
    await stock(1)
    for (const minutes of [0, 0]) await ingest(told(minutes, [{}], { unclear }))
    expect(await incidents()).toMatchObject([{ kind: 'unclear-order', sentence: unclear }])
    const which = { merchantId: shop.merchantId, kind: 'unclear-order' as const, subject: `order/${shop.etsy}/o-1` }
    await closeIncident(db, which, { actor: 'person/1', sentence: 'None.', at: minutesAfterNoon(5) })
    await ingest(told(0, [{}], { unclear }))
    expect(await incidents()).toEqual([])
    await ingest(told(3, [{}], { unclear }))
    expect(await incidents()).toHaveLength(1)
  })
})

describe('what a channel’s own sale does to its own number', () => {
  it('lowers what we expect it to show', async () => {
    await stock(3)
    await ingest(told(0, [{ quantity: 2 }]))
    expect(await shown()).toMatchObject({ shown: 1, unexplained: 0 })
  })
  it('sums its lines, and never expects less than nothing', async () => {
    await stock(9)
    await ingest(told(0, [{ quantity: 2 }, { quantity: 2 }]))
    expect(await shown()).toMatchObject({ shown: 0 })
  })
  it('explains a drop that we have seen since', async () => {
    await stock(3)
    await db.query(
      `UPDATE listing SET shown = 1, unexplained = 2, seen_at = $2 WHERE merchant_id = $1 AND external_id = 'ring'`,
      [shop.merchantId, minutesAfterNoon(5)],
    )
    await ingest(told(9, [{}]))
    expect(await shown()).toMatchObject({ shown: 1, unexplained: 1 })
  })
  it('cannot be told from what was seen in the same second: it is looked at again', async () => {
    await stock(3)
    await db.query(`UPDATE listing SET seen_at = $2 WHERE merchant_id = $1 AND external_id = 'ring'`, [
      shop.merchantId,
      minutesAfterNoon(0),
    ])
    await ingest(told(0, [{}]))
    expect(await shown()).toMatchObject({ seenAt: null })
  })
  it.each([
    [true, 3],
    [false, 2],
  ])('is undone by a cancellation where the channel does that: %s', async (restoresOnCancel, expected) => {
    const does = { ...ETSY_CAPABILITIES, restoresOnCancel }
    await stock(3)
    await ingest(told(0, [{}]), does)
    await ingest(told(1, [{ currentQuantity: 0 }]), does)
    expect(await shown()).toMatchObject({ shown: expected })
  })
  it('is not counted twice', async () => {
    await stock(3)
    for (const _ of [1, 2]) await ingest(told(0, [{}]))
    expect(await shown()).toMatchObject({ shown: 2 })
  })
})

describe('an order', () => {
  it('of which one line cannot be booked leaves nothing at all behind', async () => {
    await stock(3)
    const broken = {
      ...sync,
      inTransaction: <T>(work: Parameters<typeof transaction<T>>[1]) =>
        transaction(db, async (tx) => {
          await work(tx)
          throw new Error('The process dies before it commits.')
        }),
    }
    const account = present(await accountById(db, shop.etsy), 'the account')
    await expect(ingestOrder(broken, { account, capabilities: ETSY_CAPABILITIES }, told(0, [{}]))).rejects.toThrow(
      'dies',
    )
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Safe: { available: 3 } })
    expect((await db.query('SELECT FROM channel_order WHERE merchant_id = $1', [shop.merchantId])).rows).toEqual([])
  })
  it('from before the connection moves nothing, and what becomes of it neither', async () => {
    await stock(3)
    const before = { placedAt: new Date('2025-12-31T12:00:00Z') }
    for (const [minutes, current] of [
      [0, 1],
      [1, 0],
    ] as const)
      await ingest(told(minutes, [{ currentQuantity: current }], before))
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Safe: { available: 3 } })
    expect(await shown()).toMatchObject({ shown: 3 })
  })
})
