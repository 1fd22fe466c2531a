import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { auditCsv, readAuditFilter } from '#app/audit-csv.server.ts'
import { carryOut } from '#app/decide.server.ts'
import { decisionsCsv } from '#app/decisions-csv.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { type AuditFilter, auditPages } from '#app/pool/audit.server.ts'
import { reserve } from '#app/pool/ledger.server.ts'
import { saidFrom } from '#app/pool/said-from.server.ts'
import { sealHourly } from '#app/sync/seal-hourly.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { allOf } from '#test/support/all-of.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { pastTheLedger } from '#test/support/past-the-ledger.ts'
import { plainSync } from '#test/support/plain-sync.ts'
import { addItem, addOrder, addStock, changeOf, NOON, openShop, put, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
let sync: Sync
let clock: VirtualClock
let ring: number
let person: number
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  const { pool } = database
  clock = new VirtualClock(NOON)
  sync = plainSync(pool, clock)
  shop = await openShop(pool)
  ring = await addItem(pool, shop, { title: '=Ring, "Sig"' })
  await addStock(pool, shop, { itemId: ring, place: shop.safe, available: 9 })
  const row = { merchant_id: shop.merchantId, subject: 's', name: 'Anna Roth', role: 'owner', first_seen: NOON }
  person = await put(pool, 'person', row)
})

const onThePage = () => ({ ...sync, inTransaction: saidFrom(sync.inTransaction, 'page/inventory') })
async function move(note: string): Promise<void> {
  const form = {
    token: crypto.randomUUID(),
    lines: `${ring}/2`,
    fromPlace: String(shop.safe),
    fromState: 'available',
    toPlace: String(shop.bench),
    toState: 'in_work',
  }
  const who = { sync: onThePage(), merchantId: shop.merchantId, actor: `person/${person}`, role: 'owner' as const }
  expect(await carryOut({ decision: 'bulk-move', ...form, note }, who)).toEqual({ refusal: null })
}
async function sell(): Promise<void> {
  await addOrder(database.pool, shop, { order: { external_id: '1042', name: '#1042' }, lines: [] })
  const cause = `order/${shop.etsy}/1042`
  const change = changeOf(shop, {
    key: `${cause}/sold/1`,
    reason: 'sold',
    actor: `channel/${shop.etsy}`,
    cause,
    recordedAt: clock.now(),
  })
  await reserve(database.pool, change, { demands: [{ itemId: ring, quantity: 1 }], whole: true })
}
const csv = async (filter: AuditFilter = {}): Promise<Record<string, string>[]> =>
  parse((await allOf(auditCsv(database.pool, shop.merchantId, filter))).join(''), { columns: true })
const passDays = (n: number) => clock.runTo(new Date(clock.now().getTime() + n * 86_400_000))
const seal = async () => {
  const work = sealHourly(sync)
  while (await work.run());
}

describe('the exported ledger', () => {
  it('says who, when, why, from where, in which words and for which order, by name', async () => {
    await move('+41 is no formula')
    await sell()
    const [opening, moved, sold] = await csv()
    expect(opening).toMatchObject({
      Who: 'Vitrine',
      Why: 'opening',
      'From state': 'opening',
      'From place': '',
      'From where': 'app',
    })
    expect(moved).toMatchObject({
      Who: 'Anna Roth',
      'Who (code)': `person/${person}`,
      'From where': 'page/inventory',
      Why: 'moved',
      'In their words': "'+41 is no formula",
      SKU: 'RNG-1',
      Item: `'=Ring, "Sig"`,
      Pieces: '2',
      'From place': 'Safe',
      'From state': 'available',
      'To place': 'Bench',
      'To state': 'in_work',
      'Recorded at (UTC)': '2026-03-10T12:00:00.000Z',
    })
    expect(sold).toMatchObject({ Who: 'Etsy', 'From where': `channel/${shop.etsy}`, Why: 'sold', Order: '#1042' })
  })
  it('without a name where it was erased: the row is there all the same', async () => {
    await move('For somebody')
    await database.pool.query(`UPDATE person SET name = NULL; UPDATE remark SET text = NULL`)
    expect((await csv())[1]).toMatchObject({ Who: 'the owner', 'In their words': '', Pieces: '2' })
  })
  it('is of the period, the item and the person that were asked for', async () => {
    await move('first')
    await passDays(3)
    await seal()
    await sell()
    await passDays(3)
    await seal()
    await move('second')
    const whys = async (filter: AuditFilter) => (await csv(filter)).map((row) => row['Why'])
    const after = (days: number) => new Date(NOON.getTime() + days * 86_400_000)
    expect(await whys({})).toEqual(['opening', 'moved', 'sold', 'moved'])
    expect(await whys({ from: after(2) })).toEqual(['sold', 'moved'])
    expect(await whys({ from: after(2), until: after(5) })).toEqual(['sold'])
    expect(await whys({ until: after(1) })).toEqual(['opening', 'moved'])
    expect(await whys({ actor: `person/${person}` })).toEqual(['moved', 'moved'])
    expect(await whys({ itemId: ring, from: after(5) })).toEqual(['moved'])
    expect(await whys({ itemId: ring + 1_000 })).toEqual([])
  })
  it('is nobody else’s', async () => {
    shop = await openShop(database.pool)
    expect(await csv()).toEqual([])
  })
  it('comes a thousand movements at a time, each once', async () => {
    await pastTheLedger(
      database.pool,
      `INSERT INTO movement (merchant_id, item_id, key, n, quantity, from_state, to_location, to_state, reason, actor, cause, occurred_at, recorded_at)
        SELECT ${shop.merchantId}, ${ring}, 'k' || n, 1, 1, 'found', ${shop.safe}, 'available', 'counted', 'app', 'bench', '2026-03-10', '2026-03-10'
        FROM generate_series(1, 2500) n`,
    )
    for (const filter of [{}, { itemId: ring }]) {
      const pages = await allOf(auditPages(database.pool, shop.merchantId, filter))
      expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 501])
      expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(2_501)
    }
  })
  it('of decisions says what was closed and checked, and by whom', async () => {
    const who = { sync, merchantId: shop.merchantId, actor: `person/${person}`, role: 'owner' as const }
    await carryOut({ decision: 'books-verify' }, who)
    const rows = parse((await allOf(decisionsCsv(database.pool, shop.merchantId, {}))).join(''), { columns: true })
    expect(rows).toMatchObject([
      { Who: 'Anna Roth', What: 'books-verify' },
      { Who: 'Anna Roth', What: 'balances checked, wrong: 0', About: 'books' },
    ])
  })
})

it.each([
  [{}, {}],
  [
    { from: '2026-03-10', to: '2026-03-10' },
    { from: new Date('2026-03-10T00:00:00Z'), until: new Date('2026-03-11T00:00:00Z') },
  ],
  [
    { item: '7', who: 'person/3', from: '' },
    { itemId: 7, actor: 'person/3' },
  ],
  [{ from: 'yesterday' }, null],
  [{ to: '2026-02-30' }, null],
  [{ item: '-1' }, null],
  [{ who: 'Anna' }, null],
])('an export asked for with %j is of %j', (params, filter) => {
  expect(readAuditFilter(params)).toEqual(filter)
})

describe('the commands', () => {
  let folder: string
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'vitrine-books-'))))
  afterAll(() => rmSync(folder, { recursive: true }))

  async function run(file: string, ...args: string[]) {
    const path = fileURLToPath(new URL(`../app/${file}.server.ts`, import.meta.url))
    const env = { ...process.env, DATABASE_URL: database.url }
    const child = spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { out: '', complaint: '' }
    child.stdout.on('data', (text) => (said.out += text))
    child.stderr.on('data', (text) => (said.complaint += text))
    const [code] = await once(child, 'close')
    return { code, ...said }
  }

  it('verify, rebuild, seal, export and check what was exported', async () => {
    const merchant = ['--merchant', String(shop.merchantId)]
    await move('first')
    expect(await run('books', 'verify', ...merchant)).toMatchObject({ code: 0 })
    await pastTheLedger(
      database.pool,
      `UPDATE balance SET available = 99 WHERE item_id = ${ring} AND location_id = ${shop.safe}`,
    )
    const verified = await run('books', 'verify', ...merchant)
    expect([verified.code, JSON.parse(verified.out).merchants]).toMatchObject([
      1,
      [{ wrong: 1, drifts: [{ balance: 99, ledger: 7 }] }],
    ])
    expect(await run('books', 'rebuild', ...merchant)).toMatchObject({ code: 0 })
    expect(await run('books', 'verify', ...merchant)).toMatchObject({ code: 0 })
    const sealed = JSON.parse((await run('books', 'seal', ...merchant)).out).merchants[0]
    expect(sealed.last).toMatchObject({ n: 1, movements: 2 })
    expect(await run('books', 'check-seal', ...merchant)).toMatchObject({ code: 0 })

    const exported = await run('export', ...merchant, '--of', 'seals')
    const file = join(folder, 'ledger.jsonl')
    writeFileSync(file, exported.out)
    const checked = await run('check-seal', file, '--last', sealed.last.hash)
    expect([checked.code, JSON.parse(checked.out)]).toMatchObject([0, { movements: 2, last: 1, wrong: null }])
    expect(await run('check-seal', file, '--last', 'f'.repeat(64))).toMatchObject({ code: 1 })
    writeFileSync(file, exported.out.replace('in_work', 'damaged'))
    expect(await run('check-seal', file)).toMatchObject({ code: 1 })

    const csvOut = await run('export', ...merchant, '--who', `person/${person}`)
    expect(parse(csvOut.out, { columns: true })).toMatchObject([{ Who: 'Anna Roth' }])
  }, 60_000)
  it.each([
    ['books', []],
    ['books', ['burn']],
    ['books', ['verify', '--merchant', 'x']],
    ['export', []],
    ['export', ['--merchant', '1', '--from', 'yesterday']],
    ['check-seal', []],
  ])('%s %j is refused with how it is used', async (file, args) => {
    expect(await run(file, ...args)).toMatchObject({ code: 2, out: '', complaint: expect.stringContaining('npm run') })
  })
})
