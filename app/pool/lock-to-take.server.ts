import type { Sql } from '../kernel/sql.ts'

// In (item, location) order, as every writer of the ledger locks.
const ALL = `
SELECT FROM balance WHERE merchant_id = $1 AND item_id = ANY ($2::int[]) ORDER BY item_id, location_id FOR UPDATE`

/** Locks all there is of these items until the transaction ends: the steps that follow wait for nobody. */
export async function lockAll(db: Sql, merchantId: number, itemIds: number[]): Promise<void> {
  if (itemIds.length > 0) await db.query({ name: 'lock-all', text: ALL, values: [merchantId, itemIds] })
}

const AT_ONCE = `
WITH held AS MATERIALIZED (
  SELECT b.item_id, b.available
  FROM balance b JOIN location l ON l.merchant_id = $1 AND l.id = b.location_id
  WHERE b.merchant_id = $1 AND b.item_id = ANY ($2::int[]) AND l.sellable
  ORDER BY b.item_id, b.location_id
  FOR UPDATE OF b SKIP LOCKED
)
SELECT h.item_id AS "itemId", sum(h.available)::int AS free FROM held h GROUP BY h.item_id
HAVING count(*) = (SELECT count(*) FROM balance b JOIN location l ON l.merchant_id = $1 AND l.id = b.location_id
  WHERE b.merchant_id = $1 AND b.item_id = h.item_id AND l.sellable)`

/**
 * Locks what can be sold of these items, and says how many pieces of each that is. Never waits: who waits with stock in
 * hand may wait for ever. An item of which another transaction holds something, or nobody ever had any, is not in it.
 */
export async function lockToTake(db: Sql, merchantId: number, itemIds: number[]): Promise<Map<number, number>> {
  if (itemIds.length === 0) return new Map()
  const values = [merchantId, itemIds]
  const { rows } = await db.query<{ itemId: number; free: number }>({ name: 'lock-to-take', text: AT_ONCE, values })
  return new Map(rows.map(({ itemId, free }) => [itemId, free]))
}
