import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHANNEL_DECISIONS } from '#app/decide/channels.server.ts'
import { handlers } from '#app/handlers.server.ts'
import { present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { finishLeaving, leaveChannel } from '#app/sync/leave.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const person = (shops: TwoShops) => ({ merchantId: shops.merchantId, actor: 'person/1' })
const etsy = async (shops: TwoShops) => present(await accountById(database.pool, shops.accounts.etsy), 'Etsy')
const rulesInForce = async (shops: TwoShops): Promise<string[]> => {
  const text = `SELECT kind FROM rule_version WHERE merchant_id = $1 AND valid_to IS NULL`
  return (await database.pool.query<{ kind: string }>(text, [shops.merchantId])).rows.map(({ kind }) => kind)
}

async function leave(shops: TwoShops, listings: 'leave' | 'off-sale', accountId = shops.accounts.etsy) {
  const answer = await leaveChannel(shops.road.sync, person(shops), { accountId, listings })
  shops.road.kick(shops.merchantId)
  await shops.pass(10_000)
  return answer
}

describe('a channel that is left', () => {
  it('keeps its listings as they are where the merchant wants that, and is told nothing any more', async () => {
    const shops = await openTwoShops(database.pool)
    expect(await leave(shops, 'leave')).toBeUndefined()
    expect(await etsy(shops)).toMatchObject({ status: 'off', leavingSince: null })
    given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 1 }] }))
    await shops.pass(10_000)
    expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([3, 4])
  })

  it('has everything of ours taken off sale first, and is off once it is', async () => {
    const products = [
      ringOf('SIG', [{ location: 'Safe', available: 3 }]),
      ringOf('HALO', [{ location: 'Safe', available: 1 }]),
    ]
    const shops = await openTwoShops(database.pool, { products, listings: [listingOf('SIG', 3), listingOf('HALO', 1)] })
    expect(await leave(shops, 'off-sale')).toBeUndefined()
    expect([shops.etsyShows('SIG'), shops.etsyShows('HALO')]).toEqual([0, 0])
    expect(await etsy(shops)).toMatchObject({ status: 'off', leavingSince: null })
    expect(await rulesInForce(shops)).toEqual([])
    expect(shops.shopifyShows('SIG')).toBe(3)
  })

  it('is not off while it does not answer, goes on selling truly, and can be left at once after all', async () => {
    let isDown = false
    const badGateway = () => Promise.resolve(new Response('<html>Bad gateway</html>', { status: 502 }))
    const shops = await openTwoShops(database.pool, {
      network: (channel, send) => (request) => (channel === 'etsy' && isDown ? badGateway() : send(request)),
    })
    isDown = true
    await leave(shops, 'off-sale')
    expect(await etsy(shops)).toMatchObject({ status: 'open', leavingSince: expect.any(Date) })
    expect(await rulesInForce(shops)).toEqual(['excluded'])
    expect(await leave(shops, 'leave')).toBeUndefined()
    expect(await etsy(shops)).toMatchObject({ status: 'off', leavingSince: null })
    expect(await rulesInForce(shops)).toEqual([])
  })

  it('is left once, however often it is pressed', async () => {
    const shops = await openTwoShops(database.pool)
    const both = { accountId: shops.accounts.etsy, listings: 'off-sale' as const }
    const answers = await Promise.all([1, 2].map(() => leaveChannel(shops.road.sync, person(shops), both)))
    expect(answers).toEqual([undefined, undefined])
    expect(await rulesInForce(shops)).toEqual(['excluded'])
    shops.road.kick(shops.merchantId)
    await shops.pass(10_000)
    expect(await finishLeaving(shops.road.sync)).toBeNull()
    expect(await rulesInForce(shops)).toEqual([])
    expect(await leave(shops, 'leave')).toMatchObject({ code: 'unknown-channel' })
  })

  it('gives up the way in, unless it was connected again meanwhile', async () => {
    const shops = await openTwoShops(database.pool)
    const given: number[] = []
    const accounts = {
      open: () => Promise.reject(new Error('nothing is to be opened')),
      giveBack: ({ id }: { id: number }) => Promise.resolve(void given.push(id)),
    }
    const left = handlers(shops.road.sync, accounts)['account-left']
    const payload = { merchantId: shops.merchantId, accountId: shops.accounts.etsy }
    const context = { signal: new AbortController().signal, attempt: 1 }
    await left(payload, context)
    expect(given).toEqual([])
    await leave(shops, 'leave')
    await left(payload, context)
    expect(given).toEqual([shops.accounts.etsy])
  })
})

describe('it is refused, and nothing is changed', () => {
  it('to disconnect the shop itself, whose app is taken out there', async () => {
    const shops = await openTwoShops(database.pool, { until: 'opened' })
    expect(await leave(shops, 'leave', shops.accounts.shopify)).toMatchObject({ code: 'the-shop-itself' })
  })

  it('to change numbers of a channel that is not live yet', async () => {
    const shops = await openTwoShops(database.pool, { until: 'review' })
    expect(await leave(shops, 'off-sale')).toMatchObject({ code: 'not-live' })
    expect(await etsy(shops)).toMatchObject({ status: 'review' })
  })

  it('to take off sale what lies at a till, which can be left as it is', async () => {
    const shops = await openTwoShops(database.pool, { until: 'opened' })
    const text = `INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at)
      VALUES ($1::int, 'square', 'MERCHANT' || $1::int, 'Square', 'review', $2) RETURNING id`
    const till = await database.pool.query<{ id: number }>(text, [shops.merchantId, shops.clock.now()])
    const asked = (listings: 'leave' | 'off-sale') =>
      leaveChannel(shops.road.sync, person(shops), { accountId: till.rows[0]!.id, listings })
    expect(await asked('off-sale')).toMatchObject({ code: 'what-lies-there' })
    expect(await asked('leave')).toBeUndefined()
  })

  it('to disconnect a channel of another merchant', async () => {
    const shops = await openTwoShops(database.pool)
    const theirs = await openTwoShops(database.pool)
    expect(await leave(shops, 'leave', theirs.accounts.etsy)).toMatchObject({ code: 'unknown-channel' })
    expect(await etsy(theirs)).toMatchObject({ status: 'open' })
    expect(CHANNEL_DECISIONS.disconnect.needs).toBe('connect')
  })
})
