import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { ChannelOrder } from '#app/kernel/channel-order.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { confirmClaim } from '#app/orders/claim.server.ts'
import { claimsPast } from '#app/orders/claim-time.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { openIncidents } from '../support/incidents.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { permutations } from '../support/permutations.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'
import { someoneWaits } from '../support/waiting.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let opal: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(() => open())

async function open() {
  shop = await openShop(db)
  opal = await addItem(db, shop, { kind: 'one_of_one', sku: 'OPAL' })
  await addStock(db, shop, { itemId: opal, place: shop.safe, available: 1 })
}

/** News of an order: of which channel, when it changed there, and what it says. */
type News = { on: 'etsy' | 'shopify'; order: ChannelOrder }
type Said = { minutes: number; paid?: number | null; placed?: number; cancelled?: boolean; shipped?: boolean }

const news = (on: News['on'], name: string, said: Said): News => {
  const { minutes, paid = null, placed = 0, cancelled = false, shipped = false } = said
  const line = lineTold({ currentQuantity: cancelled ? 0 : 1, shipped: shipped ? 1 : 0, title: 'Opal' })
  const moments = {
    placedAt: minutesAfterNoon(placed),
    paidAt: paid === null ? null : minutesAfterNoon(paid),
    updatedAt: minutesAfterNoon(minutes),
    cancelledAt: cancelled ? minutesAfterNoon(minutes) : null,
  }
  return { on, order: orderTold({ externalId: name, name: `#${name}`, lines: [line], ...moments }) }
}

const bookIn = (tx: Sql, { on, order }: News, { at = minutesAfterNoon(20), hinted = true } = {}) =>
  bookOrder(tx, {
    merchantId: shop.merchantId,
    accountId: shop[on],
    order,
    lines: order.lines.map((told) => ({ told, listingId: null, itemId: opal, ...(hinted ? { oneOfOne: true } : {}) })),
    locations: new Map(),
    history: false,
    at,
  })
const book = (told: News, how: { at?: Date; hinted?: boolean } = {}) => transaction(db, (tx) => bookIn(tx, told, how))

/** Who has the piece: the order that has it reserved, or to which it left. */
async function winner(): Promise<string> {
  const text = `SELECT o.external_id AS name, l.reserved, l.shipped FROM order_line l
    JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    WHERE l.merchant_id = $1 AND l.item_id = $2 AND (l.reserved > 0 OR l.shipped > 0) ORDER BY 1`
  const { rows } = await db.query<{ name: string; reserved: number }>(text, [shop.merchantId, opal])
  return rows.map(({ name, reserved }) => (reserved > 0 ? name : `${name}, gone`)).join(' and ') || 'nobody'
}
const pieces = () => piecesOf(db, shop.merchantId, opal)
const incidents = async () => (await openIncidents(db, shop.merchantId)).map(({ sentence }) => sentence)

describe('two orders for one piece, whatever is heard of first', () => {
  const worlds: [title: string, told: News[], expected: string][] = [
    [
      'go to who paid first',
      [news('etsy', 'late', { minutes: 5, paid: 5 }), news('shopify', 'early', { minutes: 3, paid: 3, placed: 2 })],
      'early',
    ],
    [
      'go to who paid, though unpaid the other was first',
      [
        news('etsy', 'a', { minutes: 0 }),
        news('shopify', 'b', { minutes: 3, placed: 3 }),
        news('shopify', 'b', { minutes: 4, placed: 3, paid: 4 }),
      ],
      'b',
    ],
    [
      'go to the other once the better is cancelled',
      [
        news('etsy', 'a', { minutes: 0, paid: 0 }),
        news('etsy', 'a', { minutes: 6, paid: 0, cancelled: true }),
        news('shopify', 'b', { minutes: 3, placed: 3, paid: 3 }),
      ],
      'b',
    ],
    [
      'go to whom it was handed',
      [
        news('etsy', 'a', { minutes: 0, paid: 0 }),
        news('shopify', 'b', { minutes: 3, placed: 3, paid: 3 }),
        news('shopify', 'b', { minutes: 4, placed: 3, paid: 3, shipped: true }),
      ],
      'b, gone',
    ],
    [
      'go to nobody when both are cancelled',
      [
        news('etsy', 'a', { minutes: 1, paid: 0, cancelled: true }),
        news('shopify', 'b', { minutes: 3, paid: 3 }),
        news('shopify', 'b', { minutes: 4, paid: 3, cancelled: true }),
      ],
      'nobody',
    ],
    [
      'of three go to the next when the best gives it up',
      [
        news('etsy', 'a', { minutes: 0, paid: 0 }),
        news('etsy', 'a', { minutes: 9, paid: 0, cancelled: true }),
        news('etsy', 'b', { minutes: 2, paid: 2 }),
        news('shopify', 'c', { minutes: 1, paid: 1 }),
      ],
      'c',
    ],
    [
      'of three go to the one that was paid first in the end',
      [
        news('etsy', 'a', { minutes: 0 }),
        news('shopify', 'b', { minutes: 1, placed: 1 }),
        news('shopify', 'c', { minutes: 2, placed: 2, paid: 7 }),
        news('shopify', 'b', { minutes: 8, placed: 1, paid: 6 }),
      ],
      'b',
    ],
  ]
  it.each(worlds)('%s', async (_, told, expected) => {
    for (const order of permutations(told)) {
      for (const repeated of [order, [...order, ...order]]) {
        await open()
        for (const [n, one] of repeated.entries())
          await book(one, { at: minutesAfterNoon(10 + n), hinted: n % 2 === 0 })
        const heard = repeated.map(({ order: { externalId }, on }) => `${externalId} on ${on}`).join(', ')
        expect(await winner(), heard).toBe(expected)
        expect(await verifyLedger(db, shop.merchantId), heard).toEqual([])
        const there = expected === 'nobody' ? { Safe: { available: 1 } } : { Safe: { reserved: 1 } }
        expect(await pieces(), heard).toEqual(expected.endsWith('gone') ? {} : there)
      }
    }
  })

  it('and at the same moment, in two processes: one has it, neither stops the other', async () => {
    const [a, b] = [news('etsy', 'a', { minutes: 0, paid: 0 }), news('shopify', 'b', { minutes: 1, paid: 1 })]
    await book(a)
    await book(b)
    let second: Promise<unknown> = Promise.resolve()
    await transaction(db, async (tx) => {
      await bookIn(tx, news('etsy', 'a', { minutes: 3, paid: 2 }))
      second = book(news('shopify', 'b', { minutes: 4, paid: 1 }))
      await someoneWaits(db)
    })
    await second
    expect(await winner()).toBe('b')
  })
})

describe('the order that does not get it', () => {
  it('is kept, is short, and a person is told who has the piece and by which rule', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    expect(await bookedLines(db, shop, 'a')).toEqual([{ reserved: 0, short: 1, shipped: 0, returned: 0 }])
    expect(await incidents()).toEqual([
      'Etsy sold “Opal” in order #a, of which there is only one: order #b on Shopify has it, because it was paid first.',
    ])
    const { rows } = await db.query(
      'SELECT outstanding, account_id FROM shortfall WHERE merchant_id = $1 AND outstanding > 0',
      [shop.merchantId],
    )
    expect(rows).toEqual([{ outstanding: 1, account_id: shop.etsy }])
  })
  it('is told of once, however often the same is told, and not again when a person has closed it', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    await db.query('UPDATE incident SET closed_at = opened_at WHERE merchant_id = $1', [shop.merchantId])
    for (const minutes of [6, 6, 7]) await book(news('etsy', 'a', { minutes, paid: 5 }))
    expect(await incidents()).toEqual([])
  })
  it('gets it as soon as the other gives it up, and nobody is told of it any more', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    await book(news('shopify', 'b', { minutes: 9, paid: 3, cancelled: true }))
    expect(await winner()).toBe('a')
  })
  it('has effects that say what it gave up, and to whom', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    const text = `SELECT o.external_id || ': ' || e.transition || ' ' || e.quantity AS said FROM order_effect e
      JOIN order_line l ON l.merchant_id = e.merchant_id AND l.id = e.line_id
      JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id WHERE e.merchant_id = $1 ORDER BY 1`
    const { rows } = await db.query<{ said: string }>(text, [shop.merchantId])
    expect(rows.map(({ said }) => said)).toEqual(['a: reserve 1', 'a: yield 1', 'b: claim 1', 'b: short 1'])
    expect(await movementsOf(db, shop.merchantId, opal)).toEqual([
      'sold: 1 available > reserved',
      'passed on to the better claim: 1 reserved > available',
      'passed on to the better claim: 1 available > reserved',
    ])
  })
  it('is each channel’s own matter: what passes is told to those that have not done it themselves', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    const text = `SELECT account_id FROM movement WHERE merchant_id = $1 AND item_id = $2 AND from_state <> 'opening' ORDER BY id`
    const { rows } = await db.query<{ account_id: number }>(text, [shop.merchantId, opal])
    expect(rows.map(({ account_id }) => account_id)).toEqual([shop.etsy, shop.etsy, shop.shopify])
  })
})

describe('a claim', () => {
  const late = minutesAfterNoon(60)
  it('is final after half an hour: a better one that is heard of later is only said to a person', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }), { at: minutesAfterNoon(6) })
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }), { at: minutesAfterNoon(36) })
    expect(await winner()).toBe('a')
    expect(await incidents()).toEqual([
      'Shopify sold “Opal” in order #b, of which there is only one: order #a on Etsy has it, and that is final, though this order has the better claim: it was paid first.',
    ])
  })
  it('is final after as long as the merchant has set, and one minute before it is not', async () => {
    await db.query('UPDATE merchant SET claim_minutes = 5 WHERE id = $1', [shop.merchantId])
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }), { at: minutesAfterNoon(6) })
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }), { at: minutesAfterNoon(10) })
    expect(await winner()).toBe('b')
    // The window is the piece's, not the order's: who takes it over does not begin it anew.
    await book(news('shopify', 'c', { minutes: 2, paid: 2 }), { at: minutesAfterNoon(11) })
    expect(await winner()).toBe('b')
  })
  it('that was sent is final', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5, shipped: true }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    expect(await winner()).toBe('a, gone')
    expect(await incidents()).toMatchObject([/order #a on Etsy has it, because it has been handed over/])
  })
  it('that is final by time or by a person’s word gives way to one that was sent: the piece is gone', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }), { at: minutesAfterNoon(6) })
    await book(news('shopify', 'b', { minutes: 3, paid: 3, shipped: true }), { at: late })
    expect(await pieces()).toEqual({})
    expect(await winner()).toBe('b, gone')
    expect(await incidents()).toEqual([
      'Etsy sold “Opal” in order #a, of which there is only one: order #b on Shopify has it, because it has been handed over.',
    ])
    await book(news('etsy', 'a', { minutes: 70, paid: 5, cancelled: true }), { at: late })
    expect(await pieces()).toEqual({})
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('of a piece that left and came into the house again does not reach for it', async () => {
    await book(news('etsy', 'a', { minutes: 0, paid: 0, shipped: true }))
    const change = changeOf(shop, { key: 'bought back', reason: 'counted' })
    const inSafe = { locationId: shop.safe, state: 'available' as const }
    await append(db, change, [{ itemId: opal, quantity: 1, from: { outside: 'supplier' }, to: inSafe }])
    await book(news('shopify', 'b', { minutes: 8, paid: 8 }))
    expect(await winner()).toBe('a, gone and b')
    expect(await incidents()).toEqual([])
  })
  it('is settled by time alone, and the orders that wait for the piece are told', async () => {
    // Those of the other shops wait for their time too.
    await db.query('DELETE FROM claim')
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }), { at: minutesAfterNoon(6) })
    await book(news('shopify', 'b', { minutes: 6, paid: 6 }), { at: minutesAfterNoon(7) })
    const next = await claimsPast(db, minutesAfterNoon(10))
    expect(next).toEqual(minutesAfterNoon(36))
    expect(await claimsPast(db, minutesAfterNoon(36))).toBeNull()
    expect(await claimsPast(db, minutesAfterNoon(37))).toBeNull()
    const { rows } = await db.query(`SELECT settled_by, settled_at FROM claim WHERE merchant_id = $1`, [
      shop.merchantId,
    ])
    expect(rows).toEqual([{ settled_by: 'time', settled_at: minutesAfterNoon(36) }])
    const notes = await db.query<{ sentence: string }>(
      'SELECT sentence FROM incident_note WHERE merchant_id = $1 ORDER BY n DESC LIMIT 1',
      [shop.merchantId],
    )
    expect(notes.rows).toEqual([{ sentence: 'Order #a on Etsy keeps the piece: its claim is final now.' }])
  })
})

describe('a person who says whose the piece is', () => {
  const lineOf = async (name: string) => {
    const text = `SELECT l.id FROM order_line l JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
      WHERE l.merchant_id = $1 AND o.external_id = $2`
    return (await db.query<{ id: number }>(text, [shop.merchantId, name])).rows[0]!.id
  }
  const confirm = async (name: string) => {
    const given = { merchantId: shop.merchantId, lineId: await lineOf(name), actor: 'person/7', at: NOON }
    return transaction(db, (tx) => confirmClaim(tx, given))
  }
  it('makes that final: no better claim takes it over', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }))
    expect(await confirm('a')).toEqual({ itemId: opal })
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    expect(await winner()).toBe('a')
  })
  it('may give it to the other', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5 }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    await confirm('a')
    await book(news('shopify', 'b', { minutes: 4, paid: 3 }))
    expect(await winner()).toBe('a')
    expect(await incidents()).toMatchObject([/^Shopify sold “Opal” in order #b/])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('cannot give away what has left, or what nobody asked for', async () => {
    await book(news('etsy', 'a', { minutes: 5, paid: 5, shipped: true }))
    await book(news('shopify', 'b', { minutes: 3, paid: 3 }))
    for (const name of ['a', 'b']) expect(isRefusal(await confirm(name)), name).toBe(true)
    const ring = await addItem(db, shop)
    await db.query('UPDATE order_line SET item_id = $2 WHERE merchant_id = $1', [shop.merchantId, ring])
    expect(await confirm('b')).toMatchObject({ code: 'no-claim' })
  })
})
