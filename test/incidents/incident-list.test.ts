import { afterAll, beforeAll, expect, test } from 'vitest'
import { atRisk, closeByHand, incidentPage } from '#app/incidents/incident-list.server.ts'
import { openIncident } from '#app/incidents/incident.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addItem, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

const LATER = new Date('2026-03-10T12:05:00Z')

const open = (shop: ShopRows, more: Partial<Parameters<typeof openIncident>[1]> = {}) =>
  openIncident(database.pool, {
    merchantId: shop.merchantId,
    kind: 'oversell',
    subject: 'line/1',
    sentence: 'Etsy sold one that was not there.',
    at: NOON,
    ...more,
  })

const list = (shop: ShopRows, asked: { open?: boolean; cursor?: string | null } = {}) =>
  incidentPage(database.pool, shop.merchantId, { open: true, cursor: null, ...asked })

const close = (shop: ShopRows, incidentId: number) => {
  const how = { actor: 'person/1', sentence: 'The client took another.', at: LATER }
  return closeByHand(database.pool, { merchantId: shop.merchantId, incidentId }, how)
}

test('an open incident comes with what it is about, what it may cost and what happened', async () => {
  const shop = await openShop(database.pool)
  const itemId = await addItem(database.pool, shop)
  const id = await open(shop, { itemId, accountId: shop.etsy, value: { minor: 129_000, currency: 'EUR' } })
  expect((await list(shop)).rows).toEqual([
    {
      id,
      kind: 'oversell',
      sentence: 'Etsy sold one that was not there.',
      itemId,
      item: 'Signet ring',
      accountId: shop.etsy,
      account: 'Etsy',
      valueMinor: 129_000,
      currency: 'EUR',
      openedAt: NOON,
      closedAt: null,
      closedBy: null,
      timeline: [],
      orderId: null,
      notes: [{ at: NOON, actor: 'app', sentence: 'Etsy sold one that was not there.' }],
    },
  ])
})

test('closed by hand, it is among the closed with who and why, and a second closing is refused', async () => {
  const shop = await openShop(database.pool)
  const id = await open(shop)
  expect(await close(shop, id)).toBeUndefined()
  expect((await list(shop)).rows).toEqual([])
  const [closed] = (await list(shop, { open: false })).rows
  expect(closed).toMatchObject({ id, closedAt: LATER, closedBy: 'person/1' })
  expect(closed?.notes.map(({ sentence }) => sentence)).toEqual([
    'Etsy sold one that was not there.',
    'The client took another.',
  ])
  expect(await close(shop, id)).toMatchObject({ refused: true, code: 'closed' })
  expect((await list(shop, { open: false })).rows[0]?.notes).toHaveLength(2)
})

test('another merchant’s incident cannot be closed, and is not listed', async () => {
  const shop = await openShop(database.pool)
  const other = await openShop(database.pool)
  const id = await open(other)
  expect(await close(shop, id)).toMatchObject({ refused: true })
  expect((await list(shop)).rows).toEqual([])
  expect((await list(other)).rows).toHaveLength(1)
})

test('page by page each comes once, though many opened in the same moment', async () => {
  const shop = await openShop(database.pool)
  for (let n = 0; n < 60; n += 1) await open(shop, { subject: `line/${n}`, at: n < 40 ? NOON : LATER })
  const first = await list(shop)
  const second = await list(shop, { cursor: first.next })
  const third = await list(shop, { cursor: second.next })
  const ids = [first, second, third].flatMap(({ rows }) => rows.map(({ id }) => id))
  expect([first.rows.length, second.rows.length, third.rows.length, third.next]).toEqual([25, 25, 10, null])
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a))
  expect((await list(shop, { cursor: 'nonsense' })).rows).toHaveLength(25)
})

test('what is at risk is summed for each currency, and only of what is open', async () => {
  const shop = await openShop(database.pool)
  await open(shop, { subject: 'a', value: { minor: 100, currency: 'EUR' } })
  await open(shop, { subject: 'b', value: { minor: 250, currency: 'EUR' } })
  await open(shop, { subject: 'c', value: { minor: 70, currency: 'USD' } })
  await open(shop, { subject: 'd' })
  const closed = await open(shop, { subject: 'e', value: { minor: 9_999, currency: 'EUR' } })
  await close(shop, closed)
  expect(await atRisk(database.pool, shop.merchantId)).toEqual({
    open: 4,
    values: [
      { minor: 350, currency: 'EUR' },
      { minor: 70, currency: 'USD' },
    ],
  })
})
