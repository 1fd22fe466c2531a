import type { Sql } from '../kernel/sql.ts'

export type FoundItem = { id: number; title: string; sku: string }

const MOST = 10

/** Items of the merchant's whose title or SKU begins with this, or has it in it: those of which a number is kept. */
export async function findItems(db: Sql, merchantId: number, text: string): Promise<FoundItem[]> {
  const words = text.trim().slice(0, 80).replaceAll('\u0000', '')
  if (words === '') return []
  const like = `%${words.replace(/[\\%_]/g, '\\$&')}%`
  const query = `SELECT id, concat_ws(', ', title, NULLIF(variant, '')) AS title, sku FROM item
    WHERE merchant_id = $1 AND tracked AND status <> 'deleted' AND kind <> 'bundle' AND (sku ILIKE $2 OR title ILIKE $2)
    ORDER BY title, id LIMIT ${MOST}`
  return (await db.query<FoundItem>({ text: query, values: [merchantId, like] })).rows
}
