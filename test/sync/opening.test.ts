import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keepsStock, type StockedConnector } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import { accountById } from '#app/merchant/account.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { given, openTwoShops, ringOf, type TwoShops, type TwoShopsOptions } from '../support/two-shops.ts'

let database: FreshDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

// Without news, nothing is put right afterwards that was opened wrong.
const SILENT: TwoShopsOptions = { until: 'opened', topics: ['orders/edited'] }
const open = (options: TwoShopsOptions) => openTwoShops(database.pool, { ...SILENT, ...options })

const safe = (available: number, more: object = {}) => [{ location: 'Safe', available, ...more }]
const pieces = async (shops: TwoShops, sku: string) => piecesOf(database.pool, shops.merchantId, await shops.item(sku))
const ordered = (shops: Pick<TwoShops, 'shopify'>, sku: string, quantity: number) =>
  given<Order>(shops.shopify.placeOrder({ source: 'web', lines: [{ sku, quantity }] }))

async function shopifyOf(shops: TwoShops): Promise<StockedConnector> {
  const account = present(await accountById(database.pool, shops.accounts.shopify), 'the account')
  const { connector } = await shops.road.opened(account)
  if (!keepsStock(connector)) throw new Error('Shopify keeps stock')
  return connector
}

/** Lets something happen in the shop between two reads of the import. */
async function between(
  shops: TwoShops,
  method: 'things' | 'unshipped' | 'places',
  when: { before?: number; after?: number },
  happens: () => void,
) {
  const connector = await shopifyOf(shops)
  let calls = 0
  const inner = connector[method].bind(connector) as (cursor: string | null) => Promise<never>
  const wrapped = async (cursor: string | null) => {
    calls += 1
    if (calls === when.before) happens()
    const answer = await inner(cursor)
    if (calls === when.after) happens()
    return answer
  }
  Object.assign(connector, { [method]: wrapped })
}

const sound = async (shops: TwoShops) => {
  expect(await verifyLedger(database.pool, shops.merchantId)).toEqual([])
  expect(await shops.incidents()).toEqual([])
}

describe('a merchant’s books', () => {
  it('open with every state at every place, each piece once', async () => {
    const shops = await open({
      products: [
        ringOf('SIG', [
          { location: 'Safe', available: 3, damaged: 1, quality_control: 2, safety_stock: 1, reserved: 1 },
          { location: 'Bench', available: 2 },
        ]),
      ],
    })
    expect(await pieces(shops, 'SIG')).toEqual({
      Safe: { available: 3, damaged: 1, quality_check: 2, safety_stock: 1, held: 1 },
      Bench: { available: 2 },
    })
    await sound(shops)
  })
  it('give what Shopify keeps aside to the orders that are still to be sent', async () => {
    const shops = await open({
      products: [ringOf('SIG', safe(5))],
      before: (shopify) => void ordered({ shopify }, 'SIG', 2),
    })
    expect(await pieces(shops, 'SIG')).toEqual({ Safe: { available: 3, reserved: 2 } })
    const { rows } = await database.pool.query('SELECT reserved FROM order_line WHERE merchant_id = $1', [
      shops.merchantId,
    ])
    expect(rows).toEqual([{ reserved: 2 }])
    await sound(shops)
  })
  it('count what an order has sent already as gone', async () => {
    const shops = await open({
      products: [ringOf('SIG', safe(5))],
      before(shopify) {
        const order = ordered({ shopify }, 'SIG', 3)
        given(shopify.fulfill(order.id, [{ lineId: order.lines[0]!.id, quantity: 2 }]))
      },
    })
    expect(await pieces(shops, 'SIG')).toEqual({ Safe: { available: 2, reserved: 1 } })
    const [order] = shops.shopify.orders()
    given(shops.shopify.fulfill(order!.id))
    given(shops.shopify.refund(order!.id, [{ lineId: order!.lines[0]!.id, quantity: 3, restock: 'RETURN' }]))
    await shops.road.sweep(shops.merchantId)
    expect(await pieces(shops, 'SIG')).toEqual({ Safe: { available: 2, quality_check: 3 } })
    await sound(shops)
  })
  it('open a number below zero as the shortfall of its order, not as a balance', async () => {
    const products = [
      {
        ...ringOf('SIG', safe(1)),
        variants: [{ sku: 'SIG', price: '1.00', inventoryPolicy: 'CONTINUE' as const, stock: safe(1) }],
      },
    ]
    const shops = await open({ products, before: (shopify) => void ordered({ shopify }, 'SIG', 3) })
    expect(shops.shopify.available('SIG')).toBe(-2)
    expect(await pieces(shops, 'SIG')).toEqual({ Safe: { reserved: 1 } })
    const { rows } = await database.pool.query('SELECT outstanding, backorder FROM shortfall WHERE merchant_id = $1', [
      shops.merchantId,
    ])
    expect(rows).toEqual([{ outstanding: 2, backorder: true }])
    await sound(shops)
  })
  it('reserve what Shopify keeps aside for orders it does not show any more', async () => {
    const shops = await open({
      products: [ringOf('SIG', safe(5))],
      before(shopify) {
        ordered({ shopify }, 'SIG', 2)
        shopify.forgetOrders(new Date('2027-01-01'))
        ordered({ shopify }, 'SIG', 1)
      },
    })
    expect(shops.shopify.available('SIG')).toBe(2)
    expect(await pieces(shops, 'SIG')).toEqual({ Safe: { available: 2, reserved: 3 } })
    await sound(shops)
  })
  it('leave out what is not tracked, and let a bundle’s number be', async () => {
    const plain = { price: '1.00', stock: safe(4) }
    const products = [
      { title: 'Engraving', variants: [{ sku: 'ENGRAVE', tracked: false, ...plain }] },
      { title: 'Set', variants: [{ sku: 'SET', requiresComponents: true, ...plain }] },
    ]
    const shops = await open({ products, listings: [], topics: ['inventory_levels/update'] })
    for (const sku of ['ENGRAVE', 'SET']) expect(await pieces(shops, sku)).toEqual({})
    given(
      shops.shopify.editByStaff({
        kind: 'adjust',
        idOrSku: 'SET',
        locationId: shops.shopify.location('Safe').id,
        name: 'available',
        delta: 1,
      }),
    )
    await shops.pass(5_000)
    expect(await pieces(shops, 'SET')).toEqual({})
    await sound(shops)
  })
})

describe('what happens in the shop while it is being opened is applied after it', () => {
  // SIG is opened with five pieces; an order of two was there before.
  const options: TwoShopsOptions = {
    products: [ringOf('SIG', safe(5))],
    before: (shopify) => void ordered({ shopify }, 'SIG', 2),
    until: 'arrived',
    topics: ['orders/create', 'orders/updated', 'inventory_levels/update'],
  }
  const oldest = (shops: TwoShops) => shops.shopify.orders().at(-1)!
  const moments: [string, 'things' | 'unshipped' | 'places', { before?: number; after?: number }][] = [
    ['before anything is read', 'places', { before: 1 }],
    ['after the orders were looked at', 'unshipped', { after: 1 }],
    ['before the items are read', 'things', { before: 1 }],
    ['after the items were read', 'things', { after: 1 }],
    ['after the orders were taken over', 'unshipped', { after: 2 }],
  ]
  const happenings: [string, (shops: TwoShops) => void, object][] = [
    ['a sale', (shops) => void ordered(shops, 'SIG', 1), { Safe: { available: 2, reserved: 3 } }],
    [
      'an open order is sent',
      (shops) => void given(shops.shopify.fulfill(oldest(shops).id)),
      { Safe: { available: 3 } },
    ],
    [
      'an open order is cancelled',
      (shops) => void given(shops.shopify.cancelOrder(oldest(shops).id, { restock: true })),
      { Safe: { available: 5 } },
    ],
    [
      'a sale at the till',
      (shops) => void given(shops.shopify.placeOrder({ source: 'pos', lines: [{ sku: 'SIG', quantity: 1 }] })),
      { Safe: { available: 2, reserved: 2 } },
    ],
    [
      'a count',
      (shops) =>
        void given(
          shops.shopify.editByStaff({
            kind: 'set',
            idOrSku: 'SIG',
            locationId: shops.shopify.location('Safe').id,
            name: 'available',
            quantity: 7,
          }),
        ),
      { Safe: { available: 7, reserved: 2 } },
    ],
  ]
  const all = moments.flatMap(([when, method, moment]) =>
    happenings.map(([what, happens, then]) => ({ when, what, method, moment, happens, then })),
  )
  it.each(all)('$what, $when', async ({ method, moment, happens, then }) => {
    const shops = await open(options)
    let happened = false
    await between(shops, method, moment, () => {
      happened = true
      happens(shops)
    })
    await shops.pass(10_000)
    expect(happened).toBe(true)
    expect(await pieces(shops, 'SIG')).toEqual(then)
    await sound(shops)
  })
})

describe('an opening that is stopped', () => {
  const products = Array.from({ length: 260 }, (_, n) => ringOf(`R${n}`, safe(2)))
  it.each(['places', 'unshipped', 'things'] as const)(
    'at every page of %s goes on, and nothing is counted twice',
    async (method) => {
      const shops = await open({ products, until: 'arrived', before: (shopify) => void ordered({ shopify }, 'R7', 1) })
      const connector = await shopifyOf(shops)
      const inner = connector[method].bind(connector) as (cursor: string | null) => Promise<never>
      let stops = 0
      const seen = new Set<string>()
      Object.assign(connector, {
        [method]: async (cursor: string | null) => {
          const answer = await inner(cursor)
          const page = `${cursor}`
          if (seen.has(page)) return answer
          seen.add(page)
          stops += 1
          throw new TryAgain(100, 'The process was stopped here.')
        },
      })
      await shops.pass(30_000)
      expect(stops).toBeGreaterThanOrEqual(method === 'things' ? 2 : 1)
      const { rows } = await database.pool.query(
        'SELECT sum(available)::int AS available, sum(reserved)::int AS reserved, count(*)::int AS rows FROM balance WHERE merchant_id = $1',
        [shops.merchantId],
      )
      expect(rows).toEqual([{ available: 519, reserved: 1, rows: 260 }])
      await sound(shops)
    },
  )
  it('twice is once', async () => {
    const shops = await open({ products: products.slice(0, 3) })
    const text = `UPDATE channel_account SET status = 'connecting', opened_at = NULL WHERE id = $1`
    await database.pool.query(text, [shops.accounts.shopify])
    const payload = { merchantId: shops.merchantId, accountId: shops.accounts.shopify }
    await shops.road.sync.inTransaction((tx) =>
      shops.road.sync.outbox.record(tx, [{ name: 'account-connected', payload }]),
    )
    await shops.pass(10_000)
    expect(await pieces(shops, 'R0')).toEqual({ Safe: { available: 2 } })
    expect(await movementsOf(database.pool, shops.merchantId, await shops.item('R0'))).toEqual([])
    expect(present(await accountById(database.pool, shops.accounts.shopify), 'it').status).toBe('open')
  })
})
