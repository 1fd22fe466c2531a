import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settleDrift } from '#app/sync/decisions.server.ts'
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
  const ring = (available: number) => ({
    title: 'Signet',
    options: ['Size'],
    variants: SIZES.map((size) => ({
      sku: `SIG-${size}`,
      choice: [size],
      price: '120.00',
      stock: [{ location: 'Safe', available }],
    })),
  })
  const listing = (quantity: number) => ({
    title: 'Signet',
    variations: ['Ring size'],
    products: SIZES.map((size) => ({ sku: `SIG-${size}`, choice: [size], quantity, priceCents: 13_000 })),
  })
  const shown = (shops: TwoShops) => SIZES.map((size) => shops.etsyShows(`SIG-${size}`))
  const types54 = (shops: TwoShops, quantity: number) => {
    const { listingId, productId } = shops.etsyListing('SIG-54')
    given(shops.etsy.editBySeller(listingId, { quantities: { [productId]: quantity } }))
  }
  const sells52 = (shops: TwoShops) =>
    given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG-52', quantity: 1 }] }))

  it('is set back when somebody had raised it', async () => {
    const shops = await openTwoShops(database.pool, { products: [ring(4)], listings: [listing(4)] })
    types54(shops, 9)
    sells52(shops)
    await shops.pass(5_000)
    expect(shown(shops)).toEqual([3, 4])
  })

  it('comes back on sale when all of them were taken off by us, though somebody had lowered it before', async () => {
    const shops = await openTwoShops(database.pool, { products: [ring(1)], listings: [listing(1)] })
    types54(shops, 0)
    await looks(shops)
    sells52(shops)
    await shops.pass(5_000)
    expect(shown(shops)).toEqual([0, 0])
    const text = 'SELECT id FROM listing WHERE merchant_id = $1 AND unexplained > 0'
    const { rows } = await database.pool.query<{ id: number }>(text, [shops.merchantId])
    const who = { merchantId: shops.merchantId, actor: 'person/1' }
    for (const { id } of rows) await settleDrift(shops.road.sync, who, { listingId: id, right: 'ours' })
    expect(rows).toHaveLength(1)
    await looks(shops)
    expect(shown(shops)).toEqual([0, 1])
  })
})
