import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HOLD_DECISIONS } from '#app/decide/holds.server.ts'
import { FIRST_POLICY } from '#app/pool/hold-policy.ts'
import { keepHoldPolicy } from '#app/pool/hold-policy.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import type { Send } from '../../bench/in-process-world.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { decideAs } from '../support/decide-as.ts'
import { brokenPromises } from '../support/holds.ts'
import { put } from '../support/shop-rows.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase
let shops: TwoShops

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
afterEach(async () => {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  expect(await brokenPromises(database.pool, shops.merchantId)).toEqual([])
})

type Opening = { place?: string; drafts?: boolean; network?: (channel: 'shopify' | 'etsy', send: Send) => Send }

/** A shop with one ring, where a hold is a draft order. */
async function open({ place = 'Safe', drafts = true, network }: Opening = {}): Promise<void> {
  shops = await openTwoShops(database.pool, {
    products: [ringOf('ONE', [{ location: place, available: 1 }])],
    listings: [listingOf('ONE', 1)],
    ...(network && { network }),
  })
  if (drafts) await keepHoldPolicy(database.pool, shops.merchantId, { ...FIRST_POLICY, shopifyDrafts: true })
}

const inMinutes = (minutes: number) => new Date(shops.clock.now().getTime() + minutes * 60_000).toISOString()
const shown = () => [shops.etsyShows('ONE'), shops.shopifyShows('ONE')]
/** The numbers of Shopify at a place that are not 0. */
const numbers = (place = 'Safe') => {
  const level = shops.shopify.levels('ONE').find(({ locationId }) => locationId === shops.shopify.location(place).id)
  return Object.fromEntries(Object.entries(level?.quantities ?? {}).filter(([, n]) => n !== 0))
}
const drafts = () => shops.shopify.drafts()

async function decide(form: Record<string, string | number>): Promise<void> {
  const { merchantId, road } = shops
  const known = await database.pool.query('SELECT id FROM person WHERE merchant_id = $1', [merchantId])
  const row = { merchant_id: merchantId, subject: 'anna', role: 'staff', first_seen: shops.clock.now() }
  const person = known.rows[0]?.id ?? (await put(database.pool, 'person', row))
  const who = { sync: road.sync, merchantId, actor: `person/${person}`, role: 'staff' as const }
  given(await decideAs(HOLD_DECISIONS, form, who))
  road.kick(merchantId)
}

async function hold(minutes = 30): Promise<number> {
  const asked = { itemId: await shops.item('ONE'), name: 'Anna', quantity: 1, token: `form-${minutes}-x` }
  await decide({ decision: 'hold', ...asked, until: inMinutes(minutes) })
  await shops.pass(5_000)
  return (await rowOf('hold')).id
}

async function rowOf(table: 'hold' | 'hold_draft' | 'order_line') {
  const text = `SELECT * FROM ${table} WHERE merchant_id = $1 ORDER BY 2 DESC`
  return (await database.pool.query(text, [shops.merchantId])).rows[0]
}

/** What every worker does once a minute. */
async function minuteWithItsSweep(): Promise<void> {
  await shops.pass(60_000)
  await shops.road.sweep(shops.merchantId)
  await shops.pass(90_000)
}

/** Notes the name of each operation that Shopify is asked for. */
function counting(operations: string[]) {
  return (channel: string, send: Send): Send =>
    async (request) => {
      if (channel === 'shopify') {
        const name = /(?:mutation|query) (\w+)/.exec(await request.clone().text())?.[1]
        if (name) operations.push(name)
      }
      return send(request)
    }
}

describe('a hold that is a draft order of Shopify', () => {
  it('is reserved there by the draft alone, and gone everywhere', async () => {
    const operations: string[] = []
    await open({ network: counting(operations) })
    const until = inMinutes(30)
    await hold()
    expect(drafts()).toMatchObject([{ status: 'OPEN', reserveInventoryUntil: new Date(until).getTime() }])
    expect(numbers()).toEqual({ reserved: 1 })
    expect(shown()).toEqual([0, 0])
    expect(operations).toContain('CreateDraft')
    expect(operations).not.toContain('MoveQuantities')
    await shops.pass(180_000)
    expect(await shops.incidents()).toEqual([])
    // No name of a client leaves the house.
    expect(JSON.stringify(drafts())).not.toContain('Anna')
  })
  it('is none where the shop has not said so', async () => {
    const operations: string[] = []
    await open({ drafts: false, network: counting(operations) })
    await hold()
    expect(drafts()).toEqual([])
    expect(numbers()).toEqual({ reserved: 1 })
    expect(operations).toContain('MoveQuantities')
  })
  it('ends there when it is given up', async () => {
    await open()
    await decide({ decision: 'hold-release', holdId: await hold() })
    await shops.pass(5_000)
    expect(drafts()).toEqual([])
    expect(numbers()).toEqual({ available: 1 })
    expect(shown()).toEqual([1, 1])
  })
  it('lasts there for as long as it is extended', async () => {
    await open()
    const id = await hold()
    const until = inMinutes(90)
    await decide({ decision: 'hold-extend', holdId: id, until })
    await shops.pass(5_000)
    expect(drafts()).toMatchObject([{ reserveInventoryUntil: new Date(until).getTime() }])
    await shops.pass(60 * 60_000)
    expect(numbers()).toEqual({ reserved: 1 })
    expect(await shops.incidents()).toEqual([])
    await shops.pass(40 * 60_000)
    expect(numbers()).toEqual({ available: 1 })
    expect(drafts()).toEqual([])
  })
  it('runs out on both sides at its moment, and its piece is there once', async () => {
    await open()
    await hold()
    await shops.pass(30 * 60_000)
    expect(numbers()).toEqual({ available: 1 })
    expect(drafts()).toEqual([])
    expect(shown()).toEqual([1, 1])
    expect(await rowOf('hold')).toMatchObject({ status: 'expired' })
    expect(await shops.incidents()).toEqual([])
  })
  it('ends in the same stock when Shopify’s clock is ahead of ours', async () => {
    await open()
    await hold()
    // Ours ends half a minute after Shopify's.
    const later = `WITH h AS (UPDATE hold SET until = until + interval '30 seconds' WHERE merchant_id = $1)
      UPDATE hold_draft SET until = until + interval '30 seconds' WHERE merchant_id = $1`
    await database.pool.query(later, [shops.merchantId])
    await shops.pass(30 * 60_000)
    expect(numbers()).toEqual({ available: 1 })
    expect(await rowOf('hold')).toMatchObject({ status: 'active' })
    await shops.pass(60_000)
    expect(await rowOf('hold')).toMatchObject({ status: 'expired' })
    expect(numbers()).toEqual({ available: 1 })
    expect(shown()).toEqual([1, 1])
    expect(await shops.incidents()).toEqual([])
  })
})

describe('what people do in Shopify with the draft of a hold', () => {
  it('completed, its order has the piece, and the hold is over', async () => {
    await open()
    await hold()
    given(shops.shopify.completeDraft(drafts()[0]?.id ?? ''))
    await shops.pass(10_000)
    expect(await rowOf('hold')).toMatchObject({ status: 'converted' })
    expect(await rowOf('order_line')).toMatchObject({ reserved: 1, short: 0 })
    expect(numbers()).toEqual({ committed: 1 })
    // Its own end brings nothing back.
    await shops.pass(60 * 60_000)
    expect(shown()).toEqual([0, 0])
    expect(numbers()).toEqual({ committed: 1 })
    expect(await shops.incidents()).toEqual([])
  })
  it('completed, and its order says nothing of us: the draft names the order', async () => {
    await open()
    await hold()
    const order = given(shops.shopify.completeDraft(drafts()[0]?.id ?? ''))
    order.customAttributes = []
    await minuteWithItsSweep()
    expect(await rowOf('hold')).toMatchObject({ status: 'converted' })
    expect(await rowOf('order_line')).toMatchObject({ reserved: 1, short: 0 })
    expect(numbers()).toEqual({ committed: 1 })
    expect(await shops.incidents()).toEqual([])
    expect(shown()).toEqual([0, 0])
  })
  it('deleted, the hold is given up, as its piece is for sale there again', async () => {
    await open()
    await hold()
    expect(shops.shopify.deleteDraft(drafts()[0]?.id ?? '')).toBeUndefined()
    await minuteWithItsSweep()
    expect(await rowOf('hold')).toMatchObject({ status: 'released', ended_by: expect.stringMatching(/person$/) })
    expect(numbers()).toEqual({ available: 1 })
    expect(shown()).toEqual([1, 1])
    expect(await shops.incidents()).toEqual([])
  })
})

describe('a draft order that cannot be counted on', () => {
  it('whose answer was lost is made once', async () => {
    let losing = true
    await open({
      network: (channel, send) => async (request) => {
        const asked = await request.clone().text()
        const answer = await send(request)
        if (channel !== 'shopify' || !losing || !asked.includes('draftOrderCreate')) return answer
        losing = false
        return new Response('gone', { status: 502 })
      },
    })
    await hold()
    await shops.pass(10_000)
    expect(losing).toBe(false)
    expect(drafts()).toHaveLength(1)
    expect(numbers()).toEqual({ reserved: 1 })
    await shops.pass(30 * 60_000)
    expect(drafts()).toEqual([])
    expect(numbers()).toEqual({ available: 1 })
    expect(await shops.incidents()).toEqual([])
  })
  it('whose deletion had no answer gives its piece back once', async () => {
    let losing = true
    await open({
      network: (channel, send) => async (request) => {
        const asked = await request.clone().text()
        const answer = await send(request)
        if (channel !== 'shopify' || !losing || !asked.includes('draftOrderDelete')) return answer
        losing = false
        return new Response('gone', { status: 502 })
      },
    })
    await decide({ decision: 'hold-release', holdId: await hold() })
    await shops.pass(10_000)
    expect(losing).toBe(false)
    expect(numbers()).toEqual({ available: 1 })
    expect(await rowOf('hold_draft')).toMatchObject({ state: 'ended' })
  })
  it('that would reserve elsewhere than the piece lies gives way to moves', async () => {
    await open({ place: 'Window' })
    const id = await hold()
    expect(drafts()).toEqual([])
    expect(numbers('Window')).toEqual({ reserved: 1 })
    expect(numbers('Safe')).toEqual({})
    expect(await rowOf('hold_draft')).toMatchObject({ state: 'refused', reason: expect.stringContaining('location') })
    await decide({ decision: 'hold-release', holdId: id })
    await shops.pass(5_000)
    expect(numbers('Window')).toEqual({ available: 1 })
    expect(await shops.incidents()).toEqual([])
  })
  it('which the app may not make in that store gives way to moves', async () => {
    await open()
    shops.shopify.changeScopes(shops.shopify.scopes.filter((scope) => !scope.includes('draft')))
    await hold()
    expect(numbers()).toEqual({ reserved: 1 })
    expect(drafts()).toEqual([])
    expect(await shops.incidents()).toEqual([])
  })
})

describe('a piece that leaves its hold otherwise', () => {
  /** Whether a buyer could have bought it after any call. */
  const watching =
    (seen: number[]) =>
    (channel: string, send: Send): Send =>
    async (request) => {
      const answer = await send(request)
      if (channel === 'shopify' && shops) seen.push(shops.shopifyShows('ONE'))
      return answer
    }
  it('sold in the shop is at no moment for sale in Shopify', async () => {
    const seen: number[] = []
    await open({ network: watching(seen) })
    const id = await hold()
    seen.length = 0
    await decide({ decision: 'hold-convert', holdId: id })
    await shops.pass(5_000)
    expect(numbers()).toEqual({})
    expect(drafts()).toEqual([])
    expect(seen.length).toBeGreaterThan(0)
    expect(Math.max(...seen)).toBe(0)
    expect(await shops.incidents()).toEqual([])
  })
  it('given to an order of Etsy is reserved for that, and the draft is gone', async () => {
    const seen: number[] = []
    await open({ network: watching(seen) })
    // Bought on Etsy before it hears of the hold.
    const asked = { itemId: await shops.item('ONE'), name: 'Anna', quantity: 1, token: 'form-etsy-x' }
    await decide({ decision: 'hold', ...asked, until: inMinutes(30) })
    given(shops.etsy.buy({ lines: [shops.etsyLine('ONE')] }))
    await shops.pass(10_000)
    expect(await shops.incidents()).toMatchObject([{ kind: 'oversell' }])
    seen.length = 0
    await decide({ decision: 'hold-convert', holdId: (await rowOf('hold')).id, lineId: (await rowOf('order_line')).id })
    await shops.pass(60 * 60_000)
    expect(drafts()).toEqual([])
    expect(numbers()).toEqual({ reserved: 1 })
    expect(Math.max(...seen)).toBe(0)
    expect(await shops.incidents()).toEqual([])
  })
  it('laid at another place of Shopify’s stays reserved, there', async () => {
    await open()
    const id = await hold()
    const place = async (name: string) =>
      (
        await database.pool.query('SELECT id FROM location WHERE merchant_id = $1 AND name = $2', [
          shops.merchantId,
          name,
        ])
      ).rows[0]?.id as number
    const move = { from: await place('Safe'), to: await place('Window'), quantity: 1, token: 'form-move-x' }
    await decide({ decision: 'hold-move', holdId: id, ...move })
    await shops.pass(5_000)
    expect(numbers('Window')).toEqual({ reserved: 1 })
    expect(numbers('Safe')).toEqual({})
    expect(drafts()).toEqual([])
    await shops.pass(40 * 60_000)
    expect(numbers('Window')).toEqual({ available: 1 })
    expect(shown()).toEqual([1, 1])
    expect(await shops.incidents()).toEqual([])
  })
})
