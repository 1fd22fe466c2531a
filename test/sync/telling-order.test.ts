import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueListings } from '#app/sync/due-listings.server.ts'
import { countPace } from '#app/sync/item-pace.server.ts'
import { inOrder } from '#app/sync/mirror.server.ts'
import { relay } from '#app/sync/relay.server.ts'
import { waitingOf } from '#app/sync/waiting.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'
import { addOrder } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let at: Publishing

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  at = await openPublishing(db)
})

const handOn = () => relay(db, { merchantId: at.shop.merchantId, stockedChannels: ['shopify'], at: at.clock.now() })
const MOST = { most: 50 }
const order = async () =>
  (await dueListings(db, at.shop.etsy, { at: at.clock.now(), ...MOST })).map(({ listingId }) => listingId)

async function listed(): Promise<number[]> {
  const text = `SELECT listing_id AS id FROM listing_due WHERE account_id = $1 ORDER BY risk, pace DESC, pieces, since, listing_id`
  return (await db.query<{ id: number }>(text, [at.shop.etsy])).rows.map(({ id }) => id)
}

describe('what waits to be told', () => {
  it('is told by risk: the only one, the last piece, what falls, what comes back, and restocks of plenty', async () => {
    const plenty = await at.ring(40)
    const back = await at.ring(0)
    const falls = await at.ring(9)
    const last = await at.ring(2)
    const only = await at.ring(1, 1, { kind: 'one_of_one', sku: 'ONLY' })
    for (const [ring, n] of [
      [plenty, 10],
      [back, 3],
      [falls, -2],
      [last, -1],
      [only, -1],
    ] as const)
      await at.stock(ring.itemId, n)
    await handOn()
    expect(await listed()).toEqual([only, last, falls, back, plenty].map(({ listingId }) => listingId))
    expect((await order()).toSorted()).toEqual((await listed()).toSorted())
  })

  it('is told in the order of how fast it sells, where the risk is the same', async () => {
    const [slow, fast] = [await at.ring(2), await at.ring(2)]
    for (let n = 0; n < 3; n += 1)
      await addOrder(db, at.shop, { lines: [{ item_id: fast.itemId, quantity: 2, current_quantity: 2 }] })
    await addOrder(db, at.shop, { lines: [{ item_id: slow.itemId, quantity: 1, current_quantity: 1 }] })
    await countPace(at.sync).run()
    const { rows } = await db.query('SELECT item_id AS id, sold FROM item_pace WHERE merchant_id = $1 ORDER BY sold', [
      at.shop.merchantId,
    ])
    expect(rows).toEqual([
      { id: slow.itemId, sold: 1 },
      { id: fast.itemId, sold: 6 },
    ])
    for (const { itemId } of [slow, fast]) await at.stock(itemId, -1)
    await handOn()
    expect(await listed()).toEqual([fast.listingId, slow.listingId])
  })

  it('goes by its latest change: what fell and came in again is a restock', async () => {
    const [one, other] = [await at.ring(5), await at.ring(5)]
    await at.stock(one.itemId, -4)
    await at.stock(other.itemId, -1)
    await handOn()
    expect(await listed()).toEqual([one.listingId, other.listingId])
    await at.stock(one.itemId, 6)
    await handOn()
    expect(await listed()).toEqual([other.listingId, one.listingId])
  })

  it('is found by an index, however much of it there is', async () => {
    const { rows } = await db.query(`SELECT indexdef FROM pg_indexes WHERE indexname = 'listing_due_next'`)
    expect(rows).toMatchObject([{ indexdef: expect.stringContaining('risk, pace DESC, pieces, since, listing_id') }])
    const client = await db.connect()
    await client.query('BEGIN')
    await client.query('SET LOCAL enable_seqscan = off')
    const plan = await client.query<Record<string, string>>(
      `EXPLAIN SELECT * FROM listing_due WHERE account_id = 1 AND not_before <= '2026-01-01'
       ORDER BY account_id, risk, pace DESC, pieces, since, listing_id LIMIT 80`,
    )
    await client.query('ROLLBACK')
    client.release()
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toContain('listing_due_next')
    expect(text).not.toContain('Sort')
  })
})

describe('how fast things sell', () => {
  it('is counted once an hour, and forgets what sells no more', async () => {
    const { itemId } = await at.ring(3)
    await addOrder(db, at.shop, { lines: [{ item_id: itemId, quantity: 1, current_quantity: 1 }] })
    const pace = countPace(at.sync)
    const sold = async () =>
      (await db.query('SELECT sold FROM item_pace WHERE merchant_id = $1', [at.shop.merchantId])).rows
    await pace.run()
    expect(await sold()).toEqual([{ sold: 1 }])
    await addOrder(db, at.shop, { lines: [{ item_id: itemId, quantity: 1, current_quantity: 1 }] })
    await at.pass(120_000)
    await pace.run()
    expect(await sold()).toEqual([{ sold: 1 }])
    await at.pass(3_600_000)
    await pace.run()
    expect(await sold()).toEqual([{ sold: 2 }])
    await at.pass(30 * 86_400_000)
    await pace.run()
    expect(await sold()).toEqual([])
  })
})

describe('why something waits', () => {
  const why = async () =>
    (await waitingOf(db, at.shop.merchantId, at.clock.now())).find((one) => one.accountId === at.shop.etsy)

  it('is the limit of the moment, the budget of the day, or nothing', async () => {
    const { itemId } = await at.ring(3)
    await at.settle()
    expect(await why()).toMatchObject({ waitsFor: null, listings: 0, until: null })
    await at.stock(itemId, -3)
    await at.round(() => 800)
    expect(await why()).toMatchObject({ waitsFor: 'limit', listings: 1, atRisk: 1, until: null })
    await at.round(() => 7_200_000)
    const until = new Date(at.clock.now().getTime() + 7_200_000)
    expect(await why()).toMatchObject({ waitsFor: 'budget', until })
    await at.settle()
    expect(await why()).toMatchObject({ waitsFor: null, listings: 0, until: null })
  })

  it('is the reading of orders, where that has been owed for long', async () => {
    const { itemId } = await at.ring(3)
    await at.settle()
    await at.stock(itemId, 1)
    await handOn()
    await db.query('UPDATE channel_account SET read_owed = true WHERE id = $1', [at.shop.etsy])
    await at.pass(120_000)
    expect(await why()).toMatchObject({ waitsFor: 'orders', listings: 1, atRisk: 0 })
  })
})

describe('moves of one thing', () => {
  it('stay in order, whatever is at risk', () => {
    const move = (itemId: number, ahead: number) => ({ itemId, ahead })
    const [first, second, other, both] = [[move(1, 0)], [move(1, 1)], [move(2, 0)], [move(1, 2), move(2, 1)]]
    expect(inOrder([second, other])).toEqual([other])
    expect(inOrder([first, second, other, both])).toEqual([first, second, other, both])
    expect(inOrder([other, both, first, second])).toEqual([other, first, second])
  })
})
