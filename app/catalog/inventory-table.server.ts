import { present } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { forSaleOf } from './for-sale.server.ts'
import { ITEMS_OUT_OF_STEP, STEP } from './in-step.server.ts'
import type { Step } from './in-step.ts'
import { type Cursor, type InventoryQuery, type Sort, writeCursor } from './inventory-query.ts'

/** What one channel shows of an item: the sum over its listings there, and the worst of their steps. */
export type ShownOn = { accountId: number; shown: number | null; step: Step }

/** A row of the inventory table. Pieces: `forSale` lie where they can be sold, `reserved` are an order's, `owned` all we have. */
export type InventoryRow = {
  id: number
  sku: string
  title: string
  variant: string
  kind: 'replenishable' | 'one_of_one' | 'made_to_order' | 'bundle'
  undecided: string | null
  tracked: boolean
  archived: boolean
  forSale: number
  reserved: number
  owned: number
  channels: ShownOn[]
}

/** A page of the table. `before` and `after` are cursors for the neighbouring pages; null where there is none. */
export type InventoryPage = { rows: InventoryRow[]; before: string | null; after: string | null }

export const PAGE = 50

// Each order is total and has an index, so that a page costs the same wherever it begins: (merchant_id, title, id),
// (merchant_id, sku) and the primary key.
const ORDERS: Record<Sort, { columns: string[]; falling: boolean }> = {
  title: { columns: ['i.title', 'i.id'], falling: false },
  sku: { columns: ['i.sku', 'i.id'], falling: false },
  newest: { columns: ['i.id'], falling: true },
}

const WORDS = /[^\s]+/g
const like = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`

type Where = { conditions: string[]; values: unknown[] }

// Conditions that were not asked for are not in the statement at all: with a plan made once, "or nothing was asked"
// would keep every index from being used.
function whereOf(merchantId: number, query: InventoryQuery): Where {
  const values: unknown[] = [merchantId]
  const conditions = ['i.merchant_id = $1', "i.status <> 'deleted'"]
  const put = (value: unknown) => `$${values.push(value)}`
  for (const word of query.search?.match(WORDS) ?? []) {
    conditions.push(`(i.title || ' ' || i.variant || ' ' || i.sku) ILIKE ${put(like(word))}`)
  }
  if (query.channel) {
    conditions.push(
      `i.id IN (SELECT l.item_id FROM listing l WHERE l.merchant_id = $1 AND l.account_id = ${put(query.channel)})`,
    )
  }
  if (query.outOfStep) conditions.push('i.id IN (SELECT item_id FROM wrong)')
  // The state is one of our own words (inventory-query), never text from outside.
  if (query.state) {
    conditions.push(`i.id IN (SELECT b.item_id FROM balance b WHERE b.merchant_id = $1 AND b.${query.state} > 0)`)
  }
  if (query.oneOfOne) conditions.push("i.kind = 'one_of_one'")
  if (query.undecided) conditions.push('i.undecided IS NOT NULL')
  return { conditions, values }
}

/** A page of a merchant's items, with their pieces and what each channel shows. */
export async function inventoryPage(db: Sql, merchantId: number, query: InventoryQuery): Promise<InventoryPage> {
  const { cursor } = query
  const backwards = cursor?.side === 'before'
  const { text, values } = statementOf(merchantId, query)
  const { rows } = await db.query<InventoryRow>({ text, values })
  const more = rows.length > PAGE
  const page = rows.slice(0, PAGE)
  if (backwards) page.reverse()
  const [first, last] = [page[0], page.at(-1)]
  return {
    rows: page,
    before: first && (backwards ? more : cursor) ? cursorAt('before', query.sort, first) : null,
    after: last && (backwards || more) ? cursorAt('after', query.sort, last) : null,
  }
}

function statementOf(merchantId: number, query: InventoryQuery): { text: string; values: unknown[] } {
  const { conditions, values } = whereOf(merchantId, query)
  const { columns, falling } = ORDERS[query.sort]
  const descending = falling !== (query.cursor?.side === 'before')
  if (query.cursor) {
    const { key, id } = query.cursor
    const edge = (columns.length === 1 ? [id] : [key, id]).map((value) => `$${values.push(value)}`)
    conditions.push(`(${columns.join(', ')}) ${descending ? '<' : '>'} (${edge.join(', ')})`)
  }
  const order = columns.map((column) => `${column} ${descending ? 'DESC' : 'ASC'}`).join(', ')
  // A set of its own: left to the planner, it would look at the listings of every item in turn (604 ms for 100,000).
  const first = query.outOfStep ? `WITH wrong AS MATERIALIZED (${ITEMS_OUT_OF_STEP})` : ''
  return { text: first + rowsText({ where: conditions.join(' AND '), order }), values }
}

const cursorAt = (side: Cursor['side'], sort: Sort, row: InventoryRow) =>
  writeCursor({ side, key: sort === 'newest' ? '' : row[sort], id: row.id })

// The page is chosen first, and only its rows are looked up: pieces and channels cost 50 rows' worth, not the shop's.
const rowsText = ({ where, order }: { where: string; order: string }) => `
SELECT i.id, i.sku, i.title, i.variant, i.kind, i.undecided, i.tracked, i.status = 'archived' AS archived,
  CASE WHEN i.composition = 0 THEN s.for_sale ELSE COALESCE(${forSaleOf('i')}, s.for_sale) END AS "forSale", s.reserved, s.owned, c.channels
FROM (SELECT i.* FROM item i WHERE ${where} ORDER BY ${order} LIMIT ${PAGE + 1}) i
CROSS JOIN LATERAL (
  SELECT COALESCE(sum(b.available) FILTER (WHERE p.sellable), 0)::int AS for_sale, COALESCE(sum(b.reserved), 0)::int AS reserved,
    COALESCE(sum(b.available + b.reserved + b.held + b.in_work + b.quality_check + b.damaged + b.safety_stock), 0)::int AS owned
  FROM balance b JOIN location p ON p.merchant_id = b.merchant_id AND p.id = b.location_id
  WHERE b.merchant_id = i.merchant_id AND b.item_id = i.id
) s
CROSS JOIN LATERAL (
  SELECT COALESCE(json_agg(json_build_object('accountId', account_id, 'shown', shown, 'step', step) ORDER BY account_id), '[]') AS channels
  FROM (
    SELECT l.account_id, sum(l.shown)::int AS shown, (array_agg(${STEP} ORDER BY ${STEP} = 'in_step', l.id))[1] AS step
    FROM listing l JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
    WHERE l.merchant_id = i.merchant_id AND l.item_id = i.id GROUP BY l.account_id
  ) shown
) c
ORDER BY ${order}`

/** How many items there are, and how many wait for a person. */
export async function inventorySize(db: Sql, merchantId: number): Promise<{ items: number; undecided: number }> {
  const text = `SELECT count(*)::int AS items, count(undecided)::int AS undecided FROM item
    WHERE merchant_id = $1 AND status <> 'deleted'`
  const { rows } = await db.query<{ items: number; undecided: number }>({
    name: 'inventory-size',
    text,
    values: [merchantId],
  })
  return present(rows[0], 'a count')
}
