import { afterAll, beforeAll, expect, it } from 'vitest'
import { momentsOf } from '#app/merchant/local-time.server.ts'
import { keepRemark } from '#app/pool/remark.server.ts'
import { writeRule } from '#app/pool/rule-history.server.ts'
import type { RuleDraft } from '#app/pool/rule-draft.ts'
import { scopesOf, scopesSql } from '#app/pool/rule.ts'
import { listRules, ruleChoices, unexplainedOf } from '#app/sync/rule-list.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { draftOf } from '../support/rules.ts'
import { addItem, openShop, put, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())

// In Paris it is the tenth of March until 23:00 UTC.
const LATE = new Date('2026-03-10T22:30:00Z')

const save = (shop: ShopRows, draft: RuleDraft) =>
  writeRule(database.pool, { merchantId: shop.merchantId, ruleId: null, draft, actor: 'person/1', at: shop.at })

async function explained(shop: ShopRows): Promise<Pick<RuleDraft, 'remarkId' | 'ownerId' | 'reviewOn'>> {
  const { merchantId, at } = shop
  const ownerId = await put(database.pool, 'person', {
    merchant_id: merchantId,
    subject: 's',
    name: 'Ada',
    role: 'owner',
    first_seen: at,
  })
  const address = await keepRemark(database.pool, { merchantId, actor: 'person/1', text: 'The fair in May', at })
  return { remarkId: Number(address.slice(7)), ownerId, reviewOn: '2026-03-10' }
}

it('Safety stocks without a reason, an owner or a day of review are listed, and so are those past that day', async () => {
  const shop = await openShop(database.pool)
  const why = await explained(shop)
  await save(shop, draftOf('safety_stock', 2, { ...why, category: null }))
  await save(shop, draftOf('safety_stock', 2, { ...why, accountId: shop.etsy, reviewOn: '2026-03-09' }))
  await save(
    shop,
    draftOf('safety_stock', 2, { ...why, accountId: shop.shopify, ownerId: null, remarkId: null, reviewOn: null }),
  )
  await save(shop, draftOf('maximum', 2))
  const rules = await listRules(database.pool, shop.merchantId, LATE)
  expect(rules.map(({ account, unexplained }) => [account, unexplained.length])).toEqual([
    [null, 0],
    [null, 0],
    ['Etsy', 1],
    ['Shopify', 3],
  ])
  expect(unexplainedOf(rules).map(({ unexplained }) => unexplained)).toEqual([
    ['should have been looked at again by now'],
    ['has no reason', 'is nobody’s', 'has no day on which it is looked at again'],
  ])
  expect(rules[0]).toMatchObject({ reason: 'The fair in May', owner: 'Ada', reviewOn: '2026-03-10', ended: false })
  // The day has passed in Paris half an hour later.
  const afterMidnight = await listRules(database.pool, shop.merchantId, new Date('2026-03-10T23:00:00Z'))
  expect(unexplainedOf(afterMidnight)).toHaveLength(3)
})

it('A reason that was erased is a reason that is missing', async () => {
  const shop = await openShop(database.pool)
  await save(shop, draftOf('safety_stock', 2, await explained(shop)))
  expect(unexplainedOf(await listRules(database.pool, shop.merchantId, LATE))).toEqual([])
  await database.pool.query('UPDATE remark SET text = NULL WHERE merchant_id = $1', [shop.merchantId])
  expect(unexplainedOf(await listRules(database.pool, shop.merchantId, LATE))).toMatchObject([
    { unexplained: ['has no reason'] },
  ])
})

it('A rule that has ended is listed behind those in force, and needs no explanation any more', async () => {
  const shop = await openShop(database.pool)
  const { merchantId, at } = shop
  const ended = await save(shop, draftOf('safety_stock', 2))
  await save(shop, draftOf('maximum', 3))
  await writeRule(database.pool, { merchantId, ruleId: ended!.id, draft: null, actor: 'person/1', at })
  const rules = await listRules(database.pool, merchantId, LATE)
  expect(rules.map(({ kind, ended: over }) => [kind, over])).toEqual([
    ['maximum', false],
    ['safety_stock', true],
  ])
  expect(unexplainedOf(rules)).toEqual([])
})

it('What a rule can be for is what the shop has', async () => {
  const shop = await openShop(database.pool)
  await addItem(database.pool, shop, { category: 'Rings' })
  await addItem(database.pool, await openShop(database.pool), { category: 'Watches' })
  const { accounts, places, categories } = await ruleChoices(database.pool, shop.merchantId)
  expect([accounts.map(({ name }) => name), places.map(({ name }) => name), categories]).toEqual([
    ['Shopify', 'Etsy'],
    ['Safe', 'Bench'],
    ['Rings'],
  ])
})

it('The scopes that SQL finds are the scopes that are matched here', async () => {
  for (const category of ['Rings', 'a|b', null]) {
    const text = `SELECT array_remove(${scopesSql({ account: '$1::int', item: '$2::int', category: '$3::text' })}, NULL) AS scopes`
    const { rows } = await database.pool.query<{ scopes: string[] }>(text, [3, 7, category])
    expect(rows[0]?.scopes.toSorted()).toEqual(scopesOf({ accountId: 3, itemId: 7, category }).toSorted())
  }
})

it('A moment by the clock on the wall is one for all, in summer and in winter', async () => {
  const { merchantId } = await openShop(database.pool)
  const moments = await momentsOf(database.pool, merchantId, ['2026-01-10T12:00', null, '2026-07-10T12:00:05'])
  expect(moments).toEqual([new Date('2026-01-10T11:00:00Z'), null, new Date('2026-07-10T10:00:05Z')])
})
