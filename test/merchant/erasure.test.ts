import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buyerAsked, readBuyer } from '#app/buyers-asked.server.ts'
import { carryOut } from '#app/decide.server.ts'
import { openIncident } from '#app/incidents/incident.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { forgetBuyer, forgetShop, keptOfBuyer } from '#app/merchant/compliance.server.ts'
import { checkSeals } from '#app/pool/check-seals.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { sealHourly } from '#app/sync/seal-hourly.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { plainSync } from '#test/support/plain-sync.ts'
import { addItem, addStock, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

const CLIENT = 'Wilhelmina Oldenburg'
const STAFF = 'Anna Roth-Lindqvist'
const buyer = { customer: '77', email: 'w.oldenburg@example.org', phone: '+41 79 555 01 42' }

let database: FreshDatabase
let shop: ShopRows
let sync: Sync
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

/** A shop in which the client and somebody of the staff are named wherever people can name them. */
beforeEach(async () => {
  const { pool } = database
  sync = plainSync(pool, new VirtualClock(NOON))
  shop = await openShop(pool)
  const { merchantId } = shop
  const person = await put(pool, 'person', {
    merchant_id: merchantId,
    subject: 'sub',
    name: STAFF,
    role: 'owner',
    first_seen: NOON,
  })
  const known = { merchant_id: merchantId, name: CLIENT, made_by: 'app', made_at: NOON }
  await put(pool, 'client', { ...known, contact: `${buyer.email}, 044 000 00 00` })
  await put(pool, 'partner', { merchant_id: merchantId, name: `Bench of ${CLIENT}`, created_at: NOON })
  const item = await addItem(pool, shop)
  await addStock(pool, shop, { itemId: item, place: shop.safe, available: 9 })
  const notes = [
    `For ${CLIENT.toUpperCase()}, size 52`,
    'Mrs. Oldenburg wants it engraved',
    `Write to ${buyer.email} when it is done`,
    'Call +41795550142',
    'Polished before the fair, rose gold',
  ]
  for (const [n, note] of notes.entries()) {
    const form = {
      token: `00000000-0000-4000-8000-00000000000${n}`,
      lines: `${item}/1`,
      fromPlace: String(shop.safe),
      fromState: 'available',
      toPlace: String(shop.bench),
      toState: 'in_work',
    }
    const who = { sync, merchantId, actor: `person/${person}`, role: 'owner' as const }
    expect(await carryOut({ decision: 'bulk-move', ...form, note }, who)).toEqual({ refusal: null })
  }
  const incidentId = await openIncident(pool, {
    merchantId,
    kind: 'oversell',
    subject: 'x',
    sentence: 'Short.',
    at: NOON,
  })
  const closing = { incidentId: String(incidentId), note: `${CLIENT} took another` }
  await carryOut({ decision: 'close', ...closing }, { sync, merchantId, actor: `person/${person}`, role: 'owner' })
  const work = sealHourly(sync)
  while (await work.run());
})

/** The places, as table.column, where any of the words stands in a row: every text there is, of every table. */
async function whereIs(words: string[]): Promise<string[]> {
  const { rows } = await database.pool.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
      WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'character', 'jsonb', 'json', 'ARRAY', 'USER-DEFINED')`,
  )
  const found: string[] = []
  for (const { table, column } of rows) {
    const text = `SELECT FROM "${table}" t WHERE "${column}"::text ILIKE ANY ($1) AND COALESCE(to_jsonb(t) ->> 'merchant_id', '') IN ('', $2) LIMIT 1`
    const values = [words.map((word) => `%${word}%`), String(shop.merchantId)]
    if ((await database.pool.query(text, values)).rowCount) found.push(`${table}.${column}`)
  }
  return found.sort()
}

const OF_CLIENT = [CLIENT, 'Oldenburg', buyer.email, '5550142']

test('a buyer who is to be forgotten is named nowhere any more, and the chain of seals is whole', async () => {
  expect(await whereIs(OF_CLIENT)).toEqual([
    'client.contact',
    'client.name',
    'incident_note.sentence',
    'partner.name',
    'remark.text',
  ])
  const forgotten = await sync.inTransaction((tx) => forgetBuyer(tx, { merchantId: shop.merchantId, buyer }))
  expect(forgotten).toEqual([
    { table: 'client', rows: 1 },
    { table: 'remark', rows: 4 },
    { table: 'partner', rows: 1 },
    { table: 'incident_note', rows: 1 },
  ])
  expect(await whereIs(OF_CLIENT)).toEqual([])
  expect(await whereIs(['rose gold'])).toEqual(['remark.text'])
  expect(await checkSeals(database.pool, shop.merchantId)).toEqual([])
})

test('of another merchant nothing is forgotten', async () => {
  const other = await openShop(database.pool)
  expect(await sync.inTransaction((tx) => forgetBuyer(tx, { merchantId: other.merchantId, buyer }))).toEqual([])
  expect(await whereIs(OF_CLIENT)).not.toEqual([])
})

test('a buyer of whom only the address is known is found by it alone, and by the name that is kept with it', async () => {
  const unknown = { customer: '78', email: 'somebody@example.org', phone: null }
  expect(await keptOfBuyer(database.pool, { merchantId: shop.merchantId, buyer: unknown })).toEqual([])
  const known = { ...unknown, email: buyer.email }
  expect(await keptOfBuyer(database.pool, { merchantId: shop.merchantId, buyer: known })).toEqual([
    { table: 'client', rows: 1 },
    { table: 'remark', rows: 3 },
    { table: 'partner', rows: 1 },
    { table: 'incident_note', rows: 1 },
  ])
})

test('of a shop that has gone, nobody’s name and nobody’s words are left, and the chain is whole', async () => {
  const words = [...OF_CLIENT, STAFF, 'Polished']
  expect(await whereIs(words)).toContain('person.name')
  await database.pool.query(`UPDATE channel_account SET status = 'off' WHERE id = $1`, [shop.shopify])
  const { rows } = await database.pool.query('SELECT external_id AS name FROM channel_account WHERE id = $1', [
    shop.shopify,
  ])
  await forgetShop(database.pool, rows[0].name)
  expect(await whereIs(words)).toEqual([])
  expect(await checkSeals(database.pool, shop.merchantId)).toEqual([])
})

test('a webhook that asks to forget is followed; one that asks what is kept tells the merchant, and not what it says', async () => {
  const { rows } = await database.pool.query('SELECT external_id AS name FROM channel_account WHERE id = $1', [
    shop.shopify,
  ])
  const said: object[] = []
  const log = { debug() {}, info: (about: object) => void said.push(about), warn() {}, error() {} }
  const payload = { customer: { id: 77, email: buyer.email, phone: buyer.phone } }
  const asks = (topic: string, of: unknown = payload) =>
    buyerAsked(sync, { shop: rows[0].name, topic, payload: of }, log)
  await asks('customers/data_request')
  const incidents = await database.pool.query(
    `SELECT sentence FROM incident WHERE merchant_id = $1 AND kind = 'data-request'`,
    [shop.merchantId],
  )
  expect(incidents.rows).toEqual([
    {
      sentence:
        'Shopify customer 77 asks what is kept of them. There is: 1 of client, 4 of remark, 1 of partner, 1 of incident note. Please answer within 30 days.',
    },
  ])
  await asks('customers/redact')
  expect(said.at(-1)).toMatchObject({
    forgotten: [{ table: 'client' }, { table: 'remark', rows: 4 }, { table: 'partner' }, {}],
  })
  expect(await whereIs([buyer.email, '5550142'])).toEqual([])
  await asks('customers/redact', {})
  expect(said.at(-1)).not.toHaveProperty('forgotten')
})

test.each([
  [{ customer: { id: 7, email: 'a@b.c', phone: null } }, { customer: '7', email: 'a@b.c', phone: null }],
  [{ customer: { id: null } }, { customer: null, email: null, phone: null }],
  [{}, null],
  ['x', null],
])('of %j the buyer is %j', (payload, read) => {
  expect(readBuyer(payload)).toEqual(read)
})
