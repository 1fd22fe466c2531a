import { money } from '#app/kernel/money.ts'

/** Etsy's way to write an amount: `{ amount: 1250, divisor: 100, currency_code: 'USD' }`. */
export type EtsyMoney = { amount: number; divisor: number; currency_code: string }

const divisors = new Map<string, number>()

/** How many minor units make one unit of the currency. Remembered: asking Intl each time costs more than the call. */
function divisorOf(currency: string): number {
  const known = divisors.get(currency) ?? money(1, currency).minor
  divisors.set(currency, known)
  return known
}

export const etsyMoney = (amount: number, currency: string): EtsyMoney => ({
  amount,
  divisor: divisorOf(currency),
  currency_code: currency,
})

/** The float that a write carries, in minor units. */
export const fromFloat = (price: number, currency: string): number => Math.round(price * divisorOf(currency))
