import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { type Good, stockUp } from '../../bench/goods.ts'
import { type LiveShop, openLiveShop } from '../../bench/live-shop.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

const SALES = 40
const GOES_ON_WITHIN_MS = 20_000

let database: FreshDatabase
let shop: LiveShop
let goods: Good[]

beforeAll(async () => {
  database = await freshDatabase()
  const prepare = (world: LiveShop['world']) => {
    goods = stockUp(world)
  }
  shop = await openLiveShop({ databaseUrl: database.url, workers: 2, prepare })
}, 120_000)
afterAll(async () => {
  await shop.stop()
  await database.drop()
})

/** One piece of each of these, on Shopify and Etsy in turns. */
function sell(from: number, to: number): void {
  for (const [i, good] of goods.slice(from, to).entries()) {
    const { sku, listingId, productId } = good
    const sold =
      i % 2 === 0
        ? shop.shopify.placeOrder({ source: 'web', lines: [{ sku, quantity: 1 }] })
        : shop.etsy.buy({ lines: [{ listingId, productId, quantity: 1 }] })
    expect(isRefusal(sold)).toBe(false)
  }
}

const inStep = ({ sku, listingId, productId }: Good) =>
  shop.shopify.shown(sku) === shop.etsy.shown(listingId, productId)
const owners = async () => {
  const text = `SELECT DISTINCT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'vitrine account owner'`
  return (await shop.db.query<{ pid: number }>({ text })).rows.length
}
const one = async (text: string) =>
  Number(Object.values(present((await shop.db.query<Record<string, number>>({ text })).rows[0], text))[0])

const RESERVED = 'SELECT COALESCE(sum(reserved), 0) FROM order_line'

describe('a worker that is killed in the middle of a busy hour', () => {
  it('loses nothing, and another publishes on within 20 s', async () => {
    // The control: two workers are there, and what follows is sold while one of them is killed.
    expect(await owners()).toBe(2)
    const before = await one(RESERVED)
    const first = present(shop.workers[0], 'the first worker')
    sell(0, SALES / 2)
    process.kill(present(first.pid, 'its process'), 'SIGKILL')
    const killedAt = performance.now()
    sell(SALES / 2, SALES)

    await expect.poll(() => goods.slice(0, SALES).every(inStep), { timeout: 60_000, interval: 50 }).toBe(true)
    expect(performance.now() - killedAt).toBeLessThan(GOES_ON_WITHIN_MS)
    expect(await owners()).toBe(1)

    await expect.poll(() => one(RESERVED)).toBe(before + SALES)
    expect(await one(`SELECT count(*) FROM shortfall`)).toBe(0)
    expect(await verifyLedger(shop.db, await one('SELECT min(id) FROM merchant'))).toEqual([])
    // Each sale was taken off each channel once: 90 were there of everything.
    for (const { sku, listingId, productId } of goods.slice(0, SALES)) {
      expect([sku, shop.shopify.shown(sku), shop.etsy.shown(listingId, productId)]).toEqual([sku, 89, 89])
    }
  }, 120_000)
})
