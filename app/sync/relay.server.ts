import type { Sql } from '../kernel/sql.ts'

// What moved goes to every account of the merchant that is told about stock, but for the one that did it to its own
// numbers already where it keeps a ledger. A channel that is told numbers is looked at in any case: its own sale may
// have lowered a number that was capped.
// An account that is away is told when it comes back. A listing that was put off (refused, or a person is asked) is
// looked at again at once: its last piece may just have been sold.
const RELAY = `
WITH taken AS (
  DELETE FROM stock_changed s
  USING (SELECT ctid FROM stock_changed WHERE merchant_id = $1 LIMIT $3 FOR UPDATE SKIP LOCKED) next
  WHERE s.ctid = next.ctid
  RETURNING s.key
), moved AS (
  SELECT m.* FROM movement m JOIN taken t ON m.merchant_id = $1 AND m.key = t.key
), mirrors AS (
  INSERT INTO mirror_due (merchant_id, account_id, item_id, movement_id, since)
  SELECT $1, a.id, m.item_id, m.id, m.occurred_at
  FROM moved m
  JOIN channel_account a ON a.merchant_id = $1 AND a.channel = ANY ($4::text[]) AND a.opened_at IS NOT NULL
    AND a.id IS DISTINCT FROM m.account_id
  ON CONFLICT DO NOTHING
), due AS (
  INSERT INTO listing_due (merchant_id, account_id, listing_id, urgent, pieces, since, not_before)
  SELECT DISTINCT ON (l.id) $1, l.account_id, l.id, i.kind = 'one_of_one', left_of.pieces, m.occurred_at, $2::timestamptz
  FROM moved m
  JOIN item i ON i.merchant_id = $1 AND i.id = m.item_id
  JOIN listing l ON l.merchant_id = $1 AND l.item_id = m.item_id
  JOIN channel_account a ON a.merchant_id = $1 AND a.id = l.account_id AND a.channel <> ALL ($4::text[]) AND a.status = 'open'
  JOIN (SELECT b.item_id, sum(b.available)::int AS pieces FROM balance b
    WHERE b.merchant_id = $1 AND b.item_id IN (SELECT item_id FROM moved) GROUP BY b.item_id) left_of ON left_of.item_id = m.item_id
  ORDER BY l.id, m.occurred_at
  ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1, pieces = EXCLUDED.pieces, attempts = 0,
    not_before = LEAST(listing_due.not_before, EXCLUDED.not_before)
)
SELECT count(*)::int AS n FROM taken`

const AT_ONCE = 500

/** Hands the merchant's changes of stock on to its channels. Returns how many; call again while it is not 0. */
export async function relay(
  db: Sql,
  { merchantId, stockedChannels, at }: { merchantId: number; stockedChannels: readonly string[]; at: Date },
): Promise<number> {
  const values = [merchantId, at, AT_ONCE, stockedChannels]
  const { rows } = await db.query<{ n: number }>({ name: 'relay', text: RELAY, values })
  return rows[0]?.n ?? 0
}
