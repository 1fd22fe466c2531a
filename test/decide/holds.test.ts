import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { z } from 'zod'
import { transaction } from '#app/db.server.ts'
import { API_KEY_DECISIONS } from '#app/decide/api-keys.server.ts'
import type { AnyDecision, Deciding } from '#app/decide/decision.server.ts'
import { HOLD_DECISIONS } from '#app/decide/holds.server.ts'
import { moment } from '#app/decide/moment.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { holdPolicyOf } from '#app/pool/hold-policy.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { decideAs } from '../support/decide-as.ts'
import { addPerson } from '../support/holds.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

const DECISIONS: Record<string, AnyDecision> = { ...HOLD_DECISIONS, ...API_KEY_DECISIONS }

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let who: Deciding
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  const { actor } = await addPerson(db, shop)
  const outbox = { record: () => Promise.resolve() }
  const sync = {
    db,
    inTransaction: <T>(work: Parameters<typeof transaction<T>>[1]) => transaction(db, work),
    outbox,
    clock: new VirtualClock(NOON),
  }
  who = { sync, merchantId: shop.merchantId, actor, role: 'staff' }
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 1 })
})

const form = (more: Record<string, unknown> = {}) => ({
  decision: 'hold',
  itemId: ring,
  quantity: 1,
  name: 'Anna',
  until: '2026-03-12',
  token: 'a-form-of-ours',
  ...more,
})
const decide = (given: Record<string, unknown>) => decideAs(DECISIONS, given, who)
const holds = async () =>
  (await db.query('SELECT until, status FROM hold WHERE merchant_id = $1', [shop.merchantId])).rows

describe('a hold', () => {
  it('until a day ends with that day by the merchant’s calendar', async () => {
    expect(await decide(form())).toBeUndefined()
    // Paris is an hour ahead in March.
    expect(await holds()).toEqual([{ until: new Date('2026-03-12T22:59:00Z'), status: 'active' }])
  })
  it('for nobody is refused', async () => {
    expect(await decide(form({ name: '' }))).toMatchObject({ code: 'no-client' })
    expect(await holds()).toEqual([])
  })
  it('is laid elsewhere, extended and given up by its forms', async () => {
    await decide(form())
    const holdId = (await db.query('SELECT id FROM hold WHERE merchant_id = $1', [shop.merchantId])).rows[0]!.id
    expect(
      await decide({
        decision: 'hold-move',
        holdId,
        from: shop.safe,
        to: shop.bench,
        quantity: 1,
        token: 'move-of-ours',
      }),
    ).toBeUndefined()
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Bench: { held: 1 } })
    expect(await decide({ decision: 'hold-extend', holdId, until: '2026-03-13T18:30' })).toBeUndefined()
    expect(await holds()).toEqual([{ until: new Date('2026-03-13T17:30:00Z'), status: 'active' }])
    expect(await decide({ decision: 'hold-release', holdId })).toBeUndefined()
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({ Bench: { available: 1 } })
  })
})

describe('the policy', () => {
  const policy = {
    decision: 'hold-policy',
    roles: 'owner,manager',
    longestHours: 48,
    mostRenewals: 0,
    mostPerPerson: 3,
    mostPerClient: 2,
    depositAboveMinor: '',
    cartMinutes: 10,
    cartLongestMinutes: 30,
    checkouts: 'yes',
    shopifyDrafts: 'yes',
  }
  it('is what was said last', async () => {
    expect(await decide(policy)).toBeUndefined()
    expect(await decide({ ...policy, depositAboveMinor: 50_000 })).toBeUndefined()
    expect(await holdPolicyOf(db, shop.merchantId)).toEqual({
      roles: ['owner', 'manager'],
      longestHours: 48,
      mostRenewals: 0,
      mostPerPerson: 3,
      mostPerClient: 2,
      depositAboveMinor: 50_000,
      cartMinutes: 10,
      cartLongestMinutes: 30,
      checkouts: true,
      shopifyDrafts: true,
    })
    expect(await decide(form())).toMatchObject({ code: 'may-not-hold' })
  })
  it('that contradicts itself is refused', async () => {
    expect(await decide({ ...policy, cartMinutes: 31 })).toMatchObject({ code: 'unclear' })
  })
})

test.each([
  '2026-02-31',
  '2026-13-01',
  '2026-03-10T25:00',
  'tomorrow',
  '',
  '2026-03-10T18:30+01:00',
  '99999-01-01',
  '0001-01-01',
  '2026-02-31T10:00:00Zx',
  '\u0000',
])('%j is no moment', (text) => {
  expect(moment.safeParse(text).success).toBe(false)
})

test('a moment is an instant, or what a clock on the wall shows', () => {
  expect(moment.parse('2026-03-10T18:30:00.000Z')).toEqual({ instant: new Date('2026-03-10T18:30:00Z') })
  expect(moment.parse('2026-03-10T18:30')).toEqual({ wall: '2026-03-10T18:30' })
  expect(moment.parse('2026-03-10')).toEqual({ wall: '2026-03-10T23:59' })
})

test.each([1, 2, 3])(
  'whatever a form says, nothing breaks, and what is refused changes nothing (chance %i)',
  async (seed) => {
    const chance = seeded(seed)
    const other = await openShop(db)
    const odd = [
      '',
      '0',
      '-1',
      '1.5',
      '1e9',
      '99999999999',
      'NaN',
      '\u0000',
      'null',
      '2026-02-31',
      '2026-03-12',
      "'; DROP TABLE hold; --",
      '9'.repeat(5_000),
      'staff',
      'a-form-of-ours',
      `${ring}`,
      `${other.etsy}`,
      `${other.safe}`,
      '1',
      '2',
      '9999-12-31',
      undefined,
      {},
      [],
    ]
    const of = <T>(list: T[]): T => list[Math.floor(chance() * list.length)]!
    for (let n = 0; n < 300; n += 1) {
      const [name, decision] = of(Object.entries(DECISIONS))
      const given = Object.fromEntries(Object.keys(decision.shape).map((field) => [field, of(odd)]))
      const before = await movementsOf(db, shop.merchantId, ring)
      const read = z.object(decision.shape).safeParse(given)
      const answer = read.success ? await decision.carryOut(read.data as never, who) : 'unread'
      const isDone = answer !== 'unread' && !isRefusal(answer)
      if (!isDone) expect(await movementsOf(db, shop.merchantId, ring), name).toEqual(before)
    }
    expect((await db.query('SELECT FROM movement WHERE merchant_id = $1', [other.merchantId])).rowCount).toBe(0)
  },
)
