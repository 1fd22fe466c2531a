import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { present } from '#app/kernel/assert.ts'
import type { ChannelOrder, ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { capabilitiesOf } from '#app/channels/registry.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { act } from '#app/sync/act.server.ts'
import { readCart, sayCart } from '#app/sync/cart-calls.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { bundleOf } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { brokenPromises } from '../support/holds.ts'
import { openIncidents } from '../support/incidents.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { addItem, addListing, addStock, changeOf, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number
let sync: Sync

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
  await listed('ring', ring)
})
afterEach(async () => {
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  expect(await brokenPromises(db, shop.merchantId)).toEqual([])
})

const listed = async (externalId: string, itemId: number) => {
  for (const account_id of [shop.etsy, shop.shopify])
    await addListing(db, shop, { account_id, item_id: itemId, external_id: externalId })
}
const stock = (available: number) => addStock(db, shop, { itemId: ring, place: shop.safe, available })

/** `of`: the listing that was sold. */
type Said = Partial<ChannelOrderLine> & Partial<Pick<ChannelOrder, 'paidAt' | 'updatedAt'>> & { of?: string }

/** An order of one line is heard of. */
async function hears(on: 'etsy' | 'shopify', name: string, { paidAt, updatedAt, of = 'ring', ...line }: Said = {}) {
  const listing = { externalId: of, variantId: '' }
  const moments = { updatedAt: updatedAt ?? minutesAfterNoon(0), paidAt: paidAt ?? minutesAfterNoon(0) }
  const order = orderTold({ externalId: name, name: `#${name}`, lines: [lineTold({ listing, ...line })], ...moments })
  const account = present(await accountById(db, shop[on]), 'the account')
  await ingestOrder(sync, { account, capabilities: capabilitiesOf(on) }, order)
}

const lies = () => piecesOf(db, shop.merchantId, ring)
const line = async (name: string) => (await bookedLines(db, shop, name))[0]
const said = async () => (await openIncidents(db, shop.merchantId)).map(({ sentence }) => sentence)

describe('a piece that was handed over though it was promised to somebody else', () => {
  it('is gone: the order that waits for it is short, and a person is told', async () => {
    await stock(1)
    await hears('etsy', 'a')
    await hears('shopify', 'till', { shipped: 1 })
    expect(await lies()).toEqual({})
    expect(await line('a')).toMatchObject({ reserved: 0, short: 1 })
    expect(await line('till')).toMatchObject({ reserved: 0, short: 0, shipped: 1 })
    expect(await said()).toEqual(['Etsy sold “Signet ring” in order #a, but 1 of it was handed over in order #till.'])
  })
  it('is the one that was promised to the weakest claim', async () => {
    await stock(2)
    await hears('etsy', 'late', { paidAt: minutesAfterNoon(9) })
    await hears('etsy', 'early', { paidAt: minutesAfterNoon(3) })
    await hears('shopify', 'till', { shipped: 1 })
    expect(await line('late')).toMatchObject({ reserved: 0, short: 1 })
    expect(await line('early')).toMatchObject({ reserved: 1, short: 0 })
  })
  it('was kept for a cart first of all, and no order loses anything', async () => {
    await stock(2)
    await hears('etsy', 'a')
    const owner = { merchantId: shop.merchantId, accountId: shop.etsy }
    await sayCart(sync, owner, { cart: 'c', version: 1, lines: [{ item: ring, quantity: 1 }] })
    await hears('shopify', 'till', { shipped: 1 })
    expect(await readCart(db, owner, 'c')).toMatchObject({ lines: [] })
    expect(await line('a')).toMatchObject({ reserved: 1, short: 0 })
    expect(await lies()).toEqual({ Safe: { reserved: 1 } })
    expect(await said()).toEqual([])
  })
  it('is told to each channel that has not done it itself: the promise ends, and nothing else', async () => {
    await stock(1)
    await hears('etsy', 'a')
    await hears('shopify', 'till', { shipped: 1 })
    const text = `SELECT from_state || ' > ' || to_state AS moved, account_id AS by FROM movement
      WHERE merchant_id = $1 AND from_state <> 'opening' ORDER BY id`
    expect((await db.query(text, [shop.merchantId])).rows.slice(1)).toEqual([
      { moved: 'reserved > available', by: shop.etsy },
      { moved: 'available > customer', by: shop.shopify },
    ])
  })
  it('is taken once, however often it is told, and comes back to its order when one more is found', async () => {
    await stock(2)
    await hears('etsy', 'a', { quantity: 2 })
    for (const minutes of [1, 1, 2]) {
      await hears('shopify', 'till', { shipped: 1, updatedAt: minutesAfterNoon(minutes) })
    }
    expect(await line('a')).toMatchObject({ reserved: 1, short: 1 })
    await addStock(db, shop, { itemId: ring, place: shop.bench, available: 1 })
    await act(sync, shop, async (tx, at) => {
      const ends = {
        from: { locationId: shop.bench, state: 'available' as const },
        to: { locationId: shop.safe, state: 'available' as const },
      }
      await append(tx, changeOf(shop, { key: 'found', reason: 'moved', recordedAt: at }), [
        { itemId: ring, quantity: 1, ...ends },
      ])
      return { freed: [ring] }
    })
    expect(await line('a')).toMatchObject({ reserved: 2, short: 0 })
    expect(await said()).toEqual([])
  })
  it('was none of ours where nobody was promised any: nothing moves', async () => {
    await hears('shopify', 'till', { shipped: 1 })
    expect(await lies()).toEqual({})
    expect(await line('till')).toMatchObject({ short: 0, shipped: 1 })
    expect(await said()).toEqual([])
  })
  it('leaves what is on the bench alone', async () => {
    await addStock(db, shop, { itemId: ring, place: shop.safe, in_work: 1 })
    await hears('shopify', 'till', { shipped: 1 })
    expect(await lies()).toEqual({ Safe: { in_work: 1 } })
  })
  it('takes the whole set it was a part of from the order of the set, whose other parts are for sale again', async () => {
    const pendant = await addItem(db, shop, { sku: 'PEN' })
    await addStock(db, shop, { itemId: pendant, place: shop.safe, available: 1 })
    await stock(1)
    const set = await bundleOf(db, shop, [
      [ring, 1],
      [pendant, 1],
    ])
    await listed('set', set)
    await hears('etsy', 'gift', { of: 'set' })
    expect(await lies()).toEqual({ Safe: { reserved: 1 } })
    await hears('shopify', 'till', { shipped: 1 })
    expect(await lies()).toEqual({})
    expect(await line('gift')).toMatchObject({ reserved: 0, short: 1 })
    expect(await piecesOf(db, shop.merchantId, pendant)).toEqual({ Safe: { available: 1 } })
  })
})
