import { describe, expect, it } from 'vitest'
import { available } from '#app/pool/available.ts'
import type { ChannelFacts, Terms } from '#app/pool/terms.ts'
import { RULE_KINDS, type Rule } from '#app/pool/rule.ts'
import type { Supply } from '#app/pool/supply.ts'
import { lying, ruleOf } from '../support/rules.ts'

const NOON = new Date('2026-03-10T12:00:00Z')

/** Every choice of one from each list. */
function* every<T>(lists: T[][]): Generator<T[]> {
  const [first, ...others] = lists
  if (!first) return yield []
  for (const one of first) for (const rest of every(others)) yield [one, ...rest]
}

const upTo = (n: number) => Array.from({ length: n + 1 }, (_, i) => i)
const or = (...rules: Rule[]): (Rule | null)[] => [null, ...rules]

// Of each kind: none, and its smallest cases. Places: 1 and 2.
const RULES: (Rule | null)[][] = [
  or(ruleOf('only_places', 0, { places: [1] })),
  or(ruleOf('not_places', 0, { places: [2] })),
  or(ruleOf('excluded', 1), ruleOf('excluded', 0)),
  or(ruleOf('percentage', 1), ruleOf('percentage', 50), ruleOf('percentage', 100)),
  or(ruleOf('safety_stock', 0), ruleOf('safety_stock', 2)),
  or(ruleOf('throttle', 0, { low: 2, slowMs: 1_000 }), ruleOf('throttle', 1, { low: 3, slowMs: 1_000 })),
  or(ruleOf('never_last', 1)),
  or(ruleOf('minimum', 2)),
  or(ruleOf('maximum', 0), ruleOf('maximum', 2)),
]

const FACTS: ChannelFacts[] = [
  { name: 'Etsy', maximumShown: 3, p95Ms: 500, healthy: true },
  { name: 'Etsy', maximumShown: null, p95Ms: 5_000, healthy: true, unexplained: 1 },
  { name: 'Etsy', maximumShown: null, p95Ms: null, healthy: false },
]

const stock = (one: number, two: number): Supply => ({
  kind: 'stock',
  stock: [
    lying(1, { available: one, reserved: 1 }),
    lying(2, { available: two, safety_stock: 1 }),
    lying(3, { available: 2 }, false),
  ],
})

const bundle = (one: number, two: number): Supply => ({
  kind: 'bundle',
  components: [
    { name: 'ring', needs: 1, stock: [lying(1, { available: one }), lying(2, { available: 1 })] },
    { name: 'stud', needs: 2, stock: [lying(2, { available: two })] },
  ],
})

const made = (one: number, two: number): Supply => ({
  kind: 'made_to_order',
  stock: [lying(1, { available: one })],
  capacity: 2,
  taken: two,
  leadDays: 14,
})

const shown = (supply: Supply, terms: Terms) => {
  const { quantity, steps } = available(supply, terms)
  // Not by expect: it is asked a million times.
  if (quantity !== steps.reduce((sum, step) => sum + step.quantity, 0)) throw new Error('the steps add up')
  if (!Number.isInteger(quantity) || quantity < 0) throw new Error('whole pieces, none owed')
  return quantity
}

function* worlds(): Generator<Terms> {
  for (const chosen of every(RULES)) {
    const rules = chosen.filter((rule) => rule !== null)
    for (const facts of FACTS) for (const oneOfOne of [false, true]) yield { rules, facts, at: NOON, oneOfOne }
  }
}

describe('In every small world', () => {
  it.each([
    ['stock', stock, upTo(3)],
    ['a bundle', bundle, upTo(2)],
    ['what is made to order', made, upTo(2)],
  ])('the number of %s is whole pieces, no more than the pool has, and the sum of its steps', (_, supply, pieces) => {
    let seen = 0
    for (const terms of worlds()) {
      for (const [one = 0, two = 0] of every([pieces, pieces])) {
        const most = available(supply(one, two), {
          rules: [],
          facts: { name: 'Etsy', maximumShown: null },
          at: NOON,
        }).quantity
        if (shown(supply(one, two), terms) > most) throw new Error(`more than there is: ${JSON.stringify(terms)}`)
        seen += 1
      }
    }
    expect(seen).toBeGreaterThan(50_000)
  })

  it('a piece more in the pool never makes a channel show less', () => {
    for (const terms of worlds()) {
      for (const [one = 0, two = 0] of every([upTo(3), upTo(2)])) {
        const now = shown(stock(one, two), terms)
        const more = Math.min(shown(stock(one + 1, two), terms), shown(stock(one, two + 1), terms))
        if (more < now) throw new Error(`${one}, ${two}: ${JSON.stringify(terms)}`)
      }
    }
  })

  it('a rule never makes a channel show more', () => {
    for (const terms of worlds()) {
      for (const dropped of terms.rules) {
        const without = { ...terms, rules: terms.rules.filter((rule) => rule !== dropped) }
        if (shown(stock(2, 1), terms) > shown(stock(2, 1), without)) throw new Error(JSON.stringify({ terms, dropped }))
      }
    }
  })

  it('a percentage takes neither the last piece nor the only one of its kind', () => {
    for (const facts of FACTS.slice(0, 1)) {
      for (let percent = 1; percent <= 100; percent += 1) {
        const terms = { rules: [ruleOf('percentage', percent)], facts: { ...facts, maximumShown: null }, at: NOON }
        expect(shown(stock(0, 0), terms)).toBe(0)
        for (const pieces of [1, 2, 3, 7])
          expect(shown(stock(pieces, 0), terms)).toBe(Math.max(1, Math.floor((pieces * percent) / 100)))
        expect(shown(stock(1, 0), { ...terms, oneOfOne: true })).toBe(1)
      }
    }
  })

  it('of two rules of a kind the more specific holds, whatever the other says', () => {
    const scopes = ['*|shop|', '3|shop|', '*|category|Rings', '3|category|Rings', '*|item|7', '3|item|7']
    const facts = { name: 'Etsy', maximumShown: null, p95Ms: 5_000, healthy: false }
    const quantities: [a: number, b: number] = [1, 0]
    for (const kind of RULE_KINDS) {
      for (const [weak, scope] of scopes.entries()) {
        for (const stronger of scopes.slice(weak + 1)) {
          for (const [ours, other] of [quantities, quantities.toReversed()]) {
            const more = (places: number[]) => ({ low: 3, slowMs: 1, places })
            const strong = ruleOf(kind, ours!, { ...more([1]), id: 1, scope: stronger })
            const both = [ruleOf(kind, other!, { ...more([2]), id: 2, scope }), strong]
            for (const rules of [both, both.toReversed()])
              expect(shown(stock(2, 1), { rules, facts, at: NOON })).toBe(
                shown(stock(2, 1), { rules: [strong], facts, at: NOON }),
              )
          }
        }
      }
    }
  })
})
