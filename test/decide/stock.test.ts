import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { transaction } from '#app/db.server.ts'
import type { AnyDecision, Deciding } from '#app/decide/decision.server.ts'
import { HANDLING_DECISIONS } from '#app/decide/handling.server.ts'
import { PLACE_DECISIONS } from '#app/decide/places.server.ts'
import { RECEIVING_DECISIONS } from '#app/decide/receiving.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Sync } from '#app/sync/facts.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { pick, seeded } from '#sandbox/jeweler/chance.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { movementsOf, piecesOf } from '#test/support/pieces.ts'
import { addPartner, addPlace } from '#test/support/places.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

const DECISIONS: Record<string, AnyDecision> = { ...PLACE_DECISIONS, ...HANDLING_DECISIONS, ...RECEIVING_DECISIONS }

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
  const outbox = { record: () => Promise.resolve() }
  const sync: Sync = { db, inTransaction: (work) => transaction(db, work), outbox, clock: new VirtualClock(NOON) }
  who = { sync, merchantId: shop.merchantId, actor: 'person/7', role: 'owner' }
  ring = await addItem(db, shop)
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
})

/** What a form is answered: the code of a refusal, 'unclear' when it cannot be read, 'done'. */
async function send(decision: string, form: Record<string, unknown>): Promise<string> {
  const asked = DECISIONS[decision]!
  const read = z.object(asked.shape).safeParse(form)
  if (!read.success) return 'unclear'
  const answer = await asked.carryOut(read.data as never, who)
  return isRefusal(answer) ? answer.code : 'done'
}

let tokens = 0
const fresh = () => `token-${(tokens += 1)}-xxxxxxxx`
const pieces = () => piecesOf(db, shop.merchantId, ring)

describe('what a form asks for is done', () => {
  it('to the bench, checked, and back', async () => {
    await db.query('UPDATE location SET needs_check = true WHERE id = $1', [shop.bench])
    const out = {
      token: fresh(),
      itemId: `${ring}`,
      quantity: '2',
      why: 'To be made larger',
      fromLocationId: `${shop.safe}`,
    }
    const to = {
      fromState: 'available',
      toLocationId: `${shop.bench}`,
      toState: 'in_work',
      dueAt: '2026-03-20T12:00:00Z',
    }
    expect(await send('move', { ...out, ...to })).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 1 }, Bench: { in_work: 2 } })
    const back = {
      ...out,
      quantity: '1',
      why: 'Looks right',
      fromLocationId: `${shop.bench}`,
      fromState: 'in_work',
      toLocationId: `${shop.safe}`,
    }
    expect(await send('move', { ...back, token: fresh(), toState: 'available' })).toBe('no-check')
    expect(await send('pass-check', { ...back, token: fresh() })).toBe('done')
    expect(await send('fail-check', { ...back, token: fresh(), toState: 'damaged' })).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 2, damaged: 1 } })
  })
  it('counted, sent and taken in', async () => {
    const vault = await addPlace(db, shop)
    const at = { itemId: `${ring}`, fromLocationId: `${shop.safe}`, fromState: 'available', why: 'Counted' }
    expect(await send('count', { ...at, token: fresh(), saw: '3', counted: '2' })).toBe('done')
    expect(await send('send', { ...at, token: fresh(), quantity: '2', toLocationId: `${vault}` })).toBe('done')
    const { rows } = await db.query<{ id: number }>('SELECT id FROM stay WHERE merchant_id = $1', [shop.merchantId])
    const arrives = { token: fresh(), stayId: `${rows[0]!.id}`, quantity: '2', state: 'available', why: 'Here' }
    expect(await send('extend-stay', { stayId: arrives.stayId, dueAt: '2026-04-01T00:00:00Z', why: 'Snow' })).toBe(
      'done',
    )
    expect(await send('arrive', arrives)).toBe('done')
    expect(await pieces()).toEqual({ Vault: { available: 2 } })
  })
  it('ordered, received and closed', async () => {
    const opened = {
      token: fresh(),
      reference: 'INV-1',
      locationId: `${shop.safe}`,
      expectedOn: '2026-04-01',
      lines: `${ring}/4`,
    }
    expect(await send('open-delivery', opened)).toBe('done')
    const { rows } = await db.query<{ id: number }>('SELECT id FROM delivery WHERE merchant_id = $1', [shop.merchantId])
    const deliveryId = `${rows[0]!.id}`
    const received = {
      token: fresh(),
      deliveryId,
      itemId: `${ring}`,
      quantity: '3',
      toLocationId: `${shop.safe}`,
      toState: 'available',
    }
    expect(await send('receive', received)).toBe('done')
    expect(await send('close-delivery', { deliveryId })).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 6 } })
  })
  it('a partner, their tray, and what goes back to them', async () => {
    expect(await send('add-partner', { name: 'Okafor' })).toBe('done')
    const { rows } = await db.query<{ id: number }>('SELECT id FROM partner WHERE merchant_id = $1', [shop.merchantId])
    const partnerId = `${rows[0]!.id}`
    const tray = { name: 'Tray', kind: 'memo_in', owner: 'vendor', partnerId, sellable: 'yes' }
    expect(await send('add-place', tray)).toBe('done')
    const place = (
      await db.query<{ id: number }>(`SELECT id FROM location WHERE merchant_id = $1 AND name = 'Tray'`, [
        shop.merchantId,
      ])
    ).rows[0]!.id
    await addStock(db, shop, { itemId: ring, place, available: 1 })
    const back = {
      token: fresh(),
      itemId: `${ring}`,
      quantity: '1',
      why: 'Not sold',
      fromLocationId: `${place}`,
      fromState: 'available',
    }
    expect(await send('hand-back', back)).toBe('done')
    expect(await send('edit-place', { ...tray, name: 'Old tray', locationId: `${place}` })).toBe('done')
    expect(await send('archive-place', { locationId: `${place}` })).toBe('done')
    expect(await send('erase-partner', { partnerId })).toBe('done')
  })
})

const SOMETHING: Record<string, unknown[]> = {
  quantity: ['1', '3', '4', '999999999', '0', '-1', '1.5', '1e9', ''],
  counted: ['0', '5', '999999999', '-1', '2.5', 'all'],
  saw: ['3', '0', '99', 'x'],
  why: ['Because', '', 'x'.repeat(2_000), 'a\u0000b', 'Ünïcode ✨'],
  name: ['Tray', '', 'a\u0000b', 'available', 'quality_control', 'x'.repeat(300)],
  fromState: ['available', 'reserved', 'in_work', 'opening', 'lost', ''],
  toState: ['available', 'held', 'in_work', 'customer', 'DROP'],
  state: ['available', 'reserved', 'nothing'],
  dueAt: ['2027-01-01T00:00:00Z', '2020-01-01T00:00:00Z', '2027-02-30T00:00:00Z', '275760-09-13T00:00:00Z', 'soon', ''],
  expectedOn: ['2026-13-01', '2026-12-01', '', 'x'],
  lines: ['', '1/1', '0/0', '1/1,1/1', 'x', '1/999999999', '9'.repeat(30)],
  kind: ['bench', 'safe', 'memo_out', 'spaceship'],
  owner: ['ours', 'client', 'vendor', 'nobody'],
  work: ['photo', '', 'cooking'],
  sellable: ['yes', 'no', 'maybe', ''],
  needsCheck: ['yes', 'no', ''],
  bought: ['yes', 'no', ''],
  passed: ['yes', 'no', ''],
  right: ['ours', 'theirs', 'mine', ''],
  expectedHours: ['1', '0', '-5', '1e9', '', 'x'],
  reference: ['', 'INV', 'a\u0000b', 'x'.repeat(101)],
  externalId: ['gid://shopify/Location/1', '', 'a\u0000b'],
  token: ['12345678', '', 'x', "'; DROP TABLE movement; --"],
}

describe('bad input', () => {
  it('is refused with what is wrong, and changes nothing of another shop’s', { timeout: 60_000 }, async () => {
    const other = await openShop(db)
    const theirs = await addItem(db, other)
    await addStock(db, other, { itemId: theirs, place: other.safe, available: 2 })
    const [partner, ours] = [await addPartner(db, other), await addPartner(db, shop)]
    const ids = [theirs, shop.bench, other.safe, partner, ours, 0, -1, 2 ** 31, 1.5, '', 'x', null]
    const usual: Record<string, unknown> = {
      itemId: ring,
      fromLocationId: shop.safe,
      toLocationId: shop.bench,
      locationId: shop.bench,
      stayId: '',
      partnerId: ours,
    }
    const random = seeded(7)
    const before = await movementsOf(db, other.merchantId, theirs)
    const answers = new Map<string, number>()
    // Mostly as a form would have it, with something wrong here and there.
    const valueOf = (field: string) => {
      const wrong = SOMETHING[field] ?? ids
      if (random() < 0.15) return pick(random, wrong)
      return field === 'token' ? fresh() : (usual[field] ?? wrong[0])
    }
    for (let n = 0; n < 1_500; n += 1) {
      const name = pick(random, Object.keys(DECISIONS))
      const fields = Object.keys(DECISIONS[name]!.shape)
      const answer = await send(name, Object.fromEntries(fields.map((field) => [field, valueOf(field)])))
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
    // The control: some of it was good, and most was not.
    expect(answers.get('done')).toBeGreaterThan(5)
    expect(answers.get('unclear')).toBeGreaterThan(200)
    expect(answers.size).toBeGreaterThan(10)
    expect(await movementsOf(db, other.merchantId, theirs)).toEqual(before)
    expect(await piecesOf(db, other.merchantId, theirs)).toEqual({ Safe: { available: 2 } })
    for (const { merchantId } of [shop, other]) {
      expect(await verifyLedger(db, merchantId)).toEqual([])
      expect(await verifyStays(db, merchantId)).toEqual([])
    }
  })
  it('with a name that is not to be read is no name', async () => {
    const form = { name: 'a\u0000b', kind: 'safe', owner: 'ours' }
    expect(await send('add-place', form)).toBe('unclear')
    expect(await send('add-place', { ...form, name: 'ab' })).toBe('done')
  })
})
