import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/**
 * Sees to it that each of these one-of-one pieces has one authoritative listing, if it has a living one at all: that of
 * the merchant's Shopify store, else the oldest. What a person chose stays.
 */
export async function settleAuthoritative(
  db: Sql,
  { merchantId, itemIds }: { merchantId: number; itemIds: number[] },
): Promise<void> {
  if (itemIds.length === 0) return
  const text = `UPDATE listing l SET authoritative = true FROM (
      SELECT DISTINCT ON (o.item_id) o.id FROM listing o
      JOIN item i ON i.merchant_id = o.merchant_id AND i.id = o.item_id AND i.kind = 'one_of_one'
      JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
      WHERE o.merchant_id = $1 AND o.item_id = ANY ($2::int[]) AND o.status <> 'dead'
        AND NOT EXISTS (SELECT FROM listing c WHERE c.merchant_id = $1 AND c.item_id = o.item_id AND c.authoritative)
      ORDER BY o.item_id, a.channel = 'shopify' DESC, o.id
    ) first WHERE l.merchant_id = $1 AND l.id = first.id`
  await db.query({ name: 'settle-authoritative', text, values: [merchantId, itemIds] })
}

/** A person says which listing of a one-of-one piece is the authoritative one. */
export async function chooseAuthoritative(
  tx: Sql,
  { merchantId, listingId }: { merchantId: number; listingId: number },
): Promise<Refusal | undefined> {
  // In two statements: an index looks at each row as it is written, and both would be marked for a moment.
  const others = `UPDATE listing l SET authoritative = false FROM listing c
    WHERE c.merchant_id = $1 AND c.id = $2 AND l.merchant_id = $1 AND l.item_id = c.item_id AND l.authoritative AND l.id <> c.id`
  await tx.query({ text: others, values: [merchantId, listingId] })
  const text = `UPDATE listing l SET authoritative = true FROM item i
    WHERE l.merchant_id = $1 AND l.id = $2 AND l.status <> 'dead' AND i.merchant_id = $1 AND i.id = l.item_id AND i.kind = 'one_of_one'`
  const { rowCount } = await tx.query({ text, values: [merchantId, listingId] })
  return rowCount === 1
    ? undefined
    : refuse('no-listing', 'This is not a living listing of a one-of-one piece, so it cannot be its authoritative one.')
}
