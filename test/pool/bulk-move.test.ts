import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isRefusal } from '#app/kernel/refusal.ts'
import { type BulkMove, bulkMove, previewBulkMove } from '#app/pool/bulk-move.server.ts'
import { movePieces } from '#app/pool/move.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { verifyStays } from '#app/pool/verify-stays.server.ts'
import { attempt, codeOf as code } from '../support/attempt.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { addPartner, addPlace } from '../support/places.ts'
import { addItem, addStock, NOON, openShop, type ShopRows } from '../support/shop-rows.ts'
import { staysOf } from '../support/stays.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows
let ring: number
let chain: number

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
  ring = await addItem(db, shop, { title: 'Ring', variant: '52' })
  chain = await addItem(db, shop, { title: 'Chain', sku: 'CHN-1' })
  for (const itemId of [ring, chain]) await addStock(db, shop, { itemId, place: shop.safe, available: 3 })
})

const LATER = new Date(NOON.getTime() + 86_400_000)
type Said = Partial<BulkMove>
const spot = (locationId: number, state: BulkMove['from']['state'] = 'available') => ({ locationId, state })
let tokens = 0
const tray = (said: Said = {}): BulkMove => ({
  merchantId: shop.merchantId,
  actor: 'person/7',
  token: `tray${(tokens += 1)}`,
  why: 'Polished before the fair',
  from: spot(shop.safe),
  to: spot(shop.bench, 'in_work'),
  dueAt: null,
  partnerId: null,
  check: null,
  bought: false,
  lines: [
    { itemId: ring, quantity: 2 },
    { itemId: chain, quantity: 1 },
  ],
  ...said,
})
const move = (said: Said = {}) => attempt(db, (tx) => bulkMove(tx, tray(said), NOON))
const back = (said: Said = {}) => move({ from: spot(shop.bench, 'in_work'), to: spot(shop.safe), ...said })
const preview = (said: Said = {}) => previewBulkMove(db, tray(said), NOON)
const lies = async () => [await piecesOf(db, shop.merchantId, ring), await piecesOf(db, shop.merchantId, chain)]
const remarks = async () => (await db.query('SELECT FROM remark WHERE merchant_id = $1', [shop.merchantId])).rows

/** The same, said of one piece. */
const alone = ({ lines, ...said }: BulkMove) =>
  attempt(db, (tx) => movePieces(tx, { ...said, ...lines[0]!, token: `${said.token}-alone`, stayId: null }, NOON))

describe('a tray of pieces', () => {
  it('is carried as a whole, with when it is due and who has it', async () => {
    const partnerId = await addPartner(db, shop)
    expect(await move({ dueAt: LATER, partnerId })).toEqual({ freed: [] })
    expect(await lies()).toEqual([
      { Safe: { available: 1 }, Bench: { in_work: 2 } },
      { Safe: { available: 2 }, Bench: { in_work: 1 } },
    ])
    expect((await staysOf(db, shop.merchantId)).map(({ due }) => due)).toEqual([LATER, LATER])
    const text = 'SELECT DISTINCT partner_id AS partner FROM stay WHERE merchant_id = $1'
    expect((await db.query(text, [shop.merchantId])).rows).toEqual([{ partner: partnerId }])
    expect(await verifyLedger(db, shop.merchantId)).toEqual([])
  })
  it('is carried once, however often it is said', async () => {
    const once = tray()
    for (let n = 0; n < 3; n += 1) expect(await attempt(db, (tx) => bulkMove(tx, once, NOON))).toEqual({ freed: [] })
    expect((await lies())[0]).toEqual({ Safe: { available: 1 }, Bench: { in_work: 2 } })
    expect(await remarks()).toHaveLength(1)
  })
  it('that comes back for sale frees each of its pieces', async () => {
    await move()
    expect(await back()).toEqual({ freed: [ring, chain] })
    expect(await verifyStays(db, shop.merchantId)).toEqual([])
  })
})

describe('the places say of a tray what they say of one piece:', () => {
  it.each<[string, string, () => Promise<Said>]>([
    ['another shop’s place', 'unknown-place', async () => ({ to: spot((await openShop(db)).safe) })],
    [
      'a place that is not used any more',
      'archived-place',
      async () => ({ to: spot(await addPlace(db, shop, { archived_at: NOON })) }),
    ],
    ['where they are', 'same', async () => ({ to: spot(shop.safe) })],
    ['a day that is past', 'past', async () => ({ dueAt: NOON })],
    [
      'another shop’s partner',
      'unknown-partner',
      async () => ({ partnerId: await addPartner(db, await openShop(db)) }),
    ],
    [
      'transit, where nobody would wait for it',
      'transit',
      async () => ({ to: spot(await addPlace(db, shop, { kind: 'transit', sellable: false })) }),
    ],
    [
      'memo, and nobody said to whom',
      'no-partner',
      async () => ({ to: spot(await addPlace(db, shop, { kind: 'memo_out', sellable: false })) }),
    ],
    [
      'a client’s place',
      'another-owner',
      async () => ({ to: spot(await addPlace(db, shop, { owner: 'client', sellable: false })) }),
    ],
    ['a vendor’s tray', 'another-owner', async () => ({ to: spot(await addPlace(db, shop, { owner: 'vendor' })) })],
    ['what was bought of nobody', 'not-a-vendors', async () => ({ bought: true })],
  ])('%s', async (_, refusal, said) => {
    const asked = tray(await said())
    const before = await lies()
    expect(await code(attempt(db, (tx) => bulkMove(tx, asked, NOON)))).toBe(refusal)
    expect(await code(alone(asked))).toBe(refusal)
    expect(await code(previewBulkMove(db, asked, NOON))).toBe(refusal)
    expect(await lies()).toEqual(before)
    expect(await remarks()).toEqual([])
  })
  it('a vendor’s tray is bought, or it stays theirs', async () => {
    const theirs = await addPlace(db, shop, {
      kind: 'memo_in',
      owner: 'vendor',
      partner_id: await addPartner(db, shop),
    })
    for (const itemId of [ring, chain]) await addStock(db, shop, { itemId, place: theirs, available: 2 })
    const asked = { from: spot(theirs), to: spot(shop.safe) }
    expect(await code(move(asked))).toBe('a-vendors')
    expect(await code(move({ ...asked, bought: true }))).toBe('done')
    expect(await movementsOf(db, shop.merchantId, chain)).toEqual(['bought from its vendor: 1 available > available'])
  })
  it('what owes a check has passed it before any of it is for sale', async () => {
    await db.query('UPDATE location SET needs_check = true WHERE id = $1', [shop.bench])
    await move()
    const shelf = await addPlace(db, shop, { name: 'Shelf', kind: 'hold_shelf', sellable: false })
    expect(await code(back())).toBe('no-check')
    // Nor by way of another place.
    expect(await code(back({ to: spot(shelf) }))).toBe('done')
    expect(await code(back({ from: spot(shelf) }))).toBe('no-check')
    expect(await code(back({ from: spot(shelf), check: 'passed' }))).toBe('done')
    const text = 'SELECT item_id AS item, passed, actor FROM piece_check WHERE merchant_id = $1 ORDER BY item_id'
    expect((await db.query(text, [shop.merchantId])).rows).toEqual(
      [ring, chain].map((item) => ({ item, passed: true, actor: 'person/7' })),
    )
  })
})

describe('what would move', () => {
  const told = async (said: Said) => {
    const answer = await preview(said)
    if (isRefusal(answer)) throw new Error(answer.sentence)
    return { moves: answer.moves, stands: answer.stands.map(({ itemId, refusal }) => [itemId, refusal.sentence]) }
  }
  it('is said with what stands against the rest, and moves nothing', async () => {
    const set = await addItem(db, shop, { title: 'Parure', kind: 'bundle' })
    const untracked = await addItem(db, shop, { title: 'Voucher', tracked: false })
    const lines = [
      { itemId: ring, quantity: 3 },
      { itemId: chain, quantity: 4 },
      { itemId: set, quantity: 1 },
      { itemId: untracked, quantity: 1 },
      { itemId: 999_999, quantity: 1 },
    ]
    expect(await told({ lines })).toEqual({
      moves: [{ itemId: ring, quantity: 3 }],
      stands: [
        [chain, 'Of Chain there are 3 in Safe.'],
        [set, 'Parure is made of other items: its pieces are theirs. Move those.'],
        [untracked, 'No number of Voucher is kept.'],
        [999_999, 'There is no such item.'],
      ],
    })
    expect(await lies()).toEqual([{ Safe: { available: 3 } }, { Safe: { available: 3 } }])
    expect(await code(move({ lines }))).toBe('not-there')
  })
  it('is what does move, when nothing stands against it', async () => {
    expect(await told({})).toMatchObject({ stands: [] })
    expect(await code(move())).toBe('done')
  })
  it('tells which of them have a check before them, and which have not', async () => {
    const qc = await addPlace(db, shop, { name: 'QC', kind: 'bench', sellable: false, needs_check: true })
    const shelf = await addPlace(db, shop, { name: 'Shelf', kind: 'hold_shelf', sellable: false })
    await move({ to: spot(qc), lines: [{ itemId: ring, quantity: 1 }] })
    await move({ from: spot(qc), to: spot(shelf), lines: [{ itemId: ring, quantity: 1 }] })
    await move({ to: spot(shelf), lines: [{ itemId: chain, quantity: 1 }] })
    const lines = [ring, chain].map((itemId) => ({ itemId, quantity: 1 }))
    expect(await told({ from: spot(shelf), to: spot(shop.safe), lines })).toEqual({
      moves: [{ itemId: chain, quantity: 1 }],
      stands: [[ring, 'What comes from Shelf must have passed a check before it is for sale.']],
    })
  })
})
