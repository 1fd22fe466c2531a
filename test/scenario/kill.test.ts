import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { type Good, stockUp } from '../../bench/goods.ts'
import { type LiveShop, openLiveShop } from '../../bench/live-shop.ts'
import { given } from '../../bench/owner.ts'
import { LIFTED, liftLimits } from '../../bench/pipeline/lifted.ts'
import { trade, type Traded } from '../../bench/pipeline/trade.ts'
import type { World } from '#sandbox/world.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

// An hour of a busy shop's trade in a quarter of a minute, through real processes: two workers, and one is killed.
const SALES = { perSecond: 5, seconds: 14 }
const KILLED_AFTER_MS = 7_000
const GOES_ON_WITHIN_MS = 20_000

let database: FreshDatabase
let shop: LiveShop
let goods: Good[]
let traded: Traded
/** Pieces of goods that are not traded: those of orders cancelled around the moment, and of one that stays. */
let ordered: { good: Good; kept: number }[]
/** Pieces of orders from before, that the shop opened with. */
let before: number

beforeAll(async () => {
  database = await freshDatabase()
  const prepare = (world: World) => {
    liftLimits(world)
    goods = stockUp(world)
  }
  shop = await openLiveShop({ databaseUrl: database.url, workers: 2, more: LIFTED, prepare })
  before = await effects('reserve')
  const [first, second, third, ...rest] = goods
  const others = [first, second, third].map((good) => present(good, 'something to sell'))
  const trading = trade(shop, { goods: rest, ...SALES })
  await new Promise<void>((resolve) => systemClock.after(KILLED_AFTER_MS, resolve))
  ordered = others.map((good) => ({ good, kept: 2 }))
  const orders = others.map((good) => [onShopify(good), onShopify(good), onEtsy(good), onEtsy(good)] as const)
  process.kill(present(present(shop.workers[0], 'the first worker').pid, 'its pid'), 'SIGKILL')
  for (const [shopify, , etsy] of orders) {
    given(shop.shopify.cancelOrder(shopify, { restock: true }))
    given(shop.etsy.cancel(etsy))
  }
  traded = await trading
}, 100_000)
afterAll(async () => {
  await shop.stop()
  await database.drop()
})

const onShopify = ({ sku }: Good): string =>
  given(shop.shopify.placeOrder({ source: 'web', lines: [{ sku, quantity: 1 }] })).id
const onEtsy = ({ listingId, productId }: Good): number =>
  given(shop.etsy.buy({ lines: [{ listingId, productId, quantity: 1 }] })).receiptId

async function one(text: string, values: unknown[] = []): Promise<number> {
  return present((await shop.db.query<{ n: number }>({ text, values })).rows[0], 'the answer').n
}

/** Pieces booked with a transition, over all orders that move stock. */
const effects = (transition: string): Promise<number> =>
  one('SELECT COALESCE(sum(quantity), 0)::int AS n FROM order_effect WHERE transition = $1', [transition])

test('the worker is gone, and the other one publishes for both channels within 20 s', async () => {
  expect(await shop.workers[0]?.died).toContain('SIGKILL')
  expect(traded.unseen).toBe(0)
  expect(Math.max(...traded.lagMs)).toBeLessThan(GOES_ON_WITHIN_MS)
})

test('every listing shows what there is, on both sides', async () => {
  const off = () =>
    goods.flatMap(({ sku, listingId, productId }) => {
      const [there, here] = [shop.shopify.shown(sku), shop.etsy.shown(listingId, productId)]
      return there === here ? [] : [`${sku}: Shopify ${there}, Etsy ${here}`]
    })
  await vi.waitFor(() => expect(off()).toEqual([]), { timeout: GOES_ON_WITHIN_MS, interval: 200 })
  for (const { good, kept } of ordered) expect(shop.shopify.shown(good.sku), good.sku).toBe(90 - kept)
})

test('no sale is lost, none is booked twice, and the books add up', async () => {
  const given = ordered.length * 2
  await vi.waitFor(async () => expect(await effects('release')).toBe(given), { timeout: GOES_ON_WITHIN_MS })
  expect(await effects('reserve')).toBe(before + traded.events + ordered.length * 4)
  expect(await effects('short')).toBe(0)
  expect(await verifyLedger(shop.db, await one('SELECT id AS n FROM merchant'))).toEqual([])
  const incidents = await shop.db.query({ text: 'SELECT sentence FROM incident WHERE closed_at IS NULL' })
  expect(incidents.rows).toEqual([])
})
