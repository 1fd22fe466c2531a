import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isRefusal } from '#app/kernel/refusal.ts'
import { deliveryById, deliveryPage } from '#app/pool/delivery-page.server.ts'
import { type NewDelivery, openDelivery } from '#app/pool/delivery.server.ts'
import { closeDelivery, receivePieces, type Receiving } from '#app/pool/receive.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { attempt, codeOf as code } from '../support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addPartner, addPlace } from '../support/places.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'

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
})

let tokens = 0
const delivery = (said: Partial<NewDelivery> = {}): NewDelivery => ({
  merchantId: shop.merchantId,
  actor: 'person/7',
  token: `d${(tokens += 1)}`,
  partnerId: null,
  reference: 'INV-204',
  locationId: shop.safe,
  expectedOn: '2026-12-01',
  lines: [{ itemId: ring, quantity: 5 }],
  ...said,
})
const open = (said: Partial<NewDelivery> = {}) => attempt(db, (tx) => openDelivery(tx, delivery(said), NOON))
async function opened(said: Partial<NewDelivery> = {}): Promise<number> {
  const answer = await open(said)
  if (isRefusal(answer)) throw new Error(answer.sentence)
  return answer.deliveryId
}
const receive = (deliveryId: number, said: Partial<Receiving> = {}) =>
  attempt(db, (tx) =>
    receivePieces(
      tx,
      {
        merchantId: shop.merchantId,
        deliveryId,
        actor: 'person/7',
        token: `r${(tokens += 1)}`,
        itemId: ring,
        quantity: 5,
        to: { locationId: shop.safe, state: 'available' },
        ...said,
      },
      NOON,
    ),
  )
const close = (deliveryId: number) =>
  attempt(db, (tx) => closeDelivery(tx, { merchantId: shop.merchantId, deliveryId, actor: 'person/7' }, NOON))
const pieces = () => piecesOf(db, shop.merchantId, ring)
const movements = () => movementsOf(db, shop.merchantId, ring)
const lines = async (id: number) => (await deliveryById(db, shop.merchantId, id))?.lines

describe('a delivery', () => {
  it('is on its way from the day it is ordered, once', async () => {
    const once = delivery()
    const ids = [1, 2].map(() => attempt(db, (tx) => openDelivery(tx, once, NOON)))
    expect((await ids[0]!) as object).toEqual(await ids[1]!)
    expect(await pieces()).toEqual({ Safe: { incoming: 5 } })
    expect(await movements()).toEqual(['ordered: 5 supplier > incoming'])
  })
  it('that comes as it was ordered is on its way no longer', async () => {
    const id = await opened()
    expect(await receive(id)).toEqual({ freed: [ring] })
    expect(await code(close(id))).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 5 } })
    expect(await movements()).toEqual(['ordered: 5 supplier > incoming', 'received: 5 incoming > available'])
  })
  it('may come in parts, to several places, each part once', async () => {
    const id = await opened()
    for (let n = 0; n < 2; n += 1) expect(await code(receive(id, { quantity: 2, token: 'first' }))).toBe('done')
    const checked = { to: { locationId: shop.bench, state: 'quality_check' as const }, quantity: 3 }
    expect(await receive(id, checked)).toEqual({ freed: [] })
    expect(await pieces()).toEqual({ Safe: { available: 2 }, Bench: { quality_check: 3 } })
    expect(await lines(id)).toMatchObject([{ expected: 5, received: 5 }])
  })
  it('that is more than was ordered has the rest from the supplier too', async () => {
    const id = await opened()
    await receive(id, { quantity: 7 })
    expect(await pieces()).toEqual({ Safe: { available: 7 } })
    expect(await movements()).toContain('received: 2 supplier > available')
    await receive(id, { quantity: 1 })
    expect(await lines(id)).toMatchObject([{ expected: 5, received: 8 }])
  })
  it('that is less keeps the difference, and what never came is not on its way for ever', async () => {
    const id = await opened()
    await receive(id, { quantity: 3 })
    expect(await pieces()).toEqual({ Safe: { available: 3, incoming: 2 } })
    expect(await code(close(id))).toBe('done')
    expect(await pieces()).toEqual({ Safe: { available: 3 } })
    expect(await movements()).toContain('not delivered: 2 incoming > correction')
    expect(await lines(id)).toMatchObject([{ expected: 5, received: 3 }])
    expect(await code(receive(id))).toBe('closed')
    expect(await code(close(id))).toBe('closed')
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('nobody has ordered is counted line by line', async () => {
    const id = await opened({ lines: [] })
    await receive(id, { quantity: 2 })
    expect(await lines(id)).toMatchObject([{ itemId: ring, sku: 'RNG-1', code: 'RNG-1', expected: 0, received: 2 }])
    expect(await pieces()).toEqual({ Safe: { available: 2 } })
  })
  it('two who count it at once do not take the same piece from what is on its way', async () => {
    const id = await opened()
    await Promise.all([receive(id, { quantity: 3 }), receive(id, { quantity: 3 })])
    expect(await pieces()).toEqual({ Safe: { available: 6 } })
    expect(await lines(id)).toMatchObject([{ received: 6 }])
  })
  it('of a vendor’s goods is theirs: it lies in their tray, and is sold from there', async () => {
    const partner = await addPartner(db, shop)
    const tray = await addPlace(db, shop, { name: 'Tray', kind: 'memo_in', owner: 'vendor', partner_id: partner })
    const id = await opened({ partnerId: partner, locationId: tray })
    expect(await receive(id, { to: { locationId: tray, state: 'available' } })).toEqual({ freed: [ring] })
    expect(await pieces()).toEqual({ Tray: { available: 5 } })
  })
  it('brings no second one of the only one of its kind', async () => {
    const only = await addItem(db, shop, { kind: 'one_of_one' })
    await addStock(db, shop, { itemId: only, place: shop.bench, in_work: 1 })
    const id = await opened()
    expect(await code(receive(id, { itemId: only, quantity: 1 }))).toBe('one-of-one')
    expect(await code(open({ lines: [{ itemId: only, quantity: 1 }] }))).toBe('one-of-one')
  })
  it('is listed newest first, a page at a time, for its own merchant', async () => {
    for (let n = 0; n < 27; n += 1) await opened({ lines: [] })
    const first = await deliveryPage(db, shop.merchantId, null)
    const second = await deliveryPage(db, shop.merchantId, first.next)
    expect([first.rows.length, second.rows.length, second.next]).toEqual([25, 2, null])
    const ids = [...first.rows, ...second.rows].map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
    expect((await deliveryPage(db, (await openShop(db)).merchantId, null)).rows).toEqual([])
  })
})

describe('what is wrong is refused', () => {
  it.each<[string, string, () => Promise<Partial<NewDelivery>>]>([
    [
      'another shop’s item',
      'unknown-item',
      async () => ({ lines: [{ itemId: await addItem(db, await openShop(db)), quantity: 1 }] }),
    ],
    ['an item twice', 'twice', async () => ({ lines: [1, 2].map((quantity) => ({ itemId: ring, quantity })) })],
    ['another shop’s place', 'unknown-place', async () => ({ locationId: (await openShop(db)).safe })],
    [
      'another shop’s partner',
      'unknown-partner',
      async () => ({ partnerId: await addPartner(db, await openShop(db)) }),
    ],
    [
      'a place where nothing is delivered',
      'not-for-deliveries',
      async () => ({ locationId: await addPlace(db, shop, { kind: 'transit', sellable: false }) }),
    ],
  ])('when it is opened: %s', async (_, refusal, said) => {
    expect(await code(said().then(open))).toBe(refusal)
    expect((await deliveryPage(db, shop.merchantId, null)).rows).toEqual([])
  })
  it.each<[string, string, () => Promise<Partial<Receiving>>]>([
    ['another shop’s item', 'unknown-item', async () => ({ itemId: await addItem(db, await openShop(db)) })],
    [
      'another shop’s place',
      'unknown-place',
      async () => ({ to: { locationId: (await openShop(db)).safe, state: 'available' } }),
    ],
    ['another shop’s delivery', 'unknown-delivery', async () => ({ merchantId: (await openShop(db)).merchantId })],
  ])('when it is counted: %s', async (_, refusal, said) => {
    const id = await opened()
    expect(await code(said().then((wrong) => receive(id, wrong)))).toBe(refusal)
    expect(await pieces()).toEqual({ Safe: { incoming: 5 } })
  })
})
