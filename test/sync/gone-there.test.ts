import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { keepNotification } from '#app/sync/inbox.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { given, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** One ring in the safe, which Etsy shows too. Shopify tells nothing but what a test tells. */
const last = () =>
  openTwoShops(database.pool, {
    products: [
      ringOf('SIG', [
        { location: 'Safe', available: 1 },
        { location: 'Window', available: 0 },
      ]),
    ],
    listings: [{ title: 'Ring', products: [{ sku: 'SIG', quantity: 1, priceCents: 100 }] }],
    topics: ['orders/edited'],
  })

/** A person in Shopify has so many more in the safe. */
function adjusts({ shopify }: TwoShops, delta: number): void {
  const locationId = shopify.location('Safe').id
  given(shopify.editByStaff({ kind: 'adjust', idOrSku: 'SIG', locationId, name: 'available', delta }))
}

let events = 0
async function ofLevel(shops: TwoShops): Promise<void> {
  const account = present(await accountById(database.pool, shops.accounts.shopify), 'the account')
  const subject = shops.shopify.item('SIG').id
  const notification = { eventId: `event-${(events += 1)}`, topic: 'inventory_levels/update', subject }
  await keepNotification(shops.road.sync, account, { ...notification, occurredAt: shops.clock.now() })
}

const pieces = async (shops: TwoShops) => piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))
const ledger = async (shops: TwoShops) => movementsOf(database.pool, shops.merchantId, await shops.item('SIG'))

async function agree(shops: TwoShops): Promise<void> {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  expect(shops.etsyShows('SIG')).toBe(shops.shopifyShows('SIG'))
  expect(await shops.incidents()).toEqual([])
}

describe('a piece that somebody took away in Shopify after it was promised', () => {
  it('is lost by its order in the end, and a person is told; when one more is found, the order has it', async () => {
    const shops = await last()
    adjusts(shops, -1)
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
    await shops.pass(5_000)
    expect(await pieces(shops)).toEqual({ Safe: { reserved: 1 } })
    await ofLevel(shops)
    await shops.pass(200_000)
    expect(await pieces(shops)).toEqual({})
    expect(await ledger(shops)).toEqual([
      'sold: 1 available > reserved',
      'lost by an order: 1 reserved > available',
      'changed there: 1 available > correction',
    ])
    expect(shops.shopify.available('SIG')).toBe(0)
    expect(await shops.incidents()).toMatchObject([{ kind: 'oversell', sentence: /is not there any more, says / }])
    adjusts(shops, 1)
    await ofLevel(shops)
    await shops.pass(10_000)
    expect(await pieces(shops)).toEqual({ Safe: { reserved: 1 } })
    await agree(shops)
  })
  it('and that we had carried elsewhere is missing there', async () => {
    const shops = await last()
    adjusts(shops, -1)
    const [itemId, at] = [await shops.item('SIG'), shops.clock.now()]
    const placeOf = async (name: string) => {
      const text = 'SELECT id FROM location WHERE merchant_id = $1 AND name = $2'
      return (await database.pool.query<{ id: number }>(text, [shops.merchantId, name])).rows[0]!.id
    }
    const [from, to] = [await placeOf('Safe'), await placeOf('Window')]
    const change = {
      merchantId: shops.merchantId,
      key: 'carried',
      reason: 'moved' as const,
      actor: 'person/1',
      cause: 'staff',
      accountId: null,
      occurredAt: at,
      recordedAt: at,
    }
    const end = (locationId: number) => ({ locationId, state: 'available' as const })
    await append(database.pool, change, [{ itemId, quantity: 1, from: end(from), to: end(to) }])
    await shops.pass(5_000)
    await ofLevel(shops)
    await shops.pass(200_000)
    expect(await pieces(shops)).toEqual({})
    await agree(shops)
  })
  it('from one place, while we took it from another: what we have elsewhere is not touched, and Shopify is put right', async () => {
    const shops = await openTwoShops(database.pool, {
      products: [
        ringOf('SIG', [
          { location: 'Safe', available: 0 },
          { location: 'Window', available: 0 },
          { location: 'Bench', available: 1 },
        ]),
      ],
      listings: [{ title: 'Ring', products: [{ sku: 'SIG', quantity: 0, priceCents: 100 }] }],
      topics: ['orders/edited'],
    })
    const windowId = shops.shopify.location('Window').id
    adjusts(shops, -1)
    given(
      shops.shopify.editByStaff({ kind: 'adjust', idOrSku: 'SIG', locationId: windowId, name: 'available', delta: 1 }),
    )
    await ofLevel(shops)
    await shops.pass(200_000)
    expect(await pieces(shops)).toEqual({ Bench: { available: 1 } })
    expect(
      ['Safe', 'Window', 'Bench'].map((name) => shops.shopify.available('SIG', shops.shopify.location(name).id)),
    ).toEqual([0, 0, 1])
    await agree(shops)
  })
})
