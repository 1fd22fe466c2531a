import { z } from 'zod'
import { STOCK_STATES } from '../kernel/stock-state.ts'

export const SORTS = ['title', 'sku', 'newest'] as const
export type Sort = (typeof SORTS)[number]

/** The last row seen (`after`) or the first (`before`) with its place in the order, so that the next page begins there. */
export type Cursor = { side: 'after' | 'before'; key: string; id: number }

const flag = z.literal('yes').optional().catch(undefined)

const asked = z.object({
  search: z.string().trim().max(200).optional().catch(undefined),
  channel: z.coerce.number().int().positive().optional().catch(undefined),
  state: z.enum(STOCK_STATES).optional().catch(undefined),
  outOfStep: flag,
  oneOfOne: flag,
  undecided: flag,
  sort: z.enum(SORTS).catch('title'),
  cursor: z.string().max(1000).optional().catch(undefined),
})

/** What the inventory table is asked for. Anything that cannot be understood is left out. */
export type InventoryQuery = Omit<z.infer<typeof asked>, 'cursor'> & { cursor?: Cursor | undefined }

/** Reads the address of the inventory page. */
export function readInventoryQuery(params: URLSearchParams): InventoryQuery {
  const { cursor, ...rest } = asked.parse(Object.fromEntries(params))
  return { ...rest, cursor: cursor === undefined ? undefined : readCursor(cursor) }
}

const cursorShape = z.tuple([z.enum(['after', 'before']), z.string(), z.number().int()])

const readCursor = (text: string): Cursor | undefined => {
  const [side, ...rest] = text.split('.')
  const read = cursorShape.safeParse([side, decodeURIComponent(rest.slice(1).join('.')), Number(rest[0])])
  return read.success ? { side: read.data[0], key: read.data[1], id: read.data[2] } : undefined
}

/** A cursor as it stands in an address. */
export const writeCursor = ({ side, key, id }: Cursor): string => `${side}.${id}.${encodeURIComponent(key)}`
