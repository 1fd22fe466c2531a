import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { setParts } from '#app/catalog/bundle.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { act } from '#app/sync/act.server.ts'
import type { ProductSeed } from '#sandbox/shopify/seed.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { piecesOf } from '../support/pieces.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase
let shops: TwoShops

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

// Shopify keeps no number for it, and knows nothing of its parts.
const GIFT: ProductSeed = { title: 'Gift set', variants: [{ sku: 'GIFT', price: '300.00', tracked: false }] }
const BRIDAL: ProductSeed = {
  title: 'Bridal set',
  variants: [{ sku: 'BRIDAL', price: '900.00', requiresComponents: true }],
}

// A ring and two bands in each set: three rings and five bands are two sets.
beforeEach(async () => {
  shops = await openTwoShops(database.pool, {
    products: [
      ringOf('RING', [{ location: 'Safe', available: 3 }]),
      ringOf('BAND', [
        { location: 'Safe', available: 1 },
        { location: 'Window', available: 4 },
      ]),
      BRIDAL,
      GIFT,
    ],
    listings: [listingOf('RING', 3), listingOf('BAND', 5), listingOf('BRIDAL', 7)],
  })
  expect(shops.etsyShows('BRIDAL')).toBe(7)
  await isMadeOf('BRIDAL')
})
afterEach(async () => {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
})

async function isMadeOf(sku: string): Promise<void> {
  const { merchantId, road } = shops
  const [bundleId, ring, band] = [await shops.item(sku), await shops.item('RING'), await shops.item('BAND')]
  const parts = [
    { itemId: ring, needs: 1 },
    { itemId: band, needs: 2 },
  ]
  const done = await act(road.sync, { merchantId }, (tx, at) =>
    setParts(tx, { merchantId, bundleId, parts, actor: 'person/1', at }),
  )
  expect(isRefusal(done)).toBe(false)
  road.kick(merchantId)
  await shops.pass(3_000)
}

const onEtsy = () => [shops.etsyShows('RING'), shops.etsyShows('BAND'), shops.etsyShows('BRIDAL')]
const onShopify = () => [shops.shopifyShows('RING'), shops.shopifyShows('BAND')]
const heard = async () => {
  await shops.road.sweep(shops.merchantId)
  await shops.pass(3_000)
}
const buyOnShopify = (...lines: { sku: string; quantity: number }[]) =>
  given<Order>(shops.shopify.placeOrder({ source: 'web', lines }))

describe('a bundle of Shopify’s that is offered on Etsy', () => {
  it('shows what its parts allow as soon as somebody has said what they are', () => {
    expect(onEtsy()).toEqual([3, 5, 2])
  })
  it('falls when a part is sold on Shopify, and rises when that is cancelled', async () => {
    const order = buyOnShopify({ sku: 'RING', quantity: 2 })
    await shops.pass(3_000)
    expect(onEtsy()).toEqual([1, 5, 1])
    given(shops.shopify.cancelOrder(order.id, { restock: true }))
    await shops.pass(3_000)
    expect(onEtsy()).toEqual([3, 5, 2])
    expect(await shops.incidents()).toEqual([])
  })
  it('sold on Etsy lowers each part on Shopify, sent takes them away, and Etsy shows what is left', async () => {
    const { receiptId } = given(shops.etsy.buy({ lines: [shops.etsyLine('BRIDAL')] }))
    await shops.pass(3_000)
    expect(onShopify()).toEqual([2, 3])
    expect(onEtsy()).toEqual([2, 3, 1])
    const reserved = (sku: string, place: string) =>
      shops.shopify.quantity(sku, shops.shopify.location(place).id, 'reserved')
    expect([reserved('RING', 'Safe'), reserved('BAND', 'Safe'), reserved('BAND', 'Window')]).toEqual([1, 1, 1])
    given(shops.etsy.ship(receiptId))
    await heard()
    expect([reserved('RING', 'Safe'), reserved('BAND', 'Safe'), reserved('BAND', 'Window')]).toEqual([0, 0, 0])
    expect(onShopify()).toEqual([2, 3])
    expect(await shops.incidents()).toEqual([])
  })
  it('cancelled on Etsy gives each part back, once', async () => {
    const { receiptId } = given(shops.etsy.buy({ lines: [shops.etsyLine('BRIDAL', 2)] }))
    await shops.pass(3_000)
    expect(onEtsy()).toEqual([1, 1, 0])
    given(shops.etsy.cancel(receiptId))
    await heard()
    await heard()
    expect(onShopify()).toEqual([3, 5])
    expect(onEtsy()).toEqual([3, 5, 2])
    expect(await shops.incidents()).toEqual([])
  })
  it('sold on Shopify is an order of its parts, which Shopify has taken already: they are taken once', async () => {
    buyOnShopify({ sku: 'RING', quantity: 1 }, { sku: 'BAND', quantity: 2 })
    await shops.pass(3_000)
    expect(onShopify()).toEqual([2, 3])
    expect(onEtsy()).toEqual([2, 3, 1])
    expect(await piecesOf(database.pool, shops.merchantId, await shops.item('BRIDAL'))).toEqual({})
  })
})

describe('a set that Shopify keeps no number for', () => {
  it('sold on Shopify lowers its parts there too, which Shopify did not, and cancelled raises them', async () => {
    await isMadeOf('GIFT')
    const order = buyOnShopify({ sku: 'GIFT', quantity: 1 })
    await shops.pass(3_000)
    expect(onShopify()).toEqual([2, 3])
    expect(onEtsy()).toEqual([2, 3, 1])
    // Long enough for whatever Shopify shows beyond our books to be taken for an edit of a person.
    await shops.pass(180_000)
    await heard()
    expect(await shops.incidents()).toEqual([])
    given(shops.shopify.cancelOrder(order.id, { restock: true }))
    await heard()
    expect([onShopify(), onEtsy()]).toEqual([
      [3, 5],
      [3, 5, 2],
    ])
    expect(await shops.incidents()).toEqual([])
  })
  it('sent from Shopify takes its parts away', async () => {
    await isMadeOf('GIFT')
    const order = buyOnShopify({ sku: 'GIFT', quantity: 1 })
    await shops.pass(3_000)
    given(shops.shopify.fulfill(order.id))
    await heard()
    await shops.pass(180_000)
    await heard()
    const reserved = (sku: string) => shops.shopify.quantity(sku, shops.shopify.location('Safe').id, 'reserved')
    expect([reserved('RING'), reserved('BAND'), onShopify()]).toEqual([0, 0, [2, 3]])
    expect(await shops.incidents()).toEqual([])
  })
})
