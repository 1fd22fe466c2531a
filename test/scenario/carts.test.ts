import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keepHoldPolicy } from '#app/pool/hold-policy.server.ts'
import { FIRST_POLICY } from '#app/pool/hold-policy.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { sayCart } from '#app/sync/cart-calls.server.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { brokenPromises } from '../support/holds.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase
let shops: TwoShops

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  shops = await openTwoShops(database.pool, {
    products: [ringOf('ONE', [{ location: 'Safe', available: 1 }])],
    listings: [listingOf('ONE', 1)],
  })
})
afterEach(async () => {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  expect(await brokenPromises(database.pool, shops.merchantId)).toEqual([])
})

const shown = () => [shops.etsyShows('ONE'), shops.shopifyShows('ONE')]
const kept = () => shops.shopify.quantity('ONE', shops.shopify.location('Safe').id, 'reserved')
const allow = (checkouts: boolean) =>
  keepHoldPolicy(database.pool, shops.merchantId, { ...FIRST_POLICY, cartMinutes: 10, checkouts })
const checkout = (what: 'create' | 'update' | 'delete', quantity = 1) =>
  shops.shopify.tellCheckout(what, { token: 'checkout-1', lines: [{ sku: 'ONE', quantity }] })
const buy = (checkoutToken?: string) =>
  given<Order>(
    shops.shopify.placeOrder({
      source: 'web',
      lines: [{ sku: 'ONE', quantity: 1 }],
      ...(checkoutToken ? { checkoutToken } : {}),
    }),
  )

describe('the last piece in a Shopify checkout', () => {
  it('is not offered on Etsy, and its own buyer can still have it', async () => {
    await allow(true)
    checkout('create')
    await shops.pass(3_000)
    expect(shown()).toEqual([0, 1])
    expect(kept()).toBe(0)
    buy('checkout-1')
    await shops.pass(5 * 60_000)
    expect(shown()).toEqual([0, 0])
    expect(await shops.incidents()).toEqual([])
  })
  it('is offered again when the checkout is silent for too long, or left', async () => {
    await allow(true)
    checkout('create')
    await shops.pass(9 * 60_000)
    expect(shown()).toEqual([0, 1])
    await shops.pass(2 * 60_000)
    expect(shown()).toEqual([1, 1])
    await shops.pass(10 * 60_000)
    checkout('update')
    await shops.pass(3_000)
    expect(shown()).toEqual([0, 1])
    checkout('delete')
    await shops.pass(3_000)
    expect(shown()).toEqual([1, 1])
    expect(await shops.incidents()).toEqual([])
  })
  it('bought there by somebody else is theirs, and nothing is wrong', async () => {
    await allow(true)
    checkout('create')
    await shops.pass(3_000)
    buy()
    await shops.pass(5 * 60_000)
    expect(shown()).toEqual([0, 0])
    expect(await shops.incidents()).toEqual([])
  })
  it('whose news comes after its order keeps nothing aside', async () => {
    await allow(true)
    buy('checkout-1')
    await shops.pass(3_000)
    given(shops.shopify.cancelOrder(shops.shopify.orders()[0]!.id, { restock: true }))
    await shops.pass(3_000)
    checkout('create')
    await shops.pass(3_000)
    expect(shown()).toEqual([1, 1])
  })
  it('is offered on as before where the merchant has not asked for it', async () => {
    checkout('create')
    await shops.pass(3_000)
    expect(shown()).toEqual([1, 1])
  })
})

describe('the last piece in a cart of a shop front whose orders are not Shopify’s', () => {
  const say = async (version: number, quantity: number) => {
    const owner = { merchantId: shops.merchantId, accountId: shops.accounts.etsy }
    const lines = quantity > 0 ? [{ sku: 'ONE', quantity }] : []
    const said = await sayCart(shops.road.sync, owner, { cart: 'c', version, lines })
    if (isRefusal(said)) throw new Error(said.sentence)
    shops.road.kick(shops.merchantId)
  }
  it('is not offered anywhere, is set aside in Shopify, and comes back when it is left', async () => {
    await say(1, 1)
    await shops.pass(3_000)
    expect(shown()).toEqual([0, 0])
    expect(kept()).toBe(1)
    await say(2, 0)
    await shops.pass(3_000)
    expect(shown()).toEqual([1, 1])
    expect(kept()).toBe(0)
  })
  it('comes back by itself when the shop front is silent', async () => {
    await say(1, 1)
    await shops.pass(14 * 60_000)
    expect(shown()).toEqual([0, 0])
    await shops.pass(2 * 60_000)
    expect(shown()).toEqual([1, 1])
    expect(await shops.incidents()).toEqual([])
  })
})
