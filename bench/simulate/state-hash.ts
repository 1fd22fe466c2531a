import { createHash } from 'node:crypto'
import type { Sql } from '#app/kernel/sql.ts'

// What the business would call its state, by names that do not depend on which row was made first. Ids that we generate
// are left out, and so is what tells of real time: there is none.
const ROWS = [
  `SELECT i.sku, l.name, b.available, b.reserved, b.held, b.in_work, b.quality_check, b.damaged, b.safety_stock, b.incoming
   FROM balance b JOIN item i ON i.merchant_id = b.merchant_id AND i.id = b.item_id
   JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id WHERE b.merchant_id = $1`,
  `SELECT i.sku, m.quantity, f.name AS "from", m.from_state, t.name AS "to", m.to_state, m.reason, m.occurred_at, m.recorded_at
   FROM movement m JOIN item i ON i.merchant_id = m.merchant_id AND i.id = m.item_id
   LEFT JOIN location f ON f.merchant_id = m.merchant_id AND f.id = m.from_location
   LEFT JOIN location t ON t.merchant_id = m.merchant_id AND t.id = m.to_location WHERE m.merchant_id = $1`,
  `SELECT a.channel, o.external_id, o.placed_at, o.updated_at, o.cancelled_at, o.revision, l.sku, l.quantity, l.current_quantity,
     l.reserved, l.short, l.shipped, l.returned, l.given_back
   FROM channel_order o JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
   JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id WHERE o.merchant_id = $1`,
  `SELECT a.channel, i.sku, s.quantity, s.outstanding, s.opened_at FROM shortfall s
   JOIN channel_account a ON a.merchant_id = s.merchant_id AND a.id = s.account_id
   JOIN item i ON i.merchant_id = s.merchant_id AND i.id = s.item_id WHERE s.merchant_id = $1`,
  `SELECT a.channel, l.sku, l.status, l.shown, l.unexplained, l.published_quantity, l.seen_at FROM listing l
   JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id WHERE l.merchant_id = $1`,
  `SELECT a.channel, l.sku, p.quantity, p.sent_at, p.outcome FROM publication p
   JOIN listing l ON l.merchant_id = p.merchant_id AND l.id = p.listing_id
   JOIN channel_account a ON a.merchant_id = p.merchant_id AND a.id = p.account_id WHERE p.merchant_id = $1`,
  `SELECT n.kind, i.sku, n.opened_at, n.closed_at FROM incident n
   LEFT JOIN item i ON i.merchant_id = n.merchant_id AND i.id = n.item_id WHERE n.merchant_id = $1`,
]

/** One number for all of a merchant's business rows: the same seed gives the same. */
export async function stateHash(db: Sql, merchantId: number): Promise<string> {
  const hash = createHash('sha256')
  for (const text of ROWS) {
    const { rows } = await db.query<object>({ text, values: [merchantId] })
    hash
      .update(
        rows
          .map((row) => JSON.stringify(Object.values(row)))
          .sort()
          .join('\n'),
      )
      .update('\n\n')
  }
  return hash.digest('hex')
}
