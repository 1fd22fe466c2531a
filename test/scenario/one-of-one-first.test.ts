import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { append } from '#app/pool/ledger.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { mirrorStep } from '#app/sync/mirror.server.ts'
import { relay } from '#app/sync/relay.server.ts'
import { accountById } from '#app/merchant/account.server.ts'
import type { MirrorChange, StockedConnector } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf } from '../support/pieces.ts'
import { given, listingOf, openTwoShops, ringOf, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase
let db: pg.Pool
beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())

const OTHERS = Array.from({ length: 200 }, (_, n) => `RNG-${n}`)
const inSafe = (available: number) => [{ location: 'Safe', available }]
const opal = { title: 'Opal', tags: ['one of a kind'], variants: [{ sku: 'OPAL', price: '900.00', stock: inSafe(1) }] }

test('with two hundred other listings due and a tight limit, a one-of-one piece is the first that each channel is told of', async () => {
  const shops = await openTwoShops(db, {
    products: [...OTHERS.map((sku) => ringOf(sku, inSafe(5))), opal],
    listings: [...OTHERS.map((sku) => listingOf(sku, 5)), listingOf('OPAL', 1)],
  })
  const { road, merchantId, accounts } = shops
  await shops.pass(120_000)
  const opalId = await shops.item('OPAL')
  const { rows } = await db.query<{ item_id: number; location_id: number }>(
    'SELECT item_id, location_id FROM balance WHERE merchant_id = $1 AND available > 0 ORDER BY item_id = $2, item_id',
    [merchantId, opalId],
  )
  // A count finds one less of everything, the opal last of all.
  const at = shops.clock.now()
  const change = { merchantId, reason: 'counted' as const, actor: 'person/1', cause: 'count', accountId: null }
  for (const { item_id: itemId, location_id: locationId } of rows) {
    const from = { locationId, state: 'available' as const }
    const said = { ...change, key: `count/${itemId}`, occurredAt: at, recordedAt: at }
    await append(db, said, [{ itemId, quantity: 1, from, to: { outside: 'lost' } }])
  }
  while ((await relay(db, { merchantId, stockedChannels: ['shopify'], at })) > 0);
  const due = await db.query(`SELECT FROM listing_due WHERE merchant_id = $1`, [merchantId])
  expect(due.rows.length).toBe(201)

  const told: MirrorChange[] = []
  const account = present(await accountById(db, accounts.shopify), 'the store')
  const { connector } = await road.opened(account)
  const listening = Object.assign(Object.create(connector) as StockedConnector, {
    mirror: (one: MirrorChange) => (told.push(one), (connector as StockedConnector).mirror(one)),
  })
  let left = 3
  await mirrorStep({ sync: road.sync, account, connector: listening, waitMs: () => ((left -= 1) < 0 ? 60_000 : 0) })
  expect(told[0]?.key).toBe(`count/${opalId}`)

  road.kick(merchantId)
  await shops.pass(120_000)
  const sent = await db.query<{ item_id: number }>(
    `SELECT l.item_id FROM publication p JOIN listing l ON l.merchant_id = p.merchant_id AND l.id = p.listing_id
      WHERE p.merchant_id = $1 AND p.account_id = $2 AND p.sent_at >= $3 ORDER BY p.id`,
    [merchantId, accounts.etsy, at],
  )
  expect(sent.rows.map(({ item_id }) => item_id)).toHaveLength(201)
  expect(sent.rows[0]?.item_id).toBe(opalId)
  expect([shops.etsyShows('OPAL'), shops.shopifyShows('OPAL'), shops.etsyShows('RNG-7')]).toEqual([0, 0, 4])
}, 60_000)

const sellOnEtsy = (shops: TwoShops) => given(shops.etsy.buy({ lines: [shops.etsyLine('OPAL')] }))
const sellOnShopify = (shops: TwoShops) =>
  given(shops.shopify.placeOrder({ source: 'web', lines: [{ sku: 'OPAL', quantity: 1 }] }))

async function whoHasIt({ merchantId }: TwoShops): Promise<string[]> {
  const text = `SELECT a.channel || ': ' || CASE WHEN l.reserved > 0 THEN 'has it' ELSE 'short' END AS said FROM order_line l
    JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
    WHERE l.merchant_id = $1 AND l.reserved + l.short > 0 ORDER BY 1`
  return (await db.query<{ said: string }>(text, [merchantId])).rows.map(({ said }) => said)
}

const sells = { Etsy: sellOnEtsy, Shopify: sellOnShopify }
const other = { Etsy: 'Shopify', Shopify: 'Etsy' } as const

test.each(['Etsy', 'Shopify'] as const)(
  'a piece sold on both goes to the buyer who paid first, on %s, and the books and both channels agree',
  async (first) => {
    // News takes five seconds: the second buyer still sees what the first has bought.
    const shops = await openTwoShops(db, { products: [opal], listings: [listingOf('OPAL', 1)], newsMs: 5_000 })
    const opalId = await shops.item('OPAL')
    sells[first](shops)
    await shops.pass(2_000)
    sells[other[first]](shops)
    await shops.pass(60_000)
    expect(await whoHasIt(shops)).toEqual(
      first === 'Etsy' ? ['etsy: has it', 'shopify: short'] : ['etsy: short', 'shopify: has it'],
    )
    expect(await verifyLedger(db, shops.merchantId)).toEqual([])
    expect((await movementsOf(db, shops.merchantId, opalId)).filter((said) => said.startsWith('changed'))).toEqual([])
    expect((await shops.incidents()).map(({ kind }) => kind)).toEqual(['oversell'])
    expect(shops.etsyShows('OPAL')).toBe(0)
  },
  60_000,
)
