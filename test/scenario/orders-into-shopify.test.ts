import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { BYPASSED_STOCK } from '#sandbox/shopify/settings.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { buyOnEtsy, madeOrders, mirroredShops, mirrorRows, onlyMade, settle, turn } from '../support/mirrored.ts'
import { piecesOf } from '../support/pieces.ts'
import { given, openTwoShops, type TwoShops } from '../support/two-shops.ts'

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
const ledger = async () => piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))
const TRACKING = { company: 'USPS', number: '9400 1000', url: null }

describe('an order of Etsy', () => {
  it('is made in Shopify once, with its buyer, its link and its price, and is no second sale there', async () => {
    shops = await mirroredShops(database.pool)
    const receiptId = await buyOnEtsy(shops)
    const order = onlyMade(shops)
    expect(order).toMatchObject({
      currency: 'USD',
      buyer: { name: 'Wilhelmina Oldenburg', email: 'w.oldenburg@example.org' },
      lines: [{ kind: 'variant', sku: 'SIG', quantity: 1, unitPrice: '130.00' }],
      made: {
        bypassed: true,
        paid: true,
        sourceIdentifier: `etsy/${shops.etsy.shopId}/${receiptId}`,
        note: 'Please wrap it, it is for Ottilie',
        shippingAddress: { address1: '12 Sandbox Lane', city: 'Portland', provinceCode: 'ME', countryCode: 'US' },
      },
    })
    expect(order.made?.sourceUrl).toContain(String(receiptId))
    await settle(shops, 3)
    expect(onlyMade(shops).id).toBe(order.id)
    expect(await rows()).toEqual([{ state: 'made', name: order.name, reason: null, dueAt: null }])
    expect(await ledger()).toMatchObject({ Safe: { available: 2, reserved: 1 } })
    expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([3, 3])
    expect(await shops.incidents()).toEqual([])
  })
  it('is left alone unless the merchant has turned that on, and so is what was placed before', async () => {
    shops = await openTwoShops(database.pool)
    await buyOnEtsy(shops)
    expect(madeOrders(shops)).toEqual([])
    await turn(database.pool, shops, true)
    await settle(shops, 2)
    expect(madeOrders(shops)).toEqual([])
    await buyOnEtsy(shops)
    expect(madeOrders(shops)).toHaveLength(1)
    await turn(database.pool, shops, false)
    await buyOnEtsy(shops)
    expect(madeOrders(shops)).toHaveLength(1)
  })
  it('waits until it is paid', async () => {
    shops = await mirroredShops(database.pool)
    const receiptId = await buyOnEtsy(shops, { paid: false })
    await settle(shops)
    expect([madeOrders(shops).length, (await rows())[0]?.state]).toEqual([0, 'unpaid'])
    given(shops.etsy.pay(receiptId))
    await shops.pass(20_000)
    expect(madeOrders(shops)).toHaveLength(1)
  })
})

describe.each(BYPASSED_STOCK)(
  'stock is counted once where Shopify, for an order made in it, leaves its numbers %s',
  (stock) => {
    it('when it is fulfilled in Shopify: Etsy hears of it with its tracking, and a piece has left, not two', async () => {
      shops = await mirroredShops(database.pool, { stock })
      const receiptId = await buyOnEtsy(shops)
      given(shops.shopify.fulfill(onlyMade(shops).id, undefined, TRACKING))
      await settle(shops, 4)
      expect(shops.etsy.receipt(receiptId)?.shipment).toEqual({ carrier: 'usps', trackingCode: '9400 1000' })
      expect(await ledger()).toEqual({ Safe: { available: 2 }, Window: { available: 1 } })
      expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([3, 3])
      expect(shops.shopify.quantity('SIG', shops.shopify.location('Safe').id, 'on_hand')).toBe(2)
      expect(await shops.incidents()).toEqual([])
    })
    it('when it is cancelled on Etsy: it is cancelled in Shopify, and the piece is for sale once', async () => {
      shops = await mirroredShops(database.pool, { stock })
      const receiptId = await buyOnEtsy(shops)
      given(shops.etsy.cancel(receiptId))
      await settle(shops, 4)
      expect(onlyMade(shops).cancelledAt).not.toBeNull()
      expect(await ledger()).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
      expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([4, 4])
      expect(shops.shopify.quantity('SIG', shops.shopify.location('Safe').id, 'on_hand')).toBe(3)
      expect(await shops.incidents()).toEqual([])
    })
    it('when it is cancelled with a restock in Shopify: the piece stays sold on Etsy until a person cancels it there', async () => {
      shops = await mirroredShops(database.pool, { stock })
      const receiptId = await buyOnEtsy(shops)
      given(shops.shopify.cancelOrder(onlyMade(shops).id, { restock: true }))
      await settle(shops, 4)
      expect(await ledger()).toMatchObject({ Safe: { available: 2, reserved: 1 } })
      expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([3, 3])
      expect(await shops.incidents()).toMatchObject([{ kind: 'mirrored-order' }])
      given(shops.etsy.cancel(receiptId))
      await settle(shops, 4)
      expect(await ledger()).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
      expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([4, 4])
      expect(shops.shopify.quantity('SIG', shops.shopify.location('Safe').id, 'on_hand')).toBe(3)
      expect(await shops.incidents()).toEqual([])
    })
  },
)
