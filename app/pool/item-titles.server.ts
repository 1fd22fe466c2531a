import type { Sql } from '../kernel/sql.ts'

const NAMED = 3

/** Items in a few words, for a sentence: "Ring, 52; Signet ring; Solitaire and 4 more". */
export async function itemTitles(db: Sql, merchantId: number, itemIds: number[]): Promise<string> {
  const text = `SELECT concat_ws(', ', title, NULLIF(variant, '')) AS title FROM item
    WHERE merchant_id = $1 AND id = ANY ($2) ORDER BY 1, id LIMIT $3`
  const { rows } = await db.query<{ title: string }>({ text, values: [merchantId, itemIds, NAMED] })
  const more = new Set(itemIds).size - rows.length
  return `${rows.map(({ title }) => title).join('; ')}${more > 0 ? ` and ${more} more` : ''}`
}
