import type { Balance } from '../kernel/stock-state.ts'
import type { Component, StockAtLocation, Supply } from './supply.ts'

/** What must be known of a channel to say what it may show; kept with every number sent. */
export type ChannelFacts = { name: string; maximumShown: number | null }

/** A sentence and how many pieces it adds or takes. */
export type Step = { sentence: string; quantity: number }

/** `quantity`: pieces, 0 or more, the sum of the steps' quantities. */
export type Availability = { quantity: number; steps: Step[] }

/** What a channel may show of an item: everything available at sellable locations, up to what the channel can show. */
export function available(supply: Supply, facts: ChannelFacts): Availability {
  const steps = stepsOf(supply)
  const pool = steps.reduce((sum, step) => sum + step.quantity, 0)
  if (facts.maximumShown !== null && pool > facts.maximumShown) {
    const sentence = `${facts.name} shows at most ${facts.maximumShown}`
    steps.push({ sentence, quantity: facts.maximumShown - pool })
  }
  return { quantity: steps.reduce((sum, step) => sum + step.quantity, 0), steps }
}

function stepsOf(supply: Supply): Step[] {
  if (supply.kind === 'stock') return supply.stock.flatMap(stepsAt)
  if (supply.kind === 'bundle') return stepsOfBundle(supply.components)
  const { stock, capacity, taken, leadDays } = supply
  const quantity = Math.max(0, capacity - taken)
  const sentence = `${quantity} of ${capacity} more can be made, each in ${leadDays} ${leadDays === 1 ? 'day' : 'days'}`
  return [...stock.flatMap(stepsAt), { sentence, quantity }]
}

/** The scarcest part says how many there are; the others are said beside it. */
function stepsOfBundle(components: Component[]): Step[] {
  const parts = components.map(({ name, needs, stock }) => {
    const pieces = stock.flatMap(stepsAt).reduce((sum, step) => sum + step.quantity, 0)
    return { name, needs, pieces, makes: Math.floor(pieces / needs) }
  })
  const makes = Math.min(...parts.map((part) => part.makes))
  const scarcest = parts.find((part) => part.makes === makes)
  return parts.map((part) => ({
    sentence: `${part.pieces} of ${part.name} for sale, ${part.needs} in each: enough for ${part.makes}`,
    quantity: part === scarcest ? makes : 0,
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

function stepsAt({ name, sellable, balance }: StockAtLocation): Step[] {
  const steps: Step[] = []
  if (balance.available > 0) {
    const sentence = sellable
      ? `${balance.available} for sale in ${name}`
      : `${balance.available} in ${name}, not a place that sells`
    steps.push({ sentence, quantity: sellable ? balance.available : 0 })
  }
  for (const [state, words] of NOT_FOR_SALE) {
    if (balance[state] > 0) steps.push({ sentence: `${balance[state]} in ${name} ${words}`, quantity: 0 })
  }
  return steps
}
