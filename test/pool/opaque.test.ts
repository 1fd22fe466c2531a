import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { carryOut } from '#app/decide.server.ts'
import { isActor, isOpaque, isOrigin } from '#app/pool/opaque.ts'
import { saidFrom } from '#app/pool/said-from.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { given, openTwoShops } from '#test/support/two-shops.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

test.each([
  'order/3/1042/sold/1',
  'remark/12',
  'undo/bulk-move/0b6f6f3e-30c5-4a43-9c1b-6a2f0e7c1d11',
  'residual/1/2/2026-03-10T12:00:00.000Z/3available5',
  'opening/1/gid://shopify/InventoryItem/42',
  'app',
])('%s says nothing of anybody', (address) => expect(isOpaque(address)).toBe(true))
test.each([
  'remark/Anna Roth',
  'order/3/Anna',
  'client/Oldenburg',
  'x/gid://shopify/Anna/Roth',
  'remark/für sie',
  '',
  'order//1',
  'a/b c',
  `x/${'1'.repeat(300)}`,
])('%j might', (address) => expect(isOpaque(address)).toBe(false))

/** Every reason of the closed list, as it stands in the code. */
const REASONS = [
  ...readFileSync(new URL('../../app/pool/reason.ts', import.meta.url), 'utf8').matchAll(/\| '([^']+)'/g),
].map(([, reason]) => reason)

test('a shop that has sold, moved, counted and taken back has no free text in its ledger', async () => {
  const shops = await openTwoShops(database.pool)
  given(shops.etsy.buy({ lines: [shops.etsyLine('SIG')] }))
  await shops.pass(3_000)
  const safe = shops.shopify.location('Safe').id
  given(shops.shopify.editByStaff({ kind: 'set', idOrSku: 'SIG', locationId: safe, name: 'available', quantity: 9 }))
  await shops.pass(5_000)
  const { sync } = shops.road
  const places = await database.pool.query('SELECT id, name FROM location WHERE merchant_id = $1 ORDER BY rank', [
    shops.merchantId,
  ])
  const form = {
    token: '00000000-0000-4000-8000-000000000001',
    lines: `${await shops.item('SIG')}/1`,
    fromPlace: String(places.rows[0].id),
    fromState: 'available',
    toPlace: String(places.rows[1].id),
    toState: 'in_work',
    note: 'For Wilhelmina Oldenburg',
  }
  const inTransaction = saidFrom(sync.inTransaction, 'page/inventory')
  const who = {
    sync: { ...sync, inTransaction },
    merchantId: shops.merchantId,
    actor: 'person/1',
    role: 'owner' as const,
  }
  expect(await carryOut({ decision: 'bulk-move', ...form }, who)).toEqual({ refusal: null })
  expect(await carryOut({ decision: 'undo', act: `bulk-move/${form.token}`, note: 'Not hers' }, who)).toEqual({
    refusal: null,
  })

  const { rows } = await database.pool.query('SELECT reason, actor, cause, key, origin FROM movement')
  expect(new Set(rows.map(({ reason }) => reason))).toEqual(
    new Set(['opening', 'sold', 'changed there', 'moved', 'undone']),
  )
  for (const { reason, actor, cause, key, origin } of rows) {
    expect(REASONS).toContain(reason)
    expect([actor, isActor(actor)]).toEqual([actor, true])
    expect([origin, isOrigin(origin)]).toEqual([origin, true])
    for (const address of [cause, key]) expect([address, isOpaque(address)]).toEqual([address, true])
  }
})
