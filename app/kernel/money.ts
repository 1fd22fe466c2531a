/** Integer minor units (cents) with their ISO 4217 currency. Never summed across currencies. */
export type Money = { minor: number; currency: string }

const digits = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2

/** `12.5` or `"12.50"` of a currency as minor units; rounds to the currency's own digits. */
export function money(amount: number | string, currency: string): Money {
  return { minor: Math.round(Number(amount) * 10 ** digits(currency)), currency }
}

/** As channels write it: `12.50`, in the currency's own digits. */
export const decimalOf = ({ minor, currency }: Money): string =>
  (minor / 10 ** digits(currency)).toFixed(digits(currency))

/** As a person reads it: `€1,250.00`. */
export function formatMoney({ minor, currency }: Money, locale = 'en'): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(minor / 10 ** digits(currency))
}
