import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { HOLD_DECISIONS } from '#app/decide/holds.server.ts'
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

const lastPiece = () =>
  openTwoShops(database.pool, {
    products: [ringOf('ONE', [{ location: 'Safe', available: 1 }])],
    listings: [listingOf('ONE', 1)],
  })
const inMinutes = (minutes: number) => new Date(shops.clock.now().getTime() + minutes * 60_000).toISOString()
const reserved = () => shops.shopify.quantity('ONE', shops.shopify.location('Safe').id, 'reserved') ?? 0
const shown = () => [shops.etsyShows('ONE'), shops.shopifyShows('ONE')]

async function decide(form: Record<string, string | number>) {
  const { merchantId, road } = shops
  const row = { merchant_id: merchantId, subject: 'anna', role: 'staff', first_seen: shops.clock.now() }
  const known = await database.pool.query('SELECT id FROM person WHERE merchant_id = $1', [merchantId])
  const person = known.rows[0]?.id ?? (await put(database.pool, 'person', row))
  const who = { sync: road.sync, merchantId, actor: `person/${person}`, role: 'staff' as const }
  const answer = await decideAs(HOLD_DECISIONS, form, who)
  road.kick(merchantId)
  return answer
}
const hold = async (minutes: number) => {
  given(
    await decide({
      decision: 'hold',
      itemId: await shops.item('ONE'),
      name: 'Anna',
      quantity: 1,
      until: inMinutes(minutes),
      token: `form-${minutes}-x`,
    }),
  )
  const { rows } = await database.pool.query('SELECT id FROM hold WHERE merchant_id = $1 ORDER BY id DESC', [
    shops.merchantId,
  ])
  return rows[0]?.id as number
}

describe('the last piece on hold', () => {
  it('is gone from both channels, and back on both when time is up, with nobody doing anything', async () => {
    shops = await lastPiece()
    expect(shown()).toEqual([1, 1])
    await hold(30)
    await shops.pass(3_000)
    expect(shown()).toEqual([0, 0])
    expect(reserved()).toBe(1)
    // The control: a minute before its end nothing has come back.
    await shops.pass(29 * 60_000)
    expect(shown()).toEqual([0, 0])
    await shops.pass(63_000)
    expect(shown()).toEqual([1, 1])
    expect(reserved()).toBe(0)
    expect(await shops.incidents()).toEqual([])
  })
  it('is back at once when it is given up', async () => {
    shops = await lastPiece()
    const id = await hold(30)
    await shops.pass(3_000)
    given(await decide({ decision: 'hold-release', holdId: id }))
    await shops.pass(3_000)
    expect(shown()).toEqual([1, 1])
  })
  it('that was extended in the last second stays away', async () => {
    shops = await lastPiece()
    const id = await hold(30)
    await shops.pass(30 * 60_000 - 1_000)
    given(await decide({ decision: 'hold-extend', holdId: id, until: inMinutes(30) }))
    await shops.pass(60_000)
    expect(shown()).toEqual([0, 0])
    await shops.pass(30 * 60_000)
    expect(shown()).toEqual([1, 1])
  })
  it('that is sold in the shop is gone for good', async () => {
    shops = await lastPiece()
    const id = await hold(30)
    await shops.pass(3_000)
    given(await decide({ decision: 'hold-convert', holdId: id }))
    await shops.pass(60 * 60_000)
    expect(shown()).toEqual([0, 0])
    expect(reserved()).toBe(0)
    expect(shops.shopify.available('ONE')).toBe(0)
  })
  it('that a buyer on Etsy bought in the same second becomes that order’s when a person says so', async () => {
    shops = await lastPiece()
    const id = await hold(30)
    given(shops.etsy.buy({ lines: [shops.etsyLine('ONE')] }))
    await shops.pass(5_000)
    expect(await shops.incidents()).toMatchObject([{ kind: 'oversell' }])
    const { rows } = await database.pool.query('SELECT id FROM order_line WHERE merchant_id = $1', [shops.merchantId])
    given(await decide({ decision: 'hold-convert', holdId: id, lineId: rows[0]?.id }))
    await shops.pass(60 * 60_000)
    expect(await shops.incidents()).toEqual([])
    expect(shown()).toEqual([0, 0])
    expect(reserved()).toBe(1)
  })
})
