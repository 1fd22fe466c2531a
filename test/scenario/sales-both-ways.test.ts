import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { goLive } from '#app/sync/decisions.server.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import { type InProcessWorld, openInProcessWorld } from '../../bench/in-process-world.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const given = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.sentence)
  return value
}

let database: FreshDatabase
let world: InProcessWorld
const etsyShown = (sku: string) => {
  const listing = world.etsy.listings().find((one) => one.inventory.products.some((product) => product.sku === sku))!
  return world.etsy.shown(listing.listingId, listing.inventory.products.find((product) => product.sku === sku)!.productId)
}
const etsyLine = (sku: string, quantity: number) => {
  const listing = world.etsy.listings().find((one) => one.inventory.products.some((product) => product.sku === sku))!
  return { listingId: listing.listingId, sku, quantity }
}

beforeAll(async () => {
  database = await freshDatabase()
  const clock = new VirtualClock(new Date('2026-11-23T09:00:00Z'))
  world = await openInProcessWorld({
    pool: database.pool,
    clock,
    shopify: {
      domain: 'adler.myshopify.com',
      name: 'Adler',
      currency: 'USD',
      locations: [{ name: 'Safe' }, { name: 'Window' }, { name: 'Bench', fulfillsOnlineOrders: false }],
      products: [
        { title: 'Signet ring', options: ['Size'], variants: [
          { sku: 'SIG-54', choice: ['54'], price: '120.00', stock: [{ location: 'Safe', available: 3 }, { location: 'Window', available: 1 }, { location: 'Bench', available: 2 }] },
          { sku: 'SIG-56', choice: ['56'], price: '120.00', stock: [{ location: 'Safe', available: 5 }] },
        ] },
        { title: 'Sapphire 1.02 ct', variants: [{ sku: 'SAPH-1', price: '2400.00', stock: [{ location: 'Safe', available: 1 }] }] },
      ],
    },
    etsy: {
      name: 'AdlerRings',
      listings: [
        { title: 'Signet ring', variations: ['Size'], products: [
          { sku: 'SIG-54', quantity: 9, priceCents: 13000, choice: ['54'] },
          { sku: 'SIG-56', quantity: 5, priceCents: 13000, choice: ['56'] } ] },
        { title: 'Sapphire', products: [{ sku: 'SAPH-1', quantity: 1, priceCents: 250000 }] },
      ],
    },
  })
  await world.pass(5_000)
  await world.connectEtsy()
  await world.pass(30_000)
  expect(await goLive(world.road.sync, { merchantId: world.merchantId, actor: 'person/1' }, { accountId: world.accounts.etsy })).toBeUndefined()
  world.road.kick(world.merchantId)
  await world.pass(10_000)
})
afterAll(async () => {
  await world.road.close()
  await database.drop()
})

describe('a shop on Shopify and Etsy', () => {
  it('shows on Etsy what the sellable places have, whatever it showed before', () => {
    expect(etsyShown('SIG-54')).toBe(4)
    expect(etsyShown('SIG-56')).toBe(5)
    expect(etsyShown('SAPH-1')).toBe(1)
  })
  it('lowers Shopify when Etsy sells, and Etsy when Shopify sells', async () => {
    given(world.etsy.buy({ lines: [etsyLine('SIG-54', 1)] }))
    await world.pass(3_000)
    expect(world.shopify.shown('SIG-54')).toBe(3)
    given(world.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG-54', quantity: 2 }] }))
    await world.pass(3_000)
    expect(etsyShown('SIG-54')).toBe(1)
  })
  it('takes the only piece off Etsy when the shop sells it, and puts it back when the order is cancelled', async () => {
    const order = given<Order>(world.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SAPH-1', quantity: 1 }] }))
    await world.pass(3_000)
    expect(etsyShown('SAPH-1')).toBe(0)
    given(world.shopify.cancelOrder(order.id, { restock: true }))
    await world.pass(3_000)
    expect(etsyShown('SAPH-1')).toBe(1)
  })
  it('keeps a ledger that adds up', async () => {
    expect(await verifyLedger(database.pool, world.merchantId)).toEqual([])
    const { rows } = await database.pool.query('SELECT kind, sentence FROM incident')
    expect(rows).toEqual([])
  })
})
