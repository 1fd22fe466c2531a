import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { STOCK_STATES } from '#app/kernel/stock-state.ts'
import { append, reserve } from '#app/pool/ledger.server.ts'
import type { Move } from '#app/pool/movement.ts'
import { whyNotMoved } from '#app/pool/not-moved.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { piecesOf } from '../support/pieces.ts'
import { addItem, addStock, changeOf, openShop, type ShopRows } from '../support/shop-rows.ts'
import { someoneWaits } from '../support/waiting.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let opal: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  opal = await addItem(db, shop, { kind: 'one_of_one', sku: 'OPAL' })
})

const arrives = (place: number, quantity = 1, itemId = opal): Move => ({
  itemId,
  quantity,
  from: { outside: 'supplier' },
  to: { locationId: place, state: 'available' },
})
const goes = (from: number, to: number): Move => ({
  itemId: opal,
  quantity: 1,
  from: { locationId: from, state: 'available' },
  to: { locationId: to, state: 'in_work' },
})
let keys = 0
const done = (moves: Move[], tx: Sql = db) =>
  append(tx, changeOf(shop, { key: `k${(keys += 1)}`, reason: 'counted' }), moves)
const pieces = () => piecesOf(db, shop.merchantId, opal)

describe('a one-of-one piece', () => {
  it('is never two, at one place or at two, and who asks is told why', async () => {
    expect(await done([arrives(shop.safe, 2)])).toEqual({ lacking: [], twice: [opal] })
    expect(await done([arrives(shop.safe), arrives(shop.bench)])).toEqual({ lacking: [], twice: [opal] })
    expect(await done([arrives(shop.safe)])).toBe('done')
    const again = await done([arrives(shop.bench)])
    expect(again).toEqual({ lacking: [], twice: [opal] })
    expect(typeof again === 'string' ? again : whyNotMoved(again).sentence).toBe(
      'This is a one-of-one piece and there is one already: there can never be two of it.',
    )
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
  })
  it('goes from place to place, out of the house and in again', async () => {
    await done([arrives(shop.safe)])
    expect(await done([goes(shop.safe, shop.bench)])).toBe('done')
    const sold: Move = {
      itemId: opal,
      quantity: 1,
      from: { locationId: shop.bench, state: 'in_work' },
      to: { outside: 'customer' },
    }
    expect(await done([sold])).toBe('done')
    expect(await done([arrives(shop.safe)])).toBe('done')
  })
  it('keeps nobody else from what else a delivery brings, but the delivery is refused as a whole', async () => {
    const ring = await addItem(db, shop, { sku: 'RING' })
    await done([arrives(shop.safe)])
    expect(await done([arrives(shop.safe, 5, ring), arrives(shop.bench)])).toEqual({ lacking: [], twice: [opal] })
    expect(await piecesOf(db, shop.merchantId, ring)).toEqual({})
    expect(await done([arrives(shop.safe, 5, ring), arrives(shop.bench, 3, ring)])).toBe('done')
  })
  it('that arrives at two places at the same moment arrives at one', async () => {
    let second: ReturnType<typeof done> | undefined
    await transaction(db, async (tx) => {
      expect(await done([arrives(shop.safe)], tx)).toBe('done')
      second = done([arrives(shop.bench)])
      await someoneWaits(db)
    })
    expect(await second).toEqual({ lacking: [], twice: [opal] })
    expect(await pieces()).toEqual({ Safe: { available: 1 } })
  })
  it('is never two for who writes past the ledger either; of a ring there may be', async () => {
    await done([arrives(shop.safe)])
    const insert = 'INSERT INTO balance (merchant_id, item_id, location_id, held) VALUES ($1, $2, $3, 1)'
    await db.query(insert, [shop.merchantId, opal, shop.bench])
    const found = `INSERT INTO movement (merchant_id, item_id, key, n, quantity, from_state, to_location, to_state, reason, actor, cause, occurred_at, recorded_at)
      VALUES ($1, $2, 'past the ledger', 1, 1, 'found', $3, 'held', 'counted', 'app', 'app', $4, $4)`
    await expect(db.query(found, [shop.merchantId, opal, shop.bench, shop.at])).rejects.toThrow('in the world once')
    const ring = await addItem(db, shop, { sku: 'RING' })
    await addStock(db, shop, { itemId: ring, place: shop.safe, available: 2 })
    await expect(
      db.query(`UPDATE item SET kind = 'one_of_one' WHERE merchant_id = $1 AND id = $2`, [shop.merchantId, ring]),
    ).rejects.toThrow('more than one')
  })
  it('is reserved as any other, once', async () => {
    await done([arrives(shop.safe)])
    const taken = await Promise.all(
      [1, 2, 3].map((n) =>
        reserve(db, changeOf(shop, { key: `sale ${n}`, reason: 'sold' }), {
          demands: [{ itemId: opal, quantity: 1 }],
          whole: true,
        }),
      ),
    )
    expect(taken.filter((one) => one !== 'already' && one.taken.length > 0)).toHaveLength(1)
  })
})

describe('stock', () => {
  it.each(STOCK_STATES)('has no state below zero: %s', async (state) => {
    await done([arrives(shop.safe)])
    const text = `UPDATE balance SET ${state} = -1 WHERE merchant_id = $1 AND item_id = $2`
    await expect(db.query(text, [shop.merchantId, opal])).rejects.toThrow(`balance_${state}_check`)
  })
  it('has no column that could be below zero but those that are named here', async () => {
    const { rows } = await db.query<{ column_name: string }>(`SELECT column_name FROM information_schema.columns
      WHERE table_name = 'balance' AND data_type = 'integer' AND column_name NOT LIKE '%\\_id' ORDER BY 1`)
    expect(rows.map(({ column_name }) => column_name)).toEqual(STOCK_STATES.toSorted())
  })
})
