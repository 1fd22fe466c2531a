import type { Sql } from '../kernel/sql.ts'
import type { StockState } from '../kernel/stock-state.ts'
import type { Change, Move } from './movement.ts'

/** States whose pieces are for sale nowhere, and lie there until somebody sees to them. */
export const RESTING_STATES = [
  'held',
  'in_work',
  'quality_check',
  'damaged',
  'safety_stock',
] as const satisfies StockState[]

const EACH_STATE = RESTING_STATES.map((state) => `('${state}'::stock_state, b.${state})`).join(', ')

/** A lateral that gives `state` and `n` of a balance `b` at a place `l`: its pieces that are not for sale. */
export const restingOf = `LATERAL (VALUES ('available'::stock_state, CASE WHEN l.sellable THEN 0 ELSE b.available END), ${EACH_STATE}) AS s (state, n)`

// Brings the stays of some balances to what these are. The balances are locked by the movement before, in the same
// transaction: nobody else keeps the same stays. Too many: the one named ends first, then the oldest.
const KEEP = `
WITH pair AS (
  SELECT DISTINCT item_id, location_id FROM unnest($2::int[], $3::int[]) AS p (item_id, location_id)
), should AS (
  SELECT p.item_id, p.location_id, s.state, s.n,
    $4::timestamptz + stay_hours(l.sellable, l.expected_hours, l.kind, l.work, s.state) * interval '1 hour' AS due_at,
    l.needs_check
  FROM pair p
  JOIN balance b ON b.merchant_id = $1 AND b.item_id = p.item_id AND b.location_id = p.location_id
  JOIN location l ON l.merchant_id = $1 AND l.id = p.location_id
  CROSS JOIN ${restingOf}
), has AS (
  SELECT s.item_id, s.location_id, s.state, sum(s.quantity_left)::int AS n FROM pair p
  JOIN stay s ON s.merchant_id = $1 AND s.item_id = p.item_id AND s.location_id = p.location_id AND s.quantity_left > 0
  GROUP BY s.item_id, s.location_id, s.state
), difference AS (
  SELECT should.*, should.n - COALESCE(has.n, 0) AS more FROM should LEFT JOIN has USING (item_id, location_id, state)
  WHERE should.n <> COALESCE(has.n, 0)
), ending AS (
  SELECT s.id, LEAST(s.quantity_left, GREATEST(0, -d.more - COALESCE(sum(s.quantity_left) OVER earlier, 0)))::int AS n
  FROM difference d
  JOIN stay s ON s.merchant_id = $1 AND s.item_id = d.item_id AND s.location_id = d.location_id AND s.state = d.state AND s.quantity_left > 0
  WHERE d.more < 0
  WINDOW earlier AS (PARTITION BY s.item_id, s.location_id, s.state ORDER BY s.id = ANY ($5::bigint[]) DESC, s.since, s.id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), ended AS (
  UPDATE stay s SET quantity_left = s.quantity_left - e.n FROM ending e WHERE s.merchant_id = $1 AND s.id = e.id AND e.n > 0
), terms AS (
  SELECT DISTINCT ON (t.item_id, t.location_id, t.state) t.*
  FROM unnest($6::int[], $7::int[], $8::stock_state[], $9::timestamptz[], $10::int[], $11::text[], $12::int[], $13::boolean[])
    AS t (item_id, location_id, state, due_at, partner_id, remark, bound_for, check_owed)
)
INSERT INTO stay (merchant_id, item_id, location_id, state, quantity, quantity_left, since, due_at, partner_id, remark, bound_for, check_owed)
SELECT $1, d.item_id, d.location_id, d.state, d.more, d.more, $4, COALESCE(t.due_at, d.due_at), t.partner_id, t.remark, t.bound_for,
  d.needs_check OR COALESCE(t.check_owed, false)
FROM difference d LEFT JOIN terms t USING (item_id, location_id, state)
WHERE d.more > 0`

const endsOf = ({ itemId, from, to }: Move) =>
  [from, to].flatMap((end) => ('locationId' in end ? [{ itemId, locationId: end.locationId }] : []))

/**
 * Keeps the stays of what a change has moved, in its transaction, after its balances: for every item, place and state
 * that is not for sale, the pieces of the open stays are the balance. A stay that begins has the clock of its place, or
 * the one its move names. What was opened with the books is there since we know of it.
 */
export async function keepStays(db: Sql, change: Change, moves: Move[]): Promise<void> {
  const since = change.reason === 'opening' ? change.recordedAt : change.occurredAt
  await keep(db, { merchantId: change.merchantId, since, pairs: moves.flatMap(endsOf) }, moves)
}

/**
 * The same for all that lies at a place, once it has begun or ceased to be one that sells. Its balances must be locked.
 */
export async function keepStaysAt(
  db: Sql,
  { merchantId, locationId, at }: { merchantId: number; locationId: number; at: Date },
): Promise<void> {
  const text =
    'SELECT item_id AS "itemId", location_id AS "locationId" FROM balance WHERE merchant_id = $1 AND location_id = $2'
  type Pair = { itemId: number; locationId: number }
  const { rows } = await db.query<Pair>({ text, values: [merchantId, locationId] })
  if (rows.length > 0) await keep(db, { merchantId, since: at, pairs: rows }, [])
}

type Keeping = { merchantId: number; since: Date; pairs: { itemId: number; locationId: number }[] }

async function keep(db: Sql, { merchantId, since, pairs }: Keeping, moves: Move[]): Promise<void> {
  const terms = moves.flatMap(({ itemId, to, stay }) => (stay && 'locationId' in to ? [{ itemId, to, stay }] : []))
  const values = [
    merchantId,
    pairs.map(({ itemId }) => itemId),
    pairs.map(({ locationId }) => locationId),
    since,
    moves.flatMap(({ stay }) => stay?.ends ?? []),
    terms.map(({ itemId }) => itemId),
    terms.map(({ to }) => to.locationId),
    terms.map(({ to }) => to.state),
    terms.map(({ stay }) => stay.dueAt ?? null),
    terms.map(({ stay }) => stay.partnerId ?? null),
    terms.map(({ stay }) => stay.remark ?? null),
    terms.map(({ stay }) => stay.boundFor ?? null),
    terms.map(({ stay }) => stay.checkOwed ?? false),
  ]
  await db.query({ name: 'keep-stays', text: KEEP, values })
}
