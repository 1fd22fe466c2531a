import { STOCK_STATES, type Balance } from '#app/kernel/stock-state.ts'
import { RULE_KINDS, type Rule, type RuleKind } from '#app/pool/rule.ts'
import type { RuleDraft } from '#app/pool/rule-draft.ts'
import type { StockAtLocation } from '#app/pool/supply.ts'

/** A rule for the whole shop, without an end, unless it is said otherwise. */
export const ruleOf = (kind: RuleKind, quantity: number, more: Partial<Rule> = {}): Rule => ({
  id: RULE_KINDS.indexOf(kind) + 1,
  version: 1,
  kind,
  scope: '*|shop|',
  quantity,
  low: null,
  slowMs: null,
  places: [],
  from: null,
  until: null,
  ...more,
})

/** What a person asks for: a rule for the whole shop, unless it is said otherwise. */
export const draftOf = (kind: RuleKind, quantity: number, more: Partial<RuleDraft> = {}): RuleDraft => ({
  kind,
  quantity,
  accountId: null,
  itemId: null,
  category: null,
  low: null,
  slowMs: null,
  places: [],
  from: null,
  until: null,
  remarkId: null,
  ownerId: null,
  reviewOn: null,
  ...more,
})

const NOTHING = Object.fromEntries(STOCK_STATES.map((state) => [state, 0])) as Balance

/** So many pieces at a place, by state. */
export const lying = (id: number, states: Partial<Balance>, sellable = true): StockAtLocation => ({
  id,
  name: `Place ${id}`,
  sellable,
  balance: { ...NOTHING, ...states },
})
