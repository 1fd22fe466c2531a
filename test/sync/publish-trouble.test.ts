import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accountStep } from '#app/sync/account-step.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'

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
let writes: Publishing['writes']
let incidents: Publishing['incidents']
let listingRow: Publishing['listingRow']

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  ;({ shop, clock, channel, sync, ring, stock, account, round, settle, writes, incidents, listingRow } =
    await openPublishing(db))
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
  it('without an answer that took it off sale is ours to take back', async () => {
    const { itemId, externalId } = await ring(1)
    await settle()
    channel.next = 'unknown and made'
    channel.meanwhile.show = () => void channel.status.set(externalId, 'inactive')
    await stock(itemId, -1)
    await settle(3_000)
    await stock(itemId, 2)
    await settle(3_000)
    expect(channel.shown.get(externalId)).toBe(2)
  })
  it('that is refused is told to a person, what has to fall is tried once an hour, and the incident closes when it is taken', async () => {
    const { itemId, listingId } = await ring(4)
    await settle()
    await stock(itemId, -1)
    const tried: number[] = []
    const began = clock.now().getTime()
    for (let n = 0; n < 5; n += 1) {
      channel.next = 'rejected'
      const before = writes().length
      await round()
      if (writes().length > before) tried.push((clock.now().getTime() - began) / 1_000)
      const { rows } = await db.query<{ at: Date }>('SELECT not_before AS at FROM listing_due WHERE listing_id = $1', [
        listingId,
      ])
      await clock.runTo(rows[0]!.at)
    }
    expect(tried).toEqual([0, 30, 90, 3_690, 7_290])
    expect(await incidents()).toMatchObject([{ kind: 'refused-write' }])
    const { rows } = await db.query('SELECT FROM incident_note WHERE merchant_id = $1', [shop.merchantId])
    expect(rows).toHaveLength(2)
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
    const { itemId, externalId } = await ring(4)
    await settle()
    await stock(itemId, -1)
    channel.meanwhile.apply = () => {
      throw new Error('The process dies here.')
    }
    await expect(round()).rejects.toThrow('dies')
    expect((await account()).readOwed).toBe(true)
    channel.calls.length = 0
    await settle()
    // The write may have arrived: what is shown is looked at before anything else is decided.
    expect(channel.calls).toEqual(['orders', `show ${externalId}`, `${externalId}=3`, 'orders'])
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
