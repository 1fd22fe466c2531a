import type { Sql } from '../kernel/sql.ts'

/** The only piece we have of an item, offered on more than one channel at once. */
export type LastPiece = { itemId: number; sku: string; title: string; variant: string; channels: string[] }

export type LastPieces = { count: number; first: LastPiece[] }

const FIRST = 5

// From the listings that offer one: they are few. Then only their items' balances are looked at.
const LAST = `
WITH offered AS (
  SELECT l.item_id, array_agg(DISTINCT a.name ORDER BY a.name) AS channels
  FROM listing l JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
  WHERE l.merchant_id = $1 AND l.shown = 1 AND l.status = 'active' AND l.item_id IS NOT NULL AND a.status <> 'off'
  GROUP BY l.item_id HAVING count(DISTINCT l.account_id) > 1
)
SELECT i.id AS "itemId", i.sku, i.title, i.variant, o.channels, count(*) OVER ()::int AS count
FROM offered o JOIN item i ON i.merchant_id = $1 AND i.id = o.item_id
WHERE (SELECT sum(b.available) FROM balance b JOIN location p ON p.merchant_id = b.merchant_id AND p.id = b.location_id
  WHERE b.merchant_id = $1 AND b.item_id = i.id AND p.sellable) = 1
ORDER BY i.price_minor DESC NULLS LAST, i.id LIMIT ${FIRST}`

/** Pieces that two buyers could want in the same second, the dearest first; the first five of them. */
export async function lastPieces(db: Sql, merchantId: number): Promise<LastPieces> {
  const { rows } = await db.query<LastPiece & { count: number }>({ text: LAST, values: [merchantId] })
  const first = rows.map(({ count: _, ...piece }) => piece)
  return { count: rows[0]?.count ?? 0, first }
}
