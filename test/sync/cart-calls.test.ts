import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { keepHoldPolicy } from '#app/pool/hold-policy.server.ts'
import { FIRST_POLICY } from '#app/pool/hold-policy.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { cartBecame, type LineNamed, readCart, sayCart } from '#app/sync/cart-calls.server.ts'
import { expireCarts } from '#app/sync/expire-carts.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { capabilitiesOf } from '#app/channels/registry.ts'
import { present } from '#app/kernel/assert.ts'
import type { ChannelOrder } from '#app/kernel/channel-order.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { brokenPromises } from '#test/support/holds.ts'
import { openIncidents } from '#test/support/incidents.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '#test/support/orders.ts'
import { movementsOf, piecesOf } from '#test/support/pieces.ts'
import { addItem, addListing, addStock, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number
let clock: VirtualClock
let sync: Sync

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  // Time runs for all shops of the database: what the tests before have left is taken out of its way.
  await db.query(`UPDATE cart SET status = 'given_up' WHERE status = 'active'`)
  shop = await openShop(db)
  clock = new VirtualClock(minutesAfterNoon(0))
  sync = { db, inTransaction: (work) => transaction(db, work), outbox: { record: () => Promise.resolve() }, clock }
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 2 })
})
afterEach(async () => {
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  expect(await brokenPromises(db, shop.merchantId)).toEqual([])
})

const owner = (accountId = shop.etsy) => ({ merchantId: shop.merchantId, accountId })
const say = (version: number, lines: LineNamed[], cart = 'c') => sayCart(sync, owner(), { cart, version, lines })
const one = (quantity = 1) => [{ item: ring, quantity }]
const lies = () => piecesOf(db, shop.merchantId, ring)
const movements = () => movementsOf(db, shop.merchantId, ring)
const pass = (minutes: number) => clock.runTo(minutesAfterNoon(minutes))

describe('what a shop front says of a cart', () => {
  it('reserves what is in it, and says until when', async () => {
    expect(await say(1, one())).toEqual({
      cart: 'c',
      version: 1,
      status: 'active',
      until: minutesAfterNoon(15).toISOString(),
      lines: [{ item: ring, sku: 'RNG-1', quantity: 1 }],
    })
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
  })
  it('names items by number, SKU or the listing on its channel', async () => {
    await addListing(db, shop, { account_id: shop.etsy, item_id: ring, external_id: 'listed' })
    await say(1, [
      { sku: 'RNG-1', quantity: 1 },
      { variant: 'listed', quantity: 1 },
    ])
    expect(await lies()).toEqual({ Safe: { reserved: 2 } })
  })
  it('said twice at the same moment is done once', async () => {
    const [a, b] = await Promise.all([say(1, one()), say(1, one())])
    expect(a).toEqual(b)
    expect(await movements()).toEqual(['kept for a cart: 1 available > reserved'])
  })
  it('of more than there is is refused as a whole, with what can be had', async () => {
    await say(1, one())
    expect(await say(2, one(4))).toMatchObject({
      code: 'short',
      sentence: 'Of “Signet ring” only 1 more can be had now.',
    })
    expect(await readCart(db, owner(), 'c')).toMatchObject({ version: 1, lines: [{ quantity: 1 }] })
  })
  it('of a newer version gives and takes the difference', async () => {
    const chain = await addItem(db, shop, { sku: 'CHN', title: 'Chain' })
    await addStock(db, shop, { itemId: chain, place: shop.safe, available: 1 })
    await say(1, one(2))
    await say(2, [
      { sku: 'CHN', quantity: 1 },
      { sku: 'RNG-1', quantity: 1 },
    ])
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
    expect(await say(1, one(2))).toMatchObject({ code: 'old' })
    await say(3, [])
    expect(await lies()).toEqual({ Safe: { available: 2 } })
    expect(await readCart(db, owner(), 'c')).toMatchObject({ status: 'given_up', until: null, lines: [] })
  })
  it('of two carts that want what the other gives is done for one after the other', async () => {
    const chain = await addItem(db, shop, { sku: 'CHN' })
    await addStock(db, shop, { itemId: chain, place: shop.safe, available: 2 })
    await Promise.all([say(1, one(2), 'a'), say(1, [{ item: chain, quantity: 2 }], 'b')])
    const swapped = await Promise.all([say(2, [{ item: chain, quantity: 1 }], 'a'), say(2, one(1), 'b')])
    // Each may have found nothing yet; neither waited for the other for ever, which PostgreSQL would have broken off.
    for (const one of swapped.filter(isRefusal)) expect(one.code).toBe('short')
  })
  test.each<[string, LineNamed, string]>([
    ['that nobody knows', { item: 2 ** 31 - 1, quantity: 1 }, 'unknown-item'],
    ['of an unknown SKU', { sku: 'NOT', quantity: 1 }, 'unknown-item'],
    ['of an unknown listing', { variant: 'not', quantity: 1 }, 'unknown-item'],
  ])('of an item %s is refused', async (_, line, code) => {
    expect(await say(1, [line])).toMatchObject({ code })
  })
  it('of another shop’s item, of a SKU that two items have, or of a set is refused', async () => {
    expect(await say(1, [{ item: await addItem(db, await openShop(db)), quantity: 1 }])).toMatchObject({
      code: 'unknown-item',
    })
    await addItem(db, shop)
    expect(await say(1, [{ sku: 'RNG-1', quantity: 1 }])).toMatchObject({ code: 'unclear-item' })
    await addItem(db, shop, { sku: 'SET', kind: 'bundle' })
    expect(await say(1, [{ sku: 'SET', quantity: 1 }])).toMatchObject({ code: 'bundle' })
    expect(await movements()).toEqual([])
  })
  it('of another account’s cart of the same name is another cart', async () => {
    await say(1, one())
    expect(await readCart(db, owner(shop.shopify), 'c')).toMatchObject({ code: 'unknown-cart' })
  })
})

describe('time', () => {
  it('takes a silent cart’s pieces back, once, however many workers look, and asking changes nothing', async () => {
    await say(1, one())
    await pass(14)
    await readCart(db, owner(), 'c')
    await say(1, one())
    expect(await expireCarts(sync)).toEqual(minutesAfterNoon(15))
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
    await pass(15)
    await Promise.all([1, 2, 3].map(() => expireCarts(sync)))
    expect(await movements()).toEqual([
      'kept for a cart: 1 available > reserved',
      'cart ran out: 1 reserved > available',
    ])
    expect(await say(1, one())).toMatchObject({ status: 'expired', lines: [] })
    expect(await expireCarts(sync)).toBeNull()
  })
  it('is given by an explicit call, up to the longest, and not beyond by letting go', async () => {
    await keepHoldPolicy(db, shop.merchantId, { ...FIRST_POLICY, cartMinutes: 10, cartLongestMinutes: 15 })
    await say(1, one())
    await pass(9)
    expect(await say(2, one())).toMatchObject({ until: minutesAfterNoon(15).toISOString() })
    await pass(15)
    await expireCarts(sync)
    await pass(16)
    expect(await say(3, one())).toMatchObject({ code: 'longest' })
    await pass(25)
    expect(await say(3, one())).toMatchObject({ status: 'active', until: minutesAfterNoon(35).toISOString() })
  })
})

describe('the order of a cart', () => {
  const ingest = async (said: Partial<ChannelOrder> & { quantity?: number } = {}, accountId = shop.etsy) => {
    const { quantity = 1, ...more } = said
    const account = present(await accountById(db, accountId), 'the account')
    const listing = { externalId: `of-${accountId}`, variantId: '' }
    const known = await db.query('SELECT FROM listing WHERE merchant_id = $1 AND external_id = $2', [
      shop.merchantId,
      listing.externalId,
    ])
    if (known.rowCount === 0)
      await addListing(db, shop, { account_id: accountId, item_id: ring, external_id: listing.externalId })
    const order = orderTold({
      placedAt: clock.now(),
      updatedAt: clock.now(),
      lines: [lineTold({ listing, quantity })],
      ...more,
    })
    return ingestOrder(sync, { account, capabilities: capabilitiesOf(account.channel) }, order)
  }

  it('of the last pieces takes them over; they were never for sale, and nothing is wrong', async () => {
    await say(1, one(2))
    await ingest({ carts: ['c'], quantity: 2 })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await movements()).toEqual([
      'kept for a cart: 2 available > reserved',
      'cart became an order: 2 reserved > reserved',
    ])
    expect(await openIncidents(db, shop.merchantId)).toEqual([])
    expect(await readCart(db, owner(), 'c')).toMatchObject({ status: 'converted', lines: [] })
    expect(await say(2, one())).toMatchObject({ code: 'ordered' })
    await pass(60)
    expect(await expireCarts(sync)).toBeNull()
    expect(await lies()).toEqual({ Safe: { reserved: 2 } })
  })
  it('told again changes nothing', async () => {
    await say(1, one(2))
    await ingest({ carts: ['c'], quantity: 2 })
    await ingest({ carts: ['c'], quantity: 2 })
    await ingest({ carts: ['c'], quantity: 2, updatedAt: minutesAfterNoon(1) })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 2, short: 0 }])
  })
  it('that took other pieces frees the cart’s', async () => {
    await say(1, one(1))
    await ingest({ carts: ['c'] })
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
  })
  it('may be named by the shop front first', async () => {
    await say(1, one(2))
    await cartBecame(sync, owner(), { cart: 'c', order: 'o-1' })
    expect(await readCart(db, owner(), 'c')).toMatchObject({ until: minutesAfterNoon(60).toISOString() })
    await ingest({ quantity: 2 })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 2, short: 0 }])
    expect(await cartBecame(sync, owner(), { cart: 'c', order: 'o-1' })).toMatchObject({ status: 'converted' })
  })
  it('may be named by the shop front last', async () => {
    await say(1, one(1))
    await ingest()
    expect(await lies()).toEqual({ Safe: { reserved: 2 } })
    expect(await cartBecame(sync, owner(), { cart: 'c', order: 'o-1' })).toMatchObject({
      status: 'converted',
      lines: [],
    })
    expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
    expect(await cartBecame(sync, owner(), { cart: 'nobody’s', order: 'o-1' })).toMatchObject({ code: 'unknown-cart' })
  })
  it('of nobody’s cart comes before a cart that nobody has paid for, the youngest first', async () => {
    await say(1, one(1), 'old')
    await pass(1)
    await say(1, one(1), 'young')
    await ingest()
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
    expect(await openIncidents(db, shop.merchantId)).toEqual([])
    expect(await readCart(db, owner(), 'young')).toMatchObject({ status: 'active', lines: [] })
    expect(await readCart(db, owner(), 'old')).toMatchObject({ lines: [{ quantity: 1 }] })
  })
  it('of more than there is anywhere is short of the rest', async () => {
    await say(1, one(2))
    await ingest({ quantity: 3 })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 2, short: 1 }])
    expect(await openIncidents(db, shop.merchantId)).toMatchObject([{ kind: 'oversell', value: 10_000 }])
  })
  it('of a channel with a ledger of its own tells it what was kept there for others, and nothing of its own', async () => {
    const told = async () =>
      (
        await db.query(
          `SELECT from_state || ' > ' || to_state AS moved, account_id AS by FROM movement
        WHERE merchant_id = $1 AND reason LIKE '%cart%' ORDER BY id`,
          [shop.merchantId],
        )
      ).rows
    await say(1, one(2))
    await ingest({ quantity: 1 }, shop.shopify)
    expect((await told()).slice(1)).toEqual([
      { moved: 'reserved > available', by: shop.etsy },
      { moved: 'available > reserved', by: shop.shopify },
    ])
  })
  it('of Shopify’s own cart moves nothing that Shopify must hear of', async () => {
    await sayCart(sync, owner(shop.shopify), { cart: 'own', version: 1, lines: one(2) })
    await ingest({ quantity: 2, carts: ['own'] }, shop.shopify)
    const { rows } = await db.query(
      'SELECT DISTINCT account_id AS by FROM movement WHERE merchant_id = $1 AND from_state <> $2',
      [shop.merchantId, 'opening'],
    )
    expect(rows).toEqual([{ by: shop.shopify }])
    expect(await lies()).toEqual({ Safe: { reserved: 2 } })
  })
})
