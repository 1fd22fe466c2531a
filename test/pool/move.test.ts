import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { handBack } from '#app/pool/hand-back.server.ts'
import { movePieces, type Moving } from '#app/pool/move.server.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { attempt, codeOf as code } from '../support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addPartner, addPlace } from '../support/places.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'
import { staysOf } from '../support/stays.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
})

const LATER = new Date(NOON.getTime() + 86_400_000)
let tokens = 0
/** One ring from the safe to the bench, unless `said` says otherwise. */
const moving = (said: Partial<Moving> = {}): Moving => ({
  merchantId: shop.merchantId,
  actor: 'person/7',
  token: `t${(tokens += 1)}`,
  itemId: ring,
  quantity: 1,
  from: { locationId: shop.safe, state: 'available' },
  to: { locationId: shop.bench, state: 'in_work' },
  why: 'To be made larger',
  dueAt: null,
  partnerId: null,
  stayId: null,
  check: null,
  bought: false,
  ...said,
})
const move = (said: Partial<Moving> = {}) => attempt(db, (tx) => movePieces(tx, moving(said), NOON))
const back = (said: Partial<Moving> = {}) =>
  move({
    from: { locationId: shop.bench, state: 'in_work' },
    to: { locationId: shop.safe, state: 'available' },
    why: 'Done',
    ...said,
  })
const pieces = () => piecesOf(db, shop.merchantId, ring)

describe('a piece that is moved', () => {
  it('lies there then, with what was said about it outside the ledger', async () => {
    expect(await move()).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Safe: { available: 2 }, Bench: { in_work: 1 } })
    expect(await movementsOf(db, shop.merchantId, ring)).toEqual(['moved: 1 available > in_work'])
    const text = `SELECT m.actor, r.text FROM movement m JOIN remark r ON r.merchant_id = m.merchant_id AND 'remark/' || r.id = m.cause
      WHERE m.merchant_id = $1`
    expect((await db.query(text, [shop.merchantId])).rows).toEqual([{ actor: 'person/7', text: 'To be made larger' }])
  })
  it('comes back for sale, and says so', async () => {
    await move()
    expect(await back()).toEqual({ freed: [ring] })
    expect(await pieces()).toEqual({ Safe: { available: 3 } })
    expect(await verifyStays(db, shop.merchantId)).toEqual([])
  })
  it('is moved once, however often it is said', async () => {
    const once = moving({ quantity: 3 })
    for (let n = 0; n < 3; n += 1) expect(await attempt(db, (tx) => movePieces(tx, once, NOON))).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Bench: { in_work: 3 } })
    expect((await db.query('SELECT FROM remark WHERE merchant_id = $1', [shop.merchantId])).rows).toHaveLength(1)
  })
  it('is due when the person says', async () => {
    await move({ dueAt: LATER })
    expect(await staysOf(db, shop.merchantId)).toMatchObject([{ due: LATER }])
  })
})

describe('a move is refused, and changes nothing,', () => {
  const spot = (locationId: number, state: Moving['from']['state'] = 'available') => ({ locationId, state })
  it.each<[string, string, () => Promise<Partial<Moving>>]>([
    ['of an item that is not there', 'unknown-item', async () => ({ itemId: 999_999 })],
    ['of another shop’s item', 'unknown-item', async () => ({ itemId: await addItem(db, await openShop(db)) })],
    [
      'of an item of which no number is kept',
      'not-tracked',
      async () => ({ itemId: await addItem(db, shop, { tracked: false }) }),
    ],
    [
      'of an item that was deleted',
      'unknown-item',
      async () => ({ itemId: await addItem(db, shop, { status: 'deleted' }) }),
    ],
    [
      'of a set, which is made of other items',
      'bundle',
      async () => ({ itemId: await addItem(db, shop, { kind: 'bundle' }) }),
    ],
    ['from a place that is not there', 'unknown-place', async () => ({ from: spot(999_999) })],
    ['to another shop’s place', 'unknown-place', async () => ({ to: spot((await openShop(db)).safe) })],
    [
      'to a place that is not used any more',
      'archived-place',
      async () => ({ to: spot(await addPlace(db, shop, { archived_at: NOON })) }),
    ],
    ['of more than there are', 'not-there', async () => ({ quantity: 4 })],
    ['from a state in which there are none', 'not-there', async () => ({ from: spot(shop.safe, 'damaged') })],
    ['to where they are', 'same', async () => ({ to: spot(shop.safe) })],
    ['until a day that is past', 'past', async () => ({ dueAt: NOON })],
    ['to a partner who is not there', 'unknown-partner', async () => ({ partnerId: 999_999 })],
    [
      'to another shop’s partner',
      'unknown-partner',
      async () => ({ partnerId: await addPartner(db, await openShop(db)) }),
    ],
    ['of a stay that is not one of that place', 'not-there', async () => ({ stayId: 999_999 })],
    [
      'into transit, where nobody would wait for it',
      'transit',
      async () => ({ to: spot(await addPlace(db, shop, { kind: 'transit', sellable: false })) }),
    ],
    [
      'out on memo without saying to whom',
      'no-partner',
      async () => ({ to: spot(await addPlace(db, shop, { kind: 'memo_out', sellable: false })) }),
    ],
    [
      'of ours to a client’s place',
      'another-owner',
      async () => ({ to: spot(await addPlace(db, shop, { owner: 'client', sellable: false })) }),
    ],
    [
      'of ours to a vendor’s tray',
      'another-owner',
      async () => ({ to: spot(await addPlace(db, shop, { owner: 'vendor' })) }),
    ],
    ['of what was bought of nobody', 'not-a-vendors', async () => ({ bought: true })],
    [
      'of what has failed its check to where it is for sale',
      'failed',
      async () => ({ check: 'failed', to: spot(await addPlace(db, shop)) }),
    ],
  ])('%s', async (_, refusal, said) => {
    const before = await pieces()
    expect(await code(said().then(move))).toBe(refusal)
    expect(await pieces()).toEqual(before)
    expect((await db.query('SELECT FROM remark WHERE merchant_id = $1', [shop.merchantId])).rows).toEqual([])
  })
})

describe('a place that asks for a check', () => {
  beforeEach(async () => {
    await db.query('UPDATE location SET needs_check = true WHERE id = $1', [shop.bench])
    await move()
  })
  const checks = async () =>
    (await db.query('SELECT passed, actor, checked_at FROM piece_check WHERE merchant_id = $1', [shop.merchantId])).rows

  it('gives nothing back to be sold without one', async () => {
    expect(await code(back())).toBe('no-check')
    expect(await back({ check: 'passed' })).toEqual({ freed: [ring] })
    expect(await checks()).toEqual([{ passed: true, actor: 'person/7', checked_at: NOON }])
    expect(await movementsOf(db, shop.merchantId, ring)).toEqual([
      'moved: 1 available > in_work',
      'checked: 1 in_work > available',
    ])
  })
  it('is not forgotten by way of another place', async () => {
    const shelf = await addPlace(db, shop, { name: 'Shelf', kind: 'hold_shelf', sellable: false })
    await back({ to: { locationId: shelf, state: 'available' } })
    const onward = { from: { locationId: shelf, state: 'available' as const } }
    expect(await code(back(onward))).toBe('no-check')
    expect(await code(back({ ...onward, check: 'passed' }))).toBe('done')
  })
  it('keeps what fails, which is known too', async () => {
    expect(await code(back({ check: 'failed', to: { locationId: shop.safe, state: 'damaged' } }))).toBe('done')
    expect(await checks()).toMatchObject([{ passed: false }])
    expect(await code(back({ from: { locationId: shop.safe, state: 'damaged' } }))).toBe('no-check')
  })
  it('what is in quality check anywhere has to pass it', async () => {
    await move({ to: { locationId: shop.safe, state: 'quality_check' } })
    const from = { locationId: shop.safe, state: 'quality_check' as const }
    expect(await code(back({ from }))).toBe('no-check')
    expect(await code(back({ from, check: 'passed' }))).toBe('done')
  })
})

describe('pieces that are not ours', () => {
  const at = (locationId: number) => ({ locationId, state: 'available' as const })

  it('a vendor’s become ours only when they are bought', async () => {
    const partner = await addPartner(db, shop)
    const tray = await addPlace(db, shop, { kind: 'memo_in', owner: 'vendor', partner_id: partner })
    await addStock(db, shop, { itemId: ring, place: tray, available: 2 })
    expect(await code(back({ from: at(tray) }))).toBe('a-vendors')
    expect(await code(back({ from: at(tray), bought: true }))).toBe('done')
    expect(await movementsOf(db, shop.merchantId, ring)).toEqual(['bought from its vendor: 1 available > available'])
  })
  it('go to a place of the same owner, and back to them', async () => {
    const [one, other] = [await addPartner(db, shop), await addPartner(db, shop, 'Okafor')]
    const place = (partner: number) =>
      addPlace(db, shop, { owner: 'client', partner_id: partner, kind: 'bench', sellable: false })
    const [bench, safe, another] = [await place(one), await place(one), await place(other)]
    await addStock(db, shop, { itemId: ring, place: bench, in_work: 1 })
    const from = { locationId: bench, state: 'in_work' as const }
    expect(await code(move({ from, to: at(another) }))).toBe('another-owner')
    expect(await code(move({ from, to: at(shop.safe) }))).toBe('another-owner')
    expect(await code(move({ from, to: at(safe) }))).toBe('done')
    const given = { ...moving({ from: at(safe), why: 'Collected' }) }
    for (let n = 0; n < 2; n += 1) expect(await attempt(db, (tx) => handBack(tx, given, NOON))).toEqual({ freed: [] })
    expect(await movementsOf(db, shop.merchantId, ring)).toEqual([
      'moved: 1 in_work > available',
      'given back to its owner: 1 available > customer',
    ])
  })
  it('a client’s place can never be one that sells', async () => {
    await expect(addPlace(db, shop, { owner: 'client' })).rejects.toThrow('clients_pieces_are_not_for_sale')
    for (const kind of ['bench', 'transit', 'inspection', 'memo_out', 'hold_shelf'])
      await expect(addPlace(db, shop, { kind })).rejects.toThrow('work_in_progress_is_not_for_sale')
  })
  it('ours are handed to nobody, but for those that were sold while they were out on memo', async () => {
    const answer = (given: Moving) => code(attempt(db, (tx) => handBack(tx, given, NOON)))
    expect(await answer(moving())).toBe('ours')
    const memo = await addPlace(db, shop, { kind: 'memo_out', sellable: false, partner_id: await addPartner(db, shop) })
    await move({ to: at(memo), dueAt: LATER })
    expect(await answer(moving({ from: at(memo), quantity: 2 }))).toBe('not-there')
    expect(await answer(moving({ from: at(memo) }))).toBe('done')
    expect(await movementsOf(db, shop.merchantId, ring)).toContain('sold: 1 available > customer')
    expect(await staysOf(db, shop.merchantId)).toEqual([])
  })
})
