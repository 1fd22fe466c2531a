import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makingOf } from '#app/catalog/made-to-order.server.ts'
import { partsNow } from '#app/catalog/bundle.server.ts'
import { transaction } from '#app/db.server.ts'
import type { AnyDecision, Deciding } from '#app/decide/decision.server.ts'
import { THING_DECISIONS } from '#app/decide/things.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Sync } from '#app/sync/facts.ts'
import { z } from 'zod'
import { book, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, orderTold } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let who: Deciding
let ring: number
let band: number
let set: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  const clock = new VirtualClock(NOON)
  const inTransaction: Sync['inTransaction'] = (work) => transaction(db, work)
  const sync: Sync = { db, inTransaction, outbox: { record: () => Promise.resolve() }, clock }
  who = { sync, merchantId: shop.merchantId, actor: 'person/1', role: 'owner' }
  ring = await stocked(db, shop, 2)
  band = await stocked(db, shop, 4)
  set = await stocked(db, shop, 1)
})

type Form = Record<string, unknown>
const DECISIONS: Record<string, AnyDecision> = THING_DECISIONS

/** Decides as the form says: null when it was done, else what was wrong. */
async function decided(name: keyof typeof THING_DECISIONS, form: Form): Promise<string | null> {
  const decision = DECISIONS[name]!
  const read = z.object(decision.shape).safeParse(form)
  if (!read.success) return `unclear: ${read.error.issues[0]!.path.join('.')}`
  const answer = await decision.carryOut(read.data as never, who)
  return isRefusal(answer) ? answer.code : null
}

let tokens = 0
const form = (itemId: number, said: Form = {}): Form => ({
  itemId: String(itemId),
  quantity: '1',
  locationId: String(shop.safe),
  state: 'available',
  reason: 'For Anna',
  token: `the-form-${(tokens += 1)}`,
  ...said,
})
const pieces = (itemId: number) => piecesOf(db, shop.merchantId, itemId)

describe('a person says', () => {
  it('what a set is made of, and that it is none', async () => {
    const virtual = await stocked(db, shop, 0)
    expect(await decided('set-components', { itemId: virtual, parts: `${ring}/1,${band}/2` })).toBeNull()
    expect(await partsNow(db, shop.merchantId, virtual)).toHaveLength(2)
    expect(await decided('set-components', { itemId: virtual, parts: '' })).toBeNull()
    expect(await partsNow(db, shop.merchantId, virtual)).toEqual([])
  })
  it('that an item is made to order, and orders that wait for it are promised it', async () => {
    const made = await stocked(db, shop, 0)
    await book(db, shop, orderTold({ lines: [lineTold({ quantity: 2 })] }), [made])
    expect(await decided('made-to-order', { itemId: made, capacity: '5', leadDays: '21' })).toBeNull()
    expect(await makingOf(db, shop.merchantId, made)).toMatchObject({ capacity: 5, leadDays: 21, taken: 2 })
    expect(await decided('not-made-to-order', { itemId: made })).toBe('still-to-make')
  })
  it('that a ring was resized, and the order that waited for that size has it', async () => {
    const other = await stocked(db, shop, 0)
    await book(db, shop, orderTold(), [other])
    expect(await decided('resize', form(ring, { intoId: String(other) }))).toBeNull()
    expect(await pieces(other)).toEqual({ Safe: { reserved: 1 } })
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
  })
  it('that a set was broken, and made again', async () => {
    expect(await decided('break-set', form(set, { parts: `${ring}/1,${band}/2` }))).toBeNull()
    expect([await pieces(set), await pieces(ring), await pieces(band)]).toEqual([
      {},
      { Safe: { available: 3 } },
      { Safe: { available: 6 } },
    ])
    expect(await decided('make-set', form(set, { quantity: '3', parts: `${ring}/1,${band}/2` }))).toBeNull()
    expect([await pieces(set), await pieces(ring), await pieces(band)]).toEqual([{ Safe: { available: 3 } }, {}, {}])
  })
  it('that one of a pair was lost, and found', async () => {
    expect(await decided('break-pair', form(band))).toBeNull()
    expect(await pieces(band)).toEqual({ Safe: { available: 3 } })
    expect(await decided('mend-pair', form(band, { state: 'damaged' }))).toBeNull()
    expect(await pieces(band)).toEqual({ Safe: { available: 4 } })
  })
  it('the same twice, and it is done once', async () => {
    const same = form(ring, { intoId: String(band) })
    expect([await decided('resize', same), await decided('resize', same)]).toEqual([null, null])
    expect([await pieces(ring), await pieces(band)]).toEqual([{ Safe: { available: 1 } }, { Safe: { available: 5 } }])
  })
})

describe('what makes no sense is refused with what is wrong, and nothing changes', () => {
  const ledger = async () =>
    JSON.stringify(
      await Promise.all(
        ['movement', 'conversion', 'remark', 'bundle_component', 'made_to_order', 'item'].map(
          async (table) => (await db.query(`SELECT * FROM ${table} WHERE merchant_id = $1`, [shop.merchantId])).rows,
        ),
      ),
    )
  const BAD = ['', '-1', '0', '1.5', '9'.repeat(20), 'NaN', 'null', "1'; DROP TABLE item", undefined, '1e3']
  // A set of nothing is none, and nothing more may be promised.
  const LEGAL = ['parts=', 'capacity=0']
  const GOOD: Record<keyof typeof THING_DECISIONS, () => Form> = {
    'set-components': () => ({ itemId: set, parts: `${ring}/1` }),
    'made-to-order': () => ({ itemId: ring, capacity: '-', leadDays: '1' }),
    'not-made-to-order': () => ({ itemId: ring }),
    resize: () => form(ring, { intoId: String(band), quantity: '99' }),
    'break-set': () => form(set, { parts: `${ring}/1,${band}/1`, quantity: '99' }),
    'make-set': () => form(set, { parts: `${ring}/1,${band}/1`, quantity: '99' }),
    'break-pair': () => form(band, { quantity: '99' }),
    'mend-pair': () => form(band, { quantity: '99' }),
  }
  it.each(Object.keys(GOOD) as (keyof typeof THING_DECISIONS)[])('%s', async (name) => {
    const before = await ledger()
    expect(await decided(name, GOOD[name]())).not.toBeNull()
    for (const field of Object.keys(GOOD[name]()).filter((one) => one !== 'reason' && one !== 'token')) {
      for (const bad of BAD.filter((one) => !LEGAL.includes(`${field}=${one}`))) {
        const answer = await decided(name, { ...GOOD[name](), [field]: bad })
        expect(answer, `${name} with ${field} = ${bad}`).not.toBeNull()
        expect(await ledger()).toBe(before)
      }
    }
    for (const [field, bad] of [
      ['reason', ' '],
      ['token', 'short'],
    ] as const) {
      if (field in GOOD[name]())
        expect(await decided(name, { ...GOOD[name](), [field]: bad })).toBe(`unclear: ${field}`)
    }
  })
  it('nor do another shop’s items and places', async () => {
    const other = await openShop(db)
    const theirs = await stocked(db, other, 5)
    const before = await ledger()
    const answers = [
      await decided('resize', form(theirs, { intoId: String(ring) })),
      await decided('resize', form(ring, { intoId: String(theirs) })),
      await decided('resize', form(ring, { intoId: String(band), locationId: String(other.safe) })),
      await decided('break-pair', form(theirs)),
      await decided('break-set', form(set, { parts: `${theirs}/1,${ring}/1` })),
      await decided('make-set', form(theirs, { parts: `${ring}/1,${band}/1` })),
      await decided('set-components', { itemId: theirs, parts: `${ring}/1` }),
      await decided('made-to-order', { itemId: theirs, capacity: '1', leadDays: '1' }),
      await decided('not-made-to-order', { itemId: theirs }),
    ]
    expect(answers.filter((answer) => answer === null)).toEqual([])
    expect(await ledger()).toBe(before)
    expect(await pieces(theirs)).toEqual({})
  })
})
