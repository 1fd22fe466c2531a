import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { differencesOf } from '#app/sync/come-back.server.ts'
import { bookDifferences, disconnect, goLive } from '#app/sync/decisions.server.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { given, openTwoShops, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const account = async (shops: TwoShops) =>
  present(await accountById(database.pool, shops.accounts.shopify), 'the account')
const person = (shops: TwoShops) => ({ merchantId: shops.merchantId, actor: 'person/1' })
const pieces = async (shops: TwoShops) => piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))
const ledger = async (shops: TwoShops) => movementsOf(database.pool, shops.merchantId, await shops.item('SIG'))
const counts = (shops: TwoShops, quantity: number) =>
  given(
    shops.shopify.editByStaff({
      kind: 'set',
      idOrSku: 'SIG',
      locationId: shops.shopify.location('Safe').id,
      name: 'available',
      quantity,
    }),
  )
const book = (shops: TwoShops) => bookDifferences(shops.road.sync, person(shops), { accountId: shops.accounts.shopify })

/** Three rings in the safe and one in the window; Shopify's app is uninstalled. */
async function away(): Promise<TwoShops> {
  const shops = await openTwoShops(database.pool, { topics: ['orders/edited'] })
  await disconnect(shops.road.sync, await account(shops))
  return shops
}

async function comesBack(shops: TwoShops): Promise<void> {
  await database.pool.query(`UPDATE channel_account SET status = 'connecting' WHERE id = $1`, [shops.accounts.shopify])
  const payload = { merchantId: shops.merchantId, accountId: shops.accounts.shopify }
  await shops.road.sync.inTransaction((tx) =>
    shops.road.sync.outbox.record(tx, [{ name: 'account-connected', payload }]),
  )
  await shops.pass(10_000)
}

const listed = async (shops: TwoShops) =>
  (await differencesOf(database.pool, await account(shops))).map(
    ({ location, state, ours, theirs }) => `${location} ${state}: ${ours} here, ${theirs} there`,
  )

async function agree(shops: TwoShops): Promise<void> {
  shops.road.kick(shops.merchantId)
  await shops.pass(5_000)
  expect((await account(shops)).status).toBe('open')
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  expect(shops.etsyShows('SIG')).toBe(shops.shopifyShows('SIG'))
  expect(await shops.incidents()).toEqual([])
}

describe('a store that comes back', () => {
  it('is open again when nothing has changed', async () => {
    const shops = await away()
    await comesBack(shops)
    expect(await listed(shops)).toEqual([])
    await agree(shops)
  })
  it('has its orders booked, and no more is to be looked at', async () => {
    const shops = await away()
    const order = given<Order>(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 2 }] }))
    given(shops.shopify.fulfill(order.id, [{ lineId: order.lines[0]!.id, quantity: 1 }]))
    await shops.pass(3_600_000)
    await comesBack(shops)
    expect(await pieces(shops)).toEqual({ Safe: { available: 1, reserved: 1 }, Window: { available: 1 } })
    await agree(shops)
  })
  it('waits for a person when something else has changed there; nothing is booked or written before', async () => {
    const shops = await away()
    counts(shops, 5)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(3_600_000)
    await comesBack(shops)
    expect(await listed(shops)).toEqual(['Safe available: 3 here, 5 there'])
    expect((await account(shops)).status).toBe('review')
    expect(await pieces(shops)).toEqual({ Safe: { available: 2, reserved: 1 }, Window: { available: 1 } })
    expect(shops.shopifyShows('SIG')).toBe(6)
  })
  it('is booked as the person says, once, and is told what it has missed', async () => {
    const shops = await away()
    counts(shops, 5)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(60_000)
    await comesBack(shops)
    expect(await book(shops)).toBeUndefined()
    expect(await book(shops)).toMatchObject({ code: 'not-in-review' })
    expect(await pieces(shops)).toEqual({ Safe: { available: 4, reserved: 1 }, Window: { available: 1 } })
    const { rows } = await database.pool.query(
      `SELECT actor FROM movement WHERE merchant_id = $1 AND reason LIKE 'changed%'`,
      [shops.merchantId],
    )
    expect(rows).toEqual([{ actor: 'person/1' }])
    await agree(shops)
    expect(shops.shopifyShows('SIG')).toBe(5)
  })
  it('and goes on changing is looked at as it is, and booked once', async () => {
    const shops = await away()
    counts(shops, 5)
    await comesBack(shops)
    counts(shops, 7)
    const subject = shops.shopify.item('SIG').id
    await keepNotification(shops.road.sync, await account(shops), {
      eventId: `again-${shops.merchantId}`,
      topic: 'inventory_levels/update',
      subject,
      occurredAt: shops.clock.now(),
    })
    await shops.pass(5_000)
    expect(await listed(shops)).toEqual(['Safe available: 3 here, 7 there'])
    expect(await ledger(shops)).toEqual([])
    expect(await book(shops)).toBeUndefined()
    expect(await ledger(shops)).toEqual(['changed there: 4 correction > available'])
    await agree(shops)
  })
  it('sells while a person looks: its orders are booked, and the difference stays the same', async () => {
    const shops = await away()
    counts(shops, 5)
    await comesBack(shops)
    given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 1 }] }))
    await shops.road.sweep(shops.merchantId)
    await shops.pass(5_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 2, reserved: 1 }, Window: { available: 1 } })
    await book(shops)
    expect(await pieces(shops)).toEqual({ Safe: { available: 4, reserved: 1 }, Window: { available: 1 } })
    await agree(shops)
  })
  it('cannot be put live past its differences, nor booked by another merchant', async () => {
    const shops = await away()
    counts(shops, 5)
    await comesBack(shops)
    const asked = { accountId: shops.accounts.shopify }
    expect(await goLive(shops.road.sync, person(shops), asked)).toMatchObject({ code: 'differences' })
    const other = { merchantId: shops.merchantId + 1_000, actor: 'person/9' }
    expect(await bookDifferences(shops.road.sync, other, asked)).toMatchObject({ code: 'unknown-account' })
    expect(await goLive(shops.road.sync, other, asked)).toMatchObject({ code: 'unknown-account' })
  })
  it('told of twice is not taken from the person who looks at it, nor closed when it is open', async () => {
    const shops = await away()
    await comesBack(shops)
    const payload = { merchantId: shops.merchantId, accountId: shops.accounts.shopify }
    await shops.road.sync.inTransaction((tx) =>
      shops.road.sync.outbox.record(tx, [{ name: 'account-connected', payload }]),
    )
    await shops.pass(1_000)
    await agree(shops)
  })
  it('and is uninstalled again while it is compared stays off', async () => {
    const shops = await away()
    const connector = (await shops.road.opened(await account(shops))).connector
    const ordersSince = connector.ordersSince.bind(connector)
    connector.ordersSince = async (since, cursor) => {
      await disconnect(shops.road.sync, await account(shops))
      return ordersSince(since, cursor)
    }
    await comesBack(shops)
    expect((await account(shops)).status).toBe('off')
  })
})
