import type { Sql } from '../kernel/sql.ts'
import type { HandledState } from './moving-place.server.ts'

/** Pieces of an item that lie at a place and can be taken from there. */
export type LyingView = { itemId: number; item: string; sku: string; pieces: number }

export type AskedLying = { locationId: number; state: HandledState; find: string; cursor: string | null }

const PAGE = 50

// Names one page's last row: a title may be anything.
const CURSOR = /^(\d{1,9})\.(.{0,500})$/s

/** What lies at a place in one state, by title, 50 at a time; `find`: what a SKU begins with, or a title has. */
export async function lyingPage(
  db: Sql,
  merchantId: number,
  { locationId, state, find, cursor }: AskedLying,
): Promise<{ rows: LyingView[]; next: string | null }> {
  const [, id = '0', title = ''] = CURSOR.exec(cursor ?? '') ?? []
  const text = `SELECT i.id AS "itemId", i.title, concat_ws(', ', i.title, NULLIF(i.variant, '')) AS item, i.sku, b.${state} AS pieces
    FROM balance b JOIN item i ON i.merchant_id = b.merchant_id AND i.id = b.item_id
    WHERE b.merchant_id = $1 AND b.location_id = $2 AND b.${state} > 0 AND i.status <> 'deleted'
      AND ($3 = '' OR i.sku ILIKE $3 || '%' OR i.title ILIKE '%' || $3 || '%') AND (i.title, i.id) > ($4, $5::int)
    ORDER BY i.title, i.id LIMIT ${PAGE + 1}`
  const escaped = find
    .trim()
    .slice(0, 100)
    .replace(/[\\%_]/g, '\\$&')
  const values = [merchantId, locationId, escaped, title, Number(id)]
  type Row = LyingView & { title: string }
  const { rows } = await db.query<Row>({ name: `lying-page ${state}`, text, values })
  const shown = rows.slice(0, PAGE)
  const last = shown.at(-1)
  return {
    rows: shown.map(({ title: _, ...row }) => row),
    next: last && rows.length > PAGE ? `${last.itemId}.${last.title}` : null,
  }
}
