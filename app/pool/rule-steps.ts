import { type Rule, type RuleKind, ruleLink } from './rule.ts'
import type { Terms } from './terms.ts'

/** Something that lets a channel show no more than `most` of what it would show without it: 0 or more, never more. */
export type Limit = { sentence: string; link: string | null; most: (shown: number) => number }

type Under = Omit<Terms, 'rules'> & { rules: Map<RuleKind, Rule> }

type Speaks = (rule: Rule, of: { pool: number; under: Under }) => Omit<Limit, 'link'> | null

// Each is monotone in the stock and never says more than it was given, so that all of them together are.
const SPEAK: Partial<Record<RuleKind, Speaks>> = {
  excluded: ({ quantity }, { under }) =>
    quantity === 0 ? null : { sentence: `not shown on ${under.facts.name} by a rule`, most: () => 0 },

  // The only one of its kind would be hidden for ever; of several the last piece is never lost by rounding.
  percentage: ({ quantity }, { pool, under }) =>
    under.oneOfOne
      ? null
      : {
          sentence: `${under.facts.name} shows ${quantity} % of ${pool}`,
          most: (shown) => Math.min(shown, Math.max(Math.min(1, pool), Math.floor((pool * quantity) / 100))),
        },

  safety_stock: ({ quantity }) => ({
    sentence: `safety stock of ${quantity}`,
    most: (shown) => Math.max(0, shown - quantity),
  }),

  throttle: ({ quantity, low, slowMs }, { pool, under: { facts } }) => {
    const slow = slowMs !== null && (facts.p95Ms ?? 0) > slowMs
    if ((!slow && facts.healthy !== false) || pool > (low ?? 0)) return null
    const why = facts.healthy === false ? 'does not answer as it should' : 'is slow'
    const what = quantity === 0 ? 'nothing' : `at most ${quantity}`
    return {
      sentence: `${facts.name} ${why} and few are left: ${what} is shown`,
      most: (shown) => Math.min(shown, quantity),
    }
  },

  never_last: ({ quantity }, { pool, under: { facts, oneOfOne } }) =>
    quantity === 0 || oneOfOne
      ? null
      : {
          sentence: `the last one is never shown on ${facts.name}`,
          most: (shown) => Math.min(shown, Math.max(0, pool - 1)),
        },

  minimum: ({ quantity }, { under }) => ({
    sentence: `fewer than ${quantity} are not shown on ${under.facts.name} at all`,
    most: (shown) => (shown >= quantity ? shown : 0),
  }),

  maximum: ({ quantity }, { under }) => ({
    sentence: `at most ${quantity} shown on ${under.facts.name}`,
    most: (shown) => Math.min(shown, quantity),
  }),
}

const ORDER = ['excluded', 'percentage', 'safety_stock', 'throttle', 'never_last', 'minimum', 'maximum'] as const

/** What limits a channel, in the order in which it does: the rules, what it can show at all, what it may have sold. */
export function limitsOf(pool: number, under: Under): Limit[] {
  const { facts, rules } = under
  const limits: Limit[] = ORDER.flatMap((kind) => {
    const rule = rules.get(kind)
    const spoken = rule && SPEAK[kind]?.(rule, { pool, under })
    return spoken ? [{ ...spoken, link: ruleLink(rule) }] : []
  })
  const { maximumShown: most, unexplained = 0 } = facts
  if (most !== null)
    limits.push({ sentence: `${facts.name} shows at most ${most}`, link: null, most: (n) => Math.min(n, most) })
  if (unexplained > 0) {
    const sentence = `${facts.name} showed ${unexplained} less than expected: perhaps just sold there`
    limits.push({ sentence, link: null, most: (n) => Math.max(0, n - unexplained) })
  }
  return limits
}
