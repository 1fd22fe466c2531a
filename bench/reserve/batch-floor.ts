import type { Sql } from '#app/kernel/sql.ts'
import type { Outcome } from '#app/pool/gather.server.ts'
import type { Change } from '#app/pool/movement.ts'

/** One unit, told where to take it from. */
export type BareRequest = { change: Change; itemId: number; locationId: number }

// What a batch costs at the least: one guarded update of all the rows, added up beforehand, and the rows of the ledger. It
// does not look for places, does not ask what has happened, does not decide who comes first, and tells nobody.
const FLOOR = `
WITH taken AS (
  UPDATE floor_balance b SET available = b.available - t.quantity, reserved = b.reserved + t.quantity, version = b.version + 1
  FROM unnest($1::int[], $2::int[], $3::int[], $4::int[]) AS t (merchant_id, item_id, location_id, quantity)
  WHERE b.merchant_id = t.merchant_id AND b.item_id = t.item_id AND b.location_id = t.location_id AND b.available >= t.quantity
  RETURNING b.merchant_id, b.item_id, b.location_id
)
INSERT INTO floor_movement (merchant_id, key, reason, actor, cause, account_id, occurred_at, recorded_at,
  n, item_id, quantity, from_location, from_state, to_location, to_state)
SELECT a.merchant_id, a.key, a.reason, a.actor, a.cause, a.account_id, a.occurred_at, a.recorded_at,
  1, a.item_id, 1, a.location_id, 'available', a.location_id, 'reserved'
FROM unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::timestamptz[], $12::timestamptz[],
  $13::int[], $14::int[]) AS a (merchant_id, key, reason, actor, cause, account_id, occurred_at, recorded_at, item_id, location_id)
JOIN taken t ON t.merchant_id = a.merchant_id AND t.item_id = a.item_id AND t.location_id = a.location_id
RETURNING key`

/** Takes one unit for each by the bare statement. */
export async function takeManyBarely(db: Sql, requests: BareRequest[]): Promise<Outcome<boolean>[]> {
  const changes = requests.map(({ change }) => change)
  const rows = [...Map.groupBy(requests, ({ itemId, locationId }) => `${itemId}/${locationId}`).values()]
    .map((same) => ({ ...same[0]!, quantity: same.length }))
    // So that two processes lock in the same order.
    .sort((a, b) => a.itemId - b.itemId || a.locationId - b.locationId)
  const values = [
    rows.map(({ change }) => change.merchantId),
    rows.map(({ itemId }) => itemId),
    rows.map(({ locationId }) => locationId),
    rows.map(({ quantity }) => quantity),
    changes.map(({ merchantId }) => merchantId),
    changes.map(({ key }) => key),
    changes.map(({ reason }) => reason),
    changes.map(({ actor }) => actor),
    changes.map(({ cause }) => cause),
    changes.map(({ accountId }) => accountId),
    changes.map(({ occurredAt }) => occurredAt),
    changes.map(({ recordedAt }) => recordedAt),
    requests.map(({ itemId }) => itemId),
    requests.map(({ locationId }) => locationId),
  ]
  const done = await db.query<{ key: string }>({ name: 'batch-floor', text: FLOOR, values })
  const taken = new Set(done.rows.map(({ key }) => key))
  return changes.map(({ key }) => ({ answer: taken.has(key) }))
}
