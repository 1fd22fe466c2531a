import { cancelCostOf } from '../channels/registry.ts'
import type { Sql } from '../kernel/sql.ts'
import type { LineBooked } from './line-effects.ts'
import type { Claimant } from './claim.ts'

/** A claimant as the books have it. */
export type ClaimRow = Claimant &
  LineBooked & {
    itemId: number
    title: string
    account: string
    orderName: string
    currency: string
    unitPriceMinor: number
    currentQuantity: number
    backorder: boolean
    ours: boolean
    /** where its piece lies, if it has it */
    locationId: number | null
    /** how often it has passed its piece on */
    yielded: number
    since: Date | null
    finalAt: Date | null
    settledAt: Date | null
    settledBy: string | null
    ended: boolean
  }

const CLAIMANTS = `
SELECT l.id AS "lineId", l.item_id AS "itemId", o.account_id AS "accountId", a.channel, a.name AS account, o.external_id AS "order",
  l.external_id AS line, o.name AS "orderName", o.currency, o.paid_at AS "paidAt", o.placed_at AS "placedAt", l.title,
  l.unit_price_minor AS "unitPriceMinor", l.backorder, l.source = 'ours' AS ours, l.reserved, l.short, l.shipped, l.returned,
  l.current_quantity AS "currentQuantity", l.shipped > l.returned AS "handedOver",
  (SELECT location_id FROM line_allocation al WHERE al.merchant_id = $1 AND al.line_id = l.id AND al.item_id = l.item_id AND al.reserved > 0
    LIMIT 1) AS "locationId",
  (SELECT count(*)::int FROM order_effect e WHERE e.merchant_id = $1 AND e.line_id = l.id AND e.transition = 'yield') AS yielded,
  c.since, c.final_at AS "finalAt", c.settled_at AS "settledAt", c.settled_by AS "settledBy", c.ended_at IS NOT NULL AS ended
FROM order_line l
JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id AND i.kind = 'one_of_one'
JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id AND NOT o.history
JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
LEFT JOIN claim c ON c.merchant_id = l.merchant_id AND c.line_id = l.id
WHERE l.merchant_id = $1 AND l.item_id = $2 AND l.reserved + l.short + l.shipped - l.returned > 0
ORDER BY l.id`

/** Every line that wants a one-of-one piece or has it, locked: whoever asks means to change them. */
export async function lockClaimants(db: Sql, merchantId: number, itemId: number): Promise<ClaimRow[]> {
  const text = `${CLAIMANTS} FOR UPDATE OF l`
  return read(await db.query<Read>({ name: 'lock-claimants', text, values: [merchantId, itemId] }))
}

/** The same, to look at. */
export async function claimantsOf(db: Sql, merchantId: number, itemId: number): Promise<ClaimRow[]> {
  return read(await db.query<Read>({ name: 'claimants-of', text: CLAIMANTS, values: [merchantId, itemId] }))
}

type Read = ClaimRow & { channel: string }

const read = ({ rows }: { rows: Read[] }): ClaimRow[] =>
  rows.map(({ channel, ...row }) => ({ ...row, cancelCost: cancelCostOf(channel) }))

/**
 * Makes all who book orders for these one-of-one pieces wait for each other, until the transaction ends. Asked for before
 * anything else of the order is locked: they lock each other's lines.
 */
export async function lockClaims(db: Sql, merchantId: number, itemIds: number[]): Promise<void> {
  if (itemIds.length === 0) return
  const text = `SELECT pg_advisory_xact_lock(hashtextextended('claim/' || $1 || '/' || id, 0)) FROM unnest($2::int[]) AS id`
  const sorted = [...new Set(itemIds)].toSorted((a, b) => a - b)
  await db.query({ name: 'lock-claims', text, values: [merchantId, sorted] })
}

type Owner = { merchantId: number; itemId: number; at: Date }

/** From now on the piece is this line's. `until`: the window of the claim that it took over; its own when left out. */
export async function holdClaim(
  db: Sql,
  { merchantId, itemId, at }: Owner,
  { lineId, until }: { lineId: number; until?: { since: Date; finalAt: Date } | undefined },
): Promise<void> {
  await endClaims(db, { merchantId, itemId, at }, lineId)
  const text = `INSERT INTO claim AS c (merchant_id, line_id, item_id, since, final_at)
    SELECT $1, $2, $3, COALESCE($5::timestamptz, $4::timestamptz), COALESCE($6::timestamptz, $4::timestamptz + claim_minutes * interval '1 minute') FROM merchant WHERE id = $1
    ON CONFLICT (merchant_id, line_id) DO UPDATE SET since = EXCLUDED.since, final_at = EXCLUDED.final_at, settled_at = NULL,
      settled_by = NULL, ended_at = NULL WHERE c.ended_at IS NOT NULL`
  const values = [merchantId, lineId, itemId, at, until?.since ?? null, until?.finalAt ?? null]
  await db.query({ name: 'hold-claim', text, values })
}

/** Nobody has the piece any more, or nobody but this line. */
export async function endClaims(db: Sql, { merchantId, itemId, at }: Owner, except: number | null = null) {
  const text = `UPDATE claim SET ended_at = $3 WHERE merchant_id = $1 AND item_id = $2 AND ended_at IS NULL
    AND line_id IS DISTINCT FROM $4`
  await db.query({ name: 'end-claims', text, values: [merchantId, itemId, at, except] })
}

/** It is final. `by`: 'shipped' (then the piece is gone, and the claim with it), or the person who confirmed it. */
export async function settleClaim(
  db: Sql,
  { merchantId, itemId, at }: Owner,
  { lineId, by }: { lineId: number; by: string },
): Promise<void> {
  const text = `INSERT INTO claim AS c (merchant_id, line_id, item_id, since, final_at, settled_at, settled_by, ended_at)
    VALUES ($1, $2, $3, $4::timestamptz, $4::timestamptz, $4::timestamptz, $5::text, CASE WHEN $5::text = 'shipped' THEN $4::timestamptz END)
    ON CONFLICT (merchant_id, line_id) DO UPDATE SET settled_at = EXCLUDED.settled_at, settled_by = EXCLUDED.settled_by,
      ended_at = EXCLUDED.ended_at`
  await db.query({ name: 'settle-claim', text, values: [merchantId, lineId, itemId, at, by] })
}
