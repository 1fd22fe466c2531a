import type { Sql } from '../kernel/sql.ts'

/** Pieces sold and what they brought, minor units of the row's currency. */
export type Sales = { pieces: number; minor: number }

/** What a channel sold in one currency: today and in seven days, today included, by the merchant's calendar. */
export type SoldOn = { accountId: number; currency: string; today: Sales; week: Sales }

// Tips, gift cards and cancelled pieces are not sales, nor is what was sent in replacement. What was placed before its channel was connected is not known
// whole, so none of it is counted.
const SOLD = `
WITH calendar AS (
  SELECT date_trunc('day', $2::timestamptz AT TIME ZONE time_zone) AS today, time_zone FROM merchant WHERE id = $1
), sale AS (
  SELECT o.account_id, o.currency, l.current_quantity AS pieces, l.current_quantity::bigint * l.unit_price_minor AS minor,
    o.placed_at >= c.today AT TIME ZONE c.time_zone AS today
  FROM calendar c
  JOIN channel_order o ON o.merchant_id = $1 AND o.placed_at >= (c.today - interval '6 days') AT TIME ZONE c.time_zone
  JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id AND o.placed_at >= a.connected_at
  JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
  WHERE o.cancelled_at IS NULL AND l.takes_stock AND l.source = 'channel'
)
SELECT account_id AS "accountId", currency,
  json_build_object('pieces', COALESCE(sum(pieces) FILTER (WHERE today), 0), 'minor', COALESCE(sum(minor) FILTER (WHERE today), 0)) AS today,
  json_build_object('pieces', sum(pieces), 'minor', sum(minor)) AS week
FROM sale GROUP BY account_id, currency HAVING sum(pieces) > 0 ORDER BY account_id, currency`

/** What was sold on each channel, never two currencies in one number. `at`: now. */
export async function sold(db: Sql, merchantId: number, at: Date): Promise<SoldOn[]> {
  return (await db.query<SoldOn>({ name: 'sold', text: SOLD, values: [merchantId, at] })).rows
}
