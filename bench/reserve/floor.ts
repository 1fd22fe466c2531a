import type { Sql } from '#app/kernel/sql.ts'
import type { Change } from '#app/pool/movement.ts'

// What a reservation costs at the least: the guarded update and the row of the ledger, in one statement, told where to
// take from. It does not look for a place, does not ask whether it has happened, and tells nobody.
const FLOOR = `
WITH taken AS (
  UPDATE floor_balance SET available = available - $10, reserved = reserved + $10, version = version + 1
  WHERE merchant_id = $1 AND item_id = $9 AND location_id = $11 AND available >= $10
  RETURNING location_id
)
INSERT INTO floor_movement (merchant_id, key, reason, actor, cause, account_id, occurred_at, recorded_at,
  n, item_id, quantity, from_location, from_state, to_location, to_state)
SELECT $1::int, $2::text, $3::text, $4::text, $5::text, $6::int, $7::timestamptz, $8::timestamptz,
  1, $9, $10::int, location_id, 'available', location_id, 'reserved' FROM taken
RETURNING quantity`

/** Takes one unit by the bare statement. False when there was none. */
export async function takeBarely(
  db: Sql,
  change: Change,
  at: { itemId: number; locationId: number },
): Promise<boolean> {
  const { merchantId, key, reason, actor, cause, accountId, occurredAt, recordedAt } = change
  const values = [merchantId, key, reason, actor, cause, accountId, occurredAt, recordedAt, at.itemId, 1, at.locationId]
  return (await db.query({ name: 'floor', text: FLOOR, values })).rowCount === 1
}
