import { formatMoney, type Money } from '../kernel/money.ts'

/** Sums of money, one for each currency: they are never added up. */
export const formatAmounts = (values: Money[]): string => values.map((value) => formatMoney(value)).join(' + ')

export function Amounts({ values, none = '–' }: { values: Money[]; none?: string }) {
  return <>{values.length === 0 ? none : formatAmounts(values)}</>
}
