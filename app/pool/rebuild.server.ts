import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES } from '../kernel/stock-state.ts'
import { type Drift, verifyItems } from './verify.server.ts'

const MAKE = `
INSERT INTO balance (merchant_id, item_id, location_id)
SELECT $1, item_id, location_id FROM unnest($2::int[], $3::int[]) AS missing (item_id, location_id) ORDER BY 2, 3
ON CONFLICT DO NOTHING`

// Every row of the items, in the order all writers lock in: nobody can change them until the caller commits.
const LOCK = `
SELECT item_id FROM balance WHERE merchant_id = $1 AND item_id = ANY ($2) ORDER BY item_id, location_id FOR UPDATE`

const SET = STOCK_STATES.map((state) => `${state} = b.${state} + d.${state}`).join(', ')
const DELTAS = STOCK_STATES.map((state) => `COALESCE(sum(delta) FILTER (WHERE state = '${state}'), 0)::int AS ${state}`)

// The version grows, so that every channel is told what there really is.
const MEND = `
UPDATE balance b SET ${SET}, version = b.version + 1
FROM (
  SELECT item_id, location_id, ${DELTAS.join(', ')}
  FROM unnest($2::int[], $3::int[], $4::stock_state[], $5::int[]) AS x (item_id, location_id, state, delta) GROUP BY 1, 2
) d
WHERE b.merchant_id = $1 AND b.item_id = d.item_id AND b.location_id = d.location_id`

/**
 * Brings the balances of these items to what their movements add up to, in the caller's transaction: they are locked
 * first and folded then, so that a sale at the same moment is in both or in neither. Returns what was mended. Refuses
 * where the ledger itself adds up to less than nothing.
 */
export async function rebuild(tx: Sql, merchantId: number, itemIds: number[]): Promise<Refusal | Drift[]> {
  const items = [...new Set(itemIds)].sort((a, b) => a - b)
  const missing = await verifyItems(tx, merchantId, items)
  await tx.query({ text: MAKE, values: [merchantId, ...placesOf(missing)] })
  await tx.query({ text: LOCK, values: [merchantId, items] })
  const drifts = await verifyItems(tx, merchantId, items)
  const impossible = drifts.find(({ ledger }) => ledger < 0)
  if (impossible) {
    const { itemId, state, ledger } = impossible
    return refuse(
      'ledger-broken',
      `The ledger of item ${itemId} adds up to ${ledger} pieces (${state}). Check its seals.`,
    )
  }
  if (drifts.length === 0) return []
  const values = [drifts.map(({ state }) => state), drifts.map(({ ledger, balance }) => ledger - balance)]
  await tx.query({ text: MEND, values: [merchantId, ...placesOf(drifts), ...values] })
  return drifts
}

const placesOf = (drifts: Drift[]) => [drifts.map(({ itemId }) => itemId), drifts.map(({ locationId }) => locationId)]
