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

// How often an item was changed is the sum of its balances' versions: no movement is read to find where a stretch ends.
const STRETCH = `
WITH next AS (
  SELECT item_id, sum(version) AS changes FROM balance WHERE merchant_id = $1 AND item_id > $2
  GROUP BY item_id ORDER BY item_id LIMIT $3
), running AS (
  SELECT item_id, sum(changes) OVER (ORDER BY item_id) - changes AS before FROM next
)
SELECT max(item_id) FILTER (WHERE before < $4) AS "upTo", count(*) FILTER (WHERE before < $4)::int AS items, count(*)::int AS found
FROM running`

const ITEMS_AT_ONCE = 500
const CHANGES_AT_ONCE = 50_000
const LAST = 2 ** 31 - 1

/** Items that were looked at in one go: up to which, how many, what differs. `isLast`: there is none behind them. */
export type Stretch = { upTo: number; items: number; drifts: Drift[]; isLast: boolean }

/** Compares the balances of the next items behind one: some hundreds, or fewer where they have moved much. */
export async function verifyNext(db: Sql, merchantId: number, after: number): Promise<Stretch> {
  const text = STRETCH
  type Row = { upTo: number | null; items: number; found: number }
  const values = [merchantId, after, ITEMS_AT_ONCE, CHANGES_AT_ONCE]
  const [row] = (await db.query<Row>({ name: 'verify-stretch', text, values })).rows
  const { upTo, items, found } = row ?? { upTo: null, items: 0, found: 0 }
  // Movements of an item without a balance lie behind the last that has one, too.
  const isLast = upTo === null || (found < ITEMS_AT_ONCE && items === found)
  const end = isLast ? LAST : upTo
  const { rows } = await db.query<Drift>({ name: 'verify', text: VERIFY, values: [merchantId, after, end] })
  return { upTo: end, items, drifts: rows, isLast }
}

/**
 * Folds the merchant's whole ledger and compares it with the balances. Empty when they agree. `onStep` is told after
 * each stretch how many items have been looked at.
 */
export async function verifyLedger(
  db: Sql,
  merchantId: number,
  onStep: (items: number) => Promise<void> = async () => {},
): Promise<Drift[]> {
  const drifts: Drift[] = []
  let after = 0
  for (let done = 0; ;) {
    const stretch = await verifyNext(db, merchantId, after)
    drifts.push(...stretch.drifts)
    if (stretch.isLast) return drifts
    after = stretch.upTo
    done += stretch.items
    await onStep(done)
  }
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
