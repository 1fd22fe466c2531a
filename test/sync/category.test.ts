import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { RULE_DECISIONS } from '#app/decide/rules.server.ts'
import { lastCategoryChange, setCategory, takeThings, undoCategory } from '#app/sync/category.server.ts'
import { runPreview } from '#app/sync/rule-preview.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { decideBy } from '../support/deciding.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'
import { addListing } from '../support/shop-rows.ts'

let database: FreshDatabase
let at: Publishing
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  at = await openPublishing(database.pool)
  await ruleOfRings()
})

const who = () => ({ merchantId: at.shop.merchantId, actor: 'person/1' })
const shown = (externalId: string) => at.channel.shown.get(externalId)
const last = (itemId: number) => lastCategoryChange(database.pool, { merchantId: at.shop.merchantId, itemId })

/** Half of what is in “Rings” is shown. */
async function ruleOfRings(): Promise<void> {
  await at.ring(1, 1, { category: 'Rings' })
  const deciding = { ...who(), sync: at.sync, role: 'owner' as const }
  const form = { decision: 'rule-preview', change: 'save', kind: 'percentage', quantity: 50, category: 'Rings' }
  const { said } = await decideBy(RULE_DECISIONS, form, deciding)
  const { previewId } = said as { previewId: number }
  await runPreview(at.sync, { merchantId: at.shop.merchantId, previewId })
  expect((await decideBy(RULE_DECISIONS, { decision: 'rule-save', previewId }, deciding)).refusal).toBeNull()
}

describe('what a person calls an item', () => {
  it('is its category, with its rules, until it is undone or given back to the channel', async () => {
    const ring = await at.ring(9, 9, { category: 'Rings', category_there: 'Rings' })
    await at.settle()
    expect(shown(ring.externalId)).toBe(4)
    const say = (category: string | null) => setCategory(at.sync, who(), { itemId: ring.itemId, category })
    const undo = async () => {
      const change = await last(ring.itemId)
      return undoCategory(at.sync, who(), { itemId: ring.itemId, changeId: change?.id ?? 0 })
    }
    expect(await say('Watches')).toBeUndefined()
    await at.settle()
    expect(shown(ring.externalId)).toBe(9)
    expect(await last(ring.itemId)).toMatchObject({
      actor: 'person/1',
      before: { category: 'Rings', by: null },
      after: { category: 'Watches', by: 'person/1' },
    })
    for (const number of [4, 9]) {
      await at.pass(1_000)
      expect(await undo()).toBeUndefined()
      await at.settle()
      expect(shown(ring.externalId)).toBe(number)
    }
    await at.pass(1_000)
    expect(await say(null)).toBeUndefined()
    await at.settle()
    expect(shown(ring.externalId)).toBe(4)
  })
  it('is not undone when it was changed since somebody looked', async () => {
    const { itemId } = await at.ring(9)
    await setCategory(at.sync, who(), { itemId, category: 'Watches' })
    const saw = await last(itemId)
    await at.pass(1_000)
    await setCategory(at.sync, who(), { itemId, category: 'Chains' })
    const undone = await undoCategory(at.sync, who(), { itemId, changeId: saw?.id ?? 0 })
    expect(undone).toMatchObject({ code: 'category-changed' })
  })
  it('is said of no item that is not there, nor of another shop’s', async () => {
    const { itemId } = await at.ring(9)
    const theirs = await openPublishing(database.pool)
    const them = { merchantId: theirs.shop.merchantId, actor: 'person/2' }
    for (const [by, of] of [
      [who(), 999_999],
      [them, itemId],
    ] as const)
      expect(await setCategory(at.sync, by, { itemId: of, category: 'Rings' })).toMatchObject({ code: 'unknown-item' })
    expect(await undoCategory(at.sync, them, { itemId, changeId: 1 })).toMatchObject({ code: 'category-changed' })
  })
})

describe('what Shopify calls an item', () => {
  const thing = (externalId: string, category: string | null) => ({
    ...{
      externalId,
      variantId: '',
      sku: 'RNG-1',
      title: 'Signet ring',
      variant: '',
      attributes: {},
      url: null,
      category,
    },
    ...{ status: 'active', shown: 9, priceMinor: null, currency: null, tracked: true, continueSelling: false },
    ...{ bundleParent: false, archived: false, oneOfOne: false },
  })
  const told = (externalId: string, category: string | null) =>
    transaction(database.pool, (tx) =>
      takeThings(tx, { merchantId: at.shop.merchantId, accountId: at.shop.shopify, at: at.clock.now() }, [
        thing(externalId, category),
      ]),
    )

  it('is its category from the moment Shopify says so, and its number follows from the rules of that one', async () => {
    const ring = await at.ring(9)
    const externalId = `shopify-${ring.itemId}`
    await addListing(database.pool, at.shop, {
      account_id: at.shop.shopify,
      item_id: ring.itemId,
      external_id: externalId,
    })
    await at.settle()
    expect(shown(ring.externalId)).toBe(9)
    expect(await told(externalId, 'Rings')).toMatchObject([{ itemId: ring.itemId, recategorized: true }])
    await at.settle()
    expect(shown(ring.externalId)).toBe(4)
    expect(await told(externalId, 'Rings')).toMatchObject([{ recategorized: false }])
    await told(externalId, null)
    await at.settle()
    expect(shown(ring.externalId)).toBe(9)
  })
  it('is nothing to what a person has said', async () => {
    const ring = await at.ring(9)
    const externalId = `shopify-${ring.itemId}`
    await addListing(database.pool, at.shop, {
      account_id: at.shop.shopify,
      item_id: ring.itemId,
      external_id: externalId,
    })
    await setCategory(at.sync, who(), { itemId: ring.itemId, category: 'Watches' })
    expect(await told(externalId, 'Rings')).toMatchObject([{ recategorized: false }])
    await at.settle()
    expect(shown(ring.externalId)).toBe(9)
  })
})
