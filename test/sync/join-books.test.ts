import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assert, present } from '#app/kernel/assert.ts'
import { type Account, accountById } from '#app/merchant/account.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { adoptChanges, agrees } from '#app/sync/adopt.server.ts'
import { accountStep } from '#app/sync/account-step.server.ts'
import { bookDifferences } from '#app/sync/decisions.server.ts'
import { ingestOrder } from '#app/sync/ingest-order.server.ts'
import { forgetListing, joinBooks, takeInListings } from '#app/sync/join-books.server.ts'
import { liftBelowZero } from '#app/sync/lift.server.ts'
import { lookAtMapping } from '#app/sync/look-at-mapping.server.ts'
import { askMapping, mapPlace } from '#app/sync/map-place.server.ts'
import { settlePlace } from '#app/sync/settle-place.server.ts'
import { takeInPlaces } from '#app/sync/take-in-places.server.ts'
import { connectedTill } from '#test/channels/square/connected-till.ts'
import { given } from '#test/sandbox/square/opened-seller.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { plainSync } from '../support/plain-sync.ts'
import { addItem, addStock, changeOf, openShop, put } from '../support/shop-rows.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** Three rings in the safe by our books, and so many at a till in Main Street that is connected now. */
async function opened({ rings = 3 }: { rings?: number } = {}) {
  const till = connectedTill({ rings })
  const { clock, connector, seller, main } = till
  const shop = await openShop(database.pool)
  const { merchantId } = shop
  const itemId = await addItem(database.pool, shop, { sku: 'R1-54', title: 'Solitaire ring' })
  await addStock(database.pool, shop, { itemId, place: shop.safe, available: 3 })
  const accountId = await put(database.pool, 'channel_account', {
    merchant_id: merchantId,
    channel: 'square',
    external_id: `${seller.merchantId}-${merchantId}`,
    name: 'Square',
    status: 'connecting',
    connected_at: clock.now(),
  })
  const sync = plainSync(database.pool, clock)
  const account = async (): Promise<Account> => present(await accountById(database.pool, accountId), 'the account')
  const stocked = async () => ({ sync, account: await account(), connector })
  const who = { merchantId, actor: 'person/1' }
  const world = { ...till, shop, itemId, accountId, sync, account, stocked, who }
  return {
    ...world,
    join: async () => joinBooks(await stocked()),
    /** A person opens it, and says that Main Street is the safe. */
    async live(right: 'ours' | 'theirs' = 'ours') {
      await joinBooks(await stocked())
      expect(await bookDifferences(sync, who, { accountId })).toBeUndefined()
      await map(world, right)
    },
    round: async () => accountStep({ ...(await stocked()), waitMs: () => 0 }),
    /** What a notification of the thing leads to. */
    async look() {
      const things = await connector.thingsOf([till.ref])
      if (!(await agrees(await stocked(), things))) await adoptChanges(await stocked(), [till.ref])
      await liftBelowZero(await stocked(), things)
    },
    ingest: async (orderId: string) => {
      const order = present(await connector.order(orderId), 'The order')
      return ingestOrder(sync, { account: await account(), capabilities: connector.capabilities }, order)
    },
    pieces: () => piecesOf(database.pool, merchantId, itemId),
    movements: () => movementsOf(database.pool, merchantId, itemId),
    sell: (quantity = 1, locationId = main) => given(seller.sell({ locationId, lines: till.lines(quantity) })).orderId,
    /** Something happens in our pool that no till has done. */
    async moves(quantity: number, from: 'available' | 'reserved', to: 'available' | 'reserved') {
      const change = changeOf(shop, { key: `hand/${from}/${to}/${clock.now().toISOString()}`, reason: 'moved' })
      const end = (state: typeof from) => ({ locationId: shop.safe, state })
      expect(await append(database.pool, change, [{ itemId, quantity, from: end(from), to: end(to) }])).toBe('done')
    },
    sound: async () => expect(await verifyLedger(database.pool, merchantId)).toEqual([]),
  }
}

type Mapped = Pick<Awaited<ReturnType<typeof opened>>, 'sync' | 'who' | 'stocked' | 'accountId' | 'shop' | 'main'>

async function map({ sync, who, stocked, accountId, shop, main }: Mapped, right: 'ours' | 'theirs', place = shop.safe) {
  // What moved before is nothing to a place that was nobody's.
  await accountStep({ ...(await stocked()), waitMs: () => 0 })
  const mapping = { accountId, locationId: place, externalId: main, name: 'available' as const }
  expect(await askMapping(sync, who, mapping)).toEqual(undefined)
  await lookAtMapping(await stocked(), place)
  expect(await mapPlace(sync, who, { ...mapping, right })).toEqual(undefined)
  const payload = { merchantId: who.merchantId, accountId, externalId: main, actor: who.actor }
  await settlePlace(await stocked(), payload)
}

describe('a till that comes to a shop whose books are open', () => {
  it('is matched and known, and none of its pieces becomes stock', async () => {
    const { join, account, pieces, movements, shop } = await opened({ rings: 9 })
    await join()
    expect((await account()).status).toBe('review')
    expect(await pieces()).toEqual({ Safe: { available: 3 } })
    expect(await movements()).toEqual([])
    const { rows } = await database.pool.query(
      `SELECT (SELECT count(*)::int FROM location WHERE merchant_id = $1) AS places,
        (SELECT count(*)::int FROM channel_place WHERE merchant_id = $1) AS theirs,
        (SELECT count(*)::int FROM item WHERE merchant_id = $1) AS items,
        (SELECT count(item_id)::int FROM listing WHERE merchant_id = $1) AS matched`,
      [shop.merchantId],
    )
    expect(rows).toEqual([{ places: 2, theirs: 2, items: 1, matched: 1 }])
  })

  it('sells before anybody has said where it is: from where there is something', async () => {
    const { join, sell, ingest, pieces, sync, who, accountId, sound } = await opened()
    await join()
    await bookDifferences(sync, who, { accountId })
    await ingest(sell())
    expect(await pieces()).toEqual({ Safe: { available: 2 } })
    await sound()
  })

  it.each([
    ['ours', 3, 3],
    ['theirs', 5, 5],
  ] as const)('has one number with us once its place is one of ours: %s', async (right, books, theirs) => {
    const { live, pieces, has, sound } = await opened({ rings: 5 })
    await live(right)
    expect(await pieces()).toEqual({ Safe: { available: books } })
    expect(has()).toBe(theirs)
    await sound()
  })

  it('takes in what is new in its library as a listing, and never as an item', async () => {
    const { join, connector, seller, main, stocked, shop } = await opened()
    await join()
    const added = seller.addItem({ name: 'Chain', variations: [{ sku: 'C1', priceCents: 100, stock: { [main]: 2 } }] })
    const refs = [{ externalId: added.variationIds[0]!, variantId: '' }]
    expect(await takeInListings(await stocked(), await connector.thingsOf(refs))).toBe(true)
    expect(await takeInListings(await stocked(), await connector.thingsOf(refs))).toBe(false)
    seller.removeItem(added.itemId)
    await forgetListing(await stocked(), refs[0]!.externalId)
    await takeInPlaces(await stocked())
    const { rows } = await database.pool.query(
      `SELECT l.status, l.item_id, (SELECT count(*)::int FROM item WHERE merchant_id = $1) AS items,
        (SELECT count(*)::int FROM location WHERE merchant_id = $1) AS places
      FROM listing l WHERE l.merchant_id = $1 AND l.sku = 'C1'`,
      [shop.merchantId],
    )
    expect(rows).toEqual([{ status: 'dead', item_id: null, items: 1, places: 2 }])
  })
})

describe('a till that is live', () => {
  it('is told what is sold elsewhere, once, and what was cancelled', async () => {
    const { live, moves, round, has, sound } = await opened()
    await live()
    await moves(2, 'available', 'reserved')
    await round()
    expect(has()).toBe(1)
    await round()
    expect(has()).toBe(1)
    await moves(1, 'reserved', 'available')
    await round()
    expect(has()).toBe(2)
    await sound()
  })

  it('hands over what it sells: it is gone from the house at once, and the till is not told of it', async () => {
    const { live, sell, ingest, round, look, has, pieces, movements, sent, sound } = await opened()
    await live()
    const orderId = sell(2)
    await ingest(orderId)
    sent.length = 0
    await round()
    expect(sent.filter(({ call }) => call.includes('batch-create'))).toEqual([])
    expect([has(), await pieces()]).toEqual([1, { Safe: { available: 1 } }])
    expect((await movements()).slice(-2)).toEqual(['sold: 2 available > reserved', 'shipped: 2 reserved > customer'])
    await look()
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
    await sound()
  })

  it('takes from the place that Square names, not from the first that has one', async () => {
    const { live, sell, ingest, pieces, shop, itemId, harbour, accountId, sync, who, stocked } = await opened()
    await live()
    const window = await put(database.pool, 'location', {
      merchant_id: shop.merchantId,
      name: 'Window',
      kind: 'store',
      sellable: true,
      rank: 3,
    })
    await addStock(database.pool, shop, { itemId, place: window, available: 2 })
    await map({ sync, who, stocked, accountId, shop, main: harbour }, 'ours', window)
    await ingest(sell(1, harbour))
    expect(await pieces()).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
  })

  it('gets back what was returned to it and put in stock, where it is looked at first (0061)', async () => {
    const { live, seller, sell, ingest, look, round, pieces, has, pass, sound } = await opened()
    await live()
    const orderId = sell()
    await ingest(orderId)
    await pass(60_000)
    await ingest(given(seller.takeBack(orderId, { restock: true })).orderId)
    expect(has()).toBe(3)
    await round()
    await look()
    expect([await pieces(), has()]).toEqual([{ Safe: { available: 2, quality_check: 1 } }, 2])
    await sound()
  })

  it('is believed when somebody counts there', async () => {
    const { live, seller, ring, main, pass, look, pieces, sound } = await opened()
    await live()
    await pass(200_000)
    seller.recount({ variationId: ring, locationId: main, quantity: 5 })
    await pass(1_000)
    await look()
    expect(await pieces()).toEqual({ Safe: { available: 5 } })
    await sound()
  })

  it('sells below zero, which is never stock below zero, and is brought up to nothing', async () => {
    const { live, sell, ingest, look, pieces, has, pass, sound } = await opened()
    await live()
    await ingest(sell(5))
    expect([has(), await pieces()]).toEqual([-2, {}])
    await pass(200_000)
    await look()
    expect([has(), await pieces()]).toEqual([0, {}])
    await look()
    expect([has(), await pieces()]).toEqual([0, {}])
    await sound()
  })

  it('shows the next piece that comes in, after it was below zero', async () => {
    const { live, sell, ingest, look, round, pieces, has, pass, shop, itemId, clock } = await opened()
    await live()
    await ingest(sell(4))
    await pass(200_000)
    await look()
    const change = changeOf(shop, { key: `came/${clock.now().toISOString()}`, reason: 'received' })
    const to = { locationId: shop.safe, state: 'available' as const }
    await append(database.pool, change, [{ itemId, quantity: 1, from: { outside: 'supplier' }, to }])
    await round()
    await pass(200_000)
    await look()
    expect([has(), await pieces()]).toEqual([1, { Safe: { available: 1 } }])
  })

  it('may have something told that makes up for what is below zero: that is waited for', async () => {
    const { live, sell, ingest, stocked, connector, ref, has, moves } = await opened()
    await live()
    await moves(3, 'available', 'reserved')
    await ingest(sell(1))
    const before = has()
    assert(before === 2, 'it was not told yet')
    const things = await connector.thingsOf([ref])
    await liftBelowZero(await stocked(), [
      { ...things[0]!, levels: [{ ...things[0]!.levels[0]!, quantities: { available: -1 } }] },
    ])
    expect(has()).toBe(before)
  })

  it('wins a piece that was promised to another channel’s buyer: he is short, and a person is told', async () => {
    const { live, shop, itemId, round, sell, ingest, look, pieces, has, pass, sound, sync } = await opened({ rings: 3 })
    await live()
    const line = {
      externalId: 'l1',
      listing: null,
      sku: 'R1-54',
      title: 'Ring',
      quantity: 3,
      currentQuantity: 3,
      shipped: 0,
    }
    const listing = { externalId: 'e1', variantId: '' }
    await put(database.pool, 'listing', {
      merchant_id: shop.merchantId,
      account_id: shop.etsy,
      external_id: 'e1',
      variant_id: '',
      item_id: itemId,
      title: 'Ring',
      status: 'active',
      sku: 'R1-54',
    })
    const at = sync.clock.now()
    const order = {
      externalId: 'etsy-1',
      name: '#1',
      placedAt: at,
      paidAt: at,
      updatedAt: at,
      cancelledAt: null,
      currency: 'USD',
      url: null,
      unclear: null,
      lines: [
        { ...line, listing, restocked: [], takesStock: true, backorder: false, unitPriceMinor: 100, sources: [] },
      ],
    }
    const etsy = present(await accountById(database.pool, shop.etsy), 'Etsy')
    const { capabilitiesOf } = await import('#app/channels/registry.ts')
    await ingestOrder(sync, { account: etsy, capabilities: capabilitiesOf('etsy') }, order)
    await round()
    expect([has(), await pieces()]).toEqual([0, { Safe: { reserved: 3 } }])
    await ingest(sell(1))
    await round()
    await pass(200_000)
    await look()
    expect([has(), await pieces()]).toEqual([0, { Safe: { reserved: 2 } }])
    const { rows } = await database.pool.query('SELECT kind FROM incident WHERE merchant_id = $1', [shop.merchantId])
    expect(rows).toMatchObject([{ kind: 'oversell' }])
    await sound()
  })
})
