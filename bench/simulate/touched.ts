import type { Statement } from '#app/kernel/sql.ts'

// Which value of the ledger's statements names the items: every writer of stock is one of these.
const ITEMS_AT: Record<string, number> = { append: 8, reserve: 8, 'reserve-at-one-place': 8 }

/** The items that a statement writes stock of. */
export function itemsWritten({ name, values }: Statement): number[] {
  const at = name === undefined ? undefined : ITEMS_AT[name]
  if (at === undefined) return []
  const items = values?.[at]
  return (Array.isArray(items) ? items : [items]).filter((item): item is number => typeof item === 'number')
}
