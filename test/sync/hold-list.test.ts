import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { forgetClient, clientsOf } from '#app/pool/client.server.ts'
import { type Holder, makeHold, type NewHold } from '#app/pool/hold.server.ts'
import { releaseHold } from '#app/pool/hold-end.server.ts'
import { STOCKED_CHANNELS } from '#app/channels/registry.ts'
import { holdsOf } from '#app/sync/hold-list.server.ts'
import { relay } from '#app/sync/relay.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addPerson, holdAsked } from '../support/holds.ts'
import { minutesAfterNoon } from '../support/orders.ts'
import { addItem, addListing, addOrder, addStock, NOON, openShop, put, type ShopRows } from '../support/shop-rows.ts'

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
  ring = await addItem(db, shop, { variant: '54' })
  await addStock(db, shop, { itemId: ring, place: shop.safe, available: 3 })
})

const hold = async (said: Partial<NewHold> = {}) => {
  const done = await transaction(db, (tx) => makeHold(tx, anna, holdAsked({ itemId: ring, ...said })))
  if (isRefusal(done)) throw new Error(done.sentence)
  return done.holdId
}

it('tells of each hold for whom, where, until when and by whom, those that end first at the top', async () => {
  const late = await hold({ until: minutesAfterNoon(90) })
  const soon = await hold({ client: { name: 'Ben', contact: 'ben@x' }, note: '200 paid', quantity: 2 })
  const { count, holds } = await holdsOf(db, shop.merchantId)
  expect(count).toBe(2)
  expect(holds).toMatchObject([
    {
      id: soon,
      item: 'Signet ring, 54',
      sku: 'RNG-1',
      client: 'Ben',
      contact: 'ben@x',
      note: '200 paid',
      actor: anna.actor,
      places: [{ place: 'Safe', quantity: 2 }],
    },
    { id: late, client: 'Anna', note: null },
  ])
  expect(await holdsOf(db, shop.merchantId, ring)).toEqual({ count, holds })
  expect(await holdsOf(db, shop.merchantId, ring + 1)).toEqual({ count: 0, holds: [] })
  expect(await holdsOf(db, (await openShop(db)).merchantId)).toEqual({ count: 0, holds: [] })
})

it('tells nothing of what is over, and names the orders it could become', async () => {
  const over = await hold()
  await transaction(db, (tx) => releaseHold(tx, anna, { holdId: over }))
  await hold()
  await addOrder(db, shop, {
    lines: [
      { item_id: ring, short: 1 },
      { item_id: ring, reserved: 1 },
      { item_id: ring, shipped: 1 },
    ],
  })
  const { holds } = await holdsOf(db, shop.merchantId)
  expect(holds.map(({ lines }) => lines.map(({ order, account, short }) => ({ order, account, short })))).toEqual([
    [
      { order: '#1042', account: 'Etsy', short: 0 },
      { order: '#1042', account: 'Etsy', short: 1 },
    ],
  ])
})

it('a client who is forgotten has no name any more, and nothing is left of their deposit', async () => {
  await hold({ client: { name: 'Ben', contact: 'ben@x' }, note: '200 by Ben' })
  const [ben] = await clientsOf(db, shop.merchantId)
  expect(ben).toMatchObject({ name: 'Ben', holds: 1 })
  expect(await forgetClient(db, (await openShop(db)).merchantId, ben!.id)).toBe(false)
  expect(await forgetClient(db, shop.merchantId, ben!.id)).toBe(true)
  expect(await forgetClient(db, shop.merchantId, ben!.id)).toBe(false)
  expect(await clientsOf(db, shop.merchantId)).toEqual([])
  expect((await holdsOf(db, shop.merchantId)).holds).toMatchObject([{ client: null, contact: null, note: null }])
})

describe('what each channel has confirmed of a hold', () => {
  let etsy: number
  let shopify: number
  beforeEach(async () => {
    const of = (account: number) => addListing(db, shop, { account_id: account, item_id: ring, agreed_since: null })
    shopify = await of(shop.shopify)
    etsy = await of(shop.etsy)
  })
  const relayed = () => relay(db, { merchantId: shop.merchantId, stockedChannels: STOCKED_CHANNELS, at: NOON })
  const confirmed = async () =>
    Object.fromEntries(
      (await holdsOf(db, shop.merchantId)).holds[0]!.confirmed.map(({ account, at }) => [account, at && new Date(at)]),
    )
  const seq = async () =>
    (await db.query('SELECT stock_seq AS seq FROM hold WHERE merchant_id = $1', [shop.merchantId])).rows[0]!
      .seq as number
  const publish = (listing: number, account: number, of: { seq: number; minutes: number; outcome?: string }) =>
    put(db, 'publication', {
      merchant_id: shop.merchantId,
      account_id: account,
      listing_id: listing,
      quantity: 2,
      stock_seq: of.seq,
      derivation: '[]',
      since: minutesAfterNoon(of.minutes),
      sent_at: minutesAfterNoon(of.minutes),
      answered_at: minutesAfterNoon(of.minutes),
      outcome: of.outcome ?? 'accepted',
    })

  it('is nothing before they were told', async () => {
    await hold()
    expect(await confirmed()).toEqual({ Shopify: null, Etsy: null })
    await relayed()
    expect(await confirmed()).toEqual({ Shopify: null, Etsy: null })
  })
  it('is the first number that was computed without it and taken', async () => {
    await hold()
    await relayed()
    await publish(etsy, shop.etsy, { seq: (await seq()) - 1, minutes: 1 })
    await publish(etsy, shop.etsy, { seq: await seq(), minutes: 2, outcome: 'rejected' })
    expect(await confirmed()).toMatchObject({ Etsy: null })
    await publish(etsy, shop.etsy, { seq: await seq(), minutes: 3 })
    await publish(etsy, shop.etsy, { seq: (await seq()) + 1, minutes: 4 })
    expect(await confirmed()).toMatchObject({ Etsy: minutesAfterNoon(3) })
  })
  it('is when the move was taken, where a channel keeps a ledger of its own', async () => {
    await db.query('UPDATE channel_account SET opened_at = $2 WHERE id = $1', [shop.shopify, NOON])
    await hold()
    await relayed()
    await publish(shopify, shop.shopify, { seq: await seq(), minutes: 1 })
    // The control: the number is there, but the move that it stands for still waits.
    expect(await confirmed()).toMatchObject({ Shopify: null })
    await db.query('DELETE FROM mirror_due WHERE account_id = $1', [shop.shopify])
    expect(await confirmed()).toMatchObject({ Shopify: minutesAfterNoon(1) })
  })
  it('is when it was made, where a channel showed the right number already', async () => {
    await hold()
    await relayed()
    await db.query('UPDATE listing SET published_seq = $2, agreed_since = $3 WHERE id = $1', [
      etsy,
      await seq(),
      minutesAfterNoon(-60),
    ])
    expect(await confirmed()).toMatchObject({ Etsy: NOON })
  })
})
