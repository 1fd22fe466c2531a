import type { Balance } from '../kernel/stock-state.ts'
import { limitsOf } from './rule-steps.ts'
import { inForce, type Rule, type RuleKind, ruleLink } from './rule.ts'
import type { Component, StockAtLocation, Supply } from './supply.ts'
import type { ChannelFacts, Terms } from './terms.ts'

/** A sentence, how many pieces it adds or takes, and the address of what it speaks of: "location/3", "rule/7@2". */
export type Step = { sentence: string; quantity: number; link: string | null }

/** `quantity`: pieces, 0 or more, the sum of the steps' quantities. */
export type Availability = { quantity: number; steps: Step[] }

/**
 * What a channel may show of an item at a moment: what is available at places that sell to it, less what the rules in
 * force take off, up to what the channel can show.
 */
export function available(supply: Supply, terms: Terms): Availability {
  const rules = inForce(terms.rules, terms.at)
  const steps = stepsOf(supply, { ...terms, places: placesOf(rules) })
  const pool = steps.reduce((sum, step) => sum + step.quantity, 0)
  let quantity = pool
  for (const { most, sentence, link } of limitsOf(pool, { ...terms, rules })) {
    const takes = quantity - most(quantity)
    if (takes <= 0) continue
    steps.push({ sentence, quantity: -takes, link })
    quantity -= takes
  }
  const inCarts = stepOfOwnCarts(terms.facts)
  return { quantity: quantity + (inCarts?.quantity ?? 0), steps: inCarts ? [...steps, inCarts] : steps }
}

// A channel with a ledger of its own sets nothing aside for its carts: the buyer must find there what we keep from others.
function stepOfOwnCarts({ name, inOwnCarts = 0 }: ChannelFacts): Step | undefined {
  if (inOwnCarts === 0) return undefined
  const sentence = `${inOwnCarts} in carts of ${name}, for sale there until ${inOwnCarts === 1 ? 'it is' : 'they are'} bought`
  return { sentence, quantity: inOwnCarts, link: null }
}

/** The rule that keeps a place's pieces from this channel, where one does. */
type Places = (locationId: number) => Rule | undefined

function placesOf(rules: Map<RuleKind, Rule>): Places {
  const [only, not] = [rules.get('only_places'), rules.get('not_places')]
  return (id) => (only && !only.places.includes(id) ? only : not?.places.includes(id) ? not : undefined)
}

type Under = Pick<Terms, 'facts' | 'keptElsewhere'> & { places: Places }

function stepsOf(supply: Supply, under: Under): Step[] {
  if (supply.kind === 'stock') return supply.stock.flatMap((place) => stepsAt(place, under))
  if (supply.kind === 'bundle') return stepsOfBundle(supply.components, under)
  const { stock, capacity, taken, leadDays } = supply
  const quantity = Math.max(0, capacity - taken)
  const sentence = `${quantity} of ${capacity} more can be made, each in ${leadDays} ${leadDays === 1 ? 'day' : 'days'}`
  return [...stock.flatMap((place) => stepsAt(place, under)), { sentence, quantity, link: null }]
}

/** The scarcest part says how many there are; the others are said beside it. */
function stepsOfBundle(components: Component[], { facts, places }: Under): Step[] {
  const parts = components.map(({ itemId, name, needs, stock }) => {
    const steps = stock.flatMap((place) => stepsAt(place, { facts, places }))
    const pieces = steps.reduce((sum, step) => sum + step.quantity, 0)
    return { itemId, name, needs, pieces, makes: Math.floor(pieces / needs) }
  })
  const makes = Math.min(...parts.map((part) => part.makes))
  const scarcest = parts.find((part) => part.makes === makes)
  return parts.map((part) => ({
    sentence: `${part.pieces} of ${part.name} for sale, ${part.needs} in each: enough for ${part.makes}`,
    quantity: part === scarcest ? makes : 0,
    link: part.itemId === undefined ? null : `item/${part.itemId}`,
  }))
}

const NOT_FOR_SALE: [keyof Balance, string][] = [
  ['reserved', 'reserved for orders'],
  ['held', 'on hold'],
  ['in_work', 'in work'],
  ['quality_check', 'in quality check'],
  ['damaged', 'damaged'],
  ['safety_stock', 'kept back as safety stock'],
  ['incoming', 'on the way'],
]

function stepsAt(
  { id, name, sellable, balance }: StockAtLocation,
  { facts, places, keptElsewhere = [] }: Under,
): Step[] {
  const steps: Step[] = []
  const link = `location/${id}`
  const keptBy = sellable ? places(id) : undefined
  const lent = sellable && !keptBy ? (keptElsewhere.find(({ locationId }) => locationId === id)?.quantity ?? 0) : 0
  if (balance.available > 0) {
    const here = `${balance.available} in ${name}`
    if (!sellable) steps.push({ sentence: `${here}, not a place that sells`, quantity: 0, link })
    else if (keptBy)
      steps.push({ sentence: `${here}, not for ${facts.name} by a rule`, quantity: 0, link: ruleLink(keptBy) })
    else steps.push({ sentence: `${balance.available} for sale in ${name}`, quantity: balance.available, link })
  }
  if (lent > 0) steps.push({ sentence: `${lent} in ${name} kept back elsewhere, for sale here`, quantity: lent, link })
  for (const [state, words] of NOT_FOR_SALE) {
    const n = state === 'safety_stock' ? balance[state] - lent : balance[state]
    if (n > 0) steps.push({ sentence: `${n} in ${name} ${words}`, quantity: 0, link })
  }
  return steps
}
