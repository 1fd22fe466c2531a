import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import { extendHold, type Held, type Holder, makeHold, type NewHold } from '#app/pool/hold.server.ts'
import { expireHold, releaseHold, sellHeld } from '#app/pool/hold-end.server.ts'
import { moveHeld } from '#app/pool/move-held.server.ts'
import { FIRST_POLICY } from '#app/pool/hold-policy.ts'
import { holdPolicyOf, keepHoldPolicy } from '#app/pool/hold-policy.server.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addPerson, brokenPromises, holdAsked } from '../support/holds.ts'
import { minutesAfterNoon } from '../support/orders.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addItem, addStock, openShop, put, type ShopRows } from '../support/shop-rows.ts'
import { someoneWaits } from '../support/waiting.ts'

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
  shop = await openShop(db)
  anna = await addPerson(db, shop)
  ring = await addItem(db, shop, { price_minor: 10_000, currency: 'EUR' })
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 2 })
  await addStock(db, shop, { itemId: ring, place: shop.bench, available: 1 })
})
afterEach(async () => {
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  expect(await brokenPromises(db, shop.merchantId)).toEqual([])
})

/** Does it in a transaction; what is refused is undone, as everywhere. */
const doing = async <T>(work: Parameters<typeof transaction<T | Refusal>>[1]): Promise<T | Refusal> => {
  try {
    return await transaction(db, async (tx) => {
      const done = await work(tx)
      if (isRefusal(done)) throw Object.assign(new Error(done.sentence), { refusal: done })
      return done
    })
  } catch (error) {
    if (error instanceof Error && 'refusal' in error) return error.refusal as Refusal
    throw error
  }
}
const hold = (said: Partial<NewHold> = {}, who: Holder = anna) =>
  doing<Held>((tx) => makeHold(tx, who, holdAsked({ itemId: ring, ...said })))
const made = async (said: Partial<NewHold> = {}): Promise<number> => {
  const done = await hold(said)
  if (isRefusal(done)) throw new Error(done.sentence)
  return done.holdId
}
const later = (minutes: number): Holder => ({ ...anna, at: minutesAfterNoon(minutes) })
const lies = () => piecesOf(db, shop.merchantId, ring)
const statusOf = async (id: number) =>
  (await db.query('SELECT status, renewals, until FROM hold WHERE merchant_id = $1 AND id = $2', [shop.merchantId, id]))
    .rows[0]
const movements = () => movementsOf(db, shop.merchantId, ring)

describe('a hold', () => {
  it('sets the piece aside where it lies, and remembers the stock it was made from', async () => {
    const id = await made()
    expect(await lies()).toEqual({ Safe: { available: 1, held: 1 }, Bench: { available: 1 } })
    const { rows } = await db.query('SELECT stock_seq AS seq FROM hold WHERE id = $1', [id])
    expect(rows[0]?.seq).toBe((await stockOf(db, shop.merchantId, [ring])).get(ring)?.seq)
    const { rows: ledger } = await db.query(
      `SELECT cause, actor, key FROM movement WHERE to_state = 'held' AND merchant_id = $1`,
      [shop.merchantId],
    )
    expect(ledger).toEqual([{ cause: `hold/${id}`, actor: anna.actor, key: `hold/${id}/made` }])
  })
  it('takes at a named place, also one that does not sell', async () => {
    await made({ locationId: shop.bench })
    expect(await lies()).toEqual({ Safe: { available: 2 }, Bench: { held: 1 } })
  })
  it('of a form that is sent twice is made once, even at the same moment', async () => {
    const [a, b] = await Promise.all([hold({ token: 'same' }), hold({ token: 'same' })])
    expect(a).toEqual(b)
    expect(await hold({ token: 'same' })).toEqual(a)
    expect(await movements()).toEqual(['held for a client: 1 available > held'])
    const { rows } = await db.query('SELECT count(*)::int AS n FROM client WHERE merchant_id = $1', [shop.merchantId])
    expect(rows[0]?.n).toBe(1)
  })
  it('keeps names and notes out of the ledger', async () => {
    await made({ client: { name: 'Ms Koh', contact: '+33 1' }, note: '200 in cash by Ms Koh' })
    const { rows } = await db.query('SELECT * FROM movement WHERE merchant_id = $1', [shop.merchantId])
    expect(JSON.stringify(rows)).not.toMatch(/Koh|cash/)
    expect((await db.query('SELECT text FROM remark WHERE merchant_id = $1', [shop.merchantId])).rows).toEqual([
      { text: '200 in cash by Ms Koh' },
    ])
  })
  it('for a client who is known counts with their others', async () => {
    await keepHoldPolicy(db, shop.merchantId, { ...FIRST_POLICY, mostPerClient: 1 })
    await made()
    const { rows } = await db.query('SELECT id FROM client WHERE merchant_id = $1', [shop.merchantId])
    expect(await hold({ client: { clientId: rows[0]!.id } })).toMatchObject({ code: 'too-many' })
    expect(isRefusal(await hold())).toBe(false)
  })
  it('beyond what a person may is refused, of two at the same moment too', async () => {
    await keepHoldPolicy(db, shop.merchantId, { ...FIRST_POLICY, mostPerPerson: 1 })
    const done = await Promise.all([hold(), hold()])
    expect(done.filter(isRefusal)).toMatchObject([{ code: 'too-many' }])
    expect(isRefusal(await hold({}, await addPerson(db, shop)))).toBe(false)
  })
})

describe('a hold that cannot be', () => {
  const cases: [string, () => Promise<Partial<NewHold>>, string][] = [
    ['in the past', async () => ({ until: minutesAfterNoon(-1) }), 'in-the-past'],
    ['beyond the policy', async () => ({ until: minutesAfterNoon(60 * 24 * 15) }), 'too-long'],
    ['of more than there is', async () => ({ quantity: 3 }), 'not-there'],
    ['of more than lies at the named place', async () => ({ quantity: 2, locationId: shop.bench }), 'not-there'],
    ['of an unknown item', async () => ({ itemId: 2 ** 31 - 1 }), 'unknown-item'],
    ['at an unknown place', async () => ({ locationId: 2 ** 31 - 1 }), 'unknown-place'],
    ['for an unknown client', async () => ({ client: { clientId: 2 ** 31 - 1 } }), 'unknown-client'],
    ['of another shop’s item', async () => ({ itemId: await addItem(db, await openShop(db)) }), 'unknown-item'],
    ['at another shop’s place', async () => ({ locationId: (await openShop(db)).safe }), 'unknown-place'],
    ['of a set', async () => ({ itemId: await addItem(db, shop, { kind: 'bundle' }) }), 'bundle'],
    ['of what was deleted', async () => ({ itemId: await addItem(db, shop, { status: 'deleted' }) }), 'unknown-item'],
    ['of a dear piece without a note', async () => (await deposits(9_999), {}), 'deposit'],
  ]
  const deposits = (depositAboveMinor: number) =>
    keepHoldPolicy(db, shop.merchantId, { ...FIRST_POLICY, depositAboveMinor })
  test.each(cases)('%s is refused, and nothing changed', async (_, said, code) => {
    expect(await hold(await said())).toMatchObject({ refused: true, code })
    expect(await movements()).toEqual([])
    const rows =
      'SELECT (SELECT count(*) FROM hold WHERE merchant_id = $1) + (SELECT count(*) FROM client WHERE merchant_id = $1) AS n'
    expect((await db.query(rows, [shop.merchantId])).rows).toEqual([{ n: 0 }])
  })
  it('is one of somebody who is not of this shop', async () => {
    expect(await hold({}, { ...anna, actor: 'app' })).toMatchObject({ code: 'no-person' })
    const other = await addPerson(db, await openShop(db))
    expect(await hold({}, { ...anna, actor: other.actor })).toMatchObject({ code: 'no-person' })
  })
  it('is one of a role that may not', async () => {
    await keepHoldPolicy(db, shop.merchantId, { ...FIRST_POLICY, roles: ['owner'] })
    expect(await holdPolicyOf(db, shop.merchantId)).toMatchObject({ roles: ['owner'] })
    expect(await hold()).toMatchObject({ code: 'may-not-hold' })
    expect(isRefusal(await hold({}, await addPerson(db, shop, 'owner')))).toBe(false)
  })
})

describe('what becomes of a hold', () => {
  it('given up, its piece is for sale where it lay', async () => {
    const id = await made({ locationId: shop.bench })
    expect(await doing((tx) => releaseHold(tx, anna, { holdId: id }))).toEqual({ holdId: id, freed: [ring] })
    expect(await lies()).toEqual({ Safe: { available: 2 }, Bench: { available: 1 } })
    expect(await statusOf(id)).toMatchObject({ status: 'released' })
    expect(await doing((tx) => releaseHold(tx, anna, { holdId: id }))).toMatchObject({ code: 'over' })
  })
  it('extended, it lasts longer and says how often; the same moment again is no renewal', async () => {
    const id = await made()
    for (const minutes of [90, 90, 120])
      await doing((tx) => extendHold(tx, anna, { holdId: id, until: minutesAfterNoon(minutes) }))
    expect(await statusOf(id)).toMatchObject({ renewals: 2, until: minutesAfterNoon(120) })
    expect(await doing((tx) => extendHold(tx, anna, { holdId: id, until: minutesAfterNoon(150) }))).toMatchObject({
      code: 'renewed',
    })
    expect(await movements()).toEqual(['held for a client: 1 available > held'])
  })
  test.each([
    ['to before it ends now', 30, 0, 'shorter'],
    ['to the past', -1, 0, 'in-the-past'],
    ['beyond the longest', 60 * 24 * 14 + 1, 0, 'too-long'],
    ['after it has run out', 120, 61, 'over'],
  ])('extending it %s is refused', async (_, until, now, code) => {
    const id = await made()
    expect(
      await doing((tx) => extendHold(tx, later(now), { holdId: id, until: minutesAfterNoon(until) })),
    ).toMatchObject({ code })
    expect(await statusOf(id)).toMatchObject({ renewals: 0, until: minutesAfterNoon(60) })
  })
  it('sold in the shop, its piece is the client’s', async () => {
    const id = await made()
    await doing((tx) => sellHeld(tx, anna, { holdId: id }))
    expect(await lies()).toEqual({ Safe: { available: 1 }, Bench: { available: 1 } })
    expect(await statusOf(id)).toMatchObject({ status: 'converted' })
  })
  it('laid elsewhere, its piece stays on hold, and comes free where it lies then', async () => {
    const id = await made({ quantity: 2 })
    const move = { holdId: id, itemId: null, from: shop.safe, to: shop.bench, quantity: 1, token: 'm' }
    for (let n = 0; n < 2; n += 1) await doing((tx) => moveHeld(tx, anna, move))
    expect(await lies()).toEqual({ Safe: { held: 1 }, Bench: { available: 1, held: 1 } })
    await doing((tx) => moveHeld(tx, anna, { ...move, token: 'n' }))
    await doing((tx) => releaseHold(tx, anna, { holdId: id }))
    expect(await lies()).toEqual({ Bench: { available: 3 } })
  })
  test.each([
    ['more than lie there', { quantity: 2 }, 'not-there'],
    ['to the same place', { to: 'safe' as const }, 'same-place'],
    ['to an unknown place', { to: 'nowhere' as const }, 'unknown-place'],
  ])('laying %s elsewhere is refused', async (_, said, code) => {
    const id = await made()
    const to = { safe: shop.safe, bench: shop.bench, nowhere: 2 ** 31 - 1 }['to' in said ? said.to : 'bench']
    const move = { holdId: id, itemId: null, from: shop.safe, quantity: 1, token: 'm', ...said, to }
    expect(await doing((tx) => moveHeld(tx, anna, move))).toMatchObject({ code })
  })
  it('one of another shop cannot be touched', async () => {
    const id = await made()
    const theirs = await addPerson(db, await openShop(db))
    for (const work of [releaseHold, sellHeld, expireHold]) {
      expect(await doing((tx) => work(tx, theirs, { holdId: id }))).toMatchObject({ code: 'unknown-hold' })
    }
    const until = minutesAfterNoon(90)
    expect(await doing((tx) => extendHold(tx, theirs, { holdId: id, until }))).toMatchObject({ code: 'unknown-hold' })
  })
})

describe('of two who end a hold at the same moment', () => {
  const ways: Record<string, (id: number, who: Holder) => Promise<unknown>> = {
    expires: (id, who) => doing((tx) => expireHold(tx, who, { holdId: id })),
    'is given up': (id, who) => doing((tx) => releaseHold(tx, who, { holdId: id })),
    'is sold': (id, who) => doing((tx) => sellHeld(tx, who, { holdId: id })),
    'is extended': (id, who) =>
      doing((tx) => extendHold(tx, { ...who, at: minutesAfterNoon(59) }, { holdId: id, until: minutesAfterNoon(120) })),
  }
  const pairs = Object.keys(ways).flatMap((first) =>
    Object.keys(ways)
      .filter((second) => second !== first)
      .map((second) => [first, second]),
  )
  test.each(pairs)('one that %s first, and then %s: exactly one wins', async (first, second) => {
    const id = await made()
    // The first holds the row until the second waits for it.
    const locked = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const holder = transaction(db, async (tx) => {
      await tx.query({
        text: 'SELECT FROM hold WHERE merchant_id = $1 AND id = $2 FOR UPDATE',
        values: [shop.merchantId, id],
      })
      locked.resolve()
      await goOn.promise
    })
    await locked.promise
    const one = ways[first]!(id, later(61))
    await someoneWaits(db)
    const two = ways[second]!(id, later(61))
    await someoneWaits(db, 2)
    goOn.resolve()
    await holder
    const done = await Promise.all([one, two])
    // An extension that came first leaves a hold that can still be ended by a person, but not by time.
    const extendedFirst = first === 'is extended' && second !== 'expires'
    expect(done.filter(isRefusal).length).toBe(extendedFirst ? 0 : 1)
    expect((await movements()).length).toBe(first === 'is extended' && second === 'expires' ? 1 : 2)
  })
})

it('two who want the last piece: one has it', async () => {
  const one = await addItem(db, shop, { kind: 'one_of_one' })
  await addStock(db, shop, { itemId: one, place: shop.safe, available: 1 })
  const done = await Promise.all([hold({ itemId: one }), hold({ itemId: one }, await addPerson(db, shop))])
  expect(done.filter(isRefusal)).toMatchObject([{ code: 'not-there' }])
  expect(
    await put(db, 'client', { merchant_id: shop.merchantId, name: 'x', made_by: 'app', made_at: shop.at }),
  ).toBeGreaterThan(0)
})
