import type { Sql } from '../kernel/sql.ts'
import { ORDER_COLUMNS, riskOfMoveSql, riskSql, standingLateral } from './telling-order.server.ts'

// What moved goes to every account of the merchant that is told about stock, but for the one that did it to its own
// numbers already where it keeps a ledger. A channel that is told numbers is looked at in any case: its own sale may
// have lowered a number that was capped.
// An account that is away is told when it comes back. A listing that was put off (refused, or a person is asked) is
// looked at again at once: its last piece may just have been sold.
// A bundle is looked at when one of its parts moved. OFFSET 0 keeps each of these look-ups one by key.
const RELAY = `
WITH taken AS (
  DELETE FROM stock_changed s
  USING (SELECT ctid FROM stock_changed WHERE merchant_id = $1 LIMIT $3 FOR UPDATE SKIP LOCKED) next
  WHERE s.ctid = next.ctid
  RETURNING s.key, s.item_id
), moved AS (
  SELECT m.* FROM movement m JOIN taken t ON m.merchant_id = $1 AND m.key = t.key
), touched AS MATERIALIZED (
  SELECT item_id, min(since) AS since, bool_or(falls) AS falls FROM (
    SELECT item_id, occurred_at AS since, from_state = 'available' AS falls FROM moved
    UNION ALL SELECT item_id, $2, false FROM taken WHERE item_id IS NOT NULL
    UNION ALL SELECT c.bundle_id, m.occurred_at, m.from_state = 'available' FROM moved m,
      LATERAL (SELECT bundle_id FROM bundle_component WHERE merchant_id = $1 AND component_id = m.item_id AND until IS NULL OFFSET 0) c
  ) each GROUP BY item_id
), standing AS MATERIALIZED (
  SELECT t.*, s.one, s.pieces, s.pace FROM touched t
  CROSS JOIN LATERAL (SELECT * FROM item WHERE merchant_id = $1 AND id = t.item_id OFFSET 0) i, ${standingLateral} s
), mirrors AS (
  INSERT INTO mirror_due (merchant_id, account_id, item_id, movement_id, since, risk)
  SELECT $1, a.id, m.item_id, m.id, m.occurred_at, ${riskOfMoveSql({ s: 's', falls: "m.from_state = 'available'" })}
  FROM moved m JOIN standing s ON s.item_id = m.item_id
  JOIN channel_account a ON a.merchant_id = $1 AND a.channel = ANY ($4::text[]) AND a.opened_at IS NOT NULL
    AND a.id IS DISTINCT FROM m.account_id
  ON CONFLICT DO NOTHING
), due AS (
  INSERT INTO listing_due (merchant_id, account_id, listing_id, ${ORDER_COLUMNS}, since, not_before)
  SELECT $1, l.account_id, l.id, ${riskSql({ s: 't', shown: 'l.shown', falls: 't.falls' })}, t.pace, t.pieces, t.since, $2::timestamptz
  FROM standing t
  CROSS JOIN LATERAL (SELECT * FROM listing WHERE merchant_id = $1 AND item_id = t.item_id OFFSET 0) l
  JOIN channel_account a ON a.merchant_id = $1 AND a.id = l.account_id AND a.channel <> ALL ($4::text[]) AND a.status = 'open'
  ORDER BY l.id
  ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1, attempts = 0,
    risk = EXCLUDED.risk, pace = EXCLUDED.pace, pieces = EXCLUDED.pieces,
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
