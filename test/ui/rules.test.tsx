import { expect, test } from 'vitest'
import { pageOf } from '#app/ui/step-list.tsx'
import { ruleSentence, scopeSentence } from '#app/ui/rule-words.ts'
import { RULE_KINDS } from '#app/pool/rule.ts'

const SAID = { quantity: 1, low: 3, slowMs: 60_000, places: [1, 2], account: null, item: null, category: null }
const PLACES = { 1: 'Safe', 2: 'Window' }

test('every rule is one sentence that a jeweler reads', () => {
  expect(RULE_KINDS.map((kind) => ruleSentence({ ...SAID, kind }, PLACES))).toEqual([
    'Only pieces in Safe and Window',
    'No pieces from Safe and Window',
    'Do not show at all',
    'Show 1 % of what there is',
    'Safety stock of 1 piece',
    'When the channel does not answer, or takes longer than 60 seconds, show at most 1 of 3 pieces or fewer',
    'Never show the last one',
    'Show nothing when there are fewer than 1 piece',
    'Show at most 1 piece',
  ])
  expect(ruleSentence({ ...SAID, kind: 'excluded', quantity: 0 }, PLACES)).toBe('May be shown')
})

test.each([
  [{ account: null, item: null, category: null }, 'everything on every channel that is told numbers'],
  [{ account: 'Etsy', item: null, category: 'Rings' }, 'Rings on Etsy'],
  [{ account: 'Etsy', item: 'Opal ring, 54', category: null }, 'Opal ring, 54 on Etsy'],
])('%j is for %s', (scope, sentence) => {
  expect(scopeSentence(scope)).toBe(sentence)
})

test.each([
  ['rule/7@2', '/app/rules#rule-7'],
  ['item/5', '/app/inventory/5'],
  ['location/3', '/app/places'],
  [null, null],
])('a step of %s leads to %s', (link, page) => {
  expect(pageOf(link)).toBe(page)
})
