import { afterAll, beforeAll, expect, test } from 'vitest'
import { carryOut, DECISIONS } from '#app/decide.server.ts'
import type { Deciding } from '#app/decide/decision.server.ts'
import { openIncident } from '#app/incidents/incident.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Random } from '#app/kernel/clock.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { pick, seeded, whole } from '#sandbox/jeweler/chance.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { plainSync } from '#test/support/plain-sync.ts'
import { addItem, addListing, addOrder, addStock, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

// Whatever is sent to whatever can be decided: nothing breaks, and nothing that was not asked for in good form moves stock.
// `FUZZ_SEED=N npm test -- test/decide/fuzz.test.ts` plays the same garbage again.

const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(performance.timeOrigin % 2 ** 31))
const FORMS_OF_EACH = 150

let database: FreshDatabase
let ours: ShopRows
let theirsShop: ShopRows
/** Ids of rows of another merchant's, by what a field may be called. */
let theirs: number[]
beforeAll(async () => {
  database = await freshDatabase()
  ours = await openShop(database.pool)
  await stocked(ours)
  theirsShop = await openShop(database.pool)
  theirs = await stocked(theirsShop)
})
afterAll(() => database.drop())

async function stocked(shop: ShopRows): Promise<number[]> {
  const { pool } = database
  const item = await addItem(pool, shop, { undecided: 'not looked at' })
  await addStock(pool, shop, { itemId: item, place: shop.safe, available: 5 })
  const drifting = { account_id: shop.etsy, item_id: item, unexplained: 2, shown: 0 }
  const listing = await addListing(pool, shop, drifting)
  const order = await addOrder(pool, shop, { order: { taken_out: 'asked', history: true }, lines: [{ item_id: item }] })
  const about = { merchantId: shop.merchantId, itemId: item, sentence: 'Sold without stock.', at: NOON }
  const incident = await openIncident(pool, { ...about, kind: 'oversell', subject: 'line/1' })
  const person = { merchant_id: shop.merchantId, subject: 's', role: 'owner', first_seen: NOON }
  return [
    item,
    listing,
    order,
    incident,
    await put(pool, 'person', person),
    shop.safe,
    shop.bench,
    shop.etsy,
    shop.shopify,
  ]
}

const ODD = [
  '',
  ' ',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e3',
  '1e999',
  'NaN',
  'Infinity',
  '0x10',
  '٣',
  '2147483647',
  '2147483648',
  '9'.repeat(400),
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  "'; DROP TABLE movement; --",
  "1' OR '1'='1",
  '$1',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '../../etc/passwd',
  '%00',
  'a\0b',
  '\ud800',
  '💍'.repeat(50),
  'x'.repeat(100_000),
  '2026-02-30T25:00:00Z',
  '1970-01-01',
  '-271821-04-20',
  '00000000-0000-0000-0000-000000000000',
  'yes',
  'no',
  'available',
  'opening/1/1',
  '1/1,1/1',
  '999999999/999999999',
  '{"a":1}',
  '[]',
]

// Only forms give text; but who calls it from elsewhere must not be able to break it either.
const NO_TEXT: unknown[] = [
  null,
  5,
  -1.5,
  NaN,
  true,
  [],
  ['1', '2'],
  {},
  { toString: 5 },
  Object.create(null),
  Symbol.iterator,
  10n,
  new Date(NaN),
]

function garbage(random: Random): unknown {
  const kind = random()
  if (kind < 0.6) return pick(random, ODD)
  if (kind < 0.8) return String(pick(random, theirs))
  if (kind < 0.9) return pick(random, NO_TEXT)
  return String(whole(random, -3, 12))
}

const FIELDS_BESIDE = ['__proto__', 'constructor', 'merchantId', 'actor', 'role', 'sync']

/** A form with one field or more that is wrong; the others are garbage too, or missing. */
function formOf(name: string, random: Random): Record<string, unknown> {
  const fields = [...Object.keys(DECISIONS[name]?.shape ?? {}), ...FIELDS_BESIDE]
  const filled = fields.filter(() => random() < 0.8).map((field) => [field, garbage(random)] as const)
  return Object.fromEntries([['decision', name], ...filled])
}

/** Everything the stock of a merchant is. */
async function stock(merchantId: number): Promise<string> {
  const of = (table: string) => `SELECT * FROM ${table} WHERE merchant_id = $1 ORDER BY 1, 2, 3`
  const [movements, balances] = await Promise.all(
    ['movement', 'balance'].map((table) => database.pool.query(of(table), [merchantId])),
  )
  return JSON.stringify([movements?.rows, balances?.rows])
}

const who = (): Deciding => ({
  sync: plainSync(database.pool, new VirtualClock(NOON)),
  merchantId: ours.merchantId,
  actor: 'person/1',
  role: 'owner',
})

test.each(Object.keys(DECISIONS))(
  `garbage sent to “%s” breaks nothing; what is refused moves nothing, and nobody else’s stock moves (seed ${SEED})`,
  async (name) => {
    const random = seeded(SEED + name.length)
    const theirsBefore = await stock(theirsShop.merchantId)
    let before = await stock(ours.merchantId)
    for (let n = 0; n < FORMS_OF_EACH; n++) {
      const { refusal } = await carryOut(formOf(name, random), who())
      const after = await stock(ours.merchantId)
      // By chance a form may be in good order.
      if (refusal) {
        expect(refusal.sentence, `form ${n}`).toMatch(/^\S.*[.!?]$/s)
        expect(after, `form ${n}`).toBe(before)
      }
      before = after
    }
    expect(await stock(theirsShop.merchantId)).toBe(theirsBefore)
    for (const { merchantId } of [ours, theirsShop]) expect(await verifyLedger(database.pool, merchantId)).toEqual([])
  },
)

test.each([...ODD, ...NO_TEXT])('a decision called %o is refused', async (decision) => {
  const answer = await carryOut({ decision }, who())
  expect(answer.refusal).toMatchObject({ code: 'unclear' })
})

test('what is sent in good form does move stock: the garbage was not refused for something else', async () => {
  // A shop of its own: the places of the others may have been given up by then.
  const shop = await openShop(database.pool)
  const itemId = await addItem(database.pool, shop)
  await addStock(database.pool, shop, { itemId, place: shop.safe, available: 1 })
  const before = await stock(shop.merchantId)
  const form = {
    decision: 'bulk-move',
    token: '00000000-0000-4000-8000-000000000001',
    lines: `${itemId}/1`,
    fromPlace: String(shop.safe),
    fromState: 'available',
    toPlace: String(shop.bench),
    toState: 'in_work',
    note: 'To be polished',
  }
  expect(await carryOut(form, { ...who(), merchantId: shop.merchantId })).toEqual({ refusal: null })
  expect(await stock(shop.merchantId)).not.toBe(before)
})
