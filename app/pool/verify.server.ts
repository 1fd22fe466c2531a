import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'

/** A balance that is not what its movements add up to. It never happens; when it does, somebody wrote past the ledger. */
export type Drift = { itemId: number; locationId: number; state: StockState; balance: number; ledger: number }

const EACH_STATE = STOCK_STATES.map((state) => `('${state}'::stock_state, b.${state})`).join(', ')

/** Folds the merchant's whole ledger and compares it with the balances. Empty when they agree. */
export async function verifyLedger(db: Sql, merchantId: number): Promise<Drift[]> {
  const text = `
    WITH ends AS (
      SELECT item_id, from_location AS location_id, from_state AS state, -quantity AS n FROM movement
      WHERE merchant_id = $1 AND from_location IS NOT NULL
      UNION ALL
      SELECT item_id, to_location, to_state, quantity FROM movement WHERE merchant_id = $1 AND to_location IS NOT NULL
    ), folded AS (
      SELECT item_id, location_id, state, sum(n)::int AS n FROM ends GROUP BY 1, 2, 3
    ), kept AS (
      SELECT b.item_id, b.location_id, s.state, s.n FROM balance b, LATERAL (VALUES ${EACH_STATE}) AS s (state, n)
      WHERE b.merchant_id = $1
    )
    SELECT item_id AS "itemId", location_id AS "locationId", state, COALESCE(kept.n, 0) AS balance, COALESCE(folded.n, 0) AS ledger
    FROM folded FULL JOIN kept USING (item_id, location_id, state)
    WHERE COALESCE(kept.n, 0) <> COALESCE(folded.n, 0)`
  return (await db.query<Drift>({ text, values: [merchantId] })).rows
}
