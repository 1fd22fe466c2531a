import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { refuse } from '#app/kernel/refusal.ts'
import { bookOrder } from '#app/orders/book.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { keepRemark } from '#app/pool/remark.server.ts'
import { act } from '#app/sync/act.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { bookedLines, orderTold, resolved } from '#test/support/orders.ts'
import { piecesOf } from '#test/support/pieces.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
let sync: Sync
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
  const { pool } = database
  const outbox = { record: () => Promise.resolve() }
  sync = { db: pool, inTransaction: (work) => transaction(pool, work), outbox, clock: new VirtualClock(NOON) }
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(database.pool)
  ring = await addItem(database.pool, shop)
  await addStock(database.pool, shop, { itemId: ring, place: shop.bench, in_work: 1 })
})

const toTheSafe = (key: string) => ({
  change: changeOf(shop, { key, reason: 'moved' }),
  moves: [
    {
      itemId: ring,
      quantity: 1,
      from: { locationId: shop.bench, state: 'in_work' as const },
      to: { locationId: shop.safe, state: 'available' as const },
    },
  ],
})

it('what was written before it was refused is undone', async () => {
  const refused = await act(sync, shop, async (tx) => {
    const { change, moves } = toTheSafe('a')
    await append(tx, change, moves)
    await keepRemark(tx, { merchantId: shop.merchantId, actor: 'app', text: 'Polished', at: NOON })
    return refuse('late', 'It is too late.')
  })
  expect(refused).toEqual(refuse('late', 'It is too late.'))
  expect(await piecesOf(database.pool, shop.merchantId, ring)).toEqual({ Bench: { in_work: 1 } })
  const { rows } = await database.pool.query('SELECT FROM remark WHERE merchant_id = $1', [shop.merchantId])
  expect(rows).toEqual([])
})

it('what breaks is undone too, and is not taken for a refusal', async () => {
  const broken = act(sync, shop, async (tx) => {
    const { change, moves } = toTheSafe('a')
    await append(tx, change, moves)
    throw new Error('The lights went out')
  })
  await expect(broken).rejects.toThrow('The lights went out')
  expect(await piecesOf(database.pool, shop.merchantId, ring)).toEqual({ Bench: { in_work: 1 } })
})

it('what came free goes to an order that was promised it, before anybody can see it', async () => {
  const order = orderTold()
  await transaction(database.pool, (tx) =>
    bookOrder(tx, {
      merchantId: shop.merchantId,
      accountId: shop.etsy,
      order,
      lines: resolved(order, [ring]),
      locations: new Map(),
      history: false,
      at: NOON,
    }),
  )
  expect(await bookedLines(database.pool, shop)).toMatchObject([{ reserved: 0, short: 1 }])
  await act(sync, shop, async (tx) => {
    const { change, moves } = toTheSafe('a')
    await append(tx, change, moves)
    return { freed: [ring, ring] }
  })
  expect(await bookedLines(database.pool, shop)).toMatchObject([{ reserved: 1, short: 0 }])
  expect(await piecesOf(database.pool, shop.merchantId, ring)).toEqual({ Safe: { reserved: 1 } })
})
