import { connect, placeAfter, type Connection, type Paging } from './connection.ts'
import { notInSandbox } from './context.ts'
import { gid, numberOf } from './gid.ts'
import { search, type SearchKeys } from './search.ts'
import type { Table } from './table.ts'

export type ListArguments = Paging & { query?: string | null; sortKey?: string; savedSearchId?: string | null }

export type Listed<R extends { id: string; updatedAt: number }> = {
  table: Table<R>
  /** Name of the type in ids: `Order`. */
  type: string
  keys: SearchKeys<R>
  /** Sort keys that are the order of creation. */
  byCreation: string[]
  /** Rows that are in the list at all; all of them when absent. */
  keep?: (row: R) => boolean
  /** Rows found by an index of their own, such as those of a SKU. */
  found?: (args: ListArguments) => R[] | undefined
}

/**
 * A root list of Shopify's: searched, sorted, paged. A search by id, by SKU or since a moment reads only what can
 * match; any other reads on until the page is full.
 */
export function list<R extends { id: string; updatedAt: number }>(
  args: ListArguments,
  listed: Listed<R>,
): Connection<R> {
  const { table, type, keys, byCreation } = listed
  const { test: matches, updatedSince, ids } = search(args.query, keys)
  const { keep = () => true } = listed
  const test = (row: R) => keep(row) && matches(row)
  const reverse = args.reverse ?? false
  const after = placeAfter(args)
  const byUpdate = args.sortKey === 'UPDATED_AT'
  if (args.sortKey && !byUpdate && !byCreation.includes(args.sortKey))
    throw notInSandbox(`${type}s sorted by ${args.sortKey}`)
  const few = listed.found?.(args) ?? ids?.flatMap((number) => table.get(gid(type, number)) ?? [])
  if (few) return connect(sorted(few, { byUpdate, reverse, after }), args, test)
  if (!byUpdate) return connect(table.byId(after, reverse), args, test)
  const start = !reverse && updatedSince !== null ? Math.max(after ?? 0, table.placeBefore(updatedSince)) : after
  return connect(table.byChange(start, reverse), args, test)
}

type Order = { byUpdate: boolean; reverse: boolean; after: number | undefined }

function sorted<R extends { id: string; updatedAt: number }>(rows: R[], { byUpdate, reverse, after }: Order) {
  const placed = [...new Set(rows)].map((row) => ({ row, place: byUpdate ? row.updatedAt : numberOf(row.id) }))
  placed.sort((a, b) => (reverse ? b.place - a.place : a.place - b.place))
  return after === undefined ? placed : placed.filter(({ place }) => (reverse ? place < after : place > after))
}
