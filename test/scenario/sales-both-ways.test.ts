import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TryAgain } from '#app/kernel/outage.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { passReturn } from '#app/orders/return.server.ts'
import { act } from '#app/sync/act.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { piecesOf } from '../support/pieces.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase
let shops: TwoShops

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
afterEach(async () => {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
})

const buyOnShopify = (lines: { sku: string; quantity: number }[]) =>
  given<Order>(shops.shopify.placeOrder({ source: 'web', lines }))

describe('a sale', () => {
  it('on Etsy lowers Shopify by a move, and shipping it takes the piece away', async () => {
    shops = await openTwoShops(database.pool)
    const { receiptId } = given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(3_000)
    expect(shops.shopifyShows('SIG')).toBe(3)
    const safe = shops.shopify.location('Safe').id
    expect(shops.shopify.quantity('SIG', safe, 'reserved')).toBe(1)
    given(shops.etsy.ship(receiptId))
    await shops.road.sweep(shops.merchantId)
    await shops.pass(3_000)
    expect(shops.shopify.quantity('SIG', safe, 'reserved')).toBe(0)
    expect(shops.shopify.quantity('SIG', safe, 'on_hand') ?? 0).toBeLessThanOrEqual(2)
    expect(await shops.incidents()).toEqual([])
  })
  it('on Shopify lowers Etsy, and Shopify itself is not written', async () => {
    shops = await openTwoShops(database.pool)
    buyOnShopify([{ sku: 'SIG', quantity: 2 }])
    await shops.pass(3_000)
    expect(shops.etsyShows('SIG')).toBe(2)
    expect(shops.shopifyShows('SIG')).toBe(2)
    expect(shops.shopify.quantity('SIG', shops.shopify.location('Safe').id, 'reserved')).toBe(0)
    expect(await piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))).toMatchObject({
      Safe: { reserved: 2 },
    })
  })
  it('of the only piece takes it off sale on the other side, and its cancellation puts it back', async () => {
    shops = await openTwoShops(database.pool, {
      products: [ringOf('ONE', [{ location: 'Safe', available: 1 }])],
      listings: [listingOf('ONE', 1)],
    })
    const order = buyOnShopify([{ sku: 'ONE', quantity: 1 }])
    await shops.pass(3_000)
    expect(shops.etsyShows('ONE')).toBe(0)
    given(shops.shopify.cancelOrder(order.id, { restock: true }))
    await shops.pass(3_000)
    expect(shops.etsyShows('ONE')).toBe(1)
    expect(await shops.incidents()).toEqual([])
  })
  it('at the till, cancelled and refunded pieces: Etsy always shows what Shopify has', async () => {
    shops = await openTwoShops(database.pool)
    given(shops.shopify.placeOrder({ source: 'pos', lines: [{ sku: 'SIG', quantity: 1 }] }))
    const two = buyOnShopify([{ sku: 'SIG', quantity: 2 }])
    await shops.pass(3_000)
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([1, 1])
    given(shops.shopify.refund(two.id, [{ lineId: two.lines[0]!.id, quantity: 1, restock: 'CANCEL' }]))
    await shops.pass(3_000)
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([2, 2])
    given(shops.shopify.fulfill(two.id))
    given(shops.shopify.refund(two.id, [{ lineId: two.lines[0]!.id, quantity: 1, restock: 'RETURN' }]))
    await shops.pass(3_000)
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([2, 2])
    await passReturns()
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([3, 3])
    expect(await shops.incidents()).toEqual([])
  })
})

/** A person has looked at everything that came back, and it is in order. */
async function passReturns(): Promise<void> {
  const { merchantId, road } = shops
  const text = 'SELECT id, waiting FROM return_parcel WHERE merchant_id = $1 AND waiting > 0'
  const { rows } = await database.pool.query<{ id: number; waiting: number }>(text, [merchantId])
  for (const { id: parcelId, waiting: quantity } of rows) {
    const how = { merchantId, actor: 'person/1', token: 'token-1', parcelId, quantity }
    given(await act(road.sync, { merchantId }, (tx, at) => passReturn(tx, { ...how, at })))
  }
  road.kick(merchantId)
  await shops.pass(3_000)
}

describe('pieces that were sent and refunded', () => {
  const refund = (restocks: ('RETURN' | 'NO_RESTOCK')[], between: () => Promise<void>) => async () => {
    shops = await openTwoShops(database.pool, { topics: ['orders/edited'] })
    const order = buyOnShopify([{ sku: 'SIG', quantity: 2 }])
    await between()
    given(shops.shopify.fulfill(order.id))
    await between()
    for (const restock of restocks) {
      given(shops.shopify.refund(order.id, [{ lineId: order.lines[0]!.id, quantity: 1, restock }]))
      await between()
    }
    await heard()
    // What came back is looked at before anybody can buy it.
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([2, 2])
    await passReturns()
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([2 + came(restocks), 2 + came(restocks)])
    expect(await shops.incidents()).toEqual([])
  }
  const came = (restocks: string[]) => restocks.filter((restock) => restock === 'RETURN').length
  const heard = async () => {
    await shops.road.sweep(shops.merchantId)
    await shops.pass(3_000)
  }
  const ways: ('RETURN' | 'NO_RESTOCK')[][] = [
    ['NO_RESTOCK'],
    ['RETURN'],
    ['NO_RESTOCK', 'RETURN'],
    ['RETURN', 'NO_RESTOCK'],
    ['NO_RESTOCK', 'NO_RESTOCK'],
  ]
  for (const restocks of ways) {
    it(`${restocks.join(', then ')}: heard of step by step`, refund(restocks, heard))
    it(
      `${restocks.join(', then ')}: heard of at the end`,
      refund(restocks, async () => {}),
    )
  }
})

describe('news that is lost, late, told twice and out of order', () => {
  it.each([1, 2, 3])('leaves both channels showing the same, and every piece sold once (chance %i)', async (seed) => {
    const faults = {
      notifications: { drop: 0.2, delay: 0.5, delayMs: 20_000, repeat: 0.3, reorder: 0.2 },
      calls: { serverError: 0.05, lostAnswer: 0.05, conflict: 0.02 },
    }
    shops = await openTwoShops(database.pool, {
      products: [
        ringOf('SIG', [
          { location: 'Safe', available: 8 },
          { location: 'Window', available: 4 },
        ]),
      ],
      listings: [listingOf('SIG', 12)],
      seed,
    })
    shops.sandboxes.etsy.configure({ faults })
    const chance = seeded(seed)
    const receipts: number[] = []
    const orders: string[] = []
    for (let step = 0; step < 24; step += 1) {
      const deed = chance()
      if (deed < 0.35) receipts.push(...boughtOnEtsy())
      else if (deed < 0.7) orders.push(...boughtOnShopify())
      else if (deed < 0.8 && receipts.length > 0) shops.etsy.cancel(receipts.pop()!)
      else if (deed < 0.9 && orders.length > 0) shops.shopify.cancelOrder(orders.pop()!, { restock: true })
      else if (orders.length > 0) shops.shopify.fulfill(orders.shift()!)
      await shops.pass(Math.floor(chance() * 4_000))
    }
    for (let n = 0; n < 6; n += 1) {
      await shops.pass(30_000)
      await swept()
    }
    await shops.pass(60_000)
    expect(shops.etsyShows('SIG')).toBe(shops.shopifyShows('SIG'))
    expect(12 - shops.shopify.available('SIG')).toBe(soldPieces() - (await shortPieces()))
    expect((await shops.incidents()).filter(({ kind }) => kind !== 'oversell')).toEqual([])
  })
})

const boughtOnEtsy = () => {
  const receipt = shops.etsy.buy({ lines: [shops.etsyLine('SIG')] })
  return 'receiptId' in receipt ? [receipt.receiptId] : []
}
const boughtOnShopify = () => {
  const order = shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 1 }] })
  return 'id' in order ? [order.id] : []
}

/** A sweep is lost when the channel fails, and comes again. */
async function swept(): Promise<void> {
  try {
    await shops.road.sweep(shops.merchantId)
  } catch (error) {
    if (!(error instanceof TryAgain)) throw error
  }
}

/** Pieces that an order has, or was promised, counted at the channels. */
function soldPieces(): number {
  const etsy = shops.etsy.receipts().filter(({ canceledAt }) => canceledAt === null)
  const shopify = shops.shopify.orders(100).filter(({ cancelledAt }) => cancelledAt === null)
  return etsy.length + shopify.length
}

async function shortPieces(): Promise<number> {
  const text =
    'SELECT COALESCE(sum(outstanding), 0)::int AS n FROM shortfall WHERE merchant_id = $1 AND account_id = $2'
  const { rows } = await database.pool.query<{ n: number }>(text, [shops.merchantId, shops.accounts.etsy])
  return rows[0]?.n ?? 0
}
