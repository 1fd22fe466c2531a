import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buyerAsked } from '#app/buyers-asked.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { BUYER, buyOnEtsy, madeOrders, mirroredShops, mirrorRows, onlyMade, settle } from '../support/mirrored.ts'
import { piecesOf } from '../support/pieces.ts'
import { given, listingOf, ringOf, type TwoShops } from '../support/two-shops.ts'

// What users of today's systems complain about, where it concerns orders: each must not be true here.

let database: FreshDatabase
let shops: TwoShops
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const ledger = async (sku = 'SIG') => piecesOf(database.pool, shops.merchantId, await shops.item(sku))
const TRACKING = { company: 'USPS', number: '94', url: null }

it('“The same ring sold in the shop and online”: an order made in Shopify does not sell its piece a second time', async () => {
  const one = { products: [ringOf('ONE', [{ location: 'Safe', available: 1 }])], listings: [listingOf('ONE', 1)] }
  shops = await mirroredShops(database.pool, one)
  await buyOnEtsy(shops, { sku: 'ONE' })
  await settle(shops, 2)
  expect([shops.shopifyShows('ONE'), await ledger('ONE')]).toEqual([0, { Safe: { reserved: 1 } }])
  expect(await shops.incidents()).toEqual([])
})

it('“Sync puts sold stock back on sale because the order is not in the hub yet”: it is off sale before it is made there', async () => {
  shops = await mirroredShops(database.pool)
  shops.sandboxes.shopify.setSwitches({ ordersPerMinute: 0 })
  await buyOnEtsy(shops)
  await settle(shops, 2)
  expect([madeOrders(shops).length, shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([0, 3, 3])
})

it('“One bad order fails the whole batch; hundreds stuck”: the others are made', async () => {
  shops = await mirroredShops(database.pool)
  const bad = { name: 'Nobody', email: 'nobody@example.org' }
  const first = given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')], buyer: bad, charges: { shipping: -100 } }))
  await buyOnEtsy(shops)
  await settle(shops)
  expect((await mirrorRows(database.pool, shops)).map(({ state }) => state)).toEqual(['refused', 'made'])
  expect(await shops.incidents()).toMatchObject([{ sentence: expect.stringContaining(String(first.receiptId)) }])
})

describe('“Cancel restocks twice, or not at all, or the reverse”', () => {
  it.each(['untouched', 'committed', 'restocks'] as const)(
    'where Shopify’s numbers are %s: cancelled on both sides, once',
    async (stock) => {
      shops = await mirroredShops(database.pool, { stock })
      const receiptId = await buyOnEtsy(shops)
      given(shops.shopify.cancelOrder(onlyMade(shops).id, { restock: true }))
      given(shops.etsy.cancel(receiptId))
      await settle(shops, 4)
      expect(await ledger()).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
      expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([4, 4])
    },
  )
})

it('“Refund restocks although the box is unchecked; returns never restocked”: what came back waits for a person', async () => {
  shops = await mirroredShops(database.pool, { stock: 'restocks' })
  await buyOnEtsy(shops)
  const order = onlyMade(shops)
  given(shops.shopify.fulfill(order.id, undefined, TRACKING))
  await settle(shops, 2)
  given(shops.shopify.refund(order.id, [{ lineId: order.lines[0]!.id, quantity: 1, restock: 'RETURN' }]))
  await settle(shops, 4)
  expect(await ledger()).toEqual({ Safe: { available: 2 }, Window: { available: 1 } })
  expect(shops.shopifyShows('SIG')).toBe(3)
})

it('“Orders with unlinked listings come in as text and reduce nothing”: it is made, and a person is told what is at risk', async () => {
  shops = await mirroredShops(database.pool, { listings: [listingOf('SIG', 4), listingOf('UNKNOWN', 2)] })
  await buyOnEtsy(shops, { sku: 'UNKNOWN' })
  expect(onlyMade(shops).lines).toMatchObject([{ kind: 'custom', sku: 'UNKNOWN' }])
  expect(await shops.incidents()).toMatchObject([{ kind: 'unmapped-line' }])
})

it('“A payment review that makes an order appear hours later”: its pieces are kept at once, and it is made when it is paid', async () => {
  shops = await mirroredShops(database.pool)
  const receiptId = await buyOnEtsy(shops, { paid: false })
  await settle(shops)
  await shops.pass(3 * 3_600_000)
  expect([await ledger(), madeOrders(shops).length]).toMatchObject([{ Safe: { available: 2, reserved: 1 } }, 0])
  given(shops.etsy.pay(receiptId))
  await settle(shops)
  expect(madeOrders(shops)).toHaveLength(1)
  expect(await ledger()).toMatchObject({ Safe: { available: 2, reserved: 1 } })
})

describe('a buyer of another channel', () => {
  /** Every text of every table that could hold somebody's name. */
  async function everything(): Promise<string> {
    const tables = await database.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    )
    const texts: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await database.pool.query<{ all: string | null }>(
        `SELECT string_agg(t::text, E'\\n') AS all FROM "${name}" t`,
      )
      texts.push(rows[0]?.all ?? '')
    }
    return texts.join('\n')
  }
  const KNOWN = [BUYER.name, 'Oldenburg', BUYER.email, 'Ottilie', 'Sandbox Lane']

  it('is kept nowhere: not in the ledger, not in a row, neither while the order waits, nor when it is refused, nor after', async () => {
    shops = await mirroredShops(database.pool)
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: 0 })
    await buyOnEtsy(shops)
    const waiting = await everything()
    shops.sandboxes.shopify.setSwitches({ ordersPerMinute: null })
    await shops.pass(300_000)
    expect(onlyMade(shops).buyer?.name).toBe(BUYER.name)
    given(shops.shopify.fulfill(onlyMade(shops).id, undefined, TRACKING))
    await settle(shops, 2)
    const all = `${waiting}\n${await everything()}`
    for (const word of KNOWN) expect(all).not.toContain(word)
    // The control: what is kept of the order is found in just this way.
    expect(all).toContain(`etsy/${shops.etsy.shopId}/`)
  })
  it('who asks to be forgotten leaves nothing behind here, and the order’s road goes on', async () => {
    shops = await mirroredShops(database.pool)
    await buyOnEtsy(shops)
    const customer = { id: 77, email: BUYER.email, phone: null }
    const quiet = { debug() {}, info() {}, warn() {}, error() {} }
    await buyerAsked(
      shops.road.sync,
      { shop: shops.shopify.domain, topic: 'customers/redact', payload: { customer } },
      quiet,
    )
    const text = await everything()
    for (const word of KNOWN) expect(text).not.toContain(word)
    given(shops.shopify.fulfill(onlyMade(shops).id, undefined, TRACKING))
    await settle(shops, 2)
    expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
    expect((await mirrorRows(database.pool, shops))[0]).toMatchObject({ state: 'made', reason: null })
  })
})
