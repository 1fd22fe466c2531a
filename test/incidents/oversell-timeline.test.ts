import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { ETSY_CAPABILITIES } from '#app/channels/etsy/limits.ts'
import { transaction } from '#app/db.server.ts'
import { incidentPage } from '#app/incidents/incident-list.server.ts'
import { tell } from '#app/incidents/oversell-timeline.ts'
import { present } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountById } from '#app/merchant/account.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { addItem, addListing, addStock, openShop, put, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let sync: Sync
let clock: VirtualClock
let ring: number
let listing: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  clock = new VirtualClock(minutesAfterNoon(10))
  sync = { db, inTransaction: (work) => transaction(db, work), outbox: { record: () => Promise.resolve() }, clock }
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 1 })
  const seen = { shown: 1, seen_at: minutesAfterNoon(1) }
  listing = await addListing(db, shop, { account_id: shop.etsy, item_id: ring, external_id: 'ring', ...seen })
})

const RING = { externalId: 'ring', variantId: '' }

async function sells(name: string, minutes: number) {
  const account = present(await accountById(db, shop.etsy), 'the account')
  const moments = {
    placedAt: minutesAfterNoon(minutes),
    updatedAt: minutesAfterNoon(minutes),
    paidAt: minutesAfterNoon(minutes + 1),
  }
  const order = orderTold({ externalId: name, name: `#${name}`, ...moments, lines: [lineTold({ listing: RING })] })
  return ingestOrder(sync, { account, capabilities: ETSY_CAPABILITIES }, order)
}

const timelines = async () => {
  const { rows } = await incidentPage(db, shop.merchantId, { open: true, cursor: null })
  return rows.map(({ timeline }) => timeline.map(({ at, sentence }) => `${at.toISOString().slice(11, 16)} ${sentence}`))
}

it('an oversell tells everything that led to it, in its order', async () => {
  await put(db, 'publication', {
    merchant_id: shop.merchantId,
    account_id: shop.etsy,
    listing_id: listing,
    quantity: 1,
    stock_seq: 1,
    derivation: '[]',
    since: minutesAfterNoon(0),
    sent_at: minutesAfterNoon(0),
    answered_at: new Date(minutesAfterNoon(0).getTime() + 300),
    outcome: 'accepted',
  })
  await put(
    db,
    'inbox_event',
    {
      merchant_id: shop.merchantId,
      account_id: shop.etsy,
      event_id: 'e-1',
      topic: 'order.paid',
      subject: 'o-2',
      occurred_at: minutesAfterNoon(6),
      received_at: minutesAfterNoon(9),
    },
    'event_id',
  )
  await db.query('UPDATE channel_account SET watermark = $2 WHERE id = $1', [shop.etsy, minutesAfterNoon(4)])
  await sells('o-1', 2)
  await sells('o-2', 5)
  expect(await timelines()).toEqual([
    [
      '12:00 1 piece went from opening to available in Safe: opening.',
      '12:00 Etsy was told to show 1, and took it after 0.3 s.',
      '12:01 Etsy was last seen to show 0.',
      '12:02 1 piece went from available in Safe to reserved in Safe: sold for order #o-1 on Etsy; we heard of it 8 min later.',
      '12:02 Order #o-1 for 1 piece was placed on Etsy; we heard of it 8 min later.',
      '12:03 Order #o-1 on Etsy was paid.',
      '12:04 Every order on Etsy up to here was known.',
      '12:05 This order for 1 piece was placed on Etsy; we heard of it 5 min later.',
      '12:06 Order #o-2 on Etsy was paid.',
      '12:06 Etsy sent word of order #o-2 (order.paid); we heard of it 3 min later.',
    ],
  ])
})

it('and what happens later does not rewrite it', async () => {
  await sells('o-1', 2)
  await sells('o-2', 5)
  const then = await timelines()
  await sells('o-3', 7)
  await db.query(`UPDATE location SET name = 'Vault' WHERE merchant_id = $1`, [shop.merchantId])
  await db.query(`UPDATE incident SET sentence = sentence || '!' WHERE merchant_id = $1`, [shop.merchantId])
  const now = await timelines()
  expect(now).toHaveLength(2)
  expect(now).toContainEqual(then[0])
})

it('other incidents have none', async () => {
  await put(db, 'incident', {
    merchant_id: shop.merchantId,
    kind: 'drift',
    subject: 'listing/1',
    sentence: 'It shows something else.',
    opened_at: minutesAfterNoon(0),
  })
  expect(await timelines()).toEqual([[]])
})

it.each([
  ['rejected', null, 'Etsy was told to show 3, and refused it after 2 min.'],
  ['unknown', 'timeout', 'Etsy was told to show 3, and did not answer after 2 min (timeout).'],
  ['changed', null, 'Etsy was told to show 3, and showed something else already after 2 min.'],
])('a number that was %s is told as such', (outcome, reason, sentence) => {
  const [at, answeredAt] = [minutesAfterNoon(0), minutesAfterNoon(2)]
  expect(tell([{ what: 'told', account: 'Etsy', quantity: 3, outcome, reason, at, answeredAt }])).toEqual([
    { at, sentence },
  ])
})
