import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool, transaction } from '#app/db.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { capabilitiesOf } from '#app/channels/registry.ts'
import { present } from '#app/kernel/assert.ts'
import { convertHold } from '#app/orders/convert-hold.server.ts'
import { extendHold, makeHold } from '#app/pool/hold.server.ts'
import { releaseHold, sellHeld } from '#app/pool/hold-end.server.ts'
import { moveHeld } from '#app/pool/move-held.server.ts'
import { FIRST_POLICY } from '#app/pool/hold-policy.ts'
import { keepHoldPolicy } from '#app/pool/hold-policy.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { act } from '#app/sync/act.server.ts'
import { cartBecame, sayCart } from '#app/sync/cart-calls.server.ts'
import { expireCarts } from '#app/sync/expire-carts.server.ts'
import { expireHolds } from '#app/sync/expire-holds.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addPerson, brokenPromises, holdAsked } from '../support/holds.ts'
import { lineTold, orderTold } from '../support/orders.ts'
import { addItem, addListing, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const ROUNDS = 40
const AT_ONCE = 5
const PIECES = 3

/** A shop in which everybody is at the same few pieces at the same moment. */
async function crowd(seed: number) {
  const db = openPool(database.url, { max: AT_ONCE * 2 })
  const shop = await openShop(db)
  const clock = new VirtualClock(NOON)
  const sync: Sync = {
    db,
    inTransaction: (work) => transaction(db, work),
    outbox: { record: () => Promise.resolve() },
    clock,
  }
  await keepHoldPolicy(db, shop.merchantId, {
    ...FIRST_POLICY,
    mostPerPerson: 1_000,
    mostPerClient: 1_000,
    mostRenewals: 1_000,
  })
  const items = [await addItem(db, shop), await addItem(db, shop, { kind: 'one_of_one', sku: 'ONE' })]
  for (const [n, itemId] of items.entries()) {
    await addStock(db, shop, { itemId, place: shop.safe, available: n === 0 ? PIECES : 1 })
    for (const account of [shop.etsy, shop.shopify])
      await addListing(db, shop, { account_id: account, item_id: itemId, external_id: `${account}/${itemId}` })
  }
  const anna = await addPerson(db, shop)
  return { db, shop, clock, sync, items, anna, chance: seeded(seed), orders: 0, forms: 0 }
}
type Crowd = Awaited<ReturnType<typeof crowd>>

const among = <T>({ chance }: Crowd, list: T[]): T => list[Math.floor(chance() * list.length)]!

async function someHold({ db, shop }: Crowd): Promise<{ id: number; itemId: number }[]> {
  const text = `SELECT id, item_id AS "itemId" FROM hold WHERE merchant_id = $1 ORDER BY id DESC LIMIT 6`
  return (await db.query<{ id: number; itemId: number }>(text, [shop.merchantId])).rows
}

/** As the queue does with an order that PostgreSQL has broken off because two waited for each other. */
async function again<T>(work: () => Promise<T>, tries = 5): Promise<T> {
  return work().catch((error: unknown) => {
    if (tries > 1 && error instanceof Error && 'code' in error && error.code === '40P01') return again(work, tries - 1)
    throw error
  })
}

async function order(of: Crowd, told: { carts?: string[]; quantity: number; cancelled?: number; externalId: string }) {
  const accountId = of.chance() < 0.5 ? of.shop.etsy : of.shop.shopify
  const account = present(await accountById(of.db, accountId), 'the account')
  const itemId = among(of, of.items)
  const { quantity, cancelled = 0, ...rest } = told
  const listing = { externalId: `${accountId}/${itemId}`, variantId: '' }
  const lines = [lineTold({ listing, quantity, currentQuantity: quantity - cancelled })]
  const at = { placedAt: of.clock.now(), updatedAt: of.clock.now() }
  return again(() =>
    ingestOrder(
      of.sync,
      { account, capabilities: capabilitiesOf(account.channel) },
      orderTold({ ...rest, ...at, lines }),
    ),
  )
}

/** What somebody may do next, by chance. What is drawn is drawn before anybody waits. */
function deed(of: Crowd): () => Promise<unknown> {
  const { sync, shop, anna, clock } = of
  const itemId = among(of, of.items)
  const quantity = 1 + Math.floor(of.chance() * 2)
  const cart = `cart-${Math.floor(of.chance() * 3)}`
  const pick = of.chance()
  const token = `form-${(of.forms += 1)}`
  const until = new Date(clock.now().getTime() + 60_000 * (1 + Math.floor(of.chance() * 5)))
  const who = { ...anna, at: clock.now() }
  const owner = { merchantId: shop.merchantId, accountId: among(of, [shop.etsy, shop.shopify]) }
  const externalId = `o-${of.chance() < 0.3 ? of.orders : (of.orders += 1)}`
  const withHold = (work: (id: number) => Promise<unknown>) => async () => {
    const known = await someHold(of)
    const one = known[Math.floor(pick * known.length)]
    return one && work(one.id)
  }
  const doing = (work: Parameters<typeof act>[2]) => act(sync, shop, work)
  return among(of, [
    () => doing((tx) => makeHold(tx, who, holdAsked({ itemId, quantity, until, token }))),
    withHold((holdId) => doing((tx) => releaseHold(tx, who, { holdId }))),
    withHold((holdId) => doing((tx) => extendHold(tx, who, { holdId, until }))),
    withHold((holdId) =>
      doing((tx) => moveHeld(tx, who, { holdId, itemId: null, from: shop.safe, to: shop.bench, quantity: 1, token })),
    ),
    withHold((holdId) => (pick < 0.2 ? doing((tx) => sellHeld(tx, who, { holdId })) : Promise.resolve())),
    withHold(async (holdId) => {
      const text = 'SELECT max(id) AS id FROM order_line WHERE merchant_id = $1'
      const lineId = (await of.db.query<{ id: number | null }>(text, [shop.merchantId])).rows[0]?.id
      return lineId && doing((tx) => convertHold(tx, who, { holdId, lineId }))
    }),
    () => sayCart(sync, owner, { cart, version: of.forms, lines: [{ item: itemId, quantity }] }),
    () => sayCart(sync, owner, { cart, version: of.forms, lines: of.items.map((item) => ({ item, quantity: 1 })) }),
    () => sayCart(sync, owner, { cart, version: of.forms, lines: [] }),
    () => cartBecame(sync, owner, { cart, order: externalId }),
    () => order(of, { externalId, quantity, carts: [cart] }),
    () => order(of, { externalId, quantity }),
    () => order(of, { externalId, quantity: 2, cancelled: quantity }),
    () => expireHolds(sync),
    () => expireCarts(sync),
  ])
}

async function pieces({ db, shop }: { db: Crowd['db']; shop: ShopRows }): Promise<number> {
  const text = `SELECT sum(CASE WHEN to_location IS NULL THEN -quantity WHEN from_location IS NULL THEN quantity ELSE 0 END)::int AS n
    FROM movement WHERE merchant_id = $1`
  const balance = 'SELECT sum(available + reserved + held)::int AS n FROM balance WHERE merchant_id = $1'
  const [moved, there] = [
    await db.query<{ n: number }>(text, [shop.merchantId]),
    await db.query<{ n: number }>(balance, [shop.merchantId]),
  ]
  expect(there.rows).toEqual(moved.rows)
  return there.rows[0]!.n
}

test.each([1, 2, 3, 4])(
  'whoever holds, orders, fills carts and waits side by side: each piece is promised to one (chance %i)',
  { timeout: 60_000 },
  async (seed) => {
    const of = await crowd(seed)
    const did = { done: 0, refused: 0 }
    for (let round = 0; round < ROUNDS; round += 1) {
      const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, () => deed(of)).map((work) => work()))
      for (const outcome of outcomes) did[isRefusal(outcome) ? 'refused' : 'done'] += 1
      expect(await brokenPromises(of.db, of.shop.merchantId)).toEqual([])
      await of.clock.runTo(new Date(of.clock.now().getTime() + 45_000))
    }
    expect(await verifyLedger(of.db, of.shop.merchantId)).toEqual([])
    expect(await pieces(of)).toBeLessThanOrEqual(PIECES + 1)
    // Enough was tried for this to say something.
    expect(Math.min(did.done, did.refused)).toBeGreaterThan(ROUNDS / 2)
    await of.db.end()
  },
)

test('a piece that was promised twice would be seen', async () => {
  const of = await crowd(9)
  await act(of.sync, of.shop, (tx) => makeHold(tx, of.anna, holdAsked({ itemId: of.items[0]! })))
  expect(await brokenPromises(of.db, of.shop.merchantId)).toEqual([])
  await of.db.query('UPDATE hold_allocation SET quantity = 2 WHERE merchant_id = $1', [of.shop.merchantId])
  expect(await brokenPromises(of.db, of.shop.merchantId)).toHaveLength(1)
  await of.db.end()
})
