import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepsStock } from '#app/channels/connector.ts'
import { assert, present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import type { QuantityName } from '#app/merchant/place.ts'
import { movePieces } from '#app/pool/move.server.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { act } from '#app/sync/act.server.ts'
import { askMapping, mapPlace, unmapPlace } from '#app/sync/map-place.server.ts'
import { codeOf } from '../support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { put } from '../support/shop-rows.ts'
import { given, openTwoShops, type TwoShops, type TwoShopsOptions } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

const open = (options: TwoShopsOptions = {}) => openTwoShops(database.pool, options)

let tokens = 0
/** What somebody does at the shop, and what its channels and its books say. */
function at(shops: TwoShops) {
  const { pool } = database
  const { merchantId, accounts, road } = shops
  const who = { merchantId, actor: 'person/1' }
  const place = (name: string) => shops.shopify.location(name).id
  const location = async (name: string) => {
    const text = 'SELECT id FROM location WHERE merchant_id = $1 AND name = $2 ORDER BY id DESC LIMIT 1'
    return present((await pool.query<{ id: number }>(text, [merchantId, name])).rows[0], name).id
  }
  const mapping = async (ours: string, theirs: string, name: QuantityName) => ({
    accountId: accounts.shopify,
    locationId: await location(ours),
    externalId: place(theirs),
    name,
  })
  return {
    location,
    adds: (row: object) =>
      put(pool, 'location', {
        merchant_id: merchantId,
        name: 'Polishing',
        kind: 'bench',
        sellable: false,
        rank: 9,
        ...row,
      }),
    async looks(ours: string, theirs: string, name: QuantityName) {
      const answer = await codeOf(askMapping(road.sync, who, await mapping(ours, theirs, name)))
      await shops.pass(5_000)
      return answer
    },
    async found(ours: string) {
      const text = 'SELECT items, pieces, examples FROM mapping_look WHERE merchant_id = $1 AND location_id = $2'
      return (await pool.query(text, [merchantId, await location(ours)])).rows[0] as object
    },
    async maps(
      ours: string,
      theirs: string,
      { name, right = null }: { name: QuantityName; right?: 'ours' | 'theirs' | null },
    ) {
      const answer = await codeOf(mapPlace(road.sync, who, { ...(await mapping(ours, theirs, name)), right }))
      await shops.pass(10_000)
      return answer
    },
    async unmaps(ours: string) {
      const of = { accountId: accounts.shopify, locationId: await location(ours) }
      const answer = await codeOf(unmapPlace(road.sync, who, of))
      await shops.pass(10_000)
      return answer
    },
    async carries(quantity: number, from: [string, 'available' | 'in_work'], to: [string, 'available' | 'in_work']) {
      const spot = async ([name, state]: typeof from) => ({ locationId: await location(name), state })
      const moving = { quantity, from: await spot(from), to: await spot(to), itemId: await shops.item('SIG') }
      const rest = {
        token: `t${(tokens += 1)}`,
        why: 'Work',
        dueAt: null,
        partnerId: null,
        stayId: null,
        check: null,
        bought: false,
      }
      const answer = await codeOf(act(road.sync, who, (tx, now) => movePieces(tx, { ...who, ...rest, ...moving }, now)))
      road.kick(merchantId)
      await shops.pass(5_000)
      return answer
    },
    shows: (theirs: string, name = 'available') => shops.shopify.quantity('SIG', place(theirs), name),
    pieces: async () => piecesOf(pool, merchantId, await shops.item('SIG')),
    ledger: async () => movementsOf(pool, merchantId, await shops.item('SIG')),
    /** Time passes, everything is told once more, and nothing else comes of it. */
    async agrees() {
      const before = await movementsOf(pool, merchantId, await shops.item('SIG'))
      await road.sweep(merchantId)
      await shops.pass(130_000)
      expect(await movementsOf(pool, merchantId, await shops.item('SIG'))).toEqual(before)
      expect(await verifyLedger(pool, merchantId)).toEqual([])
      expect(await verifyStays(pool, merchantId)).toEqual([])
      expect(await shops.incidents()).toEqual([])
      expect(shops.etsyShows('SIG')).toBe(shops.shopifyShows('SIG'))
    },
  }
}

describe('a bench that stands at the safe under quality control', () => {
  async function withBench() {
    const shops = await open()
    const shop = at(shops)
    await shop.adds({})
    await shop.looks('Polishing', 'Safe', 'quality_control')
    expect(await shop.found('Polishing')).toEqual({ items: 0, pieces: 0, examples: [] })
    expect(await shop.maps('Polishing', 'Safe', { name: 'quality_control' })).toBe('done')
    return { shops, shop }
  }
  it('gets and gives pieces by one move in Shopify', async () => {
    const { shop } = await withBench()
    await shop.carries(2, ['Safe', 'available'], ['Polishing', 'in_work'])
    expect([shop.shows('Safe'), shop.shows('Safe', 'quality_control')]).toEqual([1, 2])
    await shop.carries(1, ['Polishing', 'in_work'], ['Safe', 'available'])
    expect([shop.shows('Safe'), shop.shows('Safe', 'quality_control')]).toEqual([2, 1])
    await shop.agrees()
  })
  it('is told as a move between two of Shopify’s states, and to another place as leaving and entering', async () => {
    const { shops, shop } = await withBench()
    const account = present(await accountById(database.pool, shops.accounts.shopify), 'the account')
    const { connector } = await shops.road.opened(account)
    assert(keepsStock(connector), 'Shopify keeps stock')
    const told: string[] = []
    const mirror = connector.mirror.bind(connector)
    connector.mirror = (change) => {
      told.push(change.moves.map(({ from, to }) => `${from ?? 'out'} > ${to ?? 'out'}`).join(', '))
      return mirror(change)
    }
    await shop.carries(1, ['Safe', 'available'], ['Polishing', 'in_work'])
    await shop.carries(1, ['Polishing', 'in_work'], ['Polishing', 'available'])
    await shop.carries(1, ['Polishing', 'available'], ['Window', 'available'])
    expect(told).toEqual([
      'available > quality_check',
      'quality_check > quality_check',
      'quality_check > out, out > available',
    ])
    expect([shop.shows('Safe', 'quality_control'), shop.shows('Window')]).toEqual([0, 2])
    await shop.agrees()
  })
  it('shares the name with others, and a person who takes one back in Shopify takes it from the first bench', async () => {
    const { shops, shop } = await withBench()
    await shop.adds({ name: 'Photo', work: 'photo', rank: 10 })
    await shop.looks('Photo', 'Safe', 'quality_control')
    expect(await shop.maps('Photo', 'Safe', { name: 'quality_control' })).toBe('done')
    await shop.carries(1, ['Safe', 'available'], ['Photo', 'in_work'])
    await shop.carries(1, ['Safe', 'available'], ['Polishing', 'in_work'])
    const level = { idOrSku: 'SIG', locationId: shops.shopify.location('Safe').id }
    given(shops.shopify.editByStaff({ kind: 'move', ...level, from: 'quality_control', to: 'available', quantity: 1 }))
    await shops.pass(10_000)
    expect(await shop.pieces()).toEqual({ Safe: { available: 2 }, Photo: { in_work: 1 }, Window: { available: 1 } })
    expect((await shop.ledger()).at(-1)).toBe('changed there: 1 in_work > available')
    await shop.agrees()
  })
  it('that is taken out again takes its pieces out of Shopify’s numbers', async () => {
    const { shop } = await withBench()
    await shop.carries(2, ['Safe', 'available'], ['Polishing', 'in_work'])
    expect(await shop.unmaps('Polishing')).toBe('done')
    expect([shop.shows('Safe'), shop.shows('Safe', 'quality_control')]).toEqual([1, 0])
    expect(await shop.pieces()).toMatchObject({ Polishing: { in_work: 2 } })
    await shop.carries(1, ['Polishing', 'in_work'], ['Safe', 'available'])
    expect(shop.shows('Safe')).toBe(2)
    await shop.agrees()
  })
  it('that had pieces before brings them with it, if ours are right', async () => {
    const shops = await open()
    const shop = at(shops)
    await shop.adds({})
    await shop.carries(2, ['Safe', 'available'], ['Polishing', 'in_work'])
    expect([shop.shows('Safe'), shop.shows('Safe', 'quality_control')]).toEqual([1, 0])
    await shop.looks('Polishing', 'Safe', 'quality_control')
    expect(await shop.found('Polishing')).toEqual({
      items: 1,
      pieces: 2,
      examples: ['Ring SIG: 2 in work by your books, 0 there'],
    })
    expect(await shop.maps('Polishing', 'Safe', { name: 'quality_control' })).toBe('unequal')
    expect(await shop.maps('Polishing', 'Safe', { name: 'quality_control', right: 'ours' })).toBe('done')
    expect([shop.shows('Safe'), shop.shows('Safe', 'quality_control')]).toEqual([1, 2])
    await shop.agrees()
  })
})

describe('a whole place of Shopify’s', () => {
  it('is taken out of the books and out of Shopify, and put in again as it was', async () => {
    const shops = await open()
    const shop = at(shops)
    expect(await shop.unmaps('Window')).toBe('done')
    expect(shop.shows('Window')).toBe(0)
    await shop.looks('Window', 'Window', 'available')
    expect(await shop.maps('Window', 'Window', { name: 'available', right: 'ours' })).toBe('done')
    expect(shop.shows('Window')).toBe(1)
    await shop.agrees()
  })
  it('with other pieces than ours is taken over as it is, if theirs are right', async () => {
    const shops = await open()
    const shop = at(shops)
    await shop.unmaps('Window')
    const level = { idOrSku: 'SIG', locationId: shops.shopify.location('Window').id }
    given(shops.shopify.editByStaff({ kind: 'set', ...level, name: 'available', quantity: 5 }))
    await shops.pass(10_000)
    expect(await shop.pieces()).toMatchObject({ Window: { available: 1 } })
    await shop.looks('Window', 'Window', 'available')
    expect(await shop.maps('Window', 'Window', { name: 'available', right: 'theirs' })).toBe('done')
    expect(await shop.pieces()).toMatchObject({ Window: { available: 5 } })
    expect(shop.shows('Window')).toBe(5)
    await shop.agrees()
  })
  it('that is opened later is ours as soon as Shopify tells of it', async () => {
    const shops = await open({ topics: ['locations/create'] })
    shops.shopify.addLocation({ name: 'Repairs', fulfillsOnlineOrders: false })
    await shops.pass(10_000)
    const text = `SELECT l.kind, l.work, l.guessed, l.sellable, m.quantity_name FROM location l
      JOIN location_mapping m ON m.merchant_id = l.merchant_id AND m.location_id = l.id WHERE l.merchant_id = $1 AND l.name = 'Repairs'`
    expect((await database.pool.query(text, [shops.merchantId])).rows).toEqual([
      { kind: 'bench', work: 'repair', guessed: true, sellable: false, quantity_name: 'available' },
    ])
  })
  it('that is opened later is ours too, with what was laid there', async () => {
    const shops = await open()
    const shop = at(shops)
    const fair = shops.shopify.addLocation({ name: 'Fair' })
    const level = (locationId: string) => ({ idOrSku: 'SIG', locationId })
    given(shops.shopify.editByStaff({ kind: 'adjust', ...level(fair.id), name: 'available', delta: 2 }))
    given(
      shops.shopify.editByStaff({
        kind: 'adjust',
        ...level(shops.shopify.location('Safe').id),
        name: 'available',
        delta: -2,
      }),
    )
    await shops.pass(10_000)
    expect(await shop.pieces()).toEqual({ Safe: { available: 1 }, Window: { available: 1 }, Fair: { available: 2 } })
    expect(await shop.ledger()).toEqual(['changed there: 2 available > available'])
    await shop.agrees()
  })
})

describe('a mapping is refused', () => {
  it('that would count pieces twice, or sell what is not for sale, with the reason', async () => {
    const shops = await open()
    const shop = at(shops)
    await shop.adds({})
    await shop.adds({ name: 'Drawer', kind: 'safe', sellable: true })
    expect(await shop.looks('Polishing', 'Safe', 'available')).toBe('counted-twice')
    expect(await shop.looks('Window', 'Safe', 'quality_control')).toBe('mapped-already')
    expect(await shop.looks('Drawer', 'Safe', 'quality_control')).toBe('sellable')
    await shop.unmaps('Window')
    expect(await shop.looks('Polishing', 'Window', 'available')).toBe('sells-there')
    expect(await shop.looks('Polishing', 'Window', 'quality_control')).toBe('no-whole')
    await database.pool.query('UPDATE location SET archived_at = $2 WHERE merchant_id = $1 AND name = $3', [
      shops.merchantId,
      shops.clock.now(),
      'Polishing',
    ])
    expect(await shop.looks('Polishing', 'Safe', 'quality_control')).toBe('archived-place')
  })
  it('that nobody has looked at, or that leaves other places without their own', async () => {
    const shop = at(await open())
    await shop.adds({})
    expect(await shop.maps('Polishing', 'Safe', { name: 'quality_control' })).toBe('not-looked')
    await shop.looks('Polishing', 'Safe', 'quality_control')
    expect(await shop.maps('Polishing', 'Safe', { name: 'quality_control' })).toBe('done')
    expect(await shop.unmaps('Safe')).toBe('others-stand')
    expect(await shop.unmaps('Polishing')).toBe('done')
    expect(await shop.unmaps('Polishing')).toBe('not-mapped')
  })
  it('while orders wait for pieces there, or Shopify has yet to be told of what moved', async () => {
    const shops = await open()
    const shop = at(shops)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(5_000)
    expect(await shop.unmaps('Safe')).toBe('orders-wait')
    await database.pool.query(
      `INSERT INTO mirror_due (merchant_id, account_id, item_id, movement_id, since, parked)
        SELECT merchant_id, $2, item_id, max(id), $3, 'no' FROM movement WHERE merchant_id = $1 AND from_location = $4 GROUP BY 1, 3`,
      [shops.merchantId, shops.accounts.shopify, shops.clock.now(), await shop.location('Safe')],
    )
    expect(await shop.unmaps('Safe')).toBe('underway')
  })
  it('by another shop, or of a channel that has no places', async () => {
    const [shops, others] = [await open(), await open()]
    const shop = at(shops)
    const mapping = {
      accountId: shops.accounts.shopify,
      locationId: await shop.location('Safe'),
      externalId: shops.shopify.location('Safe').id,
      name: 'available' as const,
      right: null,
    }
    const [theirs, ours] = [others, shops].map(({ merchantId }) => ({ merchantId, actor: 'person/9' }))
    const { sync } = shops.road
    expect(await codeOf(mapPlace(sync, theirs!, mapping))).toBe('not-open')
    expect(await codeOf(unmapPlace(sync, theirs!, mapping))).toBe('not-open')
    expect(await codeOf(mapPlace(sync, ours!, { ...mapping, accountId: shops.accounts.etsy }))).toBe(
      'unknown-channel-place',
    )
    expect(shop.shows('Safe')).toBe(3)
  })
})
