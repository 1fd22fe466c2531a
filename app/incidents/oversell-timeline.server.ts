import type { Sql } from '../kernel/sql.ts'
import { type Happened, tell } from './oversell-timeline.ts'

const MOST_OF_EACH = 25

/** A moment that PostgreSQL wrote into JSON. */
type Told = { [Key in 'at' | 'heardAt' | 'answeredAt']?: string | null } & Record<string, unknown>

// Read as one. What led to it: what moved, what the channel was told and showed, when each sale was made, paid and heard
// of, and up to when that channel's orders were known.
const GATHER = `
WITH sale AS (
  SELECT o.account_id, o.id FROM order_line l JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
  WHERE l.merchant_id = $1 AND l.id = $3
), sales AS (
  SELECT l.current_quantity, l.quantity, o.id, o.account_id, o.external_id, o.name, o.placed_at, o.paid_at, o.first_seen, a.name AS account
  FROM (SELECT * FROM order_line WHERE merchant_id = $1 AND item_id = $2 ORDER BY id DESC LIMIT ${MOST_OF_EACH}) l
  JOIN channel_order o ON o.merchant_id = $1 AND o.id = l.order_id
  JOIN channel_account a ON a.merchant_id = $1 AND a.id = o.account_id
)
SELECT json_build_object('what', 'moved', 'at', m.occurred_at, 'heardAt', m.recorded_at, 'quantity', m.quantity, 'reason', m.reason,
    'from', concat_ws(' in ', m.from_state, f.name), 'to', concat_ws(' in ', m.to_state, t.name), 'account', a.name, 'order', o.name) AS happened
  FROM (SELECT * FROM movement WHERE merchant_id = $1 AND item_id = $2 ORDER BY id DESC LIMIT ${MOST_OF_EACH}) m
  LEFT JOIN location f ON f.merchant_id = $1 AND f.id = m.from_location
  LEFT JOIN location t ON t.merchant_id = $1 AND t.id = m.to_location
  LEFT JOIN channel_order o ON o.merchant_id = $1 AND o.account_id = substring(m.cause FROM '^order/([0-9]{1,9})/')::int
    AND o.external_id = substring(m.cause FROM '^order/[0-9]+/(.*)$')
  LEFT JOIN channel_account a ON a.merchant_id = $1 AND a.id = o.account_id
UNION ALL
SELECT json_build_object('what', 'told', 'at', p.sent_at, 'answeredAt', p.answered_at, 'quantity', p.quantity, 'outcome', p.outcome,
    'reason', p.reason, 'account', a.name)
  FROM listing l JOIN sale ON sale.account_id = l.account_id
  JOIN channel_account a ON a.merchant_id = $1 AND a.id = l.account_id,
  LATERAL (SELECT * FROM publication WHERE merchant_id = $1 AND listing_id = l.id ORDER BY id DESC LIMIT ${MOST_OF_EACH}) p
  WHERE l.merchant_id = $1 AND l.item_id = $2
UNION ALL
SELECT json_build_object('what', 'shown', 'at', l.seen_at, 'quantity', l.shown, 'account', a.name)
  FROM listing l JOIN sale ON sale.account_id = l.account_id JOIN channel_account a ON a.merchant_id = $1 AND a.id = l.account_id
  WHERE l.merchant_id = $1 AND l.item_id = $2 AND l.seen_at IS NOT NULL AND l.shown IS NOT NULL
UNION ALL
SELECT json_build_object('what', 'placed', 'at', s.placed_at, 'heardAt', s.first_seen, 'quantity', GREATEST(1, s.quantity),
    'order', s.name, 'account', s.account, 'isThis', s.id = sale.id) FROM sales s, sale
UNION ALL
SELECT json_build_object('what', 'paid', 'at', s.paid_at, 'order', s.name, 'account', s.account) FROM sales s WHERE s.paid_at > s.placed_at
UNION ALL
SELECT json_build_object('what', 'notified', 'at', e.occurred_at, 'heardAt', e.received_at, 'topic', e.topic, 'order', s.name,
    'account', s.account)
  FROM sales s, LATERAL (SELECT * FROM inbox_event WHERE account_id = s.account_id AND subject = s.external_id
    ORDER BY received_at LIMIT 5) e
UNION ALL
SELECT json_build_object('what', 'known until', 'at', a.watermark, 'account', a.name)
  FROM sale JOIN channel_account a ON a.merchant_id = $1 AND a.id = sale.account_id WHERE a.watermark IS NOT NULL`

/**
 * Attaches to an oversell everything that led to it, as it is known now. Once: what an incident says of its beginning is
 * not rewritten by what happens later.
 */
export async function attachTimeline(
  db: Sql,
  of: { merchantId: number; incidentId: number; itemId: number; lineId: number; at: Date },
): Promise<void> {
  const fresh = await db.query({
    name: 'has-no-timeline',
    text: 'SELECT FROM incident WHERE merchant_id = $1 AND id = $2 AND timeline IS NULL',
    values: [of.merchantId, of.incidentId],
  })
  if (fresh.rows.length === 0) return
  const values = [of.merchantId, of.itemId, of.lineId]
  const { rows } = await db.query<{ happened: Told }>({ name: 'oversell-timeline', text: GATHER, values })
  const timeline = tell(rows.map(({ happened }) => readTold(happened)))
  const text = 'UPDATE incident SET timeline = $3 WHERE merchant_id = $1 AND id = $2'
  await db.query({ text, values: [of.merchantId, of.incidentId, JSON.stringify(timeline)] })
}

function readTold({ at, heardAt, answeredAt, ...told }: Told): Happened {
  const moment = (text: string | null | undefined) => (text ? { date: new Date(text) } : undefined)
  return {
    ...told,
    at: moment(at)?.date,
    heardAt: moment(heardAt)?.date ?? null,
    answeredAt: moment(answeredAt)?.date,
  } as Happened
}
