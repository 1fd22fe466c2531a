import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { StockState } from '#app/kernel/stock-state.ts'
import { convert, conversionsOf, type Converting } from '#app/pool/conversion.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { breakPairs, brokenPairs, mendPairs } from '#app/pool/pair.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addPartner, addPlace } from '../support/places.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring52: number
let ring54: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring52 = await stocked(db, shop, 2, { title: 'Ring', variant: '52' })
  ring54 = await stocked(db, shop, 0, { title: 'Ring', variant: '54' })
})

const at = (itemId: number, quantity = 1, state: StockState = 'available') => ({
  itemId,
  quantity,
  locationId: shop.safe,
  state,
})
const told = (token: string, said: Partial<Converting> = {}): Converting => ({
  merchantId: shop.merchantId,
  kind: 'resized',
  takes: [at(ring52)],
  makes: [at(ring54)],
  token,
  actor: 'person/7',
  remark: 'For Anna, by Friday',
  at: NOON,
  ...said,
})
const happens = (converting: Converting) => transaction(db, (tx) => convert(tx, converting))
const code = (answer: Refusal | object) => (isRefusal(answer) ? answer.code : null)
const pieces = (itemId: number) => piecesOf(db, shop.merchantId, itemId)
const movements = async () =>
  (await db.query('SELECT FROM movement WHERE merchant_id = $1', [shop.merchantId])).rowCount

describe('a ring resized', () => {
  it('is another size at the same place, in one change of the ledger', async () => {
    expect(await happens(told('resize-1'))).toEqual({ freed: [ring54] })
    expect([await pieces(ring52), await pieces(ring54)]).toEqual([
      { Safe: { available: 1 } },
      { Safe: { available: 1 } },
    ])
    expect(await movementsOf(db, shop.merchantId, ring54)).toEqual(['resized: 1 converted > available'])
    const { rows } = await db.query(
      `SELECT DISTINCT key, actor, cause ~ '^remark/[0-9]+$' AS "isRemark" FROM movement WHERE merchant_id = $1 AND reason = 'resized'`,
      [shop.merchantId],
    )
    expect(rows).toEqual([{ key: 'conversion/resize-1', actor: 'person/7', isRemark: true }])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('asked for twice, one after the other or at once, is resized once', async () => {
    await happens(told('resize-1'))
    expect(await happens(told('resize-1'))).toEqual({ freed: [] })
    await Promise.all([1, 2, 3].map(() => happens(told('resize-2'))))
    expect(await pieces(ring54)).toEqual({ Safe: { available: 2 } })
  })
  it('can be followed from one size to the next, with the reason', async () => {
    await happens(told('resize-1'))
    await happens(told('resize-2', { takes: [at(ring54)], makes: [at(ring52)], remark: 'Too wide' }))
    expect(await conversionsOf(db, shop.merchantId, ring54)).toMatchObject([
      {
        kind: 'resized',
        quantity: -1,
        remark: 'Too wide',
        others: [{ itemId: ring52, name: 'Ring, 52', quantity: 1 }],
      },
      { quantity: 1, remark: 'For Anna, by Friday', others: [{ itemId: ring52, quantity: -1 }] },
    ])
  })
  it.each<[string, string, () => Partial<Converting>]>([
    ['that is not there', 'not-there', () => ({ takes: [at(ring52, 3)], makes: [at(ring54, 3)] })],
    ['that is not in that state', 'not-there', () => ({ takes: [at(ring52, 1, 'in_work')] })],
    ['at a place that is not there', 'unknown-place', () => ({ takes: [{ ...at(ring52), locationId: 999_999 }] })],
    ['out of nothing', 'quantity', () => ({ takes: [] })],
  ])('%s is refused, and nothing changes', async (_, refused, said) => {
    const before = await movements()
    expect(code(await happens(told('resize-1', said())))).toBe(refused)
    expect(await movements()).toBe(before)
  })
  it('into an item or at a place of another shop is refused', async () => {
    const other = await openShop(db)
    const theirs = await stocked(db, other, 1)
    expect(code(await happens(told('a-resize', { makes: [at(theirs)] })))).toBe('unknown-item')
    expect(code(await happens(told('b-resize', { makes: [{ ...at(ring54), locationId: other.safe }] })))).toBe(
      'unknown-place',
    )
  })
})

describe('a piece that is one of a kind', () => {
  let opal: number
  let reset: number
  beforeEach(async () => {
    opal = await stocked(db, shop, 1, { kind: 'one_of_one' })
    reset = await stocked(db, shop, 0, { kind: 'one_of_one' })
  })
  const resetting = (token: string) => told(token, { takes: [at(opal)], makes: [at(reset)] })
  it('becomes another of which there is none, and can come back', async () => {
    expect(code(await happens(resetting('reset-1')))).toBeNull()
    expect(code(await happens(told('reset-2', { takes: [at(reset)], makes: [at(opal)] })))).toBeNull()
    expect([await pieces(opal), await pieces(reset)]).toEqual([{ Safe: { available: 1 } }, {}])
  })
  it('never becomes a second of one that a buyer has', async () => {
    await happens(resetting('reset-1'))
    const from = { locationId: shop.safe, state: 'available' as const }
    await append(db, changeOf(shop, { key: 'sent', reason: 'shipped' }), [
      { itemId: reset, quantity: 1, from, to: { outside: 'customer' } },
    ])
    const another = await stocked(db, shop, 1, { kind: 'one_of_one' })
    expect(code(await happens(told('reset-2', { takes: [at(another)], makes: [at(reset)] })))).toBe('second')
  })
  it('is made once by two who make it at once', async () => {
    const another = await stocked(db, shop, 1, { kind: 'one_of_one' })
    const answers = await Promise.all([
      happens(resetting('reset-1')),
      happens(told('reset-2', { takes: [at(another)], makes: [at(reset)] })),
    ])
    expect(answers.map(code).toSorted()).toEqual(['second', null].toSorted())
    expect(await pieces(reset)).toEqual({ Safe: { available: 1 } })
  })
})

describe('a pair', () => {
  let studs: number
  beforeEach(async () => {
    studs = await stocked(db, shop, 2, { title: 'Pearl studs' })
  })
  const pairs = (token: string, said: object = {}) => ({
    ...at(studs),
    merchantId: shop.merchantId,
    token,
    actor: 'person/7',
    remark: 'The left one was lost',
    at: NOON,
    ...said,
  })
  const broken = (token: string, said?: object) => transaction(db, (tx) => breakPairs(tx, pairs(token, said)))
  const mended = (token: string, said: object = { state: 'damaged' }) =>
    transaction(db, (tx) => mendPairs(tx, pairs(token, said)))
  const halves = async () =>
    (await db.query<{ id: number; undecided: string }>('SELECT id, undecided FROM item WHERE half_of = $1', [studs]))
      .rows
  it('that lost one of two is not for sale any more, and says so', async () => {
    await broken('lost-1')
    expect(await pieces(studs)).toEqual({ Safe: { available: 1 } })
    const [half] = await halves()
    expect(half!.undecided).toBe('one of a pair: it is not for sale alone')
    expect(await pieces(half!.id)).toEqual({ Safe: { damaged: 1 } })
    expect(await brokenPairs(db, shop.merchantId, studs)).toEqual({ pairs: 1, reasons: ['The left one was lost'] })
  })
  it('made whole is for sale again, and is no longer said to be broken', async () => {
    await broken('lost-1')
    await broken('lost-2', { remark: 'The right one was bent' })
    expect(await mended('found-1')).toEqual({ freed: [studs] })
    expect(await halves()).toHaveLength(1)
    expect(await brokenPairs(db, shop.merchantId, studs)).toMatchObject({ pairs: 1 })
    await mended('found-2')
    expect(await brokenPairs(db, shop.merchantId, studs)).toEqual({ pairs: 0, reasons: [] })
    expect(await pieces(studs)).toEqual({ Safe: { available: 2 } })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('that is not there is not broken, and one that was never broken is not mended', async () => {
    expect(code(await broken('lost-1', { quantity: 3 }))).toBe('not-there')
    expect(code(await broken('lost-2', { itemId: 999_999 }))).toBe('no-pair')
    const whole = await stocked(db, shop, 1)
    expect(code(await mended('found-1', { itemId: whole, state: 'damaged' }))).toBe('no-half')
  })
  it('is not half of a half, nor of a set that has no stock of its own', async () => {
    await broken('lost-1')
    const [half] = await halves()
    expect(code(await broken('lost-2', { itemId: half!.id, state: 'damaged' }))).toBe('no-pair')
    const set = await addItem(db, shop, { kind: 'bundle' })
    expect(code(await broken('lost-3', { itemId: set }))).toBe('no-pair')
  })
  it('never broken says nothing', async () => {
    expect(await brokenPairs(db, shop.merchantId, ring52)).toEqual({ pairs: 0, reasons: [] })
  })
})

it('a set broken gives its pieces, made again takes them, and its history says both', async () => {
  const set = await stocked(db, shop, 2)
  const parts = (quantity: number) => [at(ring52, quantity), at(ring54, 2 * quantity)]
  await happens(told('break-1', { kind: 'set broken', takes: [at(set, 2)], makes: parts(2), remark: 'Sold apart' }))
  expect([await pieces(set), await pieces(ring54)]).toEqual([{}, { Safe: { available: 4 } }])
  await happens(told('make-12', { kind: 'set made', takes: parts(1), makes: [at(set)], remark: 'For the window' }))
  expect([await pieces(set), await pieces(ring54)]).toEqual([{ Safe: { available: 1 } }, { Safe: { available: 2 } }])
  expect((await conversionsOf(db, shop.merchantId, set)).map(({ kind, quantity }) => `${kind} ${quantity}`)).toEqual([
    'set made 1',
    'set broken -2',
  ])
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
})

describe('what is not ours', () => {
  const place = async (owner: 'vendor' | 'client', partner = 'Lindqvist') =>
    addPlace(db, shop, { owner, kind: 'bench', sellable: false, partner_id: await addPartner(db, shop, partner) })
  const there = (itemId: number, locationId: number, state: StockState = 'in_work') => ({
    ...at(itemId, 1, state),
    locationId,
  })

  it('is resized for its owner, where it lies', async () => {
    const theirs = await place('client')
    await addStock(db, shop, { itemId: ring52, place: theirs, in_work: 1 })
    const said = { takes: [there(ring52, theirs)], makes: [there(ring54, theirs)] }
    expect(code(await happens(told('resize-1', said)))).toBeNull()
    expect(await piecesOf(db, shop.merchantId, ring54)).toEqual({ Vault: { in_work: 1 } })
  })
  it('is not made into something of ours, nor ours into theirs, nor one’s into another’s', async () => {
    const [client, vendor, other] = [await place('client'), await place('vendor'), await place('client', 'Okafor')]
    for (const from of [client, vendor]) await addStock(db, shop, { itemId: ring52, place: from, in_work: 1 })
    const before = await movements()
    for (const [from, to] of [
      [client, shop.safe],
      [vendor, shop.safe],
      [shop.safe, client],
      [client, other],
      [client, vendor],
    ] as const) {
      const state = from === shop.safe ? 'available' : 'in_work'
      const said = { takes: [there(ring52, from, state)], makes: [there(ring54, to)] }
      expect(code(await happens(told('resize-1', said)))).toBe('another-owner')
    }
    expect(await movements()).toBe(before)
  })
})

describe('a check that a piece has before it', () => {
  it('is not lost by making something else of it', async () => {
    await addStock(db, shop, { itemId: ring52, place: shop.bench, quality_check: 1 })
    const from = { ...at(ring52, 1, 'quality_check'), locationId: shop.bench }
    expect(code(await happens(told('resize-1', { takes: [from] })))).toBe('no-check')
    const makes = [{ ...at(ring54, 1, 'in_work'), locationId: shop.bench }]
    expect(code(await happens(told('resize-1', { takes: [from], makes })))).toBeNull()
    expect(code(await happens(told('resize-2', { takes: makes, makes: [at(ring52)] })))).toBe('no-check')
  })
  it('is asked of no piece that has none', async () => {
    await addStock(db, shop, { itemId: ring52, place: shop.bench, in_work: 1 })
    const from = { ...at(ring52, 1, 'in_work'), locationId: shop.bench }
    expect(code(await happens(told('resize-1', { takes: [from] })))).toBeNull()
  })
})
