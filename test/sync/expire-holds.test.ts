import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { extendHold, type Holder, makeHold, type NewHold } from '#app/pool/hold.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { expireHolds } from '#app/sync/expire-holds.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addPerson, brokenPromises, holdAsked } from '#test/support/holds.ts'
import { openIncidents } from '#test/support/incidents.ts'
import { bookedLines, minutesAfterNoon, orderTold, resolved } from '#test/support/orders.ts'
import { movementsOf, piecesOf } from '#test/support/pieces.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let anna: Holder
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  // Time runs for all shops of the database: what the tests before have left is taken out of its way.
  await db.query(`UPDATE hold SET status = 'released', ended_at = until WHERE status = 'active'`)
  shop = await openShop(db)
  anna = await addPerson(db, shop)
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 2 })
})

const at = (minutes: number): Sync => ({
  db,
  inTransaction: (work) => transaction(db, work),
  outbox: { record: () => Promise.resolve() },
  clock: new VirtualClock(minutesAfterNoon(minutes)),
})
const hold = async (said: Partial<NewHold> = {}) => {
  const done = await transaction(db, (tx) => makeHold(tx, anna, holdAsked({ itemId: ring, ...said })))
  if (isRefusal(done)) throw new Error(done.sentence)
  return done.holdId
}
const lies = () => piecesOf(db, shop.merchantId, ring)

it('a hold that has not run out stays, and says when time is to look again', async () => {
  await hold()
  expect(await expireHolds(at(59))).toEqual(minutesAfterNoon(60))
  expect(await lies()).toEqual({ Safe: { available: 1, held: 1 } })
})

it('one that has gives its pieces back, once, however many workers look', async () => {
  await hold()
  await Promise.all([1, 2, 3].map(() => expireHolds(at(60))))
  await expireHolds(at(61))
  expect(await lies()).toEqual({ Safe: { available: 2 } })
  expect(await movementsOf(db, shop.merchantId, ring)).toEqual([
    'held for a client: 1 available > held',
    'hold ran out: 1 held > available',
  ])
  const { rows } = await db.query(
    `SELECT key, actor FROM movement WHERE merchant_id = $1 AND reason = 'hold ran out'`,
    [shop.merchantId],
  )
  expect(rows).toMatchObject([{ key: expect.stringMatching(/^hold\/\d+\/expired$/), actor: 'app' }])
})

it('more than fifty at once are looked at in several goes', async () => {
  await addStock(db, shop, { itemId: await addItem(db, shop), place: shop.safe, available: 1 })
  await append(db, changeOf(shop, { key: 'more', reason: 'counted' }), [
    { itemId: ring, quantity: 60, from: { outside: 'found' }, to: { locationId: shop.safe, state: 'available' } },
  ])
  for (const [n, who] of [await addPerson(db, shop), await addPerson(db, shop), await addPerson(db, shop)].entries())
    for (let i = 0; i < 18; i += 1)
      await transaction(db, (tx) => makeHold(tx, who, holdAsked({ itemId: ring, until: minutesAfterNoon(60 + n) })))
  expect((await lies())['Safe']).toMatchObject({ held: 54 })
  expect(await expireHolds(at(70))).toEqual(minutesAfterNoon(62))
  expect((await lies())['Safe']).toMatchObject({ held: 4 })
  expect(await expireHolds(at(70))).toBeNull()
})

it('its pieces go to an order that was promised them, before anybody can see them', async () => {
  await hold({ quantity: 2 })
  const order = orderTold()
  const where = { merchantId: shop.merchantId, accountId: shop.etsy, locations: new Map(), history: false, at: NOON }
  await transaction(db, (tx) => bookOrder(tx, { ...where, order, lines: resolved(order, [ring]) }))
  expect(await bookedLines(db, shop)).toMatchObject([{ short: 1 }])
  await expireHolds(at(60))
  expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
  expect(await lies()).toEqual({ Safe: { available: 1, reserved: 1 } })
})

it('one that a person is at is left to them, and looked at again soon', async () => {
  const id = await hold()
  await transaction(db, async (tx) => {
    expect(
      await extendHold(tx, { ...anna, at: minutesAfterNoon(59) }, { holdId: id, until: minutesAfterNoon(90) }),
    ).toMatchObject({ holdId: id })
    expect(await expireHolds(at(60))).toEqual(new Date(minutesAfterNoon(60).getTime() + 100))
  })
  expect(await expireHolds(at(60))).toEqual(minutesAfterNoon(90))
  expect(await lies()).toEqual({ Safe: { available: 1, held: 1 } })
})

it('one whose piece somebody has taken away is over, and a person is told; others are not kept from ending', async () => {
  const id = await hold({ until: minutesAfterNoon(30) })
  await append(db, changeOf(shop, { key: 'lost', reason: 'counted' }), [
    { itemId: ring, quantity: 1, from: { locationId: shop.safe, state: 'held' }, to: { outside: 'lost' } },
  ])
  await expireHolds(at(60))
  expect(await openIncidents(db, shop.merchantId)).toMatchObject([{ kind: 'hold-astray', subject: `hold/${id}` }])
  expect(await expireHolds(at(60))).toBeNull()
  expect(await brokenPromises(db, shop.merchantId)).toEqual([])
})
