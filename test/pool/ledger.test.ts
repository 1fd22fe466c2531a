import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import type { Sql } from '#app/kernel/sql.ts'
import type { Balance } from '#app/kernel/stock-state.ts'
import { append, reserve } from '#app/pool/ledger.server.ts'
import type { Change, Demand, Move } from '#app/pool/movement.ts'
import { stockOf } from '#app/pool/stock.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { someoneWaits } from '../support/waiting.ts'
import { addItem, addStock, changeOf, openShop, put, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let window: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  window = await put(db, 'location', {
    merchant_id: shop.merchantId,
    name: 'Window',
    kind: 'store',
    sellable: true,
    rank: 3,
  })
})

const change = (key: string): Change => changeOf(shop, { key, reason: 'sold' })
const all = (...demands: Demand[]) => ({ demands, whole: true })
const some = (...demands: Demand[]) => ({ demands, whole: false })

async function ring(stock: Partial<Record<'safe' | 'window' | 'bench', number>>): Promise<number> {
  const itemId = await addItem(db, shop)
  for (const [name, available] of Object.entries(stock)) {
    const place = name === 'window' ? window : name === 'safe' ? shop.safe : shop.bench
    await addStock(db, shop, { itemId, place, available })
  }
  return itemId
}

/** Pieces by place name and state, nothing where there is nothing. */
async function lies(itemId: number): Promise<Record<string, Partial<Balance>>> {
  const { stock } = (await stockOf(db, shop.merchantId, [itemId])).get(itemId)!
  const entries = stock.map(({ name, balance }) => [
    name,
    Object.fromEntries(Object.entries(balance).filter(([, n]) => n > 0)),
  ])
  return Object.fromEntries(entries)
}

const seqOf = async (itemId: number) => (await stockOf(db, shop.merchantId, [itemId])).get(itemId)!.seq
const facts = async () =>
  (
    await db.query<{ key: string }>('SELECT key FROM stock_changed WHERE merchant_id = $1 ORDER BY key', [
      shop.merchantId,
    ])
  ).rows

describe('a reservation', () => {
  it('takes a piece from the first place that sells, and leaves what it did in the ledger', async () => {
    const item = await ring({ safe: 2, window: 5, bench: 5 })
    const before = await seqOf(item)
    const done = await reserve(db, change('a'), all({ itemId: item, quantity: 2 }))
    expect(done).toEqual({ taken: [{ itemId: item, locationId: shop.safe, quantity: 2 }], short: [] })
    expect(await lies(item)).toEqual({ Safe: { reserved: 2 }, Bench: { available: 5 }, Window: { available: 5 } })
    expect(await seqOf(item)).toBeGreaterThan(before)
    expect(await facts()).toContainEqual({ key: 'a' })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('takes from several places in the merchant’s order when no place has all of it, and never from one that does not sell', async () => {
    const item = await ring({ safe: 2, bench: 9, window: 3 })
    const done = await reserve(db, change('a'), all({ itemId: item, quantity: 4 }))
    expect(done).toMatchObject({
      taken: [
        { locationId: shop.safe, quantity: 2 },
        { locationId: window, quantity: 2 },
      ],
    })
  })
  it('takes first where the channel says it takes, also at a place that does not sell', async () => {
    const item = await ring({ safe: 2, window: 3, bench: 3 })
    const sources = [
      { locationId: window, quantity: 2 },
      { locationId: shop.bench, quantity: 1 },
    ]
    await reserve(db, change('a'), some({ itemId: item, quantity: 4, sources }))
    expect(await lies(item)).toEqual({
      Safe: { available: 1, reserved: 1 },
      Bench: { available: 2, reserved: 1 },
      Window: { available: 1, reserved: 2 },
    })
  })
  it('takes no more than was named at a place that does not sell, whatever else is missing', async () => {
    const item = await ring({ safe: 1, bench: 5 })
    const demand = { itemId: item, quantity: 3, sources: [{ locationId: shop.bench, quantity: 1 }] }
    expect(await reserve(db, change('a'), some(demand))).toMatchObject({ short: [{ itemId: item, quantity: 1 }] })
    expect(await lies(item)).toEqual({ Safe: { reserved: 1 }, Bench: { available: 4, reserved: 1 } })
  })
  it('takes no more than is wanted, though the channel names more there', async () => {
    const item = await ring({ window: 5 })
    const demand = { itemId: item, quantity: 1, sources: [{ locationId: window, quantity: 2 }] }
    expect(await reserve(db, change('a'), some(demand))).toMatchObject({ taken: [{ quantity: 1 }], short: [] })
  })
  it('of the whole changes nothing when one of its items is short', async () => {
    const [a, b] = [await ring({ safe: 5 }), await ring({ safe: 1 })]
    const done = await reserve(db, change('a'), all({ itemId: a, quantity: 1 }, { itemId: b, quantity: 2 }))
    expect(done).toMatchObject({ taken: [] })
    expect(await lies(a)).toEqual({ Safe: { available: 5 } })
    expect(await facts()).not.toContainEqual({ key: 'a' })
  })
  it('of what there is takes it, and says what is short', async () => {
    const [a, b, c] = [await ring({ safe: 5 }), await ring({ safe: 1 }), await ring({})]
    const wanted = some({ itemId: a, quantity: 1 }, { itemId: b, quantity: 3 }, { itemId: c, quantity: 1 })
    const done = await reserve(db, change('a'), wanted)
    expect(done).toMatchObject({
      short: [
        { itemId: b, quantity: 2 },
        { itemId: c, quantity: 1 },
      ],
    })
  })
  it('of the same key happens once, in every form', async () => {
    const item = await ring({ safe: 1, window: 2 })
    for (const quantity of [1, 2]) await reserve(db, change(`k${quantity}`), all({ itemId: item, quantity }))
    expect(await reserve(db, change('k1'), all({ itemId: item, quantity: 1 }))).toBe('already')
    expect(await reserve(db, change('k2'), some({ itemId: item, quantity: 2 }))).toBe('already')
    expect(await lies(item)).toEqual({ Safe: { reserved: 1 }, Window: { reserved: 2 } })
  })
  it('never touches another merchant’s stock', async () => {
    const item = await ring({ safe: 1 })
    const other = await openShop(db)
    const done = await reserve(db, { ...change('a'), merchantId: other.merchantId }, all({ itemId: item, quantity: 1 }))
    expect(done).toMatchObject({ taken: [], short: [{ quantity: 1 }] })
  })
})

/** Runs `first` in a transaction that stays open until `second` waits for it. */
async function heldWhile<A, B>(first: (tx: Sql) => Promise<A>, second: () => Promise<B>): Promise<[A, B]> {
  let answer: Promise<B> | undefined
  const done = await transaction(db, async (tx) => {
    const given = await first(tx)
    answer = second()
    await someoneWaits(db)
    return given
  })
  return [done, await answer!]
}

describe('two buyers at once', () => {
  it('of the last piece: one has it, the other is told that it is gone', async () => {
    const item = await ring({ safe: 1 })
    const [first, second] = await heldWhile(
      (tx) => reserve(tx, change('a'), all({ itemId: item, quantity: 1 })),
      () => reserve(db, change('b'), all({ itemId: item, quantity: 1 })),
    )
    expect(first).toMatchObject({ taken: [{ quantity: 1 }] })
    expect(second).toEqual({ taken: [], short: [{ itemId: item, quantity: 1 }] })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('of the last piece at one place, while another place has one: both have one', async () => {
    const item = await ring({ safe: 1, window: 1 })
    const [, second] = await heldWhile(
      (tx) => reserve(tx, change('a'), all({ itemId: item, quantity: 1 })),
      () => reserve(db, change('b'), all({ itemId: item, quantity: 1 })),
    )
    expect(second).toMatchObject({ taken: [{ locationId: window, quantity: 1 }] })
  })
  it('of which the first brings it back from the buyer: the second has it', async () => {
    const item = await ring({})
    await append(db, change('none'), [
      { itemId: item, quantity: 1, from: { outside: 'found' }, to: { locationId: shop.safe, state: 'damaged' } },
    ])
    const back = (to: 'available' | 'held') => ({ itemId: item, quantity: 1, to: { locationId: shop.safe, state: to } })
    const [, second] = await heldWhile(
      (tx) => append(tx, change('a'), [{ ...back('available'), from: { outside: 'customer' } }]),
      () => reserve(db, change('b'), all({ itemId: item, quantity: 1 })),
    )
    expect(second).toMatchObject({ taken: [{ quantity: 1 }] })
    const [, third] = await heldWhile(
      (tx) => append(tx, change('c'), [{ ...back('available'), from: { outside: 'customer' } }]),
      () => append(db, change('d'), [{ ...back('held'), from: { locationId: shop.safe, state: 'available' } }]),
    )
    expect(third).toBe('done')
    expect(await lies(item)).toEqual({ Safe: { reserved: 1, held: 1, damaged: 1 } })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('of which the first gives up: the second has the piece', async () => {
    const item = await ring({ safe: 1 })
    const given = new Error('The first buyer leaves.')
    let second: Promise<unknown> = Promise.resolve()
    await expect(
      transaction(db, async (tx) => {
        await reserve(tx, change('a'), all({ itemId: item, quantity: 1 }))
        second = reserve(db, change('b'), all({ itemId: item, quantity: 1 }))
        await someoneWaits(db)
        throw given
      }),
    ).rejects.toThrow(given)
    expect(await second).toMatchObject({ taken: [{ quantity: 1 }], short: [] })
  })
  it('of several pieces named in opposite orders: neither waits for the other for ever', async () => {
    const [a, b] = [await ring({ safe: 40 }), await ring({ safe: 40 })]
    const wanted = [
      some({ itemId: a, quantity: 1 }, { itemId: b, quantity: 1 }),
      some({ itemId: b, quantity: 1 }, { itemId: a, quantity: 1 }),
    ]
    const done = await Promise.all(Array.from({ length: 40 }, (_, n) => reserve(db, change(`o${n}`), wanted[n % 2]!)))
    expect(done.every((one) => one !== 'already' && one.short.length === 0)).toBe(true)
    expect(await lies(a)).toEqual({ Safe: { reserved: 40 } })
    expect(await lies(b)).toEqual({ Safe: { reserved: 40 } })
  })
  it('who are one and the same, heard twice: one reservation', async () => {
    const item = await ring({ safe: 5 })
    const [first, second] = await heldWhile(
      (tx) => reserve(tx, change('a'), some({ itemId: item, quantity: 2 })),
      () => reserve(db, change('a'), some({ itemId: item, quantity: 2 })),
    )
    expect(first).toMatchObject({ taken: [{ quantity: 2 }] })
    expect(second).toBe('already')
    expect(await lies(item)).toEqual({ Safe: { available: 3, reserved: 2 } })
  })
  it('forty, for ten pieces: ten have one', async () => {
    const item = await ring({ safe: 6, window: 4 })
    const done = await Promise.all(
      Array.from({ length: 40 }, (_, n) => reserve(db, change(`b${n}`), all({ itemId: item, quantity: 1 }))),
    )
    expect(done.filter((one) => one !== 'already' && one.taken.length === 1)).toHaveLength(10)
    expect(await lies(item)).toEqual({ Safe: { reserved: 6 }, Window: { reserved: 4 } })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
})

describe('a movement', () => {
  const move = (itemId: number, quantity: number, [from, to]: [Move['from'], Move['to']]): Move => ({
    itemId,
    quantity,
    from,
    to,
  })
  const inSafe = (state: keyof Balance) => ({ locationId: shop.safe, state })

  it('moves units between states and places, and in from and out to the world', async () => {
    const item = await ring({ safe: 5 })
    const moves = [
      move(item, 2, [inSafe('available'), { locationId: shop.bench, state: 'in_work' }]),
      move(item, 1, [inSafe('available'), { outside: 'lost' }]),
      move(item, 3, [{ outside: 'supplier' }, inSafe('incoming')]),
    ]
    expect(await append(db, change('a'), moves)).toBe('done')
    expect(await lies(item)).toEqual({ Safe: { available: 2, incoming: 3 }, Bench: { in_work: 2 } })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('of what is not there moves nothing of its change, and says what lacks', async () => {
    const [a, b] = [await ring({ safe: 5 }), await ring({ safe: 1 })]
    const moves = [a, b].map((item) => move(item, 2, [inSafe('available'), { outside: 'customer' }]))
    expect(await append(db, change('a'), moves)).toEqual({ lacking: [b] })
    expect(await lies(a)).toEqual({ Safe: { available: 5 } })
  })
  it('may pass through a state within one change, as long as the sum is there', async () => {
    const item = await ring({ safe: 1 })
    const through = [
      move(item, 1, [inSafe('available'), inSafe('held')]),
      move(item, 1, [inSafe('held'), { outside: 'customer' }]),
    ]
    expect(await append(db, change('a'), through)).toBe('done')
  })
  it('of the same key happens once, also at the same moment', async () => {
    const item = await ring({ safe: 5 })
    const out = [move(item, 1, [inSafe('available'), { outside: 'lost' }])]
    const [, second] = await heldWhile(
      (tx) => append(tx, change('a'), out),
      () => append(db, change('a'), out),
    )
    expect(second).toBe('already')
    expect(await append(db, change('a'), out)).toBe('already')
    expect(await lies(item)).toEqual({ Safe: { available: 4 } })
  })
  it.each(['UPDATE movement SET quantity = 9', 'DELETE FROM movement'])(
    'is never changed afterwards: %s',
    async (text) => {
      await ring({ safe: 5 })
      await expect(db.query(text)).rejects.toThrow('the ledger is append only')
    },
  )
  it('leaves no balance below zero, whoever writes past the ledger', async () => {
    const item = await ring({ safe: 1 })
    await expect(db.query('UPDATE balance SET available = -1 WHERE item_id = $1', [item])).rejects.toThrow(
      'balance_available_check',
    )
  })
  it('that is rolled back leaves neither balance nor fact', async () => {
    const item = await ring({ safe: 5 })
    const undone = transaction(db, async (tx) => {
      await append(tx, change('a'), [move(item, 1, [inSafe('available'), { outside: 'lost' }])])
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    expect(await lies(item)).toEqual({ Safe: { available: 5 } })
    expect(await facts()).not.toContainEqual({ key: 'a' })
  })
})

describe('the audit of the ledger', () => {
  it('finds a balance that somebody wrote past the ledger', async () => {
    const item = await ring({ safe: 5 })
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
    await db.query('UPDATE balance SET available = 6 WHERE item_id = $1', [item])
    const drift = { itemId: item, locationId: shop.safe, state: 'available', balance: 6, ledger: 5 }
    expect(await verifyLedger(db, shop.merchantId)).toEqual([drift])
  })
  it('finds a balance that is missing', async () => {
    const item = await ring({ safe: 5 })
    await db.query('DELETE FROM balance WHERE item_id = $1', [item])
    expect(await verifyLedger(db, shop.merchantId)).toMatchObject([{ itemId: item, balance: 0, ledger: 5 }])
  })
})

describe('the stock of an item', () => {
  it('is nothing for one that nobody ever had', async () => {
    const itemId = await addItem(db, shop)
    expect((await stockOf(db, shop.merchantId, [itemId])).get(itemId)).toEqual({
      itemId,
      seq: 0,
      stock: [],
      supply: { kind: 'stock', stock: [] },
    })
  })
  it('grows in sequence with every change, whichever place it is at', async () => {
    const item = await ring({ safe: 1, window: 1 })
    const seen = [await seqOf(item)]
    for (const n of [1, 2]) {
      await reserve(db, change(`k${n}`), all({ itemId: item, quantity: 1 }))
      seen.push(await seqOf(item))
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen)
    expect(new Set(seen).size).toBe(3)
  })
})
