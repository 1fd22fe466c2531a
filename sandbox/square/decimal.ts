/** Square's quantities are decimal strings with up to five digits behind the point. */
export const decimal = (n: number): string => String(Math.round(n * 100_000) / 100_000)

/** Numbers of a quantity that Square would take. */
export const QUANTITY = /^-?\d{1,20}(\.\d{1,5})?$/
