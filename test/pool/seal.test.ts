import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { checkSealFile } from '#app/pool/check-seal-file.server.ts'
import { checkSeals, sealCount } from '#app/pool/check-seals.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { lastSeal } from '#app/pool/seal.server.ts'
import { sealedLines } from '#app/pool/sealed-lines.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { sealHourly } from '#app/sync/seal-hourly.server.ts'
import { allOf } from '#test/support/all-of.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { pastTheLedger } from '#test/support/past-the-ledger.ts'
import { plainSync } from '#test/support/plain-sync.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
let ring: number
let clock: VirtualClock
let sync: Sync

beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
let gap: number

beforeEach(async () => {
  const { pool } = database
  // A number that no movement has.
  gap = Number((await pool.query(`SELECT nextval('movement_id_seq') AS id`)).rows[0].id)
  clock = new VirtualClock(NOON)
  sync = plainSync(pool, clock)
  shop = await openShop(pool)
  ring = await addItem(pool, shop)
  await addStock(pool, shop, { itemId: ring, place: shop.safe, available: 100 })
})

const lost = (key: string, tx = sync.db) =>
  append(tx, changeOf(shop, { key, reason: 'moved', actor: 'person/1', cause: 'remark/1' }), [
    {
      itemId: ring,
      quantity: 1,
      from: { locationId: shop.safe, state: 'available' },
      to: { locationId: shop.bench, state: 'in_work' },
    },
  ])

/** Runs it until it waits for nothing, at this moment of the clock. */
async function sealNow(most = 1_000): Promise<void> {
  const work = sealHourly(sync, { mostMovements: most })
  while (await work.run());
}

const passHours = (n: number) => clock.runTo(new Date(clock.now().getTime() + n * 3_600_000))

/** Three hours, a movement in each: three seals. */
async function threeHours(): Promise<void> {
  for (const key of ['one', 'two', 'three']) {
    await lost(key)
    await sealNow()
    await passHours(1)
  }
}

const linesOf = async () => (await allOf(sealedLines(sync.db, shop.merchantId))).join('').split('\n')
async function* asFile(lines: string[]) {
  yield* lines
}
const wrong = async (lines: string[]) => (await checkSealFile(asFile(lines))).wrong
const broken = async () => (await checkSeals(sync.db, shop.merchantId)).map(({ n, wrong }) => `${n} ${wrong}`)

describe('the hourly seal', () => {
  it('covers what was written since the one before it, and hangs on it', async () => {
    await threeHours()
    const text = 'SELECT n, movements, previous_hash, hash FROM ledger_seal WHERE merchant_id = $1 ORDER BY n'
    const { rows } = await database.pool.query(text, [shop.merchantId])
    expect(rows.map(({ n, movements }) => [n, movements])).toEqual([
      [1, 2],
      [2, 1],
      [3, 1],
    ])
    expect([rows[0].previous_hash, rows[1].previous_hash, rows[2].previous_hash]).toEqual([
      '0'.repeat(64),
      rows[0].hash,
      rows[1].hash,
    ])
    expect(await broken()).toEqual([])
  })
  it('is made once an hour, and not at all for an hour in which nothing moved', async () => {
    const work = sealHourly(sync)
    while (await work.run());
    await lost('later in the same hour')
    while (await work.run());
    expect(await sealCount(sync.db, shop.merchantId)).toBe(1)
    await passHours(1)
    while (await work.run());
    expect(await lastSeal(sync.db, shop.merchantId)).toMatchObject({ n: 2, movements: 1 })
    await passHours(5)
    while (await work.run());
    expect(await sealCount(sync.db, shop.merchantId)).toBe(2)
  })
  it('after an outage leaves nothing out, in as many seals as it takes', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await lost(key)
    await passHours(7)
    await sealNow(2)
    expect(await sealCount(sync.db, shop.merchantId)).toBe(3)
    expect(await broken()).toEqual([])
    expect(await lastSeal(sync.db, shop.merchantId)).toMatchObject({ movements: 1 })
  })
  it('waits for a movement that has its number already and is not written yet', async () => {
    const work = sealHourly(sync)
    await transaction(database.pool, async (tx) => {
      await lost('slow', tx)
      await transaction(database.pool, (other) =>
        append(other, changeOf(shop, { key: 'quick', reason: 'moved' }), bench),
      )
      expect(await work.run()).not.toBeNull()
      expect(await sealCount(sync.db, shop.merchantId)).toBe(0)
    })
    while (await work.run());
    expect(await lastSeal(sync.db, shop.merchantId)).toMatchObject({ n: 1, movements: 3 })
    expect(await broken()).toEqual([])
  })
  it('is one, though several workers make it at the same moment', async () => {
    await Promise.all([sealNow(), sealNow(), sealNow()])
    expect(await sealCount(sync.db, shop.merchantId)).toBe(1)
  })
  it('of one merchant does not depend on what another does', async () => {
    await threeHours()
    const before = await linesOf()
    const other = await openShop(database.pool)
    const item = await addItem(database.pool, other)
    await addStock(database.pool, other, { itemId: item, place: other.safe, available: 1 })
    await sealNow()
    expect(await linesOf()).toEqual(before)
    expect((await allOf(sealedLines(sync.db, other.merchantId))).length).toBe(2)
  })

  const bench = [
    { itemId: 0, quantity: 1, from: { outside: 'found' as const }, to: { locationId: 0, state: 'available' as const } },
  ]
  beforeEach(async () => {
    const itemId = await addItem(database.pool, shop, { sku: 'RNG-2' })
    bench[0] = { ...bench[0]!, itemId, to: { locationId: shop.safe, state: 'available' } }
  })
})

describe('a change behind the ledger’s back', () => {
  beforeEach(threeHours)
  const id = (key: string) =>
    `(SELECT id FROM movement WHERE merchant_id = ${shop.merchantId} AND key = '${key}' ORDER BY n LIMIT 1)`
  const past = (text: string) => pastTheLedger(database.pool, text)

  it('is refused to whoever comes by the ordinary way', async () => {
    for (const text of [
      'UPDATE ledger_seal SET n = 9',
      'DELETE FROM ledger_seal',
      'TRUNCATE ledger_seal',
      'TRUNCATE movement CASCADE',
    ])
      await expect(database.pool.query(text)).rejects.toThrow('the ledger is append only')
  })
  it.each([
    'quantity = 2',
    `actor = 'person/9'`,
    `recorded_at = recorded_at + interval '1 microsecond'`,
    `origin = 'page/x'`,
    "to_location = NULL, to_state = 'lost'",
  ])('of a movement (%s) is seen at its own hour, and at no other', async (change) => {
    await past(`UPDATE movement SET ${change} WHERE id = ${id('two')}`)
    expect(await broken()).toEqual(['2 content'])
  })
  it('that takes a movement out is seen at its hour', async () => {
    await past(`DELETE FROM movement WHERE id = ${id('two')}`)
    expect(await broken()).toEqual(['2 count'])
  })
  it('that slips a movement into an hour that is over is seen', async () => {
    await past(`INSERT INTO movement (merchant_id, item_id, id, key, n, quantity, from_state, to_location, to_state, reason, actor, cause, occurred_at, recorded_at)
      SELECT merchant_id, item_id, ${gap}, 'forged', 1, 1, 'found', from_location, 'available', reason, actor, cause, occurred_at, recorded_at
      FROM movement WHERE id = ${id('two')}`)
    expect(await broken()).toEqual(['1 count'])
  })
  it('that seals a forged hour anew is seen at the next', async () => {
    await past(`UPDATE movement SET quantity = 2 WHERE id = ${id('two')}`)
    await past(`UPDATE ledger_seal SET hash = repeat('f', 64) WHERE merchant_id = ${shop.merchantId} AND n = 2`)
    expect(await broken()).toEqual(['2 content', '3 chain'])
  })
  it('that takes a seal out is seen', async () => {
    await past(`DELETE FROM ledger_seal WHERE merchant_id = ${shop.merchantId} AND n = 2`)
    expect(await broken()).toEqual(['3 missing'])
  })
})

describe('the exported ledger', () => {
  beforeEach(threeHours)

  it('proves itself without the database', async () => {
    const verdict = await checkSealFile(asFile(await linesOf()))
    const { hash } = (await lastSeal(sync.db, shop.merchantId))!
    expect(verdict).toEqual({ movements: 4, first: 1, last: 3, hash, wrong: null })
  })
  it('is made of lines as JSON.stringify writes them, and hashed as any tool would', async () => {
    const lines = await linesOf()
    for (const line of lines.filter(Boolean)) expect(JSON.stringify(JSON.parse(line))).toBe(line)
    const [first, second, seal, hash] = lines
    expect(JSON.parse(second!)).toMatchObject([
      'movement/1',
      expect.any(Number),
      'one',
      1,
      ring,
      1,
      shop.safe,
      'available',
      shop.bench,
      'in_work',
      'moved',
      'person/1',
      'remark/1',
      null,
      '2026-03-10T12:00:00.000000Z',
      '2026-03-10T12:00:00.000000Z',
      null,
    ])
    expect(JSON.parse(seal!).slice(0, 3)).toEqual(['seal/1', shop.merchantId, 1])
    const digest = createHash('sha256').update(`${first}\n${second}\n${seal}\n`).digest('hex')
    expect(JSON.parse(hash!)).toEqual(['hash/1', digest])
  })
  it('may begin in the middle of the chain', async () => {
    const lines = await linesOf()
    const verdict = await checkSealFile(asFile(lines.slice(4)))
    expect(verdict).toMatchObject({ movements: 2, first: 2, last: 3, wrong: null })
  })
  it('of which anything was changed does not', async () => {
    const lines = await linesOf()
    const edited = (at: number, from: string, to: string) =>
      lines.map((line, i) => (i === at ? line.replace(from, to) : line))
    expect(await wrong(edited(1, 'person/1', 'person/2'))).toBe(
      'seal 1 is broken: its movements are not what was sealed',
    )
    expect(await wrong(edited(3, lines[3]!.slice(12, 16), 'ffff'))).toContain('seal 1 is broken')
    expect(await wrong(lines.toSpliced(4, 1))).toBe('seal 2 covers 1 movements, and there are 0')
    expect(await wrong(lines.toSpliced(4, 3))).toBe('after seal 1 comes seal 3')
    expect(await wrong([...lines.slice(0, 3), ...lines.slice(4)])).toBe('seal 1 is not followed by its hash')
    expect(await wrong(lines.slice(0, -2))).toBe('the file ends in the middle of a seal')
    expect(await wrong(['x', ...lines])).toBe('a line is none of ours: x')
    expect(await wrong([])).toBe('the file holds no seal')
  })
})
