import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { movePieces } from '#app/pool/move.server.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { act } from '#app/sync/act.server.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** Five rings in the safe. Shopify tells nothing but what the story tells. */
const open = () =>
  openTwoShops(database.pool, {
    products: [ringOf('SIG', [{ location: 'Safe', available: 5 }])],
    listings: [listingOf('SIG', 5)],
    topics: ['orders/edited'],
  })

type Step = (shops: TwoShops) => unknown

let events = 0
async function tells(shops: TwoShops, topic: string, subject: string): Promise<void> {
  const account = present(await accountById(database.pool, shops.accounts.shopify), 'the account')
  const notification = { eventId: `e-${(events += 1)}`, topic, subject, occurredAt: shops.clock.now() }
  await keepNotification(shops.road.sync, account, notification)
}

const ofTheLevel: Step = (shops) => tells(shops, 'inventory_levels/update', shops.shopify.item('SIG').id)
const ofTheOrder: Step = async (shops) => {
  for (const { id } of shops.shopify.orders()) await tells(shops, 'orders/create', id)
}
const sells: Step = (shops) =>
  given<Order>(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 1 }] }))
const counts: Step = (shops) =>
  given(
    shops.shopify.editByStaff({
      kind: 'adjust',
      idOrSku: 'SIG',
      locationId: shops.shopify.location('Safe').id,
      name: 'available',
      delta: -1,
    }),
  )
const etsySells: Step = (shops) => given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
const toTheBench: Step = async (shops) => {
  const text = 'SELECT id, name FROM location WHERE merchant_id = $1'
  const { rows } = await database.pool.query<{ id: number; name: string }>(text, [shops.merchantId])
  const place = (name: string) =>
    present(
      rows.find((row) => row.name === name),
      name,
    ).id
  const who = { merchantId: shops.merchantId, actor: 'person/1' }
  const from = { locationId: place('Safe'), state: 'available' as const }
  const to = { locationId: place('Bench'), state: 'in_work' as const }
  const rest = {
    dueAt: null,
    partnerId: null,
    stayId: null,
    check: null,
    bought: false,
    token: 'bench',
    why: 'A stone is loose',
  }
  const moving = { ...who, ...rest, itemId: await shops.item('SIG'), quantity: 1, from, to }
  given(await act(shops.road.sync, who, (tx, at) => movePieces(tx, moving, at)))
  shops.road.kick(shops.merchantId)
}

const both =
  (...steps: Step[]): Step =>
  async (shops) => {
    for (const step of steps) await step(shops)
  }

function permutations<T>(all: T[]): T[][] {
  if (all.length < 2) return [all]
  return all.flatMap((one, i) => permutations(all.toSpliced(i, 1)).map((rest) => [one, ...rest]))
}

const THE_SAME = [
  'changed there: 1 available > correction',
  'moved: 1 available > in_work',
  ...Array(2).fill('sold: 1 available > reserved'),
]

/** Plays the steps some time apart; at the end all is told once more, as a channel does. */
async function play(steps: Step[], apartMs: number): Promise<void> {
  const shops = await open()
  for (const step of steps) {
    await step(shops)
    await shops.pass(apartMs)
  }
  await both(ofTheOrder, ofTheLevel)(shops)
  await shops.pass(30_000)
  const item = await shops.item('SIG')
  expect((await movementsOf(database.pool, shops.merchantId, item)).toSorted()).toEqual(THE_SAME)
  expect(await piecesOf(database.pool, shops.merchantId, item)).toEqual({
    Safe: { available: 1, reserved: 2 },
    Bench: { in_work: 1 },
  })
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  expect(await verifyStays(database.pool, shops.merchantId)).toEqual([])
  expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([1, 1])
  expect(await shops.incidents()).toEqual([])
}

describe('two sales, a count and a piece taken to the bench', { timeout: 120_000 }, () => {
  it.each([0, 400])(
    'end the same in whatever order they happen, each told level first, %i ms apart',
    async (apartMs) => {
      const steps = [both(sells, ofTheLevel, ofTheOrder), both(counts, ofTheLevel), etsySells, toTheBench]
      for (const order of permutations(steps)) await play(order, apartMs)
    },
  )
  it.each([0, 3_000])('end the same in whatever order they are told, %i ms apart', async (apartMs) => {
    const steps = [ofTheOrder, ofTheLevel, etsySells, toTheBench]
    for (const order of permutations(steps)) await play([both(sells, counts), ...order], apartMs)
  })
})
