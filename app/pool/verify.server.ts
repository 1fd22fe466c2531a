import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'

/** A balance that is not what its movements add up to. It never happens; when it does, somebody wrote past the ledger. */
export type Drift = { itemId: number; locationId: number; state: StockState; balance: number; ledger: number }

const EACH_STATE = STOCK_STATES.map((state) => `('${state}'::stock_state, b.${state})`).join(', ')

// Of the items above $2 and up to $3. One statement sees one moment, and whatever changes an item changes its balances
// and its ledger in one transaction: so a stretch of items at a time is as good as all at once, and holds up nobody.
const VERIFY = `
WITH ends AS (
  SELECT item_id, from_location AS location_id, from_state AS state, -quantity AS n FROM movement
  WHERE merchant_id = $1 AND item_id > $2 AND item_id <= $3 AND from_location IS NOT NULL
  UNION ALL
  SELECT item_id, to_location, to_state, quantity FROM movement
  WHERE merchant_id = $1 AND item_id > $2 AND item_id <= $3 AND to_location IS NOT NULL
), folded AS (
  SELECT item_id, location_id, state, sum(n)::int AS n FROM ends GROUP BY 1, 2, 3
), kept AS (
  SELECT b.item_id, b.location_id, s.state, s.n FROM balance b, LATERAL (VALUES ${EACH_STATE}) AS s (state, n)
  WHERE b.merchant_id = $1 AND b.item_id > $2 AND b.item_id <= $3
)
SELECT item_id AS "itemId", location_id AS "locationId", state, COALESCE(kept.n, 0) AS balance, COALESCE(folded.n, 0) AS ledger
FROM folded FULL JOIN kept USING (item_id, location_id, state)
WHERE COALESCE(kept.n, 0) <> COALESCE(folded.n, 0)
ORDER BY item_id, location_id, state`

// Every 500th item: a stretch is some thousand movements in most shops.
const STRETCHES = `
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM item WHERE merchant_id = $1) numbered
WHERE r % $2 = 0 ORDER BY id`

const ITEMS_AT_ONCE = 500
const LAST = 2 ** 31 - 1

/**
 * Folds the merchant's whole ledger and compares it with the balances. Empty when they agree. `onStep` is told after
 * each stretch how many items have been looked at.
 */
export async function verifyLedger(
  db: Sql,
  merchantId: number,
  onStep: (items: number) => Promise<void> = async () => {},
): Promise<Drift[]> {
  const { rows } = await db.query<{ id: number }>({ text: STRETCHES, values: [merchantId, ITEMS_AT_ONCE] })
  const drifts: Drift[] = []
  let after = 0
  for (const [i, upTo] of [...rows.map(({ id }) => id), LAST].entries()) {
    const found = await db.query<Drift>({ name: 'verify', text: VERIFY, values: [merchantId, after, upTo] })
    drifts.push(...found.rows)
    after = upTo
    if (upTo < LAST) await onStep((i + 1) * ITEMS_AT_ONCE)
  }
  return drifts
}

/** The same for some items, as they are in the caller's transaction. */
export async function verifyItems(db: Sql, merchantId: number, itemIds: number[]): Promise<Drift[]> {
  const drifts: Drift[] = []
  for (const itemId of itemIds) {
    const values = [merchantId, itemId - 1, itemId]
    drifts.push(...(await db.query<Drift>({ name: 'verify', text: VERIFY, values })).rows)
  }
  return drifts
}
