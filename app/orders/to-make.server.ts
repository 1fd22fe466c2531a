import type { Sql } from '../kernel/sql.ts'

const lockSome = (how: string) =>
  `SELECT item_id AS id FROM made_to_order WHERE merchant_id = $1 AND item_id = ANY ($2::int[]) ORDER BY item_id FOR UPDATE ${how}`

/**
 * Which of these items are made to order. Their capacity is locked until the transaction ends: nothing is taken from a
 * balance when a piece is promised to be made, so this is what two buyers of the last one meet at. `wait: false`: only
 * those that nobody else holds.
 */
export async function lockCapacity(
  db: Sql,
  merchantId: number,
  { itemIds, wait }: { itemIds: number[]; wait: boolean },
): Promise<number[]> {
  if (itemIds.length === 0) return []
  const [name, text] = wait ? ['lock-capacity', lockSome('')] : ['lock-capacity-now', lockSome('SKIP LOCKED')]
  const { rows } = await db.query<{ id: number }>({ name, text, values: [merchantId, itemIds] })
  return rows.map(({ id }) => id)
}

// Oldest first, those of other orders too: capacity may have come free for them. A row that is locked is passed over:
// whoever holds it looks for capacity afterwards.
const PROMISE = `
WITH room AS (
  SELECT m.item_id, m.lead_days, GREATEST(0, m.capacity - COALESCE((SELECT sum(s.to_make) FROM shortfall s
    WHERE s.merchant_id = m.merchant_id AND s.item_id = m.item_id AND s.outstanding > 0), 0))::int AS room
  FROM made_to_order m WHERE m.merchant_id = $1 AND m.item_id = ANY ($2::int[])
), open AS MATERIALIZED (
  SELECT s.id, s.item_id, s.outstanding - s.to_make AS wants FROM shortfall s
  WHERE s.merchant_id = $1 AND s.item_id = ANY ($2::int[]) AND s.outstanding > 0 AND s.outstanding > s.to_make
  ORDER BY s.item_id, s.id FOR UPDATE SKIP LOCKED
), given AS (
  SELECT o.id, r.lead_days, LEAST(o.wants, GREATEST(0, r.room - COALESCE(sum(o.wants) OVER earlier, 0)))::int AS n
  FROM open o JOIN room r ON r.item_id = o.item_id
  WINDOW earlier AS (PARTITION BY o.item_id ORDER BY o.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), promised AS (
  UPDATE shortfall s SET to_make = s.to_make + g.n, make_by = COALESCE(s.make_by, o.placed_at + g.lead_days * interval '1 day')
  FROM given g, order_line l, channel_order o
  WHERE s.merchant_id = $1 AND s.id = g.id AND g.n > 0 AND l.merchant_id = $1 AND l.id = s.line_id
    AND o.merchant_id = $1 AND o.id = l.order_id
  RETURNING s.line_id, s.outstanding - s.to_make AS over
), counted AS (
  UPDATE made_to_order m SET version = m.version + 1 WHERE m.merchant_id = $1 AND m.item_id = ANY ($2::int[])
  RETURNING m.item_id
), fact AS (
  INSERT INTO stock_changed (merchant_id, key, item_id) SELECT $1, 'item/' || item_id, item_id FROM counted
)
SELECT line_id AS "lineId" FROM promised WHERE over = 0`

/**
 * Promises what is left of the capacity of these items, which the caller has locked, to the orders that wait for them.
 * Returns the lines of which nothing is oversold any more.
 */
export async function promiseToMake(db: Sql, merchantId: number, itemIds: number[]): Promise<number[]> {
  if (itemIds.length === 0) return []
  const values = [merchantId, itemIds]
  const { rows } = await db.query<{ lineId: number }>({ name: 'promise-to-make', text: PROMISE, values })
  return rows.map(({ lineId }) => lineId)
}

/** How many pieces of these lines are to be made; a line with none is not in it. */
export async function toMakeOf(db: Sql, merchantId: number, lineIds: number[]): Promise<Map<number, number>> {
  const text = `SELECT line_id AS "lineId", to_make AS n FROM shortfall
    WHERE merchant_id = $1 AND line_id = ANY ($2::bigint[]) AND to_make > 0`
  const { rows } = await db.query<{ lineId: number; n: number }>({
    name: 'to-make-of',
    text,
    values: [merchantId, lineIds],
  })
  return new Map(rows.map(({ lineId, n }) => [lineId, n]))
}
