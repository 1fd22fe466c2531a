import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { erasePartner } from '#app/merchant/partner.server.ts'
import { extendStay } from '#app/pool/extend-stay.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import type { End, StayTerms } from '#app/pool/movement.ts'
import type { Sync } from '#app/sync/facts.ts'
import { noteOverdue } from '#app/sync/overdue.server.ts'
import { attempt, codeOf } from '#test/support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { addPartner, addPlace } from '#test/support/places.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
let sync: Sync
let clock: VirtualClock
let ring: number

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  const { pool } = database
  await pool.query('DELETE FROM stay')
  clock = new VirtualClock(NOON)
  const outbox = { record: () => Promise.resolve() }
  sync = { db: pool, inTransaction: (work) => transaction(pool, work), outbox, clock }
  shop = await openShop(pool)
  ring = await addItem(pool, shop)
  await addStock(pool, shop, { itemId: ring, place: shop.safe, available: 5 })
})

const hours = (n: number) => new Date(NOON.getTime() + n * 3_600_000)
const pass = (n: number) => clock.runTo(new Date(clock.now().getTime() + n * 3_600_000))
let changes = 0
const carry = (quantity: number, [from, to]: [End, End], stay: StayTerms = {}) =>
  transaction(database.pool, (tx) => {
    const at = clock.now()
    const change = changeOf(shop, { key: `m/${(changes += 1)}`, reason: 'moved', occurredAt: at, recordedAt: at })
    return append(tx, change, [{ itemId: ring, quantity, from, to, stay }])
  })
const safe = (): End => ({ locationId: shop.safe, state: 'available' })
const bench = (): End => ({ locationId: shop.bench, state: 'in_work' })
async function incidents() {
  const text = `SELECT sentence, closed_at IS NULL AS open FROM incident WHERE merchant_id = $1 ORDER BY id`
  return (await database.pool.query<{ sentence: string; open: boolean }>(text, [shop.merchantId])).rows
}

describe('a piece that stays too long', () => {
  it('is an incident from the moment its time is over, once', async () => {
    await carry(2, [safe(), bench()])
    expect(await noteOverdue(sync)).toEqual(hours(168))
    await pass(167)
    await noteOverdue(sync)
    expect(await incidents()).toEqual([])
    await pass(1)
    expect(await noteOverdue(sync)).toBeNull()
    await Promise.all([noteOverdue(sync), noteOverdue(sync)])
    expect(await incidents()).toEqual([
      {
        sentence: '2 of Signet ring have been in Bench since 10 March 2026. They were due on 17 March 2026.',
        open: true,
      },
    ])
  })
  it('is none any more when it is back, all of it', async () => {
    await carry(2, [safe(), bench()])
    await pass(200)
    await noteOverdue(sync)
    await carry(1, [bench(), safe()])
    await noteOverdue(sync)
    expect(await incidents()).toMatchObject([{ open: true }])
    await carry(1, [bench(), safe()])
    await noteOverdue(sync)
    expect(await incidents()).toMatchObject([{ open: false }])
  })
  it('is one for each stay, and a new one when it is laid there again', async () => {
    for (let n = 0; n < 2; n += 1) {
      await carry(1, [safe(), bench()])
      await pass(200)
      await noteOverdue(sync)
      await carry(1, [bench(), safe()])
      await noteOverdue(sync)
    }
    expect(await incidents()).toMatchObject([{ open: false }, { open: false }])
  })
  it('is none while it is given more time, and is one again when that is over', async () => {
    await carry(1, [safe(), bench()])
    await pass(200)
    await noteOverdue(sync)
    const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM stay WHERE merchant_id = $1', [
      shop.merchantId,
    ])
    const extending = (dueAt: Date, stayId = rows[0]!.id) =>
      attempt(database.pool, (tx) =>
        extendStay(
          tx,
          { merchantId: shop.merchantId, actor: 'person/7', stayId, dueAt, why: 'The stone is late' },
          clock.now(),
        ),
      )
    expect(await codeOf(extending(hours(100)))).toBe('past')
    expect(await codeOf(extending(hours(300), 999_999))).toBe('unknown-stay')
    expect(await codeOf(extending(hours(300)))).toBe('done')
    expect(await noteOverdue(sync)).toEqual(hours(300))
    expect(await incidents()).toMatchObject([{ open: false }])
    await pass(100)
    await noteOverdue(sync)
    expect(await incidents()).toMatchObject([{ open: false }, { open: true }])
  })
  it('out on memo is said with who has it, unless their name was erased', async () => {
    const partner = await addPartner(database.pool, shop, 'Okafor')
    const memo = await addPlace(database.pool, shop, { name: 'Memo', kind: 'memo_out', sellable: false })
    const out = (quantity: number) =>
      carry(quantity, [safe(), { locationId: memo, state: 'available' }], { partnerId: partner, dueAt: hours(24) })
    await out(1)
    await pass(24)
    await noteOverdue(sync)
    expect(await incidents()).toMatchObject([
      {
        sentence: '1 of Signet ring has been in Memo, with Okafor, since 10 March 2026. It was due on 11 March 2026.',
      },
    ])
    await erasePartner(database.pool, { merchantId: shop.merchantId, partnerId: partner })
    await transaction(database.pool, (tx) =>
      append(tx, changeOf(shop, { key: 'again', reason: 'moved', occurredAt: clock.now() }), [
        {
          itemId: ring,
          quantity: 1,
          from: safe(),
          to: { locationId: memo, state: 'available' },
          stay: { partnerId: partner, dueAt: hours(25) },
        },
      ]),
    )
    await pass(1)
    await noteOverdue(sync)
    expect((await incidents())[0]?.sentence).toContain('with a partner,')
    expect((await incidents())[1]?.sentence).toBe(
      '1 of Signet ring has been in Memo since 11 March 2026. It was due on 11 March 2026.',
    )
  })
  it('is one of many that are done a part at a time', async () => {
    const many = 130
    await addStock(database.pool, shop, { itemId: await addItem(database.pool, shop), place: shop.safe, available: 1 })
    await database.pool.query(
      `INSERT INTO stay (merchant_id, item_id, location_id, state, quantity, quantity_left, since, due_at)
        SELECT $1, $2, $3, 'in_work', 1, 1, $4, $4 FROM generate_series(1, $5::int)`,
      [shop.merchantId, ring, shop.bench, NOON, many],
    )
    await Promise.all([noteOverdue(sync), noteOverdue(sync)])
    await noteOverdue(sync)
    expect(await incidents()).toHaveLength(many)
  })
})
