import { assert } from '#app/kernel/assert.ts'

/** The value that the share `p` of all values does not exceed (nearest rank, as percentile_disc has it). */
export function quantile(values: readonly number[], p: number): number {
  assert(values.length > 0, 'a quantile is of something')
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]!
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** To so many digits behind the point: nobody measures more. */
export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits))
