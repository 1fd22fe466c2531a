import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { recompute } from '#app/sync/derivation.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'
import { NOON } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: Publishing['shop']
let clock: Publishing['clock']
let channel: Publishing['channel']
let sync: Publishing['sync']
let ring: Publishing['ring']
let stock: Publishing['stock']
let account: Publishing['account']
let round: Publishing['round']
let settle: Publishing['settle']
let pass: Publishing['pass']
let writes: Publishing['writes']
let incidents: Publishing['incidents']
let listingRow: Publishing['listingRow']

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  ;({ shop, clock, channel, sync, ring, stock, account, round, settle, pass, writes, incidents, listingRow } =
    await openPublishing(db))
})

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
    expect(recompute(rows[0].derivation)).toEqual({
      quantity: 3,
      steps: [{ sentence: '3 for sale in Safe', quantity: 3, link: `location/${shop.safe}` }],
    })
    expect(rows).toEqual([{ quantity: 3, outcome: 'accepted', derivation: expect.anything() }])
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

  it('that was seen there before it was made, by a clock of ours that is behind the channel’s', async () => {
    const { itemId, externalId, listingId } = await ring(3, 3)
    await settle()
    await pass(10_000)
    const order = channel.sell(externalId)
    await db.query('UPDATE listing SET shown = 2, unexplained = 1, seen_at = $2 WHERE id = $1', [
      listingId,
      new Date(order.placedAt.getTime() - 500),
    ])
    await stock(itemId, -1)
    await settle()
    expect(channel.shown.get(externalId)).toBe(1)
    expect(await listingRow(listingId)).toMatchObject({ shown: 1, unexplained: 0 })
    expect(await incidents()).toEqual([])
  })

  it.each([
    ['was made', 'unknown and made' as const, 5],
    ['was not made', 'unknown' as const, 3],
  ])('and a person lowered the number while nobody knew whether a write %s: they are asked', async (_, next, shows) => {
    const { itemId, externalId, listingId } = await ring(3, 3)
    await settle()
    await stock(itemId, 2)
    channel.next = next
    await round()
    expect(channel.shown.get(externalId)).toBe(shows)
    channel.shown.set(externalId, 2)
    await settle(10_000)
    expect(channel.shown.get(externalId)).toBe(2)
    expect(await listingRow(listingId)).toMatchObject({ unexplained: 1 })
    expect(await incidents()).toMatchObject([/showed|shows/])
  })

  it('is waited for, not asked for without a pause, where the channel’s clock is behind ours', async () => {
    const { itemId, listingId } = await ring(3, 3)
    await settle()
    await pass(10_000)
    await db.query('UPDATE listing SET shown = 2, unexplained = 1, seen_at = $2 WHERE id = $1', [
      listingId,
      new Date(clock.now().getTime() + 3_000),
    ])
    await stock(itemId, 1)
    const { againMs } = await round()
    expect((await round()).againMs ?? againMs).toBeGreaterThan(0)
  })

  describe('booked while a number is on its way:', () => {
    const booked = async (externalId: string) => {
      const order = channel.sell(externalId)
      await ingestOrder(sync, { account: await account(), capabilities: channel.connector.capabilities }, order)
    }
    const inStep = async ({ listingId, externalId }: { listingId: number; externalId: string }, pieces: number) => {
      expect(channel.shown.get(externalId)).toBe(pieces)
      expect(await listingRow(listingId)).toMatchObject({ shown: pieces, unexplained: 0, published_quantity: pieces })
      expect(await incidents()).toEqual([])
    }
    type When = { before: number; after: number; ms: number }
    const cases: [string, When][] = [
      ['sold before it arrives', { before: 1, after: 0, ms: 0 }],
      ['sold after it has arrived, before we hear so', { before: 0, after: 1, ms: 0 }],
      ['sold long after it was sent, when much was sent with it', { before: 0, after: 1, ms: 5_000 }],
      ['sold before and after', { before: 1, after: 1, ms: 0 }],
    ]
    it.each(cases)('%s: the channel ends with what there is', async (_, { before, after, ms }) => {
      const mine = await ring(9, 9)
      await settle()
      await pass(10_000)
      await stock(mine.itemId, -2)
      const { apply } = channel.connector
      channel.connector.apply = async (units) => {
        channel.connector.apply = apply
        for (let n = 0; n < before; n += 1) await booked(mine.externalId)
        const outcomes = await apply(units)
        await pass(ms)
        for (let n = 0; n < after; n += 1) await booked(mine.externalId)
        return outcomes
      }
      await settle(30_000)
      await inStep(mine, 7 - before - after)
    })
  })
})
