import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepsStock } from '#app/channels/connector.ts'
import { assert, present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { adoptChanges } from '#app/sync/adopt.server.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import type { StaffEdit } from '#sandbox/shopify/staff-edit.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { given, openTwoShops, ringOf, type TwoShops, type TwoShopsOptions } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** Five rings in the safe, two in the window, of which Etsy shows seven. Shopify tells nothing but what a test tells. */
const open = (options: TwoShopsOptions = {}) =>
  openTwoShops(database.pool, {
    products: [
      ringOf('SIG', [
        { location: 'Safe', available: 5 },
        { location: 'Window', available: 2 },
      ]),
    ],
    listings: [{ title: 'Ring', products: [{ sku: 'SIG', quantity: 7, priceCents: 100 }] }],
    topics: ['orders/edited'],
    ...options,
  })

type EditOf<Kind> = Omit<Extract<StaffEdit, { kind: Kind }>, 'idOrSku' | 'locationId' | 'kind'>
const edits = (shops: TwoShops) => {
  const at = (place: string) => ({ idOrSku: 'SIG', locationId: shops.shopify.location(place).id })
  return {
    counts: (place: string, quantity: number, name: 'available' | 'on_hand' = 'available') =>
      given(shops.shopify.editByStaff({ kind: 'set', ...at(place), name, quantity })),
    adjusts: (place: string, { name, delta }: EditOf<'adjust'>) =>
      given(shops.shopify.editByStaff({ kind: 'adjust', ...at(place), name, delta })),
    moves: (place: string, { from, to, quantity }: EditOf<'move'>) =>
      given(shops.shopify.editByStaff({ kind: 'move', ...at(place), from, to, quantity })),
  }
}

let events = 0
/** Shopify tells of something, whether it has already told of it or not. */
async function tells(shops: TwoShops, topic: string, subject: string): Promise<void> {
  const account = present(await accountById(database.pool, shops.accounts.shopify), 'the account')
  const notification = { eventId: `event-${(events += 1)}`, topic, subject, occurredAt: shops.clock.now() }
  await keepNotification(shops.road.sync, account, notification)
}
const ofLevel = (shops: TwoShops) => tells(shops, 'inventory_levels/update', shops.shopify.item('SIG').id)
const ofProduct = (shops: TwoShops) => tells(shops, 'products/update', shops.shopify.products()[0]!.id)
const ofOrder = (shops: TwoShops, order: Order) => tells(shops, 'orders/updated', order.id)

const pieces = async (shops: TwoShops) => piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))
const ledger = async (shops: TwoShops) => movementsOf(database.pool, shops.merchantId, await shops.item('SIG'))
const buys = (shops: TwoShops, quantity = 1) =>
  given<Order>(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity }] }))

async function agree(shops: TwoShops): Promise<void> {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  expect(shops.etsyShows('SIG')).toBe(shops.shopifyShows('SIG'))
  expect(await shops.incidents()).toEqual([])
}

describe('what is changed in Shopify itself', () => {
  it.each<[string, (shops: TwoShops) => unknown, object, string[]]>([
    [
      'a count',
      (s) => edits(s).counts('Safe', 4),
      { Safe: { available: 4 }, Window: { available: 2 } },
      ['changed there: 1 available > correction'],
    ],
    [
      'a delivery',
      (s) => edits(s).adjusts('Safe', { name: 'available', delta: 3 }),
      { Safe: { available: 8 }, Window: { available: 2 } },
      ['changed there: 3 correction > available'],
    ],
    [
      'a damaged piece',
      (s) => edits(s).moves('Safe', { from: 'available', to: 'damaged', quantity: 1 }),
      { Safe: { available: 4, damaged: 1 }, Window: { available: 2 } },
      ['changed there: 1 available > damaged'],
    ],
    [
      'a piece to be looked at',
      (s) => edits(s).moves('Safe', { from: 'available', to: 'quality_control', quantity: 2 }),
      { Safe: { available: 3, quality_check: 2 }, Window: { available: 2 } },
      ['changed there: 2 available > quality_check'],
    ],
    [
      'a piece set aside',
      (s) => edits(s).moves('Window', { from: 'available', to: 'reserved', quantity: 1 }),
      { Safe: { available: 5 }, Window: { available: 1, held: 1 } },
      ['changed there: 1 available > held'],
    ],
    [
      'a piece taken to the bench',
      (s) => [edits(s).counts('Safe', 4), edits(s).counts('Bench', 1)],
      { Safe: { available: 4 }, Bench: { available: 1 }, Window: { available: 2 } },
      ['changed there: 1 available > available'],
    ],
  ])('%s is taken over once, however often it is told', async (_, happens, then, movements) => {
    const shops = await open()
    happens(shops)
    for (const tell of [ofLevel, ofLevel, ofProduct]) await tell(shops)
    await shops.pass(10_000)
    await ofLevel(shops)
    await shops.pass(10_000)
    expect(await pieces(shops)).toEqual(then)
    expect(await ledger(shops)).toEqual(movements)
    await agree(shops)
  })
  it('is said to be done there, by somebody we are not told of', async () => {
    const shops = await open()
    edits(shops).counts('Safe', 4)
    await ofLevel(shops)
    await shops.pass(5_000)
    const { rows } = await database.pool.query(
      `SELECT actor, account_id FROM movement WHERE merchant_id = $1 AND reason = 'changed there'`,
      [shops.merchantId],
    )
    expect(rows).toEqual([{ actor: `channel/${shops.accounts.shopify}/person`, account_id: shops.accounts.shopify }])
    const { rows: mirrored } = await database.pool.query('SELECT FROM mirror_due WHERE merchant_id = $1', [
      shops.merchantId,
    ])
    expect(mirrored).toEqual([])
  })
  it('twice the same, one after the other, is two movements', async () => {
    const shops = await open()
    for (const quantity of [4, 5, 4]) {
      edits(shops).counts('Safe', quantity)
      await ofLevel(shops)
      await shops.pass(5_000)
    }
    expect(await ledger(shops)).toHaveLength(3)
    await agree(shops)
  })
})

describe('an edit beside a sale, in every order of the news', () => {
  type News = (shops: TwoShops, order: Order) => Promise<void>
  const news: [string, News][] = [
    ['order', (shops, order) => ofOrder(shops, order)],
    ['level', (shops) => ofLevel(shops)],
    ['product', (shops) => ofProduct(shops)],
  ]
  const orders = news.flatMap((a) =>
    news.filter((b) => b !== a).map((b) => [a, b, ...news.filter((c) => c !== a && c !== b)]),
  )
  const cases = orders.flatMap((order) =>
    [0, 5_000].map((gap) => ({ said: order.map(([name]) => name).join(', '), gap, order })),
  )

  it.each(cases)('$said, $gap ms apart', async ({ order, gap }) => {
    const shops = await open()
    const sold = buys(shops, 2)
    edits(shops).counts('Window', 1)
    for (const [, tell] of order) {
      await tell(shops, sold)
      await shops.pass(gap)
    }
    await shops.pass(10_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 3, reserved: 2 }, Window: { available: 1 } })
    expect(await ledger(shops)).toHaveLength(2)
    await agree(shops)
  })
  it('when a sale alone is told as a change of the level, nothing is taken over', async () => {
    const shops = await open()
    buys(shops, 2)
    await ofLevel(shops)
    await shops.pass(10_000)
    expect(await ledger(shops)).toEqual(['sold: 2 available > reserved'])
    await agree(shops)
  })
  it('when the pieces of an order are sent, cancelled or come back, nothing is taken over', async () => {
    const shops = await open()
    const [sent, cancelled] = [buys(shops), buys(shops)]
    given(shops.shopify.fulfill(sent.id))
    given(shops.shopify.cancelOrder(cancelled.id, { restock: true }))
    await ofLevel(shops)
    await shops.pass(5_000)
    given(shops.shopify.refund(sent.id, [{ lineId: sent.lines[0]!.id, quantity: 1, restock: 'RETURN' }]))
    await ofLevel(shops)
    await shops.pass(5_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 4, quality_check: 1 }, Window: { available: 2 } })
    expect((await ledger(shops)).filter((said) => said.startsWith('changed'))).toEqual([])
    await agree(shops)
  })
  it('when an order’s pieces are moved to another place to be sent, the books follow', async () => {
    const shops = await open()
    const order = buys(shops)
    await ofOrder(shops, order)
    await shops.pass(5_000)
    given(shops.shopify.moveFulfillment(order.id, shops.shopify.location('Window').id))
    for (const tell of [ofLevel(shops), ofOrder(shops, order)]) await tell
    await shops.pass(5_000)
    given(shops.shopify.fulfill(order.id))
    for (const tell of [ofLevel(shops), ofOrder(shops, order)]) await tell
    await shops.pass(5_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 5 }, Window: { available: 1 } })
    await agree(shops)
  })
})

describe('our own writes are not taken for an edit', () => {
  it('before they are told, while they are on their way and after', async () => {
    const shops = await open()
    const { receiptId } = given(shops.etsy.buy({ lines: [shops.etsyLine('SIG', 2)] }))
    for (let n = 0; n < 12; n += 1) {
      await ofLevel(shops)
      await shops.pass(100)
    }
    given(shops.etsy.ship(receiptId))
    await shops.road.sweep(shops.merchantId)
    for (let n = 0; n < 12; n += 1) {
      await ofProduct(shops)
      await shops.pass(100)
    }
    await shops.pass(10_000)
    expect(await ledger(shops)).toEqual(['sold: 2 available > reserved', 'shipped: 2 reserved > customer'])
    await agree(shops)
  })
  it('also when nobody has handed them on yet', async () => {
    const shops = await open()
    const account = present(await accountById(database.pool, shops.accounts.shopify), 'the account')
    const { connector } = await shops.road.opened(account)
    const order = given(shops.etsy.buy({ lines: [shops.etsyLine('SIG', 2)] }))
    const etsy = present(await accountById(database.pool, shops.accounts.etsy), 'the account')
    const { connector: there } = await shops.road.opened(etsy)
    const told = present(await there.order(String(order.receiptId)), 'the order')
    await ingestOrder(shops.road.sync, { account: etsy, capabilities: there.capabilities }, told)
    const ref = { externalId: shops.shopify.item('SIG').id, variantId: '' }
    assert(keepsStock(connector), 'Shopify keeps stock')
    await adoptChanges({ sync: shops.road.sync, account, connector }, [ref])
    expect(await ledger(shops)).toEqual(['sold: 2 available > reserved'])
    await shops.pass(5_000)
    await agree(shops)
  })
})

describe('stock that comes back in Shopify', () => {
  it('goes to the Etsy order that was oversold, and the incident closes', async () => {
    const shops = await open({
      products: [ringOf('SIG', [{ location: 'Safe', available: 1 }])],
      listings: [{ title: 'Ring', products: [{ sku: 'SIG', quantity: 1, priceCents: 100 }] }],
    })
    buys(shops)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.road.sweep(shops.merchantId)
    await shops.pass(5_000)
    expect(await shops.incidents()).toMatchObject([{ kind: 'oversell' }])
    edits(shops).adjusts('Safe', { name: 'available', delta: 2 })
    await ofLevel(shops)
    await shops.pass(5_000)
    expect(await shops.incidents()).toEqual([])
    expect(await pieces(shops)).toEqual({ Safe: { available: 1, reserved: 2 } })
    await agree(shops)
  })
  it('goes to Shopify’s own backorder, also where Shopify shows a number below zero', async () => {
    const variant = {
      sku: 'SIG',
      price: '1.00',
      inventoryPolicy: 'CONTINUE' as const,
      stock: [{ location: 'Safe', available: 0 }],
    }
    const shops = await open({
      products: [{ title: 'Ring', variants: [variant] }],
      listings: [{ title: 'Ring', products: [{ sku: 'SIG', quantity: 0, priceCents: 100 }] }],
    })
    const order = buys(shops, 3)
    await ofOrder(shops, order)
    await shops.pass(5_000)
    expect(await pieces(shops)).toEqual({})
    expect(await shops.incidents()).toEqual([])
    edits(shops).adjusts('Safe', { name: 'available', delta: 2 })
    await ofLevel(shops)
    await shops.pass(5_000)
    expect(await pieces(shops)).toEqual({ Safe: { reserved: 2 } })
    edits(shops).adjusts('Safe', { name: 'available', delta: 2 })
    await ofLevel(shops)
    await shops.pass(5_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 1, reserved: 3 } })
    expect(shops.shopify.available('SIG')).toBe(1)
    await agree(shops)
  })
})

describe('what cannot be understood', () => {
  it('is asked about, nothing is booked, and the question ends when it is understood', async () => {
    const shops = await open()
    const order = buys(shops)
    shops.shopify.forgetOrders(new Date('2027-01-01'))
    await ofLevel(shops)
    await shops.pass(60_000)
    expect(await shops.incidents()).toEqual([])
    await shops.pass(120_000)
    expect(await shops.incidents()).toMatchObject([{ kind: 'drift' }])
    expect(await ledger(shops)).toEqual([])
    expect(order.lines).toHaveLength(1)
  })
  it('such as a piece reserved for an Etsy order that was put back on sale in Shopify', async () => {
    const shops = await open()
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(5_000)
    edits(shops).moves('Safe', { from: 'reserved', to: 'available', quantity: 1 })
    await ofLevel(shops)
    await shops.pass(200_000)
    expect(await ledger(shops)).toEqual(['sold: 1 available > reserved'])
    expect(shops.etsyShows('SIG')).toBe(6)
    expect(await shops.incidents()).toMatchObject([{ kind: 'drift' }])
    edits(shops).moves('Safe', { from: 'available', to: 'reserved', quantity: 1 })
    await ofLevel(shops)
    await shops.pass(10_000)
    await agree(shops)
  })
  it('but the end of an order that was never shown is: its pieces were sent, or are free', async () => {
    const shops = await open({
      before(shopify) {
        given(shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 2 }] }))
        shopify.forgetOrders(new Date('2027-01-01'))
      },
    })
    expect(await pieces(shops)).toEqual({ Safe: { available: 3, reserved: 2 }, Window: { available: 2 } })
    // As if one of them was sent: it leaves what is kept aside.
    const level = shops.shopify.levels('SIG')[0]!
    level.quantities.committed -= 1
    edits(shops).counts('Safe', 3)
    await ofLevel(shops)
    await shops.pass(200_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 3, reserved: 1 }, Window: { available: 2 } })
    await agree(shops)
  })
})
