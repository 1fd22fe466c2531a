import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RULE_DECISIONS } from '#app/decide/rules.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { decideBy, type Form } from '../support/deciding.ts'
import { movementsOf, piecesOf } from '../support/pieces.ts'
import { given, openTwoShops, type TwoShops } from '../support/two-shops.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

const who = ({ road, merchantId }: TwoShops) => ({
  sync: road.sync,
  merchantId,
  actor: 'person/1',
  role: 'owner' as const,
})

async function rule(shops: TwoShops, form: Form): Promise<number> {
  const { change = 'save' } = form
  const asked = await decideBy(RULE_DECISIONS, { decision: 'rule-preview', change: 'save', ...form }, who(shops))
  expect(asked.refusal).toBeNull()
  await shops.pass(1_000)
  const { previewId } = asked.said as { previewId: number }
  const saved = await decideBy(RULE_DECISIONS, { decision: `rule-${change}`, previewId }, who(shops))
  expect(saved.refusal).toBeNull()
  shops.road.kick(shops.merchantId)
  await shops.pass(10_000)
  return (saved.said as { ruleId: number }).ruleId
}

const pieces = async (shops: TwoShops) => piecesOf(database.pool, shops.merchantId, await shops.item('SIG'))

/** Safe 3, window 1, as the worlds begin; two of them set aside in Shopify. */
async function setAside() {
  const shops = await openTwoShops(database.pool)
  const ruleId = await rule(shops, { kind: 'safety_stock', quantity: 2, accountId: shops.accounts.shopify })
  return { shops, ruleId }
}

describe('A safety stock for Shopify', () => {
  it('is pieces that lie there as its own safety stock: Shopify shows fewer, Etsy what there is', async () => {
    const { shops } = await setAside()
    expect(await pieces(shops)).toEqual({ Safe: { available: 1, safety_stock: 2 }, Window: { available: 1 } })
    expect(shops.shopifyShows('SIG')).toBe(2)
    expect(shops.etsyShows('SIG')).toBe(4)
    expect(await shops.incidents()).toEqual([])
  })

  it('does not stand in the way of an order from Etsy: what it needs is let go, and nothing is short', async () => {
    const { shops } = await setAside()
    given(shops.etsy.buy({ lines: [shops.etsyLine('SIG', 3)] }))
    await shops.pass(60_000)
    expect(await pieces(shops)).toEqual({ Safe: { reserved: 2, safety_stock: 1 }, Window: { reserved: 1 } })
    expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([0, 1])
    expect(await shops.incidents()).toEqual([])
    const ledger = await movementsOf(database.pool, shops.merchantId, await shops.item('SIG'))
    expect(ledger.slice(0, 2)).toEqual([
      'kept back by a rule: 2 available > safety_stock',
      'let go by a rule: 1 safety_stock > available',
    ])
  })

  it('comes back when the rule ends, and again when that is undone', async () => {
    const { shops, ruleId } = await setAside()
    await rule(shops, { change: 'end', ruleId })
    expect(await pieces(shops)).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
    expect(shops.shopifyShows('SIG')).toBe(4)
    await rule(shops, { change: 'undo', ruleId })
    expect(shops.shopifyShows('SIG')).toBe(2)
  })

  it('is filled up when pieces come', async () => {
    const shops = await openTwoShops(database.pool)
    await rule(shops, { kind: 'safety_stock', quantity: 6, accountId: shops.accounts.shopify })
    expect(shops.shopifyShows('SIG')).toBe(0)
    shops.shopify.editByStaff({
      idOrSku: 'SIG',
      locationId: shops.shopify.location('Safe').id,
      kind: 'adjust',
      name: 'available',
      delta: 5,
    })
    await shops.pass(60_000)
    shops.road.kick(shops.merchantId)
    await shops.pass(60_000)
    expect(await pieces(shops)).toEqual({ Safe: { available: 3, safety_stock: 5 }, Window: { safety_stock: 1 } })
    expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([3, 9])
  })
})

it('A rule for Etsy never touches Shopify, and neither does one for the whole shop', async () => {
  const shops = await openTwoShops(database.pool)
  await rule(shops, { kind: 'safety_stock', quantity: 2, accountId: shops.accounts.etsy })
  await rule(shops, { kind: 'safety_stock', quantity: 1 })
  await rule(shops, { kind: 'never_last', quantity: 1 })
  expect([shops.shopifyShows('SIG'), shops.etsyShows('SIG')]).toEqual([4, 2])
  expect(await pieces(shops)).toEqual({ Safe: { available: 3 }, Window: { available: 1 } })
})
