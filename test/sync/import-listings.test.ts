import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connector } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { earlierOrders } from '#app/orders/before-connection.server.ts'
import { answerTakenOut, disconnect } from '#app/sync/decisions.server.ts'
import { progressOf } from '#app/sync/progress.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import {
  given,
  listingOf,
  live,
  openTwoShops,
  ringOf,
  type TwoShops,
  type TwoShopsOptions,
} from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const open = (options: TwoShopsOptions = {}) => openTwoShops(database.pool, { until: 'opened', ...options })
const account = async (shops: TwoShops) => present(await accountById(database.pool, shops.accounts.etsy), 'the account')
const progress = async (shops: TwoShops) => present(await progressOf(database.pool, await account(shops)), 'the import')
const pieces = async (shops: TwoShops) => piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))

/** Connects Etsy, whose answers go through `between` first. */
async function connect(shops: TwoShops, between: (connector: Connector) => void = () => {}): Promise<void> {
  await shops.connectEtsy()
  between((await shops.road.opened(await account(shops))).connector)
  await shops.pass(20_000)
}

const past = (shops: TwoShops, days: number, quantity = 1) =>
  shops.etsy.recordPastSale({
    placedAt: new Date(shops.clock.now().getTime() - days * 86_400_000),
    lines: [shops.etsyLine('SIG', quantity)],
  })

async function question(shops: TwoShops): Promise<number> {
  const { count, first } = await earlierOrders(database.pool, shops.merchantId)
  expect(count).toBe(1)
  return first[0]!.orderId
}
const answer = (shops: TwoShops, orderId: number, said: 'yes' | 'no') =>
  answerTakenOut(shops.road.sync, { merchantId: shops.merchantId, actor: 'person/1' }, { orderId, answer: said })

describe('a channel that is connected', () => {
  it('is read and compared, and nothing is written or moved before a person has looked', async () => {
    const shops = await open({ listings: [listingOf('SIG', 9)] })
    await connect(shops)
    expect((await account(shops)).status).toBe('review')
    expect(shops.etsyShows('SIG')).toBe(9)
    expect(await pieces(shops)).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
    expect(await progress(shops)).toMatchObject({
      stage: 'done',
      sentence: '1 listing read, 1 matched, 0 to look at, 0 orders from before still to be shipped',
    })
    await live(shops)
    expect(shops.etsyShows('SIG')).toBe(4)
  })
  it('sells while a person looks: what it sold is ours to know, and lowers Shopify', async () => {
    const shops = await open()
    await connect(shops)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(3_000)
    expect(shops.shopifyShows('SIG')).toBe(3)
  })
  it('sells while it is being read: it is booked after that, once', async () => {
    const shops = await open()
    await connect(shops, (connector) => {
      const listings = connector.listings.bind(connector)
      connector.listings = (cursor) => {
        if (cursor === null) given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
        return listings(cursor)
      }
    })
    expect(await pieces(shops)).toEqual({ Safe: { available: 2, reserved: 1 }, Window: { available: 1 } })
    await live(shops)
    expect([shops.etsyShows('SIG'), shops.shopifyShows('SIG')]).toEqual([3, 3])
    expect(await shops.incidents()).toEqual([])
  })
  it('and stopped at every page goes on where it was', async () => {
    const listings = Array.from({ length: 130 }, (_, n) => listingOf(`L${n}`, 1))
    const shops = await open({ listings })
    let stops = 0
    await connect(shops, (connector) => {
      const inner = connector.listings.bind(connector)
      const seen = new Set<string | null>()
      connector.listings = async (cursor) => {
        const page = await inner(cursor)
        if (seen.has(cursor)) return page
        seen.add(cursor)
        stops += 1
        throw new TryAgain(50, 'The process was stopped here.')
      }
    })
    expect(stops).toBeGreaterThan(2)
    const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM listing WHERE account_id = $1', [
      shops.accounts.etsy,
    ])
    expect(rows).toEqual([{ n: 130 }])
    expect((await account(shops)).status).toBe('review')
  })
  it('and disconnected while it is read stays off', async () => {
    const shops = await open()
    await connect(shops, (connector) => {
      const inner = connector.unshipped.bind(connector)
      connector.unshipped = async (cursor) => {
        await disconnect(shops.road.sync, await account(shops))
        return inner(cursor)
      }
    })
    expect((await account(shops)).status).toBe('off')
  })
})

describe('an order from before the connection', () => {
  it('is asked about once, and moves nothing until it is answered', async () => {
    const shops = await open()
    past(shops, 3)
    await connect(shops)
    await question(shops)
    expect(await movementsOf(database.pool, shops.merchantId, await shops.item('SIG'))).toEqual([])
  })
  it('already taken out of Shopify moves nothing, then or later', async () => {
    const shops = await open()
    const receipt = past(shops, 3)
    await connect(shops)
    expect(await answer(shops, await question(shops), 'yes')).toBeUndefined()
    given(shops.etsy.ship(receipt.receiptId))
    await shops.road.sweep(shops.merchantId)
    await shops.pass(3_000)
    expect(await movementsOf(database.pool, shops.merchantId, await shops.item('SIG'))).toEqual([])
    expect((await earlierOrders(database.pool, shops.merchantId)).count).toBe(0)
  })
  it('not taken out yet is taken out now, in Shopify too', async () => {
    const shops = await open()
    past(shops, 3, 2)
    await connect(shops)
    const orderId = await question(shops)
    expect(await answer(shops, orderId, 'no')).toBeUndefined()
    expect(await answer(shops, orderId, 'yes')).toMatchObject({ code: 'no-such-question' })
    await shops.pass(3_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 1, reserved: 2 }, Window: { available: 1 } })
    expect(shops.shopifyShows('SIG')).toBe(2)
  })
  it('not taken out, and cancelled since, takes nothing', async () => {
    const shops = await open()
    const { receiptId } = past(shops, 3)
    await connect(shops)
    given(shops.etsy.cancel(receiptId))
    await answer(shops, await question(shops), 'no')
    await shops.pass(3_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
  })
  it('that was sent before is not asked about', async () => {
    const shops = await open()
    given(shops.etsy.ship(past(shops, 3).receiptId))
    await connect(shops)
    expect((await earlierOrders(database.pool, shops.merchantId)).count).toBe(0)
  })
  it('cannot be answered for by another merchant', async () => {
    const shops = await open()
    past(shops, 3)
    await connect(shops)
    const orderId = await question(shops)
    const other = { merchantId: shops.merchantId + 1_000, actor: 'person/9' }
    expect(await answerTakenOut(shops.road.sync, other, { orderId, answer: 'no' })).toMatchObject({
      code: 'no-such-question',
    })
  })
})

describe('what is matched', () => {
  it('is what both sides have once; the rest waits for a person and is not written', async () => {
    const two = [
      ringOf('A', [{ location: 'Safe', available: 2 }]),
      ringOf('A', [{ location: 'Window', available: 3 }]),
      ringOf('B', [{ location: 'Safe', available: 4 }]),
    ]
    const shops = await open({ products: two, listings: [listingOf('A', 9), listingOf('B', 9)] })
    await connect(shops)
    await live(shops)
    expect([shops.etsyShows('A'), shops.etsyShows('B')]).toEqual([9, 4])
  })
})
