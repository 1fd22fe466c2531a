/** What a rule can say, in the order in which they are asked. */
export const RULE_KINDS = [
  'only_places',
  'not_places',
  'excluded',
  'percentage',
  'safety_stock',
  'throttle',
  'never_last',
  'minimum',
  'maximum',
] as const
export type RuleKind = (typeof RULE_KINDS)[number]

/**
 * A rule as it stood at some moment, as far as a number follows from it. It is kept with every number sent.
 * `quantity`: pieces; per cent for a percentage; 1 or 0 for what is or is not (excluded, never_last).
 */
export type Rule = {
  id: number
  version: number
  kind: RuleKind
  scope: string
  quantity: number
  /** throttle: how many pieces are few */
  low: number | null
  /** throttle: the lag (p95, milliseconds) from which a channel is slow */
  slowMs: number | null
  /** ids of locations, for what names places */
  places: number[]
  /** when it holds, ISO 8601; null: without a beginning, without an end */
  from: string | null
  until: string | null
}

/** Where a rule holds: a channel account or all, and of its items one, a category, or all. */
export type Scope = { accountId: number | null; itemId: number | null; category: string | null }

/** The scope as one word, so that an index finds it and equal scopes are equal: "3|item|7", "*|category|Rings", "*|shop|". */
export function scopeKey({ accountId, itemId, category }: Scope): string {
  const channel = accountId ?? '*'
  if (itemId !== null) return `${channel}|item|${itemId}`
  return category === null ? `${channel}|shop|` : `${channel}|category|${category}`
}

/** The six scopes (four without a category) that an item on a channel account is in. */
export function scopesOf(of: { accountId: number; itemId: number; category: string | null }): string[] {
  const items: Omit<Scope, 'accountId'>[] = [
    { itemId: null, category: null },
    { itemId: of.itemId, category: null },
    ...(of.category === null ? [] : [{ itemId: null, category: of.category }]),
  ]
  return items.flatMap((item) => [null, of.accountId].map((accountId) => scopeKey({ accountId, ...item })))
}

/** The same in SQL: an array of the scopes of an item (its category may be null) on an account. */
export const scopesSql = (of: { account: string; item: string; category: string }): string =>
  `ARRAY['*|shop|', ${of.account} || '|shop|', '*|item|' || ${of.item}, ${of.account} || '|item|' || ${of.item},
    '*|category|' || ${of.category}, ${of.account} || '|category|' || ${of.category}]`

const OF_WHAT: Record<string, number> = { item: 4, category: 2, shop: 0 }

/** Item > category > channel > shop; of two for the same, the one for this channel. Equal only for equal scopes. */
export function rankOf(scope: string): number {
  const [channel = '', what = ''] = scope.split('|')
  return (OF_WHAT[what] ?? 0) + (channel === '*' ? 0 : 1)
}

/** Whether its schedule lets it hold then: from its beginning on, and not any more at its end. */
export const holds = ({ from, until }: Pick<Rule, 'from' | 'until'>, at: Date): boolean =>
  (from === null || Date.parse(from) <= at.getTime()) && (until === null || at.getTime() < Date.parse(until))

/** Of the rules that an item on a channel is under, those that hold at `at`: of each kind the most specific. */
export function inForce(rules: Rule[], at: Date): Map<RuleKind, Rule> {
  const winners = new Map<RuleKind, Rule>()
  for (const rule of rules) {
    const other = winners.get(rule.kind)
    if (holds(rule, at) && (!other || rankOf(rule.scope) > rankOf(other.scope))) winners.set(rule.kind, rule)
  }
  return winners
}

type Spoken = Pick<Rule, 'kind' | 'scope' | 'from' | 'until'>

/** Two of a kind for the same scope at the same time: nobody could say which one holds. */
export function collide(a: Spoken, b: Spoken): boolean {
  if (a.kind !== b.kind || a.scope !== b.scope) return false
  const begins = (rule: Spoken) => (rule.from === null ? -Infinity : Date.parse(rule.from))
  const ends = (rule: Spoken) => (rule.until === null ? Infinity : Date.parse(rule.until))
  return begins(a) < ends(b) && begins(b) < ends(a)
}

/** A rule's address: "rule/7@2" is the second version of rule 7. */
export const ruleLink = ({ id, version }: Pick<Rule, 'id' | 'version'>): string => `rule/${id}@${version}`

/** What a scope's word says. */
export function readScope(key: string): Scope {
  const [channel = '', what = '', ...rest] = key.split('|')
  const accountId = channel === '*' ? null : Number(channel)
  const named = rest.join('|')
  return { accountId, itemId: what === 'item' ? Number(named) : null, category: what === 'category' ? named : null }
}
