import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { given, openTwoShops, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** A person changes a number in Etsy's Shop Manager: nobody is told. */
function types(shops: TwoShops, quantity: number): void {
  const { listingId, productId } = shops.etsyListing('SIG')
  given(shops.etsy.editBySeller(listingId, { quantities: { [productId]: quantity } }))
}

async function listing(shops: TwoShops) {
  const text = `SELECT shown, unexplained, status FROM listing WHERE merchant_id = $1 AND account_id = $2`
  return (await database.pool.query(text, [shops.merchantId, shops.accounts.etsy])).rows
}

async function looks(shops: TwoShops): Promise<void> {
  await shops.pass(60_000)
  await shops.road.sweep(shops.merchantId)
  await shops.pass(5_000)
}

describe('the sweep looks at what Etsy shows, though nothing is due there', () => {
  it('and sets back a number that somebody raised, and says so', async () => {
    const shops = await openTwoShops(database.pool)
    types(shops, 9)
    await shops.pass(60_000)
    expect(shops.etsyShows('SIG')).toBe(9)
    await looks(shops)
    expect(shops.etsyShows('SIG')).toBe(4)
    const text = `SELECT kind, closed_at IS NOT NULL AS closed FROM incident WHERE merchant_id = $1`
    expect((await database.pool.query(text, [shops.merchantId])).rows).toEqual([{ kind: 'drift', closed: true }])
  })

  it('and asks about a number that somebody lowered', async () => {
    const shops = await openTwoShops(database.pool)
    types(shops, 3)
    await looks(shops)
    expect(shops.etsyShows('SIG')).toBe(3)
    expect(await listing(shops)).toMatchObject([{ shown: 3, unexplained: 1 }])
    expect(await shops.incidents()).toMatchObject([{ kind: 'drift' }])
  })

  it('and asks nobody when it was a sale, of which the news is still on its way', async () => {
    const shops = await openTwoShops(database.pool, { newsMs: 30_000 })
    await shops.pass(58_000)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await looks(shops)
    await shops.pass(60_000)
    expect(await listing(shops)).toMatchObject([{ shown: 3, unexplained: 0 }])
    expect(await shops.incidents()).toEqual([])
  })

  it('and believes what it saw where nothing has changed', async () => {
    const shops = await openTwoShops(database.pool)
    await looks(shops)
    expect(await listing(shops)).toMatchObject([{ shown: 4, unexplained: 0, status: 'active' }])
    expect(await shops.incidents()).toEqual([])
  })

  it('and finds out that a listing was deleted', async () => {
    const shops = await openTwoShops(database.pool)
    shops.etsy.deleteBySeller(shops.etsyListing('SIG').listingId)
    await looks(shops)
    expect(await listing(shops)).toMatchObject([{ status: 'dead' }])
    expect(await shops.incidents()).toMatchObject([{ kind: 'dead-listing' }])
  })
})

describe('a variation that is written because another one of its listing was due', () => {
  const SIZES = ['52', '54']
  const ring = {
    title: 'Signet',
    options: ['Size'],
    variants: SIZES.map((size) => ({
      sku: `SIG-${size}`,
      choice: [size],
      price: '120.00',
      stock: [{ location: 'Safe', available: 4 }],
    })),
  }
  const listing = {
    title: 'Signet',
    variations: ['Ring size'],
    products: SIZES.map((size) => ({ sku: `SIG-${size}`, choice: [size], quantity: 4, priceCents: 13_000 })),
  }

  it('is set back when somebody had raised it', async () => {
    const shops = await openTwoShops(database.pool, { products: [ring], listings: [listing] })
    const { listingId, productId } = shops.etsyListing('SIG-54')
    given(shops.etsy.editBySeller(listingId, { quantities: { [productId]: 9 } }))
    given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG-52', quantity: 1 }] }))
    await shops.pass(5_000)
    expect(['SIG-52', 'SIG-54'].map((sku) => shops.etsyShows(sku))).toEqual([3, 4])
  })
})
