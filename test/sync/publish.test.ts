import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { accountStep } from '#app/sync/account-step.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import type { Step } from '#app/sync/publish.server.ts'
import { type AbsoluteChannel, absoluteChannel } from '../support/absolute-channel.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openIncidents } from '../support/incidents.ts'
import { addItem, addListing, addStock, changeOf, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let clock: VirtualClock
let channel: AbsoluteChannel
let sync: Sync

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  clock = new VirtualClock(new Date(NOON.getTime() + 3_600_000))
  channel = absoluteChannel(clock)
  sync = { db, inTransaction: (work) => transaction(db, work), outbox: { record: () => Promise.resolve() }, clock }
})

const pass = (ms: number) => clock.runTo(new Date(clock.now().getTime() + ms))

/** A ring of which the pool has so many and the channel shows so many. */
async function ring(has: number, shows = has, row: Record<string, unknown> = {}) {
  const itemId = await addItem(db, shop, row)
  await addStock(db, shop, { itemId, place: shop.safe, available: has })
  const externalId = `ring-${itemId}`
  channel.shown.set(externalId, shows)
  const listingId = await addListing(db, shop, {
    account_id: shop.etsy,
    item_id: itemId,
    external_id: externalId,
    shown: shows,
    seen_at: clock.now(),
  })
  return { itemId, listingId, externalId }
}

let changes = 0
/** Pieces come (above 0) or go (below 0) for a reason of ours. */
async function stock(itemId: number, quantity: number): Promise<void> {
  const here = { locationId: shop.safe, state: 'available' as const }
  const ends =
    quantity > 0
      ? { from: { outside: 'supplier' as const }, to: here }
      : { from: here, to: { outside: 'lost' as const } }
  const done = await append(db, changeOf(shop, { key: `c${(changes += 1)}`, reason: 'counted' }), [
    { itemId, quantity: Math.abs(quantity), ...ends },
  ])
  expect(done).toBe('done')
}

const account = async () => present(await accountById(db, shop.etsy), 'the account')
const round = async (waitMs: (cost: number) => number = () => 0): Promise<Step> =>
  accountStep({ sync, account: await account(), connector: channel.connector, waitMs })

/** Rounds until nothing is to be done within the next `ms`. */
async function settle(ms = 2_000): Promise<void> {
  const until = clock.now().getTime() + ms
  for (;;) {
    const { againMs } = await round()
    if (againMs === null || clock.now().getTime() + againMs > until) return void (await clock.runTo(new Date(until)))
    await pass(Math.max(1, againMs))
  }
}

const writes = () => channel.calls.filter((call) => call.includes('='))
const incidents = () => openIncidents(db, shop.merchantId)
const listingRow = async (id: number) => (await db.query('SELECT * FROM listing WHERE id = $1', [id])).rows[0]

describe('what a channel is told', () => {
  it('falls at once, before anything is read', async () => {
    const { itemId, externalId } = await ring(5)
    await settle()
    channel.calls.length = 0
    await stock(itemId, -2)
    await round()
    expect(channel.calls).toEqual([`${externalId}=3`, 'orders'])
  })
  it('rises only after the channel’s orders were read', async () => {
    const { itemId, externalId } = await ring(5)
    await settle()
    channel.calls.length = 0
    await stock(itemId, 2)
    await round()
    expect(channel.calls).toEqual(['orders', `${externalId}=7`])
  })
  it('is nothing when it shows that already, and it is then confirmed', async () => {
    const { listingId, externalId } = await ring(5)
    await settle()
    expect(writes()).toEqual([])
    const { externalId: other, itemId } = await ring(4)
    await stock(itemId, 1)
    await stock(itemId, -1)
    await settle()
    expect(writes()).toEqual([])
    expect([channel.shown.get(externalId), channel.shown.get(other)]).toEqual([5, 4])
    expect(await listingRow(listingId)).toMatchObject({ published_quantity: 5, agreed_since: NOON })
  })
  it('is the latest number of several changes, once', async () => {
    const { itemId, externalId } = await ring(5)
    await settle()
    for (const n of [-1, -1, -1]) await stock(itemId, n)
    await settle()
    expect(writes()).toEqual([`${externalId}=2`])
  })
  it('is at most what it can show', async () => {
    const { itemId, externalId } = await ring(5)
    await stock(itemId, 2_000)
    await settle()
    expect(channel.shown.get(externalId)).toBe(999)
    await stock(itemId, -1_000)
    await settle()
    expect(writes()).toEqual([`${externalId}=999`])
  })
  it('is kept with how it came about', async () => {
    const { itemId, listingId } = await ring(5)
    await settle()
    await stock(itemId, -2)
    await settle()
    const { rows } = await db.query('SELECT quantity, outcome, derivation FROM publication WHERE listing_id = $1', [
      listingId,
    ])
    expect(rows).toEqual([
      { quantity: 3, outcome: 'accepted', derivation: [{ sentence: '3 for sale in Safe', quantity: 3 }] },
    ])
  })
  it('begins with the pieces there is only one of', async () => {
    const [many, one] = [await ring(5), await ring(1, 1, { kind: 'one_of_one', sku: 'ONE' })]
    await settle()
    await stock(many.itemId, -5)
    await stock(one.itemId, -1)
    await settle()
    expect(writes()).toEqual([`${one.externalId}=0`, `${many.externalId}=0`])
  })
  it.each<[string, Record<string, unknown>]>([
    ['nobody has decided about', { undecided: 'it has no SKU' }],
    ['is not tracked', { tracked: false }],
    ['was deleted', { status: 'deleted' }],
  ])('is nothing of an item that %s', async (_, row) => {
    const { itemId } = await ring(5, 9, row)
    await stock(itemId, -1)
    await settle()
    expect(channel.calls).toEqual([])
  })
  it.each(['draft', 'expired', 'dead', 'inactive'])(
    'is nothing of a listing that a person has made %s',
    async (status) => {
      const { itemId, listingId } = await ring(5, 5)
      await db.query('UPDATE listing SET status = $2, published_quantity = 5 WHERE id = $1', [listingId, status])
      await stock(itemId, -1)
      await settle()
      expect(writes()).toEqual([])
    },
  )
  it('comes back on sale after we took it off', async () => {
    const { itemId, externalId } = await ring(1)
    await settle()
    await stock(itemId, -1)
    await settle()
    await stock(itemId, 1)
    await settle()
    expect(writes()).toEqual([`${externalId}=0`, `${externalId}=1`])
  })
})

describe('no sold piece goes back on sale', () => {
  it('when the channel sells it while we raise the number: before its orders are read', async () => {
    const { itemId, externalId } = await ring(1, 1)
    await settle()
    await stock(itemId, 1)
    channel.meanwhile.orders = () => void channel.sell(externalId)
    await settle()
    expect(channel.shown.get(externalId)).toBe(1)
    expect(writes()).toEqual([`${externalId}=1`])
    expect(await incidents()).toEqual([])
  })
  it('after its orders are read, before it is written', async () => {
    const { itemId, externalId } = await ring(1, 1)
    await settle()
    await stock(itemId, 1)
    channel.meanwhile.apply = () => void channel.sell(externalId)
    await settle()
    expect(channel.shown.get(externalId)).toBe(1)
    expect(writes()).toEqual([`${externalId}=1`])
    expect(await incidents()).toEqual([])
  })
  it('while we lower it', async () => {
    const { itemId, externalId } = await ring(3, 3)
    await settle()
    await stock(itemId, -1)
    channel.meanwhile.apply = () => void channel.sell(externalId)
    await settle()
    expect(channel.shown.get(externalId)).toBe(1)
    expect(writes().every((write) => Number(write.split('=')[1]) <= 1)).toBe(true)
    expect(await incidents()).toEqual([])
  })
  it('and its news comes by itself before we look', async () => {
    const { itemId, externalId } = await ring(2, 2)
    await settle()
    await pass(5_000)
    const order = channel.sell(externalId)
    await ingestOrder(sync, { account: await account(), capabilities: channel.connector.capabilities }, order)
    await stock(itemId, 3)
    await settle()
    expect(channel.shown.get(externalId)).toBe(4)
    expect(writes()).toEqual([`${externalId}=4`])
  })
  it('whose payment was confirmed only after we had seen the lower number', async () => {
    const { itemId, externalId, listingId } = await ring(3, 3)
    await settle()
    await pass(10_000)
    const order = channel.sell(externalId)
    await pass(5_000)
    // Seen after the sale, told of before the order was.
    await db.query('UPDATE listing SET shown = 2, unexplained = 1, seen_at = $2 WHERE id = $1', [
      listingId,
      clock.now(),
    ])
    await pass(5_000)
    order.updatedAt = clock.now()
    await stock(itemId, 2)
    await settle()
    expect(channel.shown.get(externalId)).toBe(4)
    expect(await listingRow(listingId)).toMatchObject({ shown: 4, unexplained: 0 })
    expect(await incidents()).toEqual([])
  })
})

describe('a person’s edit on the channel', () => {
  it('that lowers the number is asked about, and is not undone', async () => {
    const { itemId, externalId } = await ring(4)
    await settle()
    channel.shown.set(externalId, 2)
    await stock(itemId, 1)
    await settle()
    expect(channel.shown.get(externalId)).toBe(2)
    expect(await incidents()).toMatchObject([{ kind: 'drift' }])
  })
  it('that lowers the number is asked about also when ours falls', async () => {
    const { itemId, externalId } = await ring(4)
    await settle()
    channel.shown.set(externalId, 2)
    await stock(itemId, -1)
    await settle()
    expect(channel.shown.get(externalId)).toBeLessThanOrEqual(2)
    expect(await incidents()).toMatchObject([{ kind: 'drift' }])
  })
  it('that raises the number is taken back, for it would be sold twice, and never silently', async () => {
    const { itemId, externalId, listingId } = await ring(4)
    await settle()
    channel.shown.set(externalId, 9)
    await stock(itemId, -1)
    await settle()
    expect(channel.shown.get(externalId)).toBe(3)
    const { rows } = await db.query(
      'SELECT kind, sentence, closed_at IS NOT NULL AS closed FROM incident WHERE subject = $1',
      [`listing/${listingId}`],
    )
    expect(rows).toMatchObject([{ kind: 'drift', closed: true }])
    expect(rows[0].sentence).toContain('showed 9')
  })
  it('that waits for an answer does not keep the last piece on sale', async () => {
    const { itemId, externalId } = await ring(4)
    await settle()
    channel.shown.set(externalId, 2)
    await stock(itemId, 1)
    await settle()
    await stock(itemId, -5)
    await round()
    expect(channel.shown.get(externalId)).toBe(0)
  })
})

describe('a write that goes wrong', () => {
  it('without an answer is looked at before anything is believed, within seconds', async () => {
    const { itemId, externalId } = await ring(4)
    await settle()
    channel.calls.length = 0
    channel.next = 'unknown'
    await stock(itemId, -4)
    await settle(3_000)
    expect(channel.shown.get(externalId)).toBe(0)
    expect(channel.calls).toEqual([`${externalId}=0`, 'orders', `show ${externalId}`, `${externalId}=0`, 'orders'])
    expect(await incidents()).toEqual([])
  })
  it('without an answer that was made all the same is not made again', async () => {
    const { itemId, externalId } = await ring(4)
    await settle()
    channel.next = 'unknown and made'
    await stock(itemId, -4)
    await settle(3_000)
    expect(writes()).toEqual([`${externalId}=0`])
  })
  it('that is refused is told to a person, tried again ever less often, and the incident closes when it is taken', async () => {
    const { itemId, listingId } = await ring(4)
    await settle()
    await stock(itemId, -1)
    const tried: number[] = []
    const began = clock.now().getTime()
    for (let n = 0; n < 4; n += 1) {
      channel.next = 'rejected'
      const before = writes().length
      await round()
      if (writes().length > before) tried.push((clock.now().getTime() - began) / 1_000)
      const { rows } = await db.query<{ at: Date }>('SELECT not_before AS at FROM listing_due WHERE listing_id = $1', [
        listingId,
      ])
      await clock.runTo(rows[0]!.at)
    }
    expect(tried).toEqual([0, 30, 90, 210])
    expect(await incidents()).toMatchObject([{ kind: 'refused-write' }])
    const { rows } = await db.query('SELECT FROM incident_note WHERE merchant_id = $1', [shop.merchantId])
    expect(rows).toHaveLength(1)
    channel.next = undefined
    await settle()
    expect(await incidents()).toEqual([])
  })
  it('that was refused is tried at once when the number changes', async () => {
    const { itemId, externalId } = await ring(4)
    await settle()
    channel.next = 'rejected'
    await stock(itemId, -1)
    await round()
    await stock(itemId, -3)
    await round()
    expect(channel.shown.get(externalId)).toBe(0)
  })
  it('to a listing that is gone ends it, and a person is told', async () => {
    const { itemId, listingId, externalId } = await ring(4)
    await settle()
    channel.shown.delete(externalId)
    await stock(itemId, -1)
    await settle()
    expect(await listingRow(listingId)).toMatchObject({ status: 'dead' })
    expect(await incidents()).toMatchObject([{ kind: 'dead-listing' }])
    await stock(itemId, -1)
    await settle()
    expect(await incidents()).toHaveLength(1)
  })
  it('waits for the rate limit, and then tells the number of then', async () => {
    const { itemId, externalId } = await ring(4)
    await settle()
    await stock(itemId, -1)
    expect(await round(() => 700)).toMatchObject({ againMs: 700, waits: true, written: 0 })
    await stock(itemId, -1)
    await settle()
    expect(writes()).toEqual([`${externalId}=2`])
  })
  it('is owed a look at the orders also when the process died after it', async () => {
    const { itemId } = await ring(4)
    await settle()
    await stock(itemId, -1)
    channel.meanwhile.apply = () => {
      throw new Error('The process dies here.')
    }
    await expect(round()).rejects.toThrow('dies')
    expect((await account()).readOwed).toBe(true)
    await settle()
    expect((await account()).readOwed).toBe(false)
  })
})

describe('what changes while it is being told', () => {
  it('is told next', async () => {
    const { itemId, externalId } = await ring(9)
    await settle()
    await stock(itemId, -1)
    const lost: Promise<void>[] = []
    channel.meanwhile.apply = () => void lost.push(stock(itemId, -1))
    await round()
    await Promise.all(lost)
    await settle()
    expect(channel.shown.get(externalId)).toBe(7)
  })
  it('and has been handed on meanwhile is not forgotten with what was told', async () => {
    const { itemId, externalId, listingId } = await ring(9)
    await settle()
    await stock(itemId, -1)
    const inner = channel.connector.apply.bind(channel.connector)
    channel.connector.apply = async (units) => {
      channel.connector.apply = inner
      await stock(itemId, -1)
      // Another account's round of the same merchant hands it on.
      await accountStep({
        sync,
        account: { ...(await account()), status: 'review' },
        connector: channel.connector,
        waitMs: () => 0,
      })
      return inner(units)
    }
    await round()
    expect((await db.query('SELECT asked FROM listing_due WHERE listing_id = $1', [listingId])).rows).toEqual([
      { asked: 2 },
    ])
    await settle()
    expect(channel.shown.get(externalId)).toBe(7)
  })
  it('and is refused meanwhile is not put off with what was refused', async () => {
    const { itemId, externalId } = await ring(9)
    await settle()
    await stock(itemId, -1)
    const inner = channel.connector.apply.bind(channel.connector)
    channel.connector.apply = async (units) => {
      channel.connector.apply = inner
      await stock(itemId, -8)
      await accountStep({
        sync,
        account: { ...(await account()), status: 'review' },
        connector: channel.connector,
        waitMs: () => 0,
      })
      channel.next = 'rejected'
      return inner(units)
    }
    await settle(2_000)
    expect(channel.shown.get(externalId)).toBe(0)
  })
  it('and is the end of the account’s connection stops every further write', async () => {
    const rings = [await ring(4), await ring(4), await ring(4)]
    await settle()
    channel.connector = { ...channel.connector, capabilities: { ...channel.connector.capabilities, callsAtOnce: 1 } }
    for (const { itemId } of rings) await stock(itemId, -1)
    const inner = channel.connector.apply.bind(channel.connector)
    channel.connector.apply = async (units) => {
      const done = await inner(units)
      await db.query(`UPDATE channel_account SET status = 'off' WHERE id = $1`, [shop.etsy])
      return done
    }
    await round()
    expect(writes()).toHaveLength(1)
  })
})
