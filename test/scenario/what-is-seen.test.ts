import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { given, openTwoShops, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase
let shops: TwoShops

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
afterEach(async () => shops.road.close())

/** What the pages say of a listing: the number last seen there, and whether it is confirmed to be right. */
async function said(sku: string) {
  const text = `SELECT a.channel, l.shown, l.agreed_since IS NOT NULL AS confirmed FROM listing l
    JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
    WHERE l.merchant_id = $1 AND l.sku = $2 ORDER BY a.channel`
  return (await database.pool.query({ text, values: [shops.merchantId, sku] })).rows
}

describe('what a page says a channel shows', () => {
  const both = (shown: number) => [
    { channel: 'etsy', shown, confirmed: true },
    { channel: 'shopify', shown, confirmed: true },
  ]

  it.each([
    [
      'an order in the online store',
      () => given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 1 }] })),
    ],
    [
      'a sale at the till',
      () => given(shops.shopify.placeOrder({ source: 'pos', lines: [{ sku: 'SIG', quantity: 1 }] })),
    ],
    ['an order on Etsy', () => given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))],
  ])('is right after %s', async (_, sell) => {
    shops = await openTwoShops(database.pool)
    const before = shops.shopifyShows('SIG')
    sell()
    await shops.pass(30_000)
    expect(shops.shopifyShows('SIG')).toBe(before - 1)
    expect(await said('SIG')).toEqual(both(before - 1))
  })

  it('is right after one sale quickly follows another, and one is cancelled', async () => {
    shops = await openTwoShops(database.pool)
    const before = shops.shopifyShows('SIG')
    const order = given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 1 }] }))
    await shops.pass(1_000)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(1_000)
    given(shops.shopify.cancelOrder(order.id, { restock: true }))
    await shops.pass(30_000)
    expect(await said('SIG')).toEqual(both(before - 1))
  })
})
