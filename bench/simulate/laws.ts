import type { Sql } from '#app/kernel/sql.ts'
import { STOCK_STATES } from '#app/kernel/stock-state.ts'

/** A law that does not hold, and where. */
export type Violation = { law: string; detail: string }

const EACH = (text: (state: string) => string) => STOCK_STATES.map(text)
const KEPT = EACH((state) => `('${state}'::stock_state, b.${state})`).join(', ')
const UNITS = EACH((state) => `b.${state}`).join(' + ')

// `$2`: ids of items, or null for all of the merchant's. Each part names the law that its rows break.
const LAWS = `
WITH of_item AS MATERIALIZED (
  SELECT id, sku, kind FROM item WHERE merchant_id = $1 AND ($2::int[] IS NULL OR id = ANY ($2) OR id IN (
    SELECT bundle_id FROM bundle_component WHERE merchant_id = $1 AND component_id = ANY ($2) AND until IS NULL))
), moved AS MATERIALIZED (
  SELECT m.* FROM of_item i, LATERAL (SELECT * FROM movement WHERE merchant_id = $1 AND item_id = i.id OFFSET 0) m
), at_place AS MATERIALIZED (
  SELECT b.* FROM of_item i, LATERAL (SELECT * FROM balance WHERE merchant_id = $1 AND item_id = i.id OFFSET 0) b
), line AS MATERIALIZED (
  SELECT l.* FROM of_item i, LATERAL (SELECT * FROM order_line WHERE merchant_id = $1 AND item_id = i.id OFFSET 0) l
), held AS MATERIALIZED (
  SELECT a.* FROM of_item i, LATERAL (SELECT * FROM line_allocation WHERE merchant_id = $1 AND item_id = i.id AND reserved > 0 OFFSET 0) a
), takes AS MATERIALIZED (
  SELECT l.id, COALESCE(c.component_id, l.item_id) AS item_id, l.reserved, l.reserved * COALESCE(c.needs, 1) AS pieces FROM line l
  LEFT JOIN LATERAL (SELECT * FROM line_component WHERE merchant_id = $1 AND line_id = l.id OFFSET 0) c ON true
), holds AS (
  SELECT t.*, (SELECT COALESCE(sum(reserved), 0) FROM line_allocation WHERE merchant_id = $1 AND line_id = t.id AND item_id = t.item_id) AS n FROM takes t
), ends AS (
  SELECT item_id, from_location AS location_id, from_state AS state, -quantity AS n FROM moved WHERE from_location IS NOT NULL
  UNION ALL SELECT item_id, to_location, to_state, quantity FROM moved WHERE to_location IS NOT NULL
), folded AS (
  SELECT item_id, location_id, state, sum(n)::int AS n FROM ends GROUP BY 1, 2, 3
), kept AS (
  SELECT b.item_id, b.location_id, s.state, s.n FROM at_place b, LATERAL (VALUES ${KEPT}) AS s (state, n)
), units AS (
  SELECT b.item_id, sum(${UNITS})::int AS n FROM at_place b GROUP BY 1
), outside AS (
  SELECT item_id, sum(CASE WHEN from_location IS NULL THEN quantity ELSE 0 END - CASE WHEN to_location IS NULL THEN quantity ELSE 0 END)::int AS n
  FROM moved GROUP BY 1
), broken AS (
  SELECT 'the ledger folds to the balances' AS law, item_id,
    format('%s at place %s: balance %s, ledger %s', state, location_id, COALESCE(kept.n, 0), COALESCE(folded.n, 0)) AS detail
  FROM folded FULL JOIN kept USING (item_id, location_id, state) WHERE COALESCE(kept.n, 0) <> COALESCE(folded.n, 0)
  UNION ALL SELECT 'no state is below zero', item_id, format('%s at place %s is %s', state, location_id, n) FROM kept WHERE n < 0
  UNION ALL SELECT 'no unit is in two places', item_id, format('%s in the house, %s came in and did not leave', u.n, o.n)
  FROM units u FULL JOIN outside o USING (item_id) WHERE COALESCE(u.n, 0) <> COALESCE(o.n, 0)
  UNION ALL SELECT 'there is one of a one-of-one', i.id, format('%s in the house', u.n)
  FROM of_item i JOIN units u ON u.item_id = i.id WHERE i.kind = 'one_of_one' AND u.n > 1
  UNION ALL SELECT 'a one-of-one has one owner', i.id, format('%s lines hold it', count(*))
  FROM of_item i JOIN line l ON l.item_id = i.id AND l.reserved + l.shipped - l.returned > 0
  WHERE i.kind = 'one_of_one' GROUP BY i.id HAVING count(*) > 1
  UNION ALL SELECT 'effects of a line are within the order', item_id,
    format('line %s of %s: reserved %s, short %s, shipped %s, returned %s', id, current_quantity, reserved, short, shipped, returned)
  FROM line WHERE reserved + short + shipped - returned NOT BETWEEN 0 AND current_quantity OR LEAST(reserved, short, shipped, returned) < 0
  UNION ALL SELECT 'what a line has reserved lies somewhere', item_id, format('line %s has %s, that is %s, places have %s', id, reserved, pieces, n)
  FROM holds WHERE pieces <> n
  UNION ALL SELECT 'orders hold no more than is reserved', b.item_id, format('place %s has %s, orders hold %s', b.location_id, b.reserved, h.n)
  FROM at_place b JOIN (SELECT item_id, location_id, sum(reserved) AS n FROM held GROUP BY 1, 2) h USING (item_id, location_id) WHERE h.n > b.reserved
  UNION ALL SELECT 'a shortfall is what its line is short of', l.item_id, format('line %s is short of %s, outstanding %s', l.id, l.short, COALESCE(sum(s.outstanding), 0))
  FROM line l LEFT JOIN shortfall s ON s.merchant_id = $1 AND s.line_id = l.id AND s.item_id = l.item_id
  GROUP BY l.id, l.item_id, l.short HAVING l.short <> COALESCE(sum(s.outstanding), 0)
)
SELECT law, i.sku || ': ' || detail AS detail FROM broken JOIN item i ON i.merchant_id = $1 AND i.id = broken.item_id ORDER BY 1, 2`

/** Checks what must hold at every moment, for these items, or for everything when there are none named. */
export async function brokenLaws(db: Sql, merchantId: number, itemIds: number[] | null): Promise<Violation[]> {
  if (itemIds?.length === 0) return []
  return (await db.query<Violation>({ name: 'laws', text: LAWS, values: [merchantId, itemIds] })).rows
}
