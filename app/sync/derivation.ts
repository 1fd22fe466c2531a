import { STOCK_STATES, type Balance } from '../kernel/stock-state.ts'
import { available, type Availability, type Step } from '../pool/available.ts'
import type { Terms } from '../pool/terms.ts'
import type { StockAtLocation, Supply } from '../pool/supply.ts'

/** What is kept with a number that was sent: all that it followed from, and the steps as they were said. */
export type Derivation = { supply: unknown; terms: Omit<Terms, 'at'> & { at: string }; steps: Step[] }

/** Makes it, without the states in which nothing is. */
export function derivationOf(of: { supply: Supply; terms: Terms; availability: Availability }): Derivation {
  const terms = { ...of.terms, at: of.terms.at.toISOString() }
  return { supply: inEachPlace(of.supply, withoutNothing), terms, steps: of.availability.steps }
}

/** The number computed anew from what was kept with it. Null for one kept before derivations had their inputs. */
export function recompute(derivation: Derivation | Step[]): Availability | null {
  if (Array.isArray(derivation)) return null
  const { terms } = derivation
  return available(suppliedBy(derivation), { ...terms, at: new Date(terms.at) })
}

/** What there was then. */
export const suppliedBy = ({ supply }: Derivation): Supply => inEachPlace(supply as Supply, withEveryState)

function inEachPlace(supply: Supply, change: (place: StockAtLocation) => StockAtLocation): Supply {
  if (supply.kind !== 'bundle') return { ...supply, stock: supply.stock.map(change) }
  const components = supply.components.map((part) => ({ ...part, stock: part.stock.map(change) }))
  return { ...supply, components }
}

const NOTHING = Object.fromEntries(STOCK_STATES.map((state) => [state, 0])) as Balance

const withEveryState = (place: StockAtLocation) => ({ ...place, balance: { ...NOTHING, ...place.balance } })

const withoutNothing = (place: StockAtLocation) => ({
  ...place,
  balance: Object.fromEntries(Object.entries(place.balance).filter(([, n]) => n > 0)) as Balance,
})
