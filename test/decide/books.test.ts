import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { carryOut } from '#app/decide.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Role } from '#app/merchant/role.ts'
import { recentActs } from '#app/pool/acts.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { pastTheLedger } from '#test/support/past-the-ledger.ts'
import { movementsOf, piecesOf } from '#test/support/pieces.ts'
import { plainSync } from '#test/support/plain-sync.ts'
import { addItem, addStock, changeOf, NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
let clock: VirtualClock
let ring: number
let chain: number
let tokens = 0
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  clock = new VirtualClock(NOON)
  shop = await openShop(database.pool)
  ring = await addItem(database.pool, shop, { title: 'Ring' })
  chain = await addItem(database.pool, shop, { title: 'Chain', sku: 'CHN-1' })
  for (const itemId of [ring, chain]) await addStock(database.pool, shop, { itemId, place: shop.safe, available: 3 })
})

const newToken = () => `00000000-0000-4000-8000-${String((tokens += 1)).padStart(12, '0')}`

function decide(
  decision: string,
  form: Record<string, string | number> = {},
  { role = 'owner', actor = 'person/1' }: { role?: Role; actor?: string } = {},
) {
  const said = Object.entries({ decision, ...form }).map(([name, value]) => [name, String(value)])
  const who = { sync: plainSync(database.pool, clock), merchantId: shop.merchantId, actor, role }
  return carryOut(Object.fromEntries(said), who)
}

const DONE = { refusal: null }
const refused = (code: string) => ({ refusal: expect.objectContaining({ code }) })

const toTheBench = (more: Record<string, string | number> = {}) => ({
  token: newToken(),
  lines: `${ring}/2,${chain}/1`,
  fromPlace: shop.safe,
  fromState: 'available',
  toPlace: shop.bench,
  toState: 'in_work',
  note: 'Polished before the fair',
  ...more,
})

const lies = async () => [
  await piecesOf(database.pool, shop.merchantId, ring),
  await piecesOf(database.pool, shop.merchantId, chain),
]
const AS_OPENED = [{ Safe: { available: 3 } }, { Safe: { available: 3 } }]
const MOVED = [
  { Safe: { available: 1 }, Bench: { in_work: 2 } },
  { Safe: { available: 2 }, Bench: { in_work: 1 } },
]

const acts = async () => (await recentActs(database.pool, shop.merchantId, { at: clock.now(), before: null })).acts
const passes = (ms: number) => clock.runTo(new Date(clock.now().getTime() + ms))
const lost = async (itemId: number) => {
  const from = { locationId: shop.bench, state: 'in_work' as const }
  await append(
    database.pool,
    changeOf(shop, { key: `lost/${itemId}`, reason: 'gone, a person says', actor: 'channel/1' }),
    [{ itemId, quantity: 1, from, to: { outside: 'lost' } }],
  )
}

describe('moving many items at once', () => {
  it('moves them all, for one reason, as one change; sent twice it is done once', async () => {
    const form = toTheBench()
    expect([await decide('bulk-move', form), await decide('bulk-move', form)]).toEqual([DONE, DONE])
    expect(await lies()).toEqual(MOVED)
    expect(await acts()).toMatchObject([
      {
        reason: 'moved',
        actor: 'person/1',
        items: 2,
        pieces: 3,
        remark: 'Polished before the fair',
        undone: false,
        undoable: true,
      },
    ])
    expect(await verifyLedger(database.pool, shop.merchantId)).toEqual([])
  })
  it('moves none when one of them is not there, and says which', async () => {
    const answer = await decide('bulk-move', toTheBench({ lines: `${ring}/2,${chain}/4` }))
    expect(answer.refusal?.sentence).toBe('Of Chain there are 3 in Safe.')
    expect(await lies()).toEqual(AS_OPENED)
    expect(await acts()).toEqual([])
  })
  it.each([
    ['an item twice', () => ({ lines: `${ring}/1,${ring}/1` }), 'twice'],
    ['an item that is not there', () => ({ lines: '999999/1' }), 'unknown-item'],
    ['a place that is not there', () => ({ toPlace: 999_999 }), 'unknown-place'],
    ['to where they are', () => ({ toPlace: shop.safe, toState: 'available' }), 'same'],
    ['what belongs to an order', () => ({ fromState: 'reserved' }), 'unclear'],
    ['no pieces', () => ({ lines: `${ring}/0` }), 'unclear'],
    ['without a reason', () => ({ note: ' ' }), 'unclear'],
    [
      'more lines than 1,000',
      () => ({ lines: Array.from({ length: 1_001 }, (_, i) => `${i + 1}/1`).join(',') }),
      'too-many',
    ],
  ])('of %s is refused', async (_, more, code) => {
    expect(await decide('bulk-move', toTheBench(more()))).toEqual(refused(code))
    expect(await lies()).toEqual(AS_OPENED)
  })
  it('shows first what would move, by name, and what stands against the rest', async () => {
    const { token: _, note: __, ...form } = toTheBench({ lines: `${ring}/2,${chain}/4` })
    expect(await decide('bulk-move-preview', form)).toEqual({
      refusal: null,
      said: {
        moves: [{ itemId: ring, item: 'Ring', quantity: 2 }],
        stands: [{ itemId: chain, item: 'Chain', quantity: 4, why: 'Of Chain there are 3 in Safe.' }],
      },
    })
    expect(await lies()).toEqual(AS_OPENED)
  })
  it('never reaches another merchant’s items or places', async () => {
    const other = await openShop(database.pool)
    const theirs = await addItem(database.pool, other)
    expect(await decide('bulk-move', toTheBench({ lines: `${theirs}/1` }))).toEqual(refused('unknown-item'))
    expect(await decide('bulk-move', toTheBench({ toPlace: other.safe }))).toEqual(refused('unknown-place'))
  })
})

describe('undoing', () => {
  const undo = async (form: Record<string, string> = {}, who = {}) =>
    decide('undo', { act: (await acts())[0]?.key ?? 'x', note: 'The wrong tray', ...form }, who)

  beforeEach(async () => {
    await decide('bulk-move', toTheBench())
    await passes(60_000)
  })

  it('shows first what would move back', async () => {
    const [act] = await acts()
    const { said } = await decide('undo-preview', { act: act!.key })
    const move = { from: { state: 'in_work', place: 'Bench' }, to: { state: 'available', place: 'Safe' } }
    expect(said).toEqual({
      undone: false,
      back: [
        { item: 'Chain', itemId: chain, quantity: 1, ...move },
        { item: 'Ring', itemId: ring, quantity: 2, ...move },
      ],
      gone: [],
      kept: [],
      backCount: 2,
      goneCount: 0,
      keptCount: 0,
    })
    expect(await lies()).toEqual(MOVED)
  })
  it('moves everything back once, by movements of its own, and is an act that can be undone in turn', async () => {
    const { key } = (await acts())[0]!
    for (const _ of [1, 2]) expect(await undo({ act: key })).toEqual(DONE)
    expect(await lies()).toEqual(AS_OPENED)
    expect(await movementsOf(database.pool, shop.merchantId, ring)).toEqual([
      'moved: 2 available > in_work',
      'undone: 2 in_work > available',
    ])
    expect(await acts()).toMatchObject([
      { reason: 'undone', remark: 'The wrong tray', undone: false },
      { reason: 'moved', undone: true },
    ])
    await passes(60_000)
    expect(await undo()).toEqual(DONE)
    expect(await lies()).toEqual(MOVED)
    await passes(60_000)
    expect(await undo()).toEqual(DONE)
    expect(await lies()).toEqual(AS_OPENED)
    expect(await verifyLedger(database.pool, shop.merchantId)).toEqual([])
  })
  it('of pieces that are gone since is refused with their names; what still can is undone when that is asked for', async () => {
    await lost(chain)
    const answer = await undo()
    expect(answer.refusal?.sentence).toBe('Not all pieces are where they were put: Chain. Nothing was undone.')
    expect((await lies())[0]).toEqual(MOVED[0])
    const [act] = await acts()
    expect((await decide('undo-preview', { act: act!.key })).said).toMatchObject({
      backCount: 1,
      gone: [{ item: 'Chain' }],
    })
    expect(await undo({ whatCan: 'yes' })).toEqual(DONE)
    expect((await lies())[0]).toEqual(AS_OPENED[0])
  })
  it('is refused when all of it is gone, whatever is asked for', async () => {
    await lost(chain)
    await lost(ring)
    expect(await undo({ whatCan: 'yes' })).toEqual(refused('pieces-gone'))
  })
  it('asks the places as any move does: what they do not let go stays, with the reason', async () => {
    const [act] = await acts()
    await database.pool.query(
      `UPDATE stay SET check_owed = true WHERE merchant_id = $1 AND item_id = $2 AND quantity_left > 0`,
      [shop.merchantId, ring],
    )
    const why = 'What comes from Bench must have passed a check before it is for sale.'
    expect((await decide('undo-preview', { act: act!.key })).said).toMatchObject({
      backCount: 1,
      kept: [{ item: 'Ring', sentence: why }],
      keptCount: 1,
    })
    expect((await undo()).refusal?.sentence).toBe(`Ring: ${why} Nothing was undone.`)
    expect(await lies()).toEqual(MOVED)
    expect(await undo({ whatCan: 'yes' })).toEqual(DONE)
    expect(await lies()).toEqual([MOVED[0], AS_OPENED[1]])
  })
  it('puts nothing into a place that is not used any more', async () => {
    await database.pool.query('UPDATE location SET archived_at = $2, sellable = false WHERE id = $1', [shop.safe, NOON])
    expect((await undo()).refusal).toMatchObject({
      code: 'not-back',
      sentence: expect.stringContaining('Safe is not used'),
    })
    expect(await lies()).toEqual(MOVED)
  })
  it('never makes two of a piece that is one of a kind', async () => {
    const only = await addItem(database.pool, shop, { title: 'Opal', kind: 'one_of_one' })
    await addStock(database.pool, shop, { itemId: only, place: shop.safe, available: 1 })
    const spot = { fromLocationId: shop.safe, fromState: 'available', saw: 1, why: 'Not there' }
    expect(await decide('count', { token: newToken(), itemId: only, ...spot, counted: 0 })).toEqual(DONE)
    const [act] = await acts()
    await passes(60_000)
    const found = { token: newToken(), itemId: only, ...spot, saw: 0, counted: 1 }
    expect(await decide('count', found)).toEqual(DONE)
    expect((await undo({ act: act!.key })).refusal?.sentence).toContain('two of a one-of-one piece')
  })
  it('ends after 30 days', async () => {
    await passes(29.9 * 86_400_000)
    const [act] = await acts()
    expect((await decide('undo-preview', { act: act!.key })).refusal).toBeNull()
    await passes(86_400_000)
    expect(await acts()).toEqual([])
    expect(await undo({ act: act!.key })).toEqual(refused('too-old'))
  })
  it('is for what a person did', async () => {
    expect(await undo({ act: `opening/${ring}/${shop.safe}` })).toEqual(refused('no-such-act'))
  })
  it('is not for what has rows of its own elsewhere', async () => {
    const change = changeOf(shop, { key: 'k', reason: 'changed there', actor: 'person/1', recordedAt: clock.now() })
    const to = { locationId: shop.safe, state: 'available' as const }
    await append(database.pool, change, [{ itemId: ring, quantity: 1, from: { outside: 'correction' }, to }])
    expect(await undo({ act: 'k' })).toEqual(refused('not-here'))
    expect((await acts())[0]).toMatchObject({ key: 'k', undoable: false })
  })
  it('of one’s own is for everybody who may move pieces, of others’ for those who arrange', async () => {
    expect(await undo({}, { role: 'staff', actor: 'person/2' })).toEqual(refused('role'))
    expect(await lies()).toEqual(MOVED)
    expect(await undo({}, { role: 'staff', actor: 'person/1' })).toEqual(DONE)
  })
  it('never reaches another merchant’s acts', async () => {
    const [act] = await acts()
    shop = await openShop(database.pool)
    expect(await undo({ act: act!.key })).toEqual(refused('no-such-act'))
    expect(await acts()).toEqual([])
  })
  it('of what was done a page earlier is found there', async () => {
    for (let n = 0; n < 26; n++) {
      await passes(60_000)
      const back = n % 2 === 0
      await decide('bulk-move', {
        ...toTheBench({ lines: `${ring}/1` }),
        ...(back ? {} : { fromPlace: shop.bench, fromState: 'in_work', toPlace: shop.safe, toState: 'available' }),
      })
    }
    const at = clock.now()
    const first = await recentActs(database.pool, shop.merchantId, { at, before: null })
    const second = await recentActs(database.pool, shop.merchantId, { at, before: new Date(first.next!) })
    expect([first.acts.length, second.acts.length, second.next]).toEqual([25, 2, null])
    expect(second.acts.at(-1)).toMatchObject({ items: 2, pieces: 3 })
  })
})

describe('the books, by a button', () => {
  it('are verified, rebuilt and verified again', async () => {
    await pastTheLedger(database.pool, `UPDATE balance SET available = 9 WHERE item_id = ${ring}`)
    const drift = { itemId: ring, locationId: shop.safe, state: 'available', balance: 9, ledger: 3 }
    expect(await decide('books-verify')).toEqual({ refusal: null, said: { drifts: [drift] } })
    expect(await decide('books-rebuild')).toEqual({ refusal: null, said: { mended: [drift] } })
    expect(await decide('books-verify')).toEqual({ refusal: null, said: { drifts: [] } })
    expect(await decide('books-seals')).toEqual({ refusal: null, said: { broken: [] } })
  })
  it('are for those who may audit', async () => {
    for (const name of ['books-verify', 'books-rebuild', 'books-seals'])
      expect(await decide(name, {}, { role: 'staff' })).toEqual(refused('role'))
  })
})
