import type { Sql } from '../kernel/sql.ts'

const AT_ONCE = 100

const PAST = `
WITH due AS (
  SELECT merchant_id, line_id FROM claim WHERE settled_at IS NULL AND ended_at IS NULL AND final_at <= $1
  ORDER BY final_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
), settled AS (
  UPDATE claim c SET settled_at = c.final_at, settled_by = 'time' FROM due d
  WHERE c.merchant_id = d.merchant_id AND c.line_id = d.line_id RETURNING c.merchant_id, c.line_id, c.item_id
), waiting AS (
  SELECT s.merchant_id, n.id, o.name, a.name AS account FROM settled s
  JOIN order_line l ON l.merchant_id = s.merchant_id AND l.id = s.line_id
  JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
  JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
  JOIN order_line w ON w.merchant_id = s.merchant_id AND w.item_id = s.item_id AND w.short > 0
  JOIN incident n ON n.merchant_id = s.merchant_id AND n.kind = 'oversell' AND n.subject = 'line/' || w.id AND n.closed_at IS NULL
), noted AS (
  INSERT INTO incident_note (merchant_id, incident_id, at, actor, sentence)
  SELECT merchant_id, id, $1, 'app', 'Order ' || name || ' on ' || account || ' keeps the piece: its claim is final now.' FROM waiting
)
SELECT count(*)::int AS n FROM settled`

/** Claims whose time is over are final. Returns when the next is; null when none waits for that. */
export async function claimsPast(db: Sql, at: Date): Promise<Date | null> {
  const { rows } = await db.query<{ n: number }>({ name: 'claims-past', text: PAST, values: [at] })
  if (rows[0]?.n === AT_ONCE) return at
  const text = 'SELECT min(final_at) AS at FROM claim WHERE settled_at IS NULL AND ended_at IS NULL AND final_at > $1'
  const next = await db.query<{ at: Date | null }>({ name: 'claims-next', text, values: [at] })
  return next.rows[0]?.at ?? null
}
