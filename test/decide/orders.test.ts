import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { transaction } from '#app/db.server.ts'
import { ORDER_DECISIONS } from '#app/decide/orders.server.ts'
import type { AnyDecision } from '#app/decide/decision.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { lineTold, orderTold, resolved } from '../support/orders.ts'
import { piecesOf } from '../support/pieces.ts'
import { addItem, addListing, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let sync: Sync
let ids: { lineId: number; orderId: number; ring: number; opal: number; listing: number; opalLine: number }

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
  const outbox = { record: () => Promise.resolve() }
  sync = { db, inTransaction: (work) => transaction(db, work), outbox, clock: new VirtualClock(NOON) }
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  const ring = await addItem(db, shop)
  const opal = await addItem(db, shop, { kind: 'one_of_one', sku: 'OPAL' })
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
  await addStock(db, shop, { itemId: opal, place: shop.safe, available: 1 })
  const listing = await addListing(db, shop, { account_id: shop.etsy, item_id: opal })
  const order = orderTold({ lines: [lineTold({ shipped: 1 }), lineTold({ externalId: '2' })] })
  const where = { merchantId: shop.merchantId, accountId: shop.etsy, locations: new Map(), history: false, at: NOON }
  await transaction(db, (tx) => bookOrder(tx, { ...where, order, lines: resolved(order, [ring, opal]) }))
  const { rows } = await db.query<{ id: number; order_id: number }>(
    'SELECT id, order_id FROM order_line WHERE merchant_id = $1 ORDER BY id',
    [shop.merchantId],
  )
  ids = { lineId: rows[0]!.id, opalLine: rows[1]!.id, orderId: rows[0]!.order_id, ring, opal, listing }
})

/** As the app carries it out, once a person's form has been read. */
async function decide(name: keyof typeof ORDER_DECISIONS, form: Record<string, unknown>, of = shop): Promise<string> {
  const asked: AnyDecision = ORDER_DECISIONS[name]
  const read = z.object(asked.shape).safeParse(form)
  if (!read.success) return 'unclear'
  const who = { sync, merchantId: of.merchantId, actor: 'person/7', role: 'owner' as const }
  const answer = await asked.carryOut(read.data as never, who)
  return isRefusal(answer) ? answer.code : 'done'
}
const token = 'token-12345'
const pieces = (itemId = ids.ring) => piecesOf(db, shop.merchantId, itemId)

describe('a person', () => {
  it('receives what came back, and passes it', async () => {
    const received = { lineId: String(ids.lineId), quantity: '1', condition: 'worn', token }
    expect([await decide('return-received', received), await decide('return-received', received)]).toEqual([
      'done',
      'done',
    ])
    expect(await pieces()).toEqual({ Safe: { available: 2, quality_check: 1 } })
    const { rows } = await db.query('SELECT id FROM return_parcel WHERE merchant_id = $1', [shop.merchantId])
    expect(await decide('return-passed', { parcelId: rows[0].id, quantity: '1', token })).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 3 } })
    expect(await decide('return-failed', { parcelId: rows[0].id, quantity: '1', token: 'token-67890' })).toBe(
      'not-there',
    )
  })
  it('sends a replacement, or not after all', async () => {
    expect(await decide('replacement', { lineId: ids.lineId, quantity: '2', itemId: '', token })).toBe('done')
    const { rows } = await db.query(`SELECT id FROM order_line WHERE merchant_id = $1 AND source = 'ours'`, [
      shop.merchantId,
    ])
    expect(await decide('ours-sent', { lineId: rows[0].id, quantity: '1', token })).toBe('done')
    expect(await decide('ours-cancelled', { lineId: rows[0].id, quantity: '1', token })).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
  })
  it('exchanges, and says that pieces are not wanted any more', async () => {
    const swap = { lineId: ids.lineId, quantity: '1', itemId: ids.ring, back: 'now', condition: 'as new', token }
    expect(await decide('exchange', swap)).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 1, reserved: 1, quality_check: 1 } })
    expect(await decide('give-back', { orderId: ids.orderId, lineId: ids.opalLine, quantity: '1', token })).toBe('done')
    expect(await pieces(ids.opal)).toEqual({ Safe: { available: 1 } })
  })
  it('says whose a piece is, what tells it from others, and which listing is the authoritative one', async () => {
    expect(await decide('claim-confirm', { lineId: ids.opalLine })).toBe('done')
    expect(await decide('identity', { itemId: ids.opal, kind: 'serial', value: ' a-1 ' })).toBe('done')
    expect(await decide('authoritative', { listingId: ids.listing })).toBe('done')
    expect(await decide('order-policy', { claimMinutes: '5', inspectsReturns: 'no' })).toBe('done')
    const { rows } = await db.query('SELECT claim_minutes, inspects_returns FROM merchant WHERE id = $1', [
      shop.merchantId,
    ])
    expect(rows).toEqual([{ claim_minutes: 5, inspects_returns: false }])
  })
})

describe('what cannot be', () => {
  const WRONG = ['', '0', '-1', '1.5', 'NaN', '999999999999', '2147483647', 'x', "'; DROP TABLE item", null, undefined]
  const good = () => ({
    lineId: ids.lineId,
    parcelId: 1,
    orderId: ids.orderId,
    itemId: ids.opal,
    listingId: ids.listing,
    quantity: '1',
    condition: 'worn',
    back: 'now',
    kind: 'serial',
    value: 'a-1',
    claimMinutes: '30',
    inspectsReturns: 'yes',
    on: 'yes',
    token,
  })
  const TABLES = [
    'movement',
    'balance',
    'order_line',
    'order_effect',
    'return_parcel',
    'claim',
    'item_identity',
    'listing',
    'merchant',
  ]
  const everything = async () =>
    JSON.stringify(
      await Promise.all(
        TABLES.map(async (table) => {
          const owner = table === 'merchant' ? 'id' : 'merchant_id'
          return (await db.query(`SELECT * FROM ${table} WHERE ${owner} = $1 ORDER BY 1, 2, 3`, [shop.merchantId])).rows
        }),
      ),
    )
  const names = Object.keys(ORDER_DECISIONS) as (keyof typeof ORDER_DECISIONS)[]

  it.each(names)('is refused, and nothing changes: %s', async (name) => {
    const before = await everything()
    for (const field of Object.keys(ORDER_DECISIONS[name].shape)) {
      if (name === 'replacement' && field === 'itemId') continue
      for (const wrong of WRONG) {
        if (field === 'value' && wrong) continue
        if (field === 'claimMinutes' && wrong === '0') continue
        if (field === 'token' && /^\d{8,}$/.test(String(wrong))) continue
        expect(await decide(name, { ...good(), [field]: wrong }), `${field}: ${wrong}`).not.toBe('done')
      }
    }
    expect(await everything()).toBe(before)
  })
  it.each(names.filter((name) => name !== 'order-policy' && name !== 'mirror-orders'))(
    'is refused of another merchant’s: %s',
    async (name) => {
      const before = await everything()
      const other = await openShop(db)
      expect(await decide(name, good(), other)).not.toBe('done')
      expect(await everything()).toBe(before)
    },
  )
})
