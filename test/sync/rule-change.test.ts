import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RULE_DECISIONS } from '#app/decide/rules.server.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { setCategory } from '#app/sync/category.server.ts'
import { changesIn, latestPreview, previewOf, runPreview } from '#app/sync/rule-preview.server.ts'
import { recompute, type Derivation } from '#app/sync/derivation.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { decideBy, type Form } from '../support/deciding.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'
import { addListing, put } from '../support/shop-rows.ts'

let database: FreshDatabase
let at: Publishing
let owner: number

beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  at = await openPublishing(database.pool)
  const { merchantId } = at.shop
  owner = await put(database.pool, 'person', {
    merchant_id: merchantId,
    subject: '1',
    role: 'owner',
    first_seen: at.shop.at,
  })
})

const who = (role: 'owner' | 'staff' = 'owner') => ({
  sync: at.sync,
  merchantId: at.shop.merchantId,
  actor: `person/${owner}`,
  role,
})

const decide = (form: Form, role?: 'owner' | 'staff') => decideBy(RULE_DECISIONS, form, who(role))

/** Asks for it, and lets what it changes be computed. */
async function look(form: Form): Promise<number> {
  const { refusal, said } = await decide({ decision: 'rule-preview', change: 'save', ...form })
  expect(refusal).toBeNull()
  const { previewId } = said as { previewId: number }
  await runPreview(at.sync, { merchantId: at.shop.merchantId, previewId })
  return previewId
}

/** Looks at it and does it. Returns the rule. */
async function done(form: Form): Promise<number> {
  const { change = 'save' } = form
  const previewId = await look(form)
  const { refusal, said } = await decide({ decision: `rule-${change}`, previewId })
  expect(refusal).toBeNull()
  await at.pass(1)
  return (said as { ruleId: number }).ruleId
}

const shown = (externalId: string) => at.channel.shown.get(externalId)
const refusalOf = async (form: Form) => (await decide({ decision: 'rule-preview', change: 'save', ...form })).refusal

describe('A rule that is saved', () => {
  it('is on the channel as soon as the channel takes it, and what it does not touch is told nothing', async () => {
    const [many, few] = [await at.ring(9), await at.ring(2)]
    await at.settle()
    await done({ kind: 'maximum', quantity: 3 })
    await at.settle()
    expect([shown(many.externalId), shown(few.externalId)]).toEqual([3, 2])
    expect(at.writes()).toEqual([`${many.externalId}=3`])
  })

  it('may raise a number only after the channel’s orders were read', async () => {
    const { externalId } = await at.ring(9)
    await at.settle()
    const ruleId = await done({ kind: 'maximum', quantity: 3 })
    await at.settle()
    at.channel.calls.length = 0
    await done({ change: 'end', ruleId })
    await at.settle()
    expect(shown(externalId)).toBe(9)
    expect(at.channel.calls.slice(0, 2)).toEqual(['orders', `${externalId}=9`])
  })

  it('for one item leaves the others alone, and beats the rule for all', async () => {
    const [one, other] = [await at.ring(9), await at.ring(9)]
    await at.settle()
    await done({ kind: 'safety_stock', quantity: 4 })
    await done({ kind: 'safety_stock', quantity: 1, itemId: one.itemId })
    await at.settle()
    expect([shown(one.externalId), shown(other.externalId)]).toEqual([8, 5])
  })

  it('for a category holds for what is in it, and for what comes into it', async () => {
    const [ring, watch] = [await at.ring(9, 9, { category: 'Rings' }), await at.ring(9)]
    await at.settle()
    await done({ kind: 'percentage', quantity: 50, category: 'Rings' })
    await at.settle()
    expect([shown(ring.externalId), shown(watch.externalId)]).toEqual([4, 9])
    expect(await setCategory(at.sync, who(), { itemId: watch.itemId, category: 'Rings' })).toBeUndefined()
    expect(await setCategory(at.sync, who(), { itemId: ring.itemId, category: null })).toBeUndefined()
    await at.settle()
    expect([shown(ring.externalId), shown(watch.externalId)]).toEqual([9, 4])
  })

  it('for another channel is none of this one’s', async () => {
    const { externalId } = await at.ring(9)
    const row = {
      merchant_id: at.shop.merchantId,
      channel: 'etsy',
      external_id: `o-${owner}`,
      name: 'Other',
      status: 'open',
    }
    const other = await put(database.pool, 'channel_account', { ...row, connected_at: at.shop.at })
    await at.settle()
    await done({ kind: 'excluded', quantity: 1, accountId: other })
    await at.settle()
    expect(shown(externalId)).toBe(9)
    await done({ kind: 'excluded', quantity: 1, accountId: at.shop.etsy })
    await at.settle()
    expect(shown(externalId)).toBe(0)
  })

  it('reaches every listing of a large shop, some at a time, and what is sold meanwhile is not kept waiting', async () => {
    const rings = []
    for (let i = 0; i < 450; i += 1) rings.push(await at.ring(9))
    await at.settle()
    await done({ kind: 'maximum', quantity: 3 })
    await at.round()
    await at.stock(rings[449]!.itemId, -8)
    at.channel.calls.length = 0
    await at.round()
    expect(at.writes()).toContain(`${rings[449]!.externalId}=1`)
    await at.settle(10_000)
    expect(rings.slice(0, 449).every(({ externalId }) => shown(externalId) === 3)).toBe(true)
    const { rows } = await database.pool.query('SELECT FROM rules_behind WHERE merchant_id = $1', [at.shop.merchantId])
    expect(rows).toEqual([])
  }, 60_000)

  it('never lets a number go out that does not recompute from what was kept with it', async () => {
    const rings = [await at.ring(9), await at.ring(1, 1, { kind: 'one_of_one', sku: 'ONE' }), await at.ring(3)]
    await at.settle()
    await done({ kind: 'never_last', quantity: 1 })
    await done({ kind: 'percentage', quantity: 30, accountId: at.shop.etsy })
    // Of the only one there cannot be another: it goes.
    for (const ring of rings) await at.stock(ring.itemId, ring === rings[1] ? -1 : 1)
    await at.settle()
    await at.stock(rings[0]!.itemId, -4)
    await at.settle()
    const { rows } = await database.pool.query<{ quantity: number; derivation: Derivation }>(
      'SELECT quantity, derivation FROM publication WHERE merchant_id = $1',
      [at.shop.merchantId],
    )
    expect(rows.length).toBeGreaterThan(3)
    for (const { quantity, derivation } of rows) {
      expect(recompute(derivation)).toEqual({ quantity, steps: derivation.steps })
    }
  })
})

describe('What would change', () => {
  it('is said item by item and channel by channel, and nothing is changed by looking', async () => {
    const [many, few] = [await at.ring(9), await at.ring(2)]
    await at.settle()
    const id = await look({ kind: 'safety_stock', quantity: 2 })
    const preview = (await previewOf(database.pool, at.shop.merchantId, { id }))!
    expect(preview.summary).toEqual({
      numbers: 2,
      channels: [{ accountId: at.shop.etsy, lowered: 2, raised: 0, fewer: 4, more: 0 }],
    })
    const { changes, next } = await changesIn(database.pool, at.shop.merchantId, { preview, after: 0, most: 50 })
    expect({ changes, next }).toEqual({
      changes: [
        { itemId: many.itemId, accountId: at.shop.etsy, before: 9, after: 7, title: 'Signet ring', sku: 'RNG-1' },
        { itemId: few.itemId, accountId: at.shop.etsy, before: 2, after: 0, title: 'Signet ring', sku: 'RNG-1' },
      ],
      next: null,
    })
    await at.settle()
    expect(shown(many.externalId)).toBe(9)
    expect(await latestPreview(database.pool, at.shop.merchantId)).toMatchObject({ id })
  })

  it('is what the channels are then told, for every kind', async () => {
    const rings = [await at.ring(1), await at.ring(2), await at.ring(9), await at.ring(1, 1, { kind: 'one_of_one' })]
    await at.settle()
    const kinds: Form[] = [
      { kind: 'percentage', quantity: 40 },
      { kind: 'safety_stock', quantity: 1 },
      { kind: 'never_last', quantity: 1 },
      { kind: 'minimum', quantity: 2 },
      { kind: 'maximum', quantity: 1 },
      { kind: 'not_places', quantity: 0, places: at.shop.safe },
      { kind: 'excluded', quantity: 1 },
    ]
    for (const form of kinds) {
      const id = await look(form)
      const preview = (await previewOf(database.pool, at.shop.merchantId, { id }))!
      const { changes } = await changesIn(database.pool, at.shop.merchantId, { preview, after: 0, most: 50 })
      const foreseen = rings.map(
        ({ itemId, externalId }) => changes.find((one) => one.itemId === itemId)?.after ?? shown(externalId),
      )
      expect((await decide({ decision: 'rule-save', previewId: id })).refusal).toBeNull()
      await at.pass(1)
      await at.settle()
      expect(
        rings.map(({ externalId }) => shown(externalId)),
        String(form['kind']),
      ).toEqual(foreseen)
    }
  })

  it('goes on where it stopped, page by page', async () => {
    for (let i = 0; i < 5; i += 1) await at.ring(9)
    const id = await look({ kind: 'maximum', quantity: 1 })
    const preview = (await previewOf(database.pool, at.shop.merchantId, { id }))!
    const seen: number[] = []
    let after: number | null = 0
    while (after !== null) {
      const page: Awaited<ReturnType<typeof changesIn>> = await changesIn(database.pool, at.shop.merchantId, {
        preview,
        after,
        most: 2,
      })
      seen.push(...page.changes.map(({ itemId }) => itemId))
      after = page.next
    }
    expect(seen).toHaveLength(5)
    expect(new Set(seen).size).toBe(5)
  })
})

describe('Saving carries what was looked at', () => {
  it('and is refused when the rules have changed since', async () => {
    await at.ring(9)
    const id = await look({ kind: 'maximum', quantity: 3 })
    await done({ kind: 'never_last', quantity: 1 })
    expect((await decide({ decision: 'rule-save', previewId: id })).refusal?.code).toBe('rules-changed')
  })
  it('and is refused while it is still being looked at', async () => {
    const { said } = await decide({ decision: 'rule-preview', change: 'save', kind: 'maximum', quantity: 3 })
    const { previewId } = said as { previewId: number }
    expect((await decide({ decision: 'rule-save', previewId })).refusal?.code).toBe('still-looking')
  })
  it('and done twice is done once', async () => {
    const id = await look({ kind: 'maximum', quantity: 3 })
    const [first, second] = [
      await decide({ decision: 'rule-save', previewId: id }),
      await decide({ decision: 'rule-save', previewId: id }),
    ]
    expect(second).toEqual(first)
    const { rows } = await database.pool.query('SELECT FROM rule_version WHERE merchant_id = $1', [at.shop.merchantId])
    expect(rows).toHaveLength(1)
  })
  it('and two who save at once cannot both have looked at the same rules', async () => {
    const ids = [await look({ kind: 'maximum', quantity: 3 }), await look({ kind: 'maximum', quantity: 4 })]
    const answers = await Promise.all(ids.map((previewId) => decide({ decision: 'rule-save', previewId })))
    expect(answers.filter(({ refusal }) => refusal === null)).toHaveLength(1)
    expect(answers.find(({ refusal }) => refusal)?.refusal?.code).toBe('rules-changed')
  })
})

describe('Undoing', () => {
  it('restores what a rule said before, and shows what that changes first', async () => {
    const { externalId } = await at.ring(9)
    const ruleId = await done({ kind: 'maximum', quantity: 3 })
    await done({ ruleId, kind: 'maximum', quantity: 5 })
    await at.settle()
    expect(shown(externalId)).toBe(5)
    const id = await look({ change: 'undo', ruleId })
    expect((await previewOf(database.pool, at.shop.merchantId, { id }))?.summary?.channels).toMatchObject([
      { lowered: 1, fewer: 2 },
    ])
    expect((await decide({ decision: 'rule-undo', previewId: id })).refusal).toBeNull()
    await at.pass(1)
    await at.settle()
    expect(shown(externalId)).toBe(3)
  })
  it('of a new rule ends it, and of an end brings it back', async () => {
    const { externalId } = await at.ring(9)
    const ruleId = await done({ kind: 'maximum', quantity: 3 })
    await done({ change: 'undo', ruleId })
    await at.settle()
    expect(shown(externalId)).toBe(9)
    await done({ change: 'undo', ruleId })
    await at.settle()
    expect(shown(externalId)).toBe(3)
  })
  it('keeps every version that there was', async () => {
    const ruleId = await done({ kind: 'maximum', quantity: 3 })
    await done({ change: 'end', ruleId })
    await done({ change: 'undo', ruleId })
    const { rows } = await database.pool.query(
      'SELECT version, quantity, valid_to IS NULL AS now FROM rule_version WHERE merchant_id = $1 ORDER BY version',
      [at.shop.merchantId],
    )
    expect(rows).toEqual([
      { version: 1, quantity: 3, now: false },
      { version: 2, quantity: 3, now: true },
    ])
    const change = 'UPDATE rule_version SET quantity = 9 WHERE merchant_id = $1'
    await expect(database.pool.query(change, [at.shop.merchantId])).rejects.toThrow('closed, and nothing else')
    const erase = 'DELETE FROM rule_version WHERE merchant_id = $1'
    await expect(database.pool.query(erase, [at.shop.merchantId])).rejects.toThrow('closed, and nothing else')
  })
})

describe('Refused, with what is wrong:', () => {
  it.each<[string, Form, string]>([
    ['a rule of no kind', { quantity: 3 }, 'rule-unclear'],
    ['a negative number', { kind: 'maximum', quantity: -1 }, 'unclear'],
    ['a fraction', { kind: 'maximum', quantity: 1.5 }, 'unclear'],
    ['a huge number', { kind: 'maximum', quantity: 1e9 }, 'unclear'],
    ['more than all of it', { kind: 'percentage', quantity: 101 }, 'rule-unclear'],
    ['an item there is not', { kind: 'maximum', quantity: 1, itemId: 2_000_000_000 }, 'unknown-item'],
    ['a channel there is not', { kind: 'maximum', quantity: 1, accountId: 2_000_000_000 }, 'unknown-channel'],
    ['a category nothing is in', { kind: 'maximum', quantity: 1, category: 'Hats' }, 'unknown-category'],
    ['a person there is not', { kind: 'safety_stock', quantity: 1, ownerId: 2_000_000_000 }, 'unknown-person'],
    ['a place there is not', { kind: 'not_places', quantity: 0, places: '900000000' }, 'unknown-place'],
    ['places that are none', { kind: 'not_places', quantity: 0, places: 'Safe' }, 'unclear'],
    ['a thirteenth month', { kind: 'maximum', quantity: 1, from: '2026-13-01T00:00' }, 'unclear'],
    ['the thirtieth of February', { kind: 'maximum', quantity: 1, reviewOn: '2026-02-30' }, 'unclear'],
    [
      'an end before the beginning',
      { kind: 'maximum', quantity: 1, from: '2026-12-24T18:00', until: '2026-12-24T17:00' },
      'rule-unclear',
    ],
    ['a rule there is not', { kind: 'maximum', quantity: 1, ruleId: 2_000_000_000 }, 'unknown-rule'],
    ['the end of a rule there is not', { change: 'end', ruleId: 2_000_000_000 }, 'unknown-rule'],
    ['an undoing of nothing', { change: 'undo' }, 'unknown-rule'],
  ])('%s', async (_, form, code) => {
    expect((await refusalOf(form))?.code).toBe(code)
  })

  it('what another shop’s rows are named by', async () => {
    const theirs = await openPublishing(database.pool)
    const { itemId } = await theirs.ring(3)
    expect((await refusalOf({ kind: 'maximum', quantity: 1, itemId }))?.code).toBe('unknown-item')
    expect((await refusalOf({ kind: 'maximum', quantity: 1, accountId: theirs.shop.etsy }))?.code).toBe(
      'unknown-channel',
    )
    const places = theirs.shop.safe
    expect((await refusalOf({ kind: 'only_places', quantity: 0, places }))?.code).toBe('unknown-place')
    const ruleId = await done({ kind: 'maximum', quantity: 3 })
    at = theirs
    expect((await refusalOf({ change: 'end', ruleId }))?.code).toBe('unknown-rule')
    const refusal = await setCategory(
      theirs.sync,
      { merchantId: theirs.shop.merchantId, actor: 'app' },
      { itemId: itemId + 1e6, category: 'Rings' },
    )
    expect(isRefusal(refusal)).toBe(true)
  })

  it('two rules of equal rank at the same time, and not one after the other', async () => {
    await done({ kind: 'maximum', quantity: 3, until: '2026-12-24T18:00' })
    expect(await refusalOf({ kind: 'maximum', quantity: 4 })).toMatchObject({ code: 'equal-rules' })
    expect(await refusalOf({ kind: 'maximum', quantity: 4, from: '2026-12-24T17:59' })).toMatchObject({
      code: 'equal-rules',
    })
    expect(await refusalOf({ kind: 'maximum', quantity: 4, from: '2026-12-24T18:00' })).toBeNull()
    expect(await refusalOf({ kind: 'maximum', quantity: 4, accountId: at.shop.etsy })).toBeNull()
  })

  it('a rule that Shopify cannot have, in words that say why', async () => {
    const refusal = await refusalOf({ kind: 'maximum', quantity: 3, accountId: at.shop.shopify })
    expect(refusal).toMatchObject({ code: 'cannot-be-mirrored' })
    expect(refusal?.sentence).toContain('shop, till and drafts alike')
    expect(await refusalOf({ kind: 'safety_stock', quantity: 3, accountId: at.shop.shopify })).toBeNull()
  })

  it('a change of a rule that has ended', async () => {
    const ruleId = await done({ kind: 'maximum', quantity: 3 })
    await done({ change: 'end', ruleId })
    expect((await refusalOf({ ruleId, kind: 'maximum', quantity: 4 }))?.code).toBe('rule-ended')
    expect((await refusalOf({ change: 'end', ruleId }))?.code).toBe('rule-ended')
  })

  it('whoever may not set up rules', async () => {
    const rules = Object.keys(RULE_DECISIONS).filter((name) => name.startsWith('rule-'))
    expect(rules).toEqual(['rule-preview', 'rule-save', 'rule-end', 'rule-undo'])
    for (const decision of rules) expect((await decide({ decision, previewId: 1 }, 'staff')).refusal?.code).toBe('role')
  })

  it('a preview of another change, or of none', async () => {
    const id = await look({ kind: 'maximum', quantity: 3 })
    expect((await decide({ decision: 'rule-end', previewId: id })).refusal?.code).toBe('unknown-preview')
    expect((await decide({ decision: 'rule-save', previewId: 2_000_000_000 })).refusal?.code).toBe('unknown-preview')
  })
})

it('A listing that joins an account later is under the rules from its first number on', async () => {
  await done({ kind: 'maximum', quantity: 3 })
  await at.settle()
  const { itemId } = await at.ring(9)
  const seen = { external_id: 'late', shown: 9, seen_at: at.clock.now() }
  at.channel.shown.set('late', 9)
  await addListing(database.pool, at.shop, { account_id: at.shop.etsy, item_id: itemId, ...seen })
  await at.stock(itemId, 1)
  await at.settle()
  expect(shown('late')).toBe(3)
})
