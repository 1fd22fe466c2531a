import { badRequest, notInSandbox } from './context.ts'
import type { Placed, Table } from './table.ts'

export type Paging = {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
  reverse?: boolean | null
}

export type Connection<R> = {
  nodes: R[]
  readonly edges: { node: R; cursor: string }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/** Most rows of one page (docs: "Paginating results"). */
const MOST = 250

/** As `first`: all rows. What a bulk operation asks for; GraphQL knows no greater whole number. */
export const EVERYTHING = 2_147_483_647

/** One page of the rows that `keep` lets through, in the order they come in. */
export function connect<R>(
  rows: Iterable<Placed<R>>,
  paging: Paging,
  keep: (row: R) => boolean = () => true,
): Connection<R> {
  const size = sizeOf(paging)
  const page: Placed<R>[] = []
  let hasNextPage = false
  for (const placed of rows) {
    if (!keep(placed.row)) continue
    if (page.length === size) {
      hasNextPage = true
      break
    }
    page.push(placed)
  }
  const cursorAt = (index: number) => {
    const placed = page.at(index)
    return placed ? cursor(placed.place) : null
  }
  return {
    nodes: page.map(({ row }) => row),
    get edges() {
      return page.map(({ row, place }) => ({ node: row, cursor: cursor(place) }))
    },
    pageInfo: {
      hasNextPage,
      hasPreviousPage: paging.after !== undefined && paging.after !== null,
      get startCursor() {
        return cursorAt(0)
      },
      get endCursor() {
        return cursorAt(-1)
      },
    },
  }
}

/** A page of a list that is short and at hand, such as an order's lines. */
export function connectList<R>(rows: R[], paging: Paging): Connection<R> {
  const placed = rows.map((row, i) => ({ row, place: i + 1 }))
  const ordered = paging.reverse ? placed.reverse() : placed
  const after = placeAfter(paging)
  return connect(
    after === undefined ? ordered : ordered.filter(({ place }) => (paging.reverse ? place < after : place > after)),
    paging,
  )
}

/** A page of a table in the order of ids. */
export function connectTable<R extends { id: string; updatedAt: number }>(
  table: Table<R>,
  paging: Paging,
  keep?: (row: R) => boolean,
): Connection<R> {
  return connect(table.byId(placeAfter(paging), paging.reverse ?? false), paging, keep)
}

function sizeOf({ first, last, before }: Paging): number {
  if ((last !== undefined && last !== null) || before) throw notInSandbox('paging backwards by last and before')
  if (first === undefined || first === null) throw badRequest('you must provide one of first or last')
  if (first < 0 || (first > MOST && first !== EVERYTHING)) throw badRequest(`first cannot exceed ${MOST}`)
  return first
}

/** Where the page before ended; undefined for the first. */
export function placeAfter({ after }: Paging): number | undefined {
  if (after === undefined || after === null) return undefined
  const place = placeOf(after)
  if (!Number.isSafeInteger(place)) throw badRequest('Invalid cursor for current pagination sort.')
  return place
}

const cursor = (place: number): string => Buffer.from(`{"last_id":${place},"last_value":"${place}"}`).toString('base64')

function placeOf(text: string): number {
  const found = /^\{"last_id":(\d+),/.exec(Buffer.from(text, 'base64').toString())
  return found ? Number(found[1]) : NaN
}
