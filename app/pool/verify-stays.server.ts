import type { Sql } from '../kernel/sql.ts'
import type { StockState } from '../kernel/stock-state.ts'
import { restingOf } from './stay.server.ts'

/** Pieces that are not for sale of which the stays say another number than the balance. It never happens. */
export type StayDrift = { itemId: number; locationId: number; state: StockState; balance: number; stays: number }

/** Compares all open stays of a merchant with its balances. Empty when they agree. */
export async function verifyStays(db: Sql, merchantId: number): Promise<StayDrift[]> {
  const text = `
    WITH kept AS (
      SELECT b.item_id, b.location_id, s.state, s.n FROM balance b
      JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id CROSS JOIN ${restingOf}
      WHERE b.merchant_id = $1
    ), told AS (
      SELECT item_id, location_id, state, sum(quantity_left)::int AS n FROM stay
      WHERE merchant_id = $1 AND quantity_left > 0 GROUP BY 1, 2, 3
    )
    SELECT item_id AS "itemId", location_id AS "locationId", state, COALESCE(kept.n, 0) AS balance, COALESCE(told.n, 0) AS stays
    FROM kept FULL JOIN told USING (item_id, location_id, state)
    WHERE COALESCE(kept.n, 0) <> COALESCE(told.n, 0)`
  return (await db.query<StayDrift>({ text, values: [merchantId] })).rows
}
