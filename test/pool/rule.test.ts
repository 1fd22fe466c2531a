import { describe, expect, it } from 'vitest'
import { available } from '#app/pool/available.ts'
import { cannotBeMirrored, draftIsWrong } from '#app/pool/rule-draft.ts'
import { collide, holds, inForce, rankOf, ruleLink, scopeKey, scopesOf } from '#app/pool/rule.ts'
import { draftOf, lying, ruleOf } from '../support/rules.ts'

const NOON = new Date('2026-03-10T12:00:00Z')
const NOON_ISO = NOON.toISOString()
const [MORNING, EVENING] = ['2026-03-10T08:00:00Z', '2026-03-10T18:00:00Z']
const ETSY = { name: 'Etsy', maximumShown: null }
const SIX = { kind: 'stock' as const, stock: [lying(1, { available: 4 }), lying(2, { available: 2 })] }

describe('A rule says in a sentence what it takes, with its address', () => {
  it.each([
    ['excluded', ruleOf('excluded', 1), 0, 'not shown on Etsy by a rule'],
    ['percentage', ruleOf('percentage', 50), 3, 'Etsy shows 50 % of 6'],
    ['safety stock', ruleOf('safety_stock', 2), 4, 'safety stock of 2'],
    ['never the last one', ruleOf('never_last', 1), 5, 'the last one is never shown on Etsy'],
    ['a minimum', ruleOf('minimum', 7), 0, 'fewer than 7 are not shown on Etsy at all'],
    ['a maximum', ruleOf('maximum', 4), 4, 'at most 4 shown on Etsy'],
  ])('%s', (_, rule, quantity, sentence) => {
    const answer = available(SIX, { rules: [rule], facts: ETSY, at: NOON })
    expect(answer.quantity).toBe(quantity)
    expect(answer.steps.at(-1)).toEqual({ sentence, quantity: quantity - 6, link: ruleLink(rule) })
  })

  it('names the place whose pieces are not for a channel', () => {
    const rules = [ruleOf('not_places', 0, { id: 9, version: 3, places: [2] })]
    expect(available(SIX, { rules, facts: ETSY, at: NOON })).toEqual({
      quantity: 4,
      steps: [
        { sentence: '4 for sale in Place 1', quantity: 4, link: 'location/1' },
        { sentence: '2 in Place 2, not for Etsy by a rule', quantity: 0, link: 'rule/9@3' },
      ],
    })
  })

  it('keeps the last piece of the pool back only once', () => {
    const rules = [ruleOf('safety_stock', 2), ruleOf('never_last', 1)]
    expect(available(SIX, { rules, facts: ETSY, at: NOON }).quantity).toBe(4)
  })

  it('leaves the only one of its kind to be shown, though it is always the last', () => {
    const one = { kind: 'stock' as const, stock: [lying(1, { available: 1 })] }
    const terms = { rules: [ruleOf('never_last', 1)], facts: ETSY, at: NOON }
    expect(available(one, { ...terms, oneOfOne: true }).quantity).toBe(1)
    expect(available(one, terms).quantity).toBe(0)
  })

  it('counts for the others what is kept back from one channel only', () => {
    const stock = [lying(1, { available: 1, safety_stock: 3 })]
    const keptElsewhere = [{ locationId: 1, quantity: 2 }]
    const answer = available({ kind: 'stock', stock }, { rules: [], facts: ETSY, at: NOON, keptElsewhere })
    expect(answer.steps.map(({ sentence, quantity }) => [quantity, sentence])).toEqual([
      [1, '1 for sale in Place 1'],
      [2, '2 in Place 1 kept back elsewhere, for sale here'],
      [0, '1 in Place 1 kept back as safety stock'],
    ])
  })
})

describe('A throttle', () => {
  const rule = ruleOf('throttle', 1, { low: 6, slowMs: 2_000 })
  const show = (facts: object, quantity = rule.quantity) =>
    available(SIX, { rules: [{ ...rule, quantity }], facts: { ...ETSY, ...facts }, at: NOON })
  it.each([
    ['a channel that is fast', { p95Ms: 2_000, healthy: true }, 6],
    ['a channel that was never measured', {}, 6],
    ['a slow channel', { p95Ms: 2_001, healthy: true }, 1],
    ['a channel that does not answer', { p95Ms: 10, healthy: false }, 1],
  ])('lets %s show what it should', (_, facts, quantity) => {
    expect(show(facts).quantity).toBe(quantity)
  })
  it('hides few pieces altogether where it says so', () => {
    expect(show({ healthy: false }, 0)).toMatchObject({ quantity: 0 })
    expect(show({ healthy: false }, 0).steps.at(-1)?.sentence).toBe(
      'Etsy does not answer as it should and few are left: nothing is shown',
    )
  })
  it('leaves plenty alone', () => {
    const terms = { rules: [{ ...rule, low: 5 }], facts: { ...ETSY, healthy: false }, at: NOON }
    expect(available(SIX, terms).quantity).toBe(6)
  })
})

describe('A schedule', () => {
  it.each([
    ['without one', null, null, true],
    ['that has begun', NOON_ISO, null, true],
    ['that begins in a millisecond', new Date(NOON.getTime() + 1).toISOString(), null, false],
    ['that ends now', MORNING, NOON_ISO, false],
    ['that ends this evening', MORNING, EVENING, true],
  ])('%s', (_, from, until, expected) => {
    expect(holds({ from, until }, NOON)).toBe(expected)
  })
  it('hands over from one rule to another without a gap', () => {
    const rules = [ruleOf('maximum', 1, { id: 1, until: NOON_ISO }), ruleOf('maximum', 2, { id: 2, from: NOON_ISO })]
    expect(inForce(rules, NOON).get('maximum')?.id).toBe(2)
    expect(inForce(rules, new Date(NOON.getTime() - 1)).get('maximum')?.id).toBe(1)
  })
  it('gives the word back to the broader rule when the narrower one ends', () => {
    const rules = [ruleOf('maximum', 1, { id: 1 }), ruleOf('maximum', 5, { id: 2, scope: '*|item|7', until: NOON_ISO })]
    expect(inForce(rules, NOON).get('maximum')?.id).toBe(1)
  })
})

describe('Scopes', () => {
  it('go from the shop to an item on a channel, and each is one word', () => {
    const scopes = [
      { accountId: null, itemId: null, category: null },
      { accountId: 3, itemId: null, category: null },
      { accountId: null, itemId: null, category: 'Rings' },
      { accountId: 3, itemId: null, category: 'Rings' },
      { accountId: null, itemId: 7, category: null },
      { accountId: 3, itemId: 7, category: null },
    ].map(scopeKey)
    expect(scopes).toEqual(['*|shop|', '3|shop|', '*|category|Rings', '3|category|Rings', '*|item|7', '3|item|7'])
    expect(scopes.map(rankOf)).toEqual([0, 1, 2, 3, 4, 5])
    expect(scopesOf({ accountId: 3, itemId: 7, category: 'Rings' }).toSorted()).toEqual(scopes.toSorted())
    expect(scopesOf({ accountId: 3, itemId: 7, category: null })).toHaveLength(4)
  })
  it('are not mistaken for one another, whatever a category is called', () => {
    expect(rankOf(scopeKey({ accountId: null, itemId: null, category: '3|item|7' }))).toBe(2)
  })
})

describe('Two rules of equal rank', () => {
  const [rule, other] = [ruleOf('maximum', 1), ruleOf('maximum', 9)]
  it.each([
    ['at the same time', {}, {}, true],
    ['one after the other', { until: NOON_ISO }, { from: NOON_ISO }, false],
    ['with an hour in common', { until: EVENING }, { from: NOON_ISO }, true],
    ['of another kind', {}, { kind: 'minimum' as const }, false],
    ['for something else', {}, { scope: '*|item|7' }, false],
  ])('%s', (_, ours, theirs, expected) => {
    expect(collide({ ...rule, ...ours }, { ...other, ...theirs })).toBe(expected)
    expect(collide({ ...other, ...theirs }, { ...rule, ...ours })).toBe(expected)
  })
})

describe('What makes no sense is refused with what is wrong', () => {
  it.each([
    [draftOf('percentage', 0), 'between 1 and 100'],
    [draftOf('percentage', 101), 'between 1 and 100'],
    [draftOf('excluded', 2), '1 or 0'],
    [draftOf('minimum', 0), '1 or more'],
    [draftOf('maximum', 1_000_001), 'a number of pieces'],
    [draftOf('only_places', 0), 'names no place'],
    [draftOf('throttle', 0, { slowMs: 2_000 }), 'how many pieces are few'],
    [draftOf('throttle', 0, { low: 2 }), 'from what lag'],
    [draftOf('throttle', 3, { low: 2, slowMs: 2_000 }), 'more of few pieces than there are'],
    [draftOf('maximum', 1, { itemId: 7, category: 'Rings' }), 'not for both'],
    [draftOf('maximum', 1, { from: EVENING, until: MORNING }), 'ends before it begins'],
    [draftOf('maximum', 1, { from: NOON_ISO, until: NOON_ISO }), 'ends before it begins'],
  ])('%j', (draft, words) => {
    expect(draftIsWrong(draft)?.sentence).toContain(words)
  })
  it('and what does make sense is not', () => {
    expect(draftIsWrong(draftOf('throttle', 0, { low: 2, slowMs: 2_000, accountId: 3 }))).toBeUndefined()
    expect(draftIsWrong(draftOf('safety_stock', 2, { from: MORNING, until: EVENING }))).toBeUndefined()
  })
  it('a channel with a ledger of its own can only set pieces aside', () => {
    expect(cannotBeMirrored(draftOf('safety_stock', 2), 'Shopify')).toBeUndefined()
    expect(cannotBeMirrored(draftOf('maximum', 2), 'Shopify')?.sentence).toContain('it can only have a safety stock')
  })
})
