import { beforeEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { lastChecks } from '#app/pool/books-check.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { verifyNightly } from '#app/sync/verify-nightly.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openIncidents } from '../support/incidents.ts'
import { pastTheLedger } from '../support/past-the-ledger.ts'
import { plainSync } from '../support/plain-sync.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let clock: VirtualClock
let sync: Sync
let shop: ShopRows
let ring: number

// A database for each: every merchant in it has a night.
beforeEach(async () => {
  database = await freshDatabase()
  clock = new VirtualClock(NOON)
  sync = plainSync(database.pool, clock)
  shop = await openShop(database.pool, 'Asia/Tokyo')
  ring = await addItem(database.pool, shop)
  await addStock(database.pool, shop, { itemId: ring, place: shop.safe, available: 3 })
  return () => database.drop()
})

const past = (text: string) => pastTheLedger(database.pool, text)
const check = async () => (await lastChecks(database.pool, shop.merchantId))[0]
const incidents = () => openIncidents(database.pool, shop.merchantId)
const open = async () => (await incidents()).map(({ kind }) => kind)

/** All that is to be done by a moment; how many runs had something to do. */
async function until(at: string): Promise<number> {
  let runs = 0
  for (let next = await verifyNightly(sync); next && next <= new Date(at); next = await verifyNightly(sync)) {
    await clock.runTo(next)
    runs += 1
  }
  await clock.runTo(new Date(at))
  return runs
}

describe('the books', () => {
  it('are verified once in each night of the merchant', async () => {
    // Between three and four in Tokyo.
    const minute = String(shop.merchantId % 60).padStart(2, '0')
    expect(await verifyNightly(sync)).toEqual(new Date(`2026-03-10T18:${minute}:00Z`))
    expect(await check()).toBeUndefined()
    await until('2026-03-10T20:00:00Z')
    const first = await check()
    expect(first).toMatchObject({ what: 'balances', actor: 'app', done: 1, total: 1, wrong: 0 })
    await until('2026-03-11T17:59:00Z')
    expect(await check()).toEqual(first)
    await until('2026-03-11T20:00:00Z')
    expect((await check())?.startedAt).toEqual(new Date(`2026-03-11T18:${minute}:00Z`))
    expect(await open()).toEqual([])
  })
  it('that do not agree are an incident in the morning, which ends with the night in which they do', async () => {
    await past(`UPDATE balance SET available = 9 WHERE item_id = ${ring}`)
    await until('2026-03-10T20:00:00Z')
    expect(await check()).toMatchObject({ wrong: 1 })
    expect(await incidents()).toMatchObject([
      {
        kind: 'books-differ',
        sentence: expect.stringContaining('the balance says 9 available, its movements add up to 3'),
      },
    ])
    await past(`UPDATE balance SET available = 3 WHERE item_id = ${ring}`)
    await until('2026-03-11T20:00:00Z')
    expect(await open()).toEqual([])
  })
  it('are looked at some items at a time, and the first that differs is not forgotten at the last', async () => {
    const text = `INSERT INTO item (merchant_id, sku, title, kind, status, created_at)
      SELECT $1, 'N-' || n, 'Ring ' || n, 'replenishable', 'active', $2 FROM generate_series(1, 1100) n`
    await database.pool.query(text, [shop.merchantId, NOON])
    const balances = `INSERT INTO balance (merchant_id, item_id, location_id)
      SELECT merchant_id, id, $2 FROM item WHERE merchant_id = $1 AND id <> $3`
    await database.pool.query(balances, [shop.merchantId, shop.safe, ring])
    await past(`UPDATE balance SET available = 9 WHERE item_id = ${ring}`)
    await past(`UPDATE balance SET available = 1 WHERE item_id = (SELECT max(id) FROM item)`)
    expect(await until('2026-03-10T20:00:00Z')).toBe(4)
    expect(await check()).toMatchObject({ done: 1_101, total: 1_101, wrong: 2 })
    expect(await incidents()).toMatchObject([{ sentence: expect.stringMatching(/^2 balances .*the balance says 9/) }])
  })
  it('of an item that moved much are a stretch of their own', async () => {
    await past(`UPDATE balance SET version = 60000 WHERE item_id = ${ring}`)
    const other = await addItem(database.pool, shop)
    await addStock(database.pool, shop, { itemId: other, place: shop.safe, available: 1 })
    expect(await until('2026-03-10T20:00:00Z')).toBe(3)
    expect(await check()).toMatchObject({ wrong: 0, done: 2 })
  })
  it('of which a balance is gone are seen, wherever the item stands', async () => {
    await past(`DELETE FROM balance WHERE item_id = ${ring}`)
    await until('2026-03-10T20:00:00Z')
    expect(await check()).toMatchObject({ wrong: 1 })
  })
  it('are verified by one worker at a time', async () => {
    await until('2026-03-10T17:00:00Z')
    await clock.runTo(new Date('2026-03-10T20:00:00Z'))
    await Promise.all([verifyNightly(sync), verifyNightly(sync), verifyNightly(sync)])
    expect(await check()).toMatchObject({ wrong: 0, done: 1 })
  })
})
