import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { closeIncident, type NewIncident, openIncident } from '#app/incidents/incident.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openIncidents } from '../support/incidents.ts'
import { minutesAfterNoon } from '../support/orders.ts'
import { openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
})

const open = (said: Partial<NewIncident> = {}) =>
  openIncident(db, {
    merchantId: shop.merchantId,
    kind: 'oversell',
    subject: 'line/1',
    sentence: 'One was not there.',
    accountId: shop.etsy,
    value: { minor: 10_000, currency: 'EUR' },
    at: minutesAfterNoon(0),
    ...said,
  })
const close = (minutes = 9, subject = 'line/1') =>
  closeIncident(
    db,
    { merchantId: shop.merchantId, kind: 'oversell', subject },
    { actor: 'person/1', sentence: 'Found.', at: minutesAfterNoon(minutes) },
  )
const notes = async () =>
  (
    await db.query('SELECT actor, sentence FROM incident_note WHERE merchant_id = $1 ORDER BY n', [shop.merchantId])
  ).rows.map(({ actor, sentence }) => `${actor}: ${sentence}`)
const all = async () =>
  (await db.query('SELECT * FROM incident WHERE merchant_id = $1 ORDER BY id', [shop.merchantId])).rows

describe('something wrong', () => {
  it('is one incident for its kind and subject, with what is new about it as a note', async () => {
    const first = await open()
    expect(await open()).toBe(first)
    expect(await open({ sentence: 'Two were not there.', value: { minor: 20_000, currency: 'EUR' } })).toBe(first)
    expect(await openIncidents(db, shop.merchantId)).toEqual([
      { kind: 'oversell', subject: 'line/1', sentence: 'Two were not there.', value: 20_000 },
    ])
    expect(await notes()).toEqual(['app: One was not there.', 'app: Two were not there.'])
  })
  it('of another kind, subject or merchant is another', async () => {
    await open()
    await open({ kind: 'drift' })
    await open({ subject: 'line/2' })
    const other = await openShop(db)
    await open({ merchantId: other.merchantId, accountId: other.etsy })
    expect(await openIncidents(db, shop.merchantId)).toHaveLength(3)
  })
  it('heard of twice at once is one', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => open()))
    expect(new Set(ids).size).toBe(1)
  })
  it('ends with who and why, and is remembered', async () => {
    await open()
    await close()
    expect(await openIncidents(db, shop.merchantId)).toEqual([])
    expect(await all()).toMatchObject([{ closed_at: minutesAfterNoon(9), closed_by: 'person/1' }])
    expect(await notes()).toEqual(['app: One was not there.', 'person/1: Found.'])
  })
  it('ends once, and what is not there cannot end', async () => {
    await open()
    await close(9)
    await close(10)
    await close(10, 'line/2')
    expect(await all()).toMatchObject([{ closed_at: minutesAfterNoon(9) }])
    expect(await notes()).toHaveLength(2)
  })
  it('that comes again is another, and opens anew', async () => {
    await open()
    await close()
    await open()
    expect(await all()).toHaveLength(2)
    expect(await openIncidents(db, shop.merchantId)).toHaveLength(1)
  })
})
