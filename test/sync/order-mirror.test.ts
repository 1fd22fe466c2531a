import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { accountById } from '#app/merchant/account.server.ts'
import { present } from '#app/kernel/assert.ts'
import { takesOrders } from '#app/channels/order-desk.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { mirrorOrdersStep } from '#app/sync/order-mirror.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { BUYER, buyOnEtsy, madeOrders, mirroredShops, mirrorRows, onlyMade, settle } from '../support/mirrored.ts'
import { piecesOf } from '../support/pieces.ts'
import { given, listingOf, ringOf, type TwoShops, type TwoShopsOptions } from '../support/two-shops.ts'

let database: FreshDatabase
let shops: TwoShops

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
afterEach(async () => {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
})

const rows = () => mirrorRows(database.pool, shops)
const set = (assignments: string, ...values: unknown[]) =>
  database.pool.query(`UPDATE order_mirror SET ${assignments} WHERE merchant_id = $1`, [shops.merchantId, ...values])

type Fate = 'lost' | 'unsent' | 'fine'

/** Shopify, reached over a network on which calls of one operation have the fates that are told, then none. */
function network(operation: string, fates: Fate[]): { tried: () => number; network: TwoShopsOptions['network'] } {
  let tried = 0
  return {
    tried: () => tried,
    network: (channel, send) => async (request) => {
      if (channel !== 'shopify' || !(await request.clone().text()).includes(`"operationName":"${operation}"`))
        return send(request)
      tried += 1
      const fate = fates.shift() ?? 'fine'
      if (fate === 'unsent') throw new TypeError('fetch failed', { cause: 'the line is cut' })
      const answer = await send(request)
      if (fate === 'lost') throw new TypeError('fetch failed', { cause: 'the line is cut' })
      return answer
    },
  }
}

const SILENT = { topics: ['inventory_levels/update'] }

describe('an order is made once', () => {
  it('when its making was never answered, and no news of it came', async () => {
    const { network: lossy, tried } = network('MakeOrder', ['lost'])
    shops = await mirroredShops(database.pool, { network: lossy, ...SILENT })
    shops.sandboxes.shopify.setSwitches({ orderSearchLagMs: 30_000 })
    await buyOnEtsy(shops)
    expect((await rows())[0]?.state).toBe('waiting')
    await shops.pass(60_000)
    expect([tried(), (await rows())[0]?.state]).toEqual([1, 'made'])
    expect(onlyMade(shops).buyer?.name).toBe(BUYER.name)
  })
  it('and is made after all when it never got there', async () => {
    const { network: lossy, tried } = network('MakeOrder', ['unsent'])
    shops = await mirroredShops(database.pool, { network: lossy, ...SILENT })
    await buyOnEtsy(shops)
    await shops.pass(60_000)
    expect([tried(), madeOrders(shops).length]).toEqual([1, 0])
    await shops.pass(90_000)
    expect([tried(), madeOrders(shops).length, (await rows())[0]?.state]).toEqual([2, 1, 'made'])
  })
  it('when its own news comes before the answer to its making', async () => {
    const { network: lossy, tried } = network('MakeOrder', ['lost'])
    shops = await mirroredShops(database.pool, { network: lossy })
    await buyOnEtsy(shops, { ms: 2_000 })
    expect([tried(), (await rows())[0]?.state]).toEqual([1, 'made'])
    await settle(shops, 3)
    onlyMade(shops)
    expect(await piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))).toMatchObject({
      Safe: { available: 2, reserved: 1 },
    })
  })
  it('when the process dies before the call: it is looked for until a search would know it, and then made', async () => {
    const { network: lossy, tried } = network('MakeOrder', [])
    shops = await mirroredShops(database.pool, { network: lossy, ...SILENT })
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: 0 })
    await buyOnEtsy(shops)
    const before = tried()
    expect(madeOrders(shops)).toEqual([])
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: null })
    const now = shops.clock.now()
    await set('sent_at = $2, due_at = $2, claimed_until = $3', now, new Date(now.getTime() + 120_000))
    shops.road.kick(shops.merchantId)
    await shops.pass(110_000)
    expect([tried() - before, madeOrders(shops).length]).toEqual([0, 0])
    await shops.pass(60_000)
    expect([tried() - before, madeOrders(shops).length, (await rows())[0]?.state]).toEqual([1, 1, 'made'])
  })
  it('when the process dies after the answer and before it was kept', async () => {
    const { network: lossy, tried } = network('MakeOrder', [])
    shops = await mirroredShops(database.pool, { network: lossy, ...SILENT })
    await buyOnEtsy(shops)
    const { id } = onlyMade(shops)
    const now = shops.clock.now()
    const lost = `state = 'waiting', external_id = NULL, name = NULL, url = NULL, made_at = NULL`
    await set(`${lost}, sent_at = $2, due_at = $2, claimed_until = $3`, now, new Date(now.getTime() + 120_000))
    shops.road.kick(shops.merchantId)
    await shops.pass(300_000)
    expect([tried(), onlyMade(shops).id, (await rows())[0]?.state]).toEqual([1, id, 'made'])
  })
  it('when two processes believe the account to be theirs', async () => {
    const { network: lossy, tried } = network('MakeOrder', [])
    shops = await mirroredShops(database.pool, { network: lossy, ...SILENT })
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: 0 })
    await buyOnEtsy(shops)
    await buyOnEtsy(shops)
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: null })
    const before = tried()
    await set('due_at = $2, claimed_until = NULL', shops.clock.now())
    const { sync } = shops.road
    const account = present(await accountById(sync.db, shops.accounts.shopify), 'the store')
    const { connector } = await shops.road.opened(account)
    if (!takesOrders(connector)) throw new Error('Shopify takes orders')
    const openOther = async (other: typeof account) => (await shops.road.opened(other)).connector
    const step = () => mirrorOrdersStep({ sync, account, connector, waitMs: () => 0, openOther })
    await Promise.all([step(), step(), step()])
    expect([tried() - before, madeOrders(shops).length]).toEqual([2, 2])
  })
})

describe('an order that Shopify does not take', () => {
  it('is shown with the reason and what to do, and is made when a person tries again', async () => {
    shops = await mirroredShops(database.pool)
    shops.shopify.changeScopes([
      'read_products',
      'write_inventory',
      'read_locations',
      'read_orders',
      'read_merchant_managed_fulfillment_orders',
    ])
    await buyOnEtsy(shops)
    expect(await rows()).toMatchObject([{ state: 'refused', reason: expect.stringMatching(/not allowed the app/) }])
    expect(await shops.incidents()).toMatchObject([
      { kind: 'mirrored-order', sentence: expect.stringMatching(/Try again/) },
    ])
    // The stock goes its way all the same.
    expect(shops.shopifyShows('SIG')).toBe(3)
    shops.shopify.changeScopes([
      'read_products',
      'write_inventory',
      'read_locations',
      'write_orders',
      'write_merchant_managed_fulfillment_orders',
    ])
    await set(`state = 'waiting', reason = NULL, due_at = $2`, shops.clock.now())
    shops.road.kick(shops.merchantId)
    await shops.pass(20_000)
    expect((await rows())[0]?.state).toBe('made')
    expect(await shops.incidents()).toEqual([])
  })
  it('is made without what it can do without', async () => {
    shops = await mirroredShops(database.pool)
    shops.sandboxes.shopify.setSwitches({ takesSourceName: false })
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')], buyer: { name: 'Cher', email: 'no address' } }))
    await shops.pass(20_000)
    expect(onlyMade(shops)).toMatchObject({ buyer: { name: 'Cher', email: '' }, made: { email: null } })
  })
  it('for the moment is made later: a development store takes five in a minute', async () => {
    shops = await mirroredShops(database.pool, {
      products: [ringOf('SIG', [{ location: 'Safe', available: 20 }])],
      listings: [listingOf('SIG', 20)],
    })
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: 5 })
    for (let n = 0; n < 8; n += 1) await buyOnEtsy(shops, { ms: 500 })
    await shops.pass(5_000)
    expect(madeOrders(shops)).toHaveLength(5)
    await shops.pass(180_000)
    expect(madeOrders(shops)).toHaveLength(8)
    expect(await shops.incidents()).toEqual([])
  })
  it('waits while Etsy is away, and the moves of stock do not', async () => {
    let away = false
    shops = await mirroredShops(database.pool, {
      network: (channel, send) => (request) =>
        channel === 'etsy' && away && request.url.includes('/receipts/')
          ? Promise.resolve(new Response('', { status: 503 }))
          : send(request),
    })
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: 0 })
    await buyOnEtsy(shops, { ms: 3_000 })
    away = true
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: null })
    await shops.pass(60_000)
    expect([madeOrders(shops).length, shops.shopifyShows('SIG')]).toEqual([0, 3])
    away = false
    await shops.pass(300_000)
    expect(madeOrders(shops)).toHaveLength(1)
  })
})

describe('what is sent', () => {
  const TWO = {
    products: [
      ringOf('SIG', [{ location: 'Safe', available: 4 }]),
      ringOf('BAND', [{ location: 'Safe', available: 4 }]),
    ],
    listings: [listingOf('SIG', 4), listingOf('BAND', 4)],
  }
  const buyBoth = async () => {
    const { receiptId } = given(
      shops.etsy.buy({ lines: [shops.etsyLine('SIG'), shops.etsyLine('BAND', 2)], buyer: BUYER }),
    )
    await shops.pass(20_000)
    return receiptId
  }
  const track = (number: string) => ({ company: 'DHL Express', number, url: null })

  it('in two parcels is told Etsy, which knows only whole orders, when the last piece has left, each with its number', async () => {
    shops = await mirroredShops(database.pool, TWO)
    const receiptId = await buyBoth()
    const order = onlyMade(shops)
    const [sig, band] = order.lines.map(({ id }) => id)
    given(shops.shopify.fulfill(order.id, [{ lineId: sig!, quantity: 1 }], track('A1')))
    await settle(shops)
    expect(shops.etsy.receipt(receiptId)?.shippedAt).toBeNull()
    given(shops.shopify.fulfill(order.id, [{ lineId: band!, quantity: 2 }], track('B2')))
    await settle(shops, 2)
    const receipt = shops.etsy.receipt(receiptId)
    expect(receipt?.shipment).toEqual({ carrier: 'dhl', trackingCode: 'A1' })
    expect(receipt?.furtherShipments).toMatchObject([{ carrier: 'dhl', trackingCode: 'B2' }])
    await settle(shops, 3)
    expect(shops.etsy.receipt(receiptId)?.furtherShipments).toHaveLength(1)
  })
  it('is told once, though the answer was lost', async () => {
    shops = await mirroredShops(database.pool)
    const receiptId = await buyOnEtsy(shops)
    shops.sandboxes.etsy.configure({ faults: { calls: { lostAnswer: 1 } } })
    given(shops.shopify.fulfill(onlyMade(shops).id, undefined, track('A1')))
    await shops.pass(5_000)
    expect(shops.etsy.receipt(receiptId)?.shippedAt).not.toBeNull()
    shops.sandboxes.etsy.configure({ faults: null })
    await settle(shops, 3)
    expect(shops.etsy.receipt(receiptId)?.furtherShipments).toBeUndefined()
    const told = await database.pool.query(`SELECT state FROM order_mirror_parcel WHERE merchant_id = $1`, [
      shops.merchantId,
    ])
    expect(told.rows).toEqual([{ state: 'told' }])
  })
  it('without a number that Etsy wants is a person’s, until they enter one in Shopify', async () => {
    shops = await mirroredShops(database.pool)
    const receiptId = await buyOnEtsy(shops)
    const order = onlyMade(shops)
    given(shops.shopify.fulfill(order.id))
    await settle(shops, 2)
    expect(await shops.incidents()).toMatchObject([{ sentence: expect.stringMatching(/tracking code/) }])
    expect(shops.etsy.receipt(receiptId)?.shippedAt).toBeNull()
    given(shops.shopify.changeTracking(order.id, track('A1')))
    await settle(shops, 2)
    expect(shops.etsy.receipt(receiptId)?.shipment?.trackingCode).toBe('A1')
    expect(await shops.incidents()).toEqual([])
  })
  it('on Etsy is marked as sent in Shopify, and is not told Etsy again', async () => {
    shops = await mirroredShops(database.pool, { stock: 'committed' })
    const receiptId = await buyOnEtsy(shops)
    given(shops.etsy.ship(receiptId, { trackingCode: 'ETSY-1' }))
    await settle(shops, 4)
    expect(onlyMade(shops).fulfillments).toHaveLength(1)
    expect(shops.etsy.receipt(receiptId)?.furtherShipments).toBeUndefined()
    expect(shops.shopify.quantity('SIG', shops.shopify.location('Safe').id, 'on_hand')).toBe(2)
    expect(await shops.incidents()).toEqual([])
  })
})

it('a part that is given up in Shopify is told a person, who gives it up on Etsy', async () => {
  shops = await mirroredShops(database.pool)
  await buyOnEtsy(shops, { quantity: 2 })
  const order = onlyMade(shops)
  given(shops.shopify.refund(order.id, [{ lineId: order.lines[0]!.id, quantity: 1, restock: 'CANCEL' }]))
  await settle(shops, 2)
  expect(await shops.incidents()).toMatchObject([
    { kind: 'mirrored-order', sentence: expect.stringMatching(/A piece of it was cancelled or refunded in #\d+/) },
  ])
  expect(await piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))).toMatchObject({
    Safe: { reserved: 2 },
  })
})

it('a piece that no item of ours is yet is a line of its own words', async () => {
  shops = await mirroredShops(database.pool, { listings: [listingOf('SIG', 4), listingOf('UNKNOWN', 2)] })
  await buyOnEtsy(shops, { sku: 'UNKNOWN' })
  expect(onlyMade(shops).lines).toMatchObject([
    { kind: 'custom', title: 'Ring UNKNOWN', sku: 'UNKNOWN', unitPrice: '130.00' },
  ])
})

it('what a person changes in Shopify beside an order that is sent stays theirs', async () => {
  shops = await mirroredShops(database.pool, { stock: 'available' })
  await buyOnEtsy(shops)
  const locationId = shops.shopify.location('Safe').id
  given(shops.shopify.fulfill(onlyMade(shops).id, undefined, { company: 'USPS', number: 'A1', url: null }))
  given(shops.shopify.editByStaff({ kind: 'adjust', name: 'available', idOrSku: 'SIG', locationId, delta: 5 }))
  await settle(shops, 4)
  const ledger = await piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))
  // One of the two changes is the order's own, whichever was looked at first: together they are within a piece of it.
  expect(Math.abs((ledger['Safe']?.available ?? 0) - 7)).toBeLessThanOrEqual(1)
  expect(shops.shopify.quantity('SIG', locationId, 'available')).toBe(ledger['Safe']?.available)
})
