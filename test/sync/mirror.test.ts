import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepsStock, type MirrorChange, type MirrorOutcome, type StockedConnector } from '#app/channels/connector.ts'
import { assert, present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import type { Change, End } from '#app/pool/movement.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { disconnect } from '#app/sync/decisions.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops, type TwoShopsOptions } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

type Watched = TwoShops & {
  /** Every change that Shopify was told, in order. */
  told: MirrorChange[]
  /** What Shopify answers to the next changes instead of its own answer; `after`: it has happened all the same. */
  answers: { outcome: MirrorOutcome; after: boolean }[]
  meanwhile: { mirror?: () => Promise<void> }
}

/** Four rings in the safe, live on Etsy, with an eye on what Shopify is told. */
async function open(options: TwoShopsOptions = {}): Promise<Watched> {
  const shops = await openTwoShops(database.pool, options)
  const connector = await shopifyOf(shops)
  const watched: Watched = { ...shops, told: [], answers: [], meanwhile: {} }
  const mirror = connector.mirror.bind(connector)
  connector.mirror = async (change) => {
    watched.told.push(change)
    await watched.meanwhile.mirror?.()
    const instead = watched.answers.shift()
    if (!instead) return mirror(change)
    if (instead.after) await mirror(change)
    return instead.outcome
  }
  return watched
}

async function shopifyOf(shops: TwoShops): Promise<StockedConnector> {
  const { connector } = await shops.road.opened(await account(shops))
  assert(keepsStock(connector), 'Shopify keeps stock')
  return connector
}

const account = async (shops: TwoShops) =>
  present(await accountById(database.pool, shops.accounts.shopify), 'the account')
const buysOnEtsy = (shops: TwoShops, quantity = 1) =>
  given(shops.etsy.buy({ lines: [shops.etsyLine('SIG', quantity)] }))
const said = ({ told }: Watched) =>
  told.flatMap(({ moves }) =>
    moves.map(({ quantity, from, to }) => `${quantity} ${from ?? 'outside'} > ${to ?? 'outside'}`),
  )
const waits = async (shops: TwoShops) =>
  (await database.pool.query('SELECT parked FROM mirror_due WHERE merchant_id = $1', [shops.merchantId])).rows
const inSafe = (shops: TwoShops, name: string) => shops.shopify.quantity('SIG', shops.shopify.location('Safe').id, name)

async function locationId(shops: TwoShops, name: string): Promise<number> {
  const { rows } = await database.pool.query<{ id: number }>(
    'SELECT id FROM location WHERE merchant_id = $1 AND name = $2',
    [shops.merchantId, name],
  )
  return present(rows[0], name).id
}

let changes = 0
async function moves(shops: TwoShops, quantity: number, from: End, to: End): Promise<void> {
  const at = shops.clock.now()
  const change: Change = {
    merchantId: shops.merchantId,
    key: `hand/${(changes += 1)}`,
    reason: 'moved',
    actor: 'person/1',
    cause: 'test',
    accountId: null,
    occurredAt: at,
    recordedAt: at,
  }
  expect(await append(database.pool, change, [{ itemId: await shops.item('SIG'), quantity, from, to }])).toBe('done')
  shops.road.kick(shops.merchantId)
}

describe('Shopify is told', () => {
  it('of a sale elsewhere, its sending and its cancellation, each once', async () => {
    const shops = await open()
    const sent = buysOnEtsy(shops)
    const cancelled = buysOnEtsy(shops)
    await shops.pass(3_000)
    expect([inSafe(shops, 'available'), inSafe(shops, 'reserved')]).toEqual([1, 2])
    given(shops.etsy.ship(sent.receiptId))
    given(shops.etsy.cancel(cancelled.receiptId))
    await shops.road.sweep(shops.merchantId)
    await shops.pass(3_000)
    await shops.road.sweep(shops.merchantId)
    await shops.pass(3_000)
    expect(said(shops).toSorted()).toEqual([
      '1 available > reserved',
      '1 available > reserved',
      '1 reserved > available',
      '1 reserved > outside',
    ])
    expect([inSafe(shops, 'available'), inSafe(shops, 'reserved')]).toEqual([2, 0])
    expect(await waits(shops)).toEqual([])
    expect(await shops.incidents()).toEqual([])
  })
  it('nothing of its own orders, whatever becomes of them, until something comes back', async () => {
    const shops = await open()
    const order = given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'SIG', quantity: 2 }] }))
    assert('id' in order, 'an order')
    await shops.pass(3_000)
    given(shops.shopify.editOrder(order.id, [{ lineId: order.lines[0]!.id, quantity: 1 }], { restock: true }))
    await shops.pass(3_000)
    given(shops.shopify.fulfill(order.id))
    await shops.pass(3_000)
    given(shops.shopify.refund(order.id, [{ lineId: order.lines[0]!.id, quantity: 1, restock: 'RETURN' }]))
    await shops.pass(3_000)
    // But that what it put back on sale is looked at first.
    expect(shops.told.map(({ reason }) => reason)).toEqual(['put aside to be looked at'])
  })
  it('with a key and a cause of the movement’s own', async () => {
    const shops = await open()
    const { receiptId } = buysOnEtsy(shops)
    await shops.pass(3_000)
    expect(shops.told).toMatchObject([
      { key: `order/${shops.accounts.etsy}/${receiptId}/sold/1`, cause: `order/${shops.accounts.etsy}/${receiptId}` },
    ])
  })
  it('of pieces that go between two places as leaving one and entering the other', async () => {
    const shops = await open()
    const [safe, bench] = [await locationId(shops, 'Safe'), await locationId(shops, 'Bench')]
    await moves(shops, 1, { locationId: safe, state: 'available' }, { locationId: bench, state: 'in_work' })
    await shops.pass(3_000)
    expect(said(shops)).toEqual(['1 available > outside', '1 outside > in_work'])
    expect(shops.shopify.quantity('SIG', shops.shopify.location('Bench').id, 'quality_control')).toBe(1)
  })
  it('nothing of a place it does not have', async () => {
    const shops = await open()
    const text = `INSERT INTO location (merchant_id, name, kind, sellable, rank) VALUES ($1, 'Fair', 'elsewhere', false, 9) RETURNING id`
    const { rows } = await database.pool.query<{ id: number }>(text, [shops.merchantId])
    const fair = { locationId: rows[0]!.id, state: 'available' as const }
    await moves(shops, 2, { outside: 'supplier' }, fair)
    await moves(shops, 1, fair, { locationId: await locationId(shops, 'Safe'), state: 'available' })
    await shops.pass(3_000)
    expect(said(shops)).toEqual(['1 outside > available'])
    expect(await waits(shops)).toEqual([])
  })
  it('and what it then shows is kept as a number that was sent', async () => {
    const shops = await open()
    buysOnEtsy(shops)
    await shops.pass(3_000)
    const text = `SELECT p.quantity, l.shown, l.agreed_since IS NOT NULL AS agreed FROM publication p JOIN listing l ON l.id = p.listing_id
      WHERE p.merchant_id = $1 AND p.account_id = $2`
    expect((await database.pool.query(text, [shops.merchantId, shops.accounts.shopify])).rows).toEqual([
      { quantity: 3, shown: 3, agreed: true },
    ])
  })
})

describe('an answer that', () => {
  it.each([true, false])(
    'never came (it had happened: %s) is asked for again with the same key, and it happens once',
    async (after) => {
      const shops = await open()
      shops.answers.push({ outcome: { outcome: 'unknown', reason: null }, after })
      buysOnEtsy(shops)
      await shops.pass(10_000)
      expect(shops.told).toHaveLength(2)
      expect(shops.told[0]).toEqual(shops.told[1])
      expect([inSafe(shops, 'available'), inSafe(shops, 'reserved')]).toEqual([2, 1])
      expect(await waits(shops)).toEqual([])
    },
  )
  it('never came holds up what follows of the same piece, which would be refused before it', async () => {
    const shops = await open()
    shops.answers.push({ outcome: { outcome: 'unknown', reason: null }, after: false })
    const bought = buysOnEtsy(shops)
    await shops.pass(500)
    given(shops.etsy.cancel(bought.receiptId))
    await shops.road.sweep(shops.merchantId)
    await shops.pass(10_000)
    expect(said(shops)).toEqual(['1 available > reserved', '1 available > reserved', '1 reserved > available'])
    expect([inSafe(shops, 'available'), inSafe(shops, 'reserved')]).toEqual([3, 0])
    expect(await waits(shops)).toEqual([])
    expect(await shops.incidents()).toEqual([])
  })
  it('is no puts the change aside, with the reason, for a person, and what follows goes on', async () => {
    const shops = await open()
    shops.answers.push({ outcome: { outcome: 'rejected', reason: 'The quantity cannot be moved.' }, after: false })
    buysOnEtsy(shops)
    await shops.pass(5_000)
    expect(await waits(shops)).toEqual([{ parked: 'The quantity cannot be moved.' }])
    expect(await shops.incidents()).toMatchObject([{ kind: 'refused-write' }])
    buysOnEtsy(shops)
    await shops.pass(5_000)
    expect(shops.told).toHaveLength(2)
    expect(inSafe(shops, 'reserved')).toBe(1)
  })
})

describe('a change that has had no answer for a day', () => {
  const LOST: MirrorOutcome = { outcome: 'unknown', reason: 'no answer' }
  const DAY = 25 * 3_600_000

  /** A sale on Etsy of which Shopify was told, and nothing was heard; its key is forgotten since. */
  async function forgotten({ after }: { after: boolean }) {
    const shops = await open()
    shops.answers.push({ outcome: LOST, after })
    buysOnEtsy(shops)
    await shops.pass(1_500)
    expect(shops.told).toHaveLength(1)
    const text = `UPDATE mirror_due SET first_sent_at = first_sent_at - interval '25 hours', sent_at = sent_at - interval '25 hours'
      WHERE merchant_id = $1`
    expect((await database.pool.query(text, [shops.merchantId])).rowCount).toBe(1)
    return shops
  }

  it('and has happened is not told again: what is shown says so', async () => {
    const shops = await forgotten({ after: true })
    await shops.pass(10_000)
    expect(shops.told).toHaveLength(1)
    expect(await waits(shops)).toEqual([])
    expect([inSafe(shops, 'available'), inSafe(shops, 'reserved')]).toEqual([3, 1])
  })

  it('and has not happened is told as if for the first time', async () => {
    const shops = await forgotten({ after: false })
    await shops.pass(10_000)
    expect(shops.told).toHaveLength(2)
    expect(await waits(shops)).toEqual([])
    expect([inSafe(shops, 'available'), inSafe(shops, 'reserved')]).toEqual([3, 1])
  })

  it('waits for a person where the numbers there do not tell', async () => {
    const shops = await forgotten({ after: false })
    const safe = shops.shopify.location('Safe').id
    given(shops.shopify.editByStaff({ kind: 'set', idOrSku: 'SIG', locationId: safe, name: 'available', quantity: 1 }))
    await shops.pass(DAY - DAY + 3_000)
    expect(shops.told).toHaveLength(1)
    expect(await waits(shops)).toEqual([{ parked: 'no answer for a day' }])
  })
})

describe('an account that is disconnected', () => {
  it('is told nothing from that moment on, not even the rest of a round', async () => {
    const shops = await open()
    for (let n = 0; n < 3; n += 1) buysOnEtsy(shops)
    shops.meanwhile.mirror = async () => disconnect(shops.road.sync, await account(shops))
    await shops.pass(10_000)
    expect(shops.told).toHaveLength(1)
    expect(await waits(shops)).toHaveLength(2)
  })
  it('is told what it has missed when it comes back, once', async () => {
    const shops = await open()
    await disconnect(shops.road.sync, await account(shops))
    buysOnEtsy(shops)
    await shops.pass(10_000)
    expect(shops.told).toEqual([])
    expect(shops.etsyShows('SIG')).toBe(3)
    await comesBack(shops)
    expect(said(shops)).toEqual(['1 available > reserved'])
    expect(shops.shopifyShows('SIG')).toBe(3)
    expect((await account(shops)).status).toBe('open')
    expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  })
})

async function comesBack(shops: TwoShops): Promise<void> {
  await database.pool.query(`UPDATE channel_account SET status = 'connecting' WHERE id = $1`, [shops.accounts.shopify])
  const payload = { merchantId: shops.merchantId, accountId: shops.accounts.shopify }
  await shops.road.sync.inTransaction((tx) =>
    shops.road.sync.outbox.record(tx, [{ name: 'account-connected', payload }]),
  )
  await shops.pass(10_000)
}

describe('an item that Shopify does not list any more', () => {
  it('is told of no more, and holds up nothing', async () => {
    const shops = await open({
      products: [
        ringOf('SIG', [{ location: 'Safe', available: 3 }]),
        ringOf('TWO', [{ location: 'Safe', available: 3 }]),
      ],
      listings: [listingOf('SIG', 3), listingOf('TWO', 3)],
    })
    await database.pool.query(`UPDATE listing SET status = 'dead' WHERE account_id = $1 AND sku = 'SIG'`, [
      shops.accounts.shopify,
    ])
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG'), shops.etsyLine('TWO')] }))
    await shops.pass(5_000)
    expect(said(shops)).toEqual(['1 available > reserved'])
    expect(shops.shopifyShows('TWO')).toBe(2)
    expect(await waits(shops)).toEqual([])
  })
})
