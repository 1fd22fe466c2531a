import type { Sql } from '../kernel/sql.ts'

/** An item as a person picks it from a list. */
export type FoundItem = { id: number; sku: string; name: string; kind: string }

const MOST = 10

/** Items whose SKU begins with what was typed, or whose title has it, by SKU; the first ten. */
export async function findItems(db: Sql, merchantId: number, typed: string): Promise<FoundItem[]> {
  const text = `SELECT id, sku, concat_ws(', ', title, NULLIF(variant, '')) AS name, kind FROM item
    WHERE merchant_id = $1 AND status <> 'deleted' AND (sku ILIKE $2 || '%' OR title ILIKE '%' || $2 || '%')
    ORDER BY sku, id LIMIT ${MOST}`
  const escaped = typed
    .trim()
    .slice(0, 100)
    .replace(/[\\%_]/g, '\\$&')
  return (await db.query<FoundItem>({ text, values: [merchantId, escaped] })).rows
}
