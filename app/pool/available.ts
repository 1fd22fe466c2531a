import type { Balance } from '../kernel/stock-state.ts'

/** What lies at one location of ours. */
export type StockAtLocation = { name: string; sellable: boolean; balance: Balance }

/** What must be known of a channel to say what it may show; kept with every number sent. */
export type ChannelFacts = { name: string; maximumShown: number | null }

/** A sentence and how many pieces it adds or takes. */
export type Step = { sentence: string; quantity: number }

/** `quantity`: pieces, 0 or more, the sum of the steps' quantities. */
export type Availability = { quantity: number; steps: Step[] }

/** What a channel may show of an item: everything available at sellable locations, up to what the channel can show. */
export function available(stock: StockAtLocation[], facts: ChannelFacts): Availability {
  const steps = stock.flatMap(stepsAt)
  const pool = steps.reduce((sum, step) => sum + step.quantity, 0)
  if (facts.maximumShown !== null && pool > facts.maximumShown) {
    const sentence = `${facts.name} shows at most ${facts.maximumShown}`
    steps.push({ sentence, quantity: facts.maximumShown - pool })
  }
  return { quantity: steps.reduce((sum, step) => sum + step.quantity, 0), steps }
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
