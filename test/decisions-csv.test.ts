import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { carryOut, DECISIONS } from '#app/decide.server.ts'
import { decisionsCsv } from '#app/decisions-csv.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { AuditFilter } from '#app/pool/audit.server.ts'
import { saidFrom } from '#app/pool/said-from.server.ts'
import { runPreview } from '#app/sync/rule-preview.server.ts'
import { allOf } from '#test/support/all-of.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { plainSync } from '#test/support/plain-sync.ts'
import { addItem, addStock, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
let clock: VirtualClock
let ring: number
let person: number
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  clock = new VirtualClock(NOON)
  shop = await openShop(database.pool)
  ring = await addItem(database.pool, shop, { category_there: 'Rings', category: 'Rings' })
  await addStock(database.pool, shop, { itemId: ring, place: shop.safe, available: 3 })
  const row = { merchant_id: shop.merchantId, subject: 's', name: 'Anna Roth', role: 'owner', first_seen: NOON }
  person = await put(database.pool, 'person', row)
})

const passes = (ms = 60_000) => clock.runTo(new Date(clock.now().getTime() + ms))

async function decide(decision: string, form: Record<string, string | number> = {}, page = 'page/rules') {
  await passes()
  const sync = plainSync(database.pool, clock)
  const said = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)]))
  const who = { merchantId: shop.merchantId, actor: `person/${person}`, role: 'owner' as const }
  const from = { ...sync, inTransaction: saidFrom(sync.inTransaction, page) }
  return carryOut({ decision, ...said }, { ...who, sync: from })
}

async function ruleDone(change: 'save' | 'end' | 'undo', form: Record<string, string | number>) {
  const { said, refusal } = await decide('rule-preview', { change, ...form })
  expect(refusal).toBeNull()
  const { previewId } = said as { previewId: number }
  await runPreview(plainSync(database.pool, clock), { merchantId: shop.merchantId, previewId })
  return (await decide(`rule-${change}`, { previewId })).said as { ruleId: number }
}

type Line = Record<'Who' | 'What' | 'About', string> & { [name: string]: string }
const lines = async (filter: AuditFilter = {}) =>
  parse<Line>((await allOf(decisionsCsv(database.pool, shop.merchantId, filter))).join(''), { columns: true })
const said = async (filter: AuditFilter = {}) => (await lines(filter)).map(({ What }) => What)

describe('the decisions', () => {
  it('of rules: who saved, changed, ended and undid each, when, and why in their words', async () => {
    const rule = { kind: 'safety_stock', reason: 'The fair, says Okafor' }
    const { ruleId } = await ruleDone('save', { ...rule, quantity: 2, ownerId: person, reviewOn: '2026-06-01' })
    await ruleDone('save', { ...rule, ruleId, quantity: 1, reason: 'Half of it is over' })
    await ruleDone('end', { ruleId })
    await ruleDone('undo', { ruleId })
    expect(await lines()).toMatchObject([
      {
        Who: 'Anna Roth',
        'Who (code)': `person/${person}`,
        What: `rule saved: safety stock 2, answers for it: person/${person}, review on 2026-06-01`,
        'In their words': 'The fair, says Okafor',
        About: `rule/${ruleId}@1, everything, every channel`,
      },
      {
        What: 'rule saved: safety stock 1',
        'In their words': 'Half of it is over',
        About: expect.stringContaining('@2'),
      },
      { Who: 'Anna Roth', What: 'rule ended: safety stock 1', About: expect.stringContaining('@2') },
      { What: 'rule saved: safety stock 1', About: expect.stringContaining('@3') },
    ])
    expect((await lines())[2]?.['At (UTC)']).toBe('2026-03-10T12:06:00.000Z')
  })
  it('of places and categories say what was before and after', async () => {
    const safe = { locationId: shop.safe, kind: 'safe', owner: 'ours', sellable: 'yes' }
    await decide('add-place', { name: 'Vault', kind: 'safe', owner: 'ours', sellable: 'yes' })
    await decide('edit-place', { ...safe, name: 'Strongroom' })
    await decide('item-category', { itemId: ring, category: 'Bands' })
    expect(await said()).toEqual([
      expect.stringMatching(/^place made: .*name: – > Vault/),
      'place changed: name: Safe > Strongroom',
      expect.stringMatching(/^category changed: by: – > person\/\d+; category: Rings > Bands$/),
    ])
  })
  it('of any other kind are there too, with the page they were made on and what they were about', async () => {
    await decide('made-to-order', { itemId: ring, capacity: 4, leadDays: 9 }, 'page/inventory')
    await decide('add-partner', { name: 'Okafor, tel. 555' }, 'page/places')
    expect(await lines()).toMatchObject([
      { 'From where': 'page/inventory', What: 'made-to-order', About: `capacity 4, itemId ${ring}, leadDays 9` },
      { 'From where': 'page/places', What: 'add-partner', About: '' },
    ])
    expect(JSON.stringify(await lines())).not.toContain('Okafor')
  })
  it('that were refused, or only looked at something, are none', async () => {
    expect((await decide('made-to-order', { itemId: 999_999, capacity: 4, leadDays: 9 })).refusal).not.toBeNull()
    expect((await decide('archive-place', { locationId: shop.safe })).refusal).not.toBeNull()
    await decide('rule-preview', { change: 'save', kind: 'maximum', quantity: 1 })
    const move = { fromPlace: shop.safe, fromState: 'available', toPlace: shop.bench, toState: 'in_work' }
    expect((await decide('bulk-move-preview', { ...move, lines: `${ring}/1` })).refusal).toBeNull()
    expect(await said()).toEqual([])
    // The control: the same, done.
    await decide('bulk-move', { ...move, lines: `${ring}/1`, note: 'Polish', token: 'token-of-mine' })
    expect(await said()).toEqual(['bulk-move'])
  })
  it('are noted in the transaction that carries them out', async () => {
    await decide('made-to-order', { itemId: ring, capacity: 4, leadDays: 9 })
    const text = `SELECT d.xmin = m.xmin AS together FROM decision_made d, made_to_order m
      WHERE d.merchant_id = $1 AND m.merchant_id = $1`
    const { rows } = await database.pool.query(text, [shop.merchantId])
    expect(rows).toEqual([{ together: true }])
  })
  it('can be asked for by period and by person, and none of another shop’s', async () => {
    await decide('made-to-order', { itemId: ring, capacity: 4, leadDays: 9 })
    await passes(86_400_000)
    await decide('not-made-to-order', { itemId: ring })
    expect(await said({ until: new Date('2026-03-11T00:00:00Z') })).toEqual(['made-to-order'])
    expect(await said({ from: new Date('2026-03-11T00:00:00Z') })).toEqual(['not-made-to-order'])
    expect(await said({ actor: 'app' })).toEqual([])
    expect(await said({ actor: `person/${person}` })).toHaveLength(2)
    shop = await openShop(database.pool)
    expect(await said()).toEqual([])
  })
  it('come some at a time, each once, however many there are', async () => {
    const text = `INSERT INTO decision_made (merchant_id, at, actor, decision, about)
      SELECT $1, $2::timestamptz + (n / 10) * interval '1 s', 'person/1', 'count', jsonb_build_object('itemId', n) FROM generate_series(1, 4500) n`
    await database.pool.query(text, [shop.merchantId, NOON])
    const all = await lines()
    expect(new Set(all.map(({ About }) => About)).size).toBe(4_500)
    expect(all).toHaveLength(4_500)
  })
})

it('nothing that a person wrote is in the note of any decision', async () => {
  const { pool } = database
  for (const [name, { shape }] of Object.entries(DECISIONS)) {
    const form = Object.fromEntries(Object.keys(shape).map((field) => [field, 'okafor']))
    await decide(name, { ...form, itemId: ring, name: 'okafor', note: 'okafor', why: 'okafor', reason: 'okafor' })
  }
  await decide('add-partner', { name: 'okafor' })
  const notes = await pool.query('SELECT about FROM decision_made WHERE merchant_id = $1', [shop.merchantId])
  expect(notes.rowCount).toBeGreaterThan(0)
  expect(JSON.stringify(notes.rows)).not.toContain('okafor')
})
