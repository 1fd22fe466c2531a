import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { lastChecks } from '#app/pool/books-check.server.ts'
import { reserve } from '#app/pool/ledger.server.ts'
import { rebuild } from '#app/pool/rebuild.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { rebuildBooks, verifyBooks, verifySeals } from '#app/sync/books.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { sealHourly } from '#app/sync/seal-hourly.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { pastTheLedger } from '#test/support/past-the-ledger.ts'
import { piecesOf } from '#test/support/pieces.ts'
import { plainSync } from '#test/support/plain-sync.ts'
import { addItem, addListing, addStock, changeOf, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'
import { someoneWaits } from '#test/support/waiting.ts'

let database: FreshDatabase
let shop: ShopRows
let sync: Sync
let ring: number
let who: { merchantId: number; actor: string }

beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  const { pool } = database
  sync = plainSync(pool, new VirtualClock(NOON))
  shop = await openShop(pool)
  who = { merchantId: shop.merchantId, actor: 'person/1' }
  ring = await addItem(pool, shop)
  await addStock(pool, shop, { itemId: ring, place: shop.safe, available: 5, damaged: 1 })
})

const past = (text: string) => pastTheLedger(database.pool, text)
const lies = () => piecesOf(database.pool, shop.merchantId, ring)

async function incidents() {
  const text = `SELECT kind, sentence, closed_by AS by FROM incident WHERE merchant_id = $1 ORDER BY id`
  return (await database.pool.query(text, [shop.merchantId])).rows
}

describe('the books', () => {
  it('that agree are said to agree, and nothing is opened', async () => {
    expect(await verifyBooks(sync, who)).toEqual([])
    expect(await incidents()).toEqual([])
    expect(await lastChecks(sync.db, shop.merchantId)).toEqual([
      { what: 'balances', actor: 'person/1', startedAt: NOON, done: 1, total: 1, finishedAt: NOON, wrong: 0 },
    ])
  })
  it('that differ are an incident that says where, once, until they agree again', async () => {
    await past(`UPDATE balance SET available = 7 WHERE item_id = ${ring}`)
    for (const _ of [1, 2]) await verifyBooks(sync, who)
    const sentence =
      '1 balance not what the ledger says. Signet ring in Safe: the balance says 7 available, its movements add up to 5.'
    expect(await incidents()).toEqual([{ kind: 'books-differ', sentence, by: null }])
    await past(`UPDATE balance SET available = 5 WHERE item_id = ${ring}`)
    await verifyBooks(sync, who)
    expect(await incidents()).toEqual([{ kind: 'books-differ', sentence, by: 'person/1' }])
  })
  it('of one merchant are not another’s', async () => {
    await past(`UPDATE balance SET available = 7 WHERE item_id = ${ring}`)
    const other = await openShop(database.pool)
    expect(await verifyBooks(sync, { ...who, merchantId: other.merchantId })).toEqual([])
  })
  it('of many items are looked at in stretches, and each is looked at', async () => {
    const { pool } = database
    await pool.query(
      `INSERT INTO item (merchant_id, sku, title, kind, status, created_at)
        SELECT $1, 'R', 'Ring', 'replenishable', 'active', $2 FROM generate_series(1, 1200)`,
      [shop.merchantId, NOON],
    )
    await pool.query(
      `INSERT INTO balance (merchant_id, item_id, location_id, damaged) SELECT merchant_id, id, $2, 1 FROM item WHERE merchant_id = $1 AND sku = 'R'`,
      [shop.merchantId, shop.safe],
    )
    const steps: number[] = []
    const drifts = await verifyLedger(sync.db, shop.merchantId, async (n) => void steps.push(n))
    expect([new Set(drifts.map(({ itemId }) => itemId)).size, steps]).toEqual([1_200, [500, 1_000]])
  })
})

describe('rebuilding', () => {
  it('brings the balances to what the ledger says, closes the incident, and lets every channel look again', async () => {
    const listing = await addListing(database.pool, shop, { account_id: shop.etsy, item_id: ring })
    const version = `SELECT sum(version)::int AS n FROM balance WHERE item_id = ${ring}`
    const before = (await database.pool.query(version)).rows[0].n
    await past(`UPDATE balance SET available = 0, held = 2, damaged = 0 WHERE item_id = ${ring}`)
    await verifyBooks(sync, who)
    expect(await rebuildBooks(sync, who)).toHaveLength(3)
    expect(await lies()).toEqual({ Safe: { available: 5, damaged: 1 } })
    expect((await database.pool.query(version)).rows[0].n).toBe(before + 1)
    expect(await incidents()).toMatchObject([{ kind: 'books-differ', by: 'person/1' }])
    expect(await verifyLedger(sync.db, shop.merchantId)).toEqual([])
    expect(listing).toBeGreaterThan(0)
  })
  it('makes a balance that is gone', async () => {
    await past(`DELETE FROM balance WHERE item_id = ${ring}`)
    expect(await rebuildBooks(sync, who)).toHaveLength(2)
    expect(await lies()).toEqual({ Safe: { available: 5, damaged: 1 } })
  })
  it('of books that agree changes nothing', async () => {
    expect(await rebuildBooks(sync, who)).toEqual([])
    expect(await incidents()).toEqual([])
  })
  it('waits for a sale that is being booked, and counts it', async () => {
    await past(`UPDATE balance SET available = 9 WHERE item_id = ${ring}`)
    let mended: Promise<unknown> = Promise.resolve()
    await transaction(database.pool, async (tx) => {
      const change = changeOf(shop, { key: 'sale', reason: 'sold' })
      await reserve(tx, change, { demands: [{ itemId: ring, quantity: 2 }], whole: true })
      mended = transaction(database.pool, (other) => rebuild(other, shop.merchantId, [ring]))
      await someoneWaits(database.pool)
    })
    await mended
    expect(await lies()).toEqual({ Safe: { available: 3, reserved: 2, damaged: 1 } })
    expect(await verifyLedger(sync.db, shop.merchantId)).toEqual([])
  })
  it('is refused where the ledger itself adds up to less than nothing, and changes nothing', async () => {
    await past(`UPDATE movement SET quantity = 50, from_state = 'available', from_location = to_location, to_state = 'lost', to_location = NULL
      WHERE item_id = ${ring} AND to_state = 'damaged'`)
    expect(await rebuildBooks(sync, who)).toMatchObject({ code: 'ledger-broken' })
    expect(await lies()).toEqual({ Safe: { available: 5, damaged: 1 } })
  })
})

describe('the seals', () => {
  it('that are whole say so; one that is broken is an incident that names it', async () => {
    const work = sealHourly(sync)
    while (await work.run());
    expect(await verifySeals(sync, who)).toEqual([])
    await past(`UPDATE movement SET quantity = 6 WHERE item_id = ${ring} AND to_state = 'available'`)
    expect(await verifySeals(sync, who)).toMatchObject([{ n: 1, wrong: 'content' }])
    expect(await incidents()).toMatchObject([
      {
        kind: 'seal-broken',
        sentence: expect.stringContaining('1 seal broken, the first is no. 1 of 2026-03-10T12:00'),
      },
    ])
    expect(await lastChecks(sync.db, shop.merchantId)).toMatchObject([{ what: 'seals', done: 1, total: 1, wrong: 1 }])
  })
})
