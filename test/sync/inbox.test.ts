import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { type Account, accountById } from '#app/merchant/account.server.ts'
import type { Fact } from '#app/queue/fact.ts'
import type { Sync } from '#app/sync/facts.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { NOON, openShop } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let account: Account
let recorded: Fact[]
let sync: Sync

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  account = present(await accountById(db, (await openShop(db)).shopify), 'the account')
  recorded = []
  const outbox = { record: (_tx: unknown, facts: readonly Fact[]) => Promise.resolve(void recorded.push(...facts)) }
  sync = { db, inTransaction: (work) => transaction(db, work), outbox, clock: new VirtualClock(NOON) }
})

const news = (topic: string, eventId = 'e-1', subject = 'thing-7') => ({ topic, eventId, subject, occurredAt: NOON })
const keep = (...said: Parameters<typeof news>) => keepNotification(sync, account, news(...said))
const kept = async () =>
  (await db.query('SELECT topic, event_id FROM inbox_event WHERE account_id = $1', [account.id])).rows

describe('a notification', () => {
  it.each([
    ['orders/create', 'order-received'],
    ['orders/edited', 'order-received'],
    ['refunds/create', 'order-received'],
    ['order.paid', 'order-received'],
    ['inventory_levels/update', 'thing-changed'],
    ['inventory_items/delete', 'thing-changed'],
    ['products/update', 'thing-changed'],
  ])('of %s is kept, and %s follows', async (topic, name) => {
    expect(await keep(topic)).toBe(true)
    expect(recorded).toMatchObject([
      { name, payload: { merchantId: account.merchantId, accountId: account.id, externalId: 'thing-7' } },
    ])
    expect(await kept()).toHaveLength(1)
  })
  it('of something else is kept and nothing follows', async () => {
    expect(await keep('app/uninstalled')).toBe(true)
    expect(recorded).toEqual([])
  })
  it('that comes again is kept once and nothing more follows, also at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => keep('orders/create')))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await keep('orders/create')).toBe(false)
    expect(recorded).toHaveLength(1)
  })
  it('is another with another event, topic or account', async () => {
    await keep('orders/create', 'e-1')
    await keep('orders/create', 'e-2')
    await keep('orders/updated', 'e-1')
    account = present(await accountById(db, (await openShop(db)).shopify), 'the account')
    expect(await keep('orders/create', 'e-1')).toBe(true)
    expect(recorded).toHaveLength(4)
  })
  it('about one order waits as one, whatever its topic; about a thing for each kind of news', async () => {
    await keep('orders/create', 'e-1')
    await keep('orders/updated', 'e-2')
    await keep('products/update', 'e-3')
    await keep('inventory_levels/update', 'e-4')
    const keys = recorded.map(({ name, key }) => `${name} ${key}`)
    expect(new Set(keys).size).toBe(3)
    expect(keys[0]).toBe(keys[1])
  })
  it('about a place makes all places be read, once for however many', async () => {
    await keep('locations/create', 'e-1')
    await keep('locations/update', 'e-2')
    expect(recorded.map(({ name }) => name)).toEqual(['places-changed', 'places-changed'])
    expect(new Set(recorded.map(({ key }) => key)).size).toBe(1)
  })
  it('whose fact cannot be recorded is not kept: it will come again', async () => {
    sync.outbox = { record: () => Promise.reject(new Error('no queue')) }
    await expect(keep('orders/create')).rejects.toThrow('no queue')
    expect(await kept()).toEqual([])
  })
  it('never keeps who the buyer is', async () => {
    await keep('orders/create')
    const { rows } = await db.query('SELECT * FROM inbox_event WHERE account_id = $1', [account.id])
    expect(Object.keys(rows[0]).toSorted()).toEqual([
      'account_id',
      'event_id',
      'merchant_id',
      'occurred_at',
      'received_at',
      'subject',
      'topic',
    ])
  })
})
