import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { gather, type Outcome } from './gather.server.ts'
import type { Reserved } from './ledger.server.ts'
import type { Change, Demand } from './movement.ts'

// Many orders that know nothing of one another, in one statement: each has its key, and all of it or nothing. They are
// decided in the order they came (ord). `upto` is what an item's orders want up to and with this one; who wants more
// than there is at all is not counted. Whoever is within what there is has it; the others are short if those that have
// theirs leave too little, and else asked again, for it may be one that is itself short that stood in their way.
// The pieces of an item lie in a row, place after place in the merchant's order, and the orders take them in turn: what
// an order takes from a place is where the two stretches overlap. What is left is computed from the row as it was locked:
// PostgreSQL tries an UPDATE's checks on the row as the statement first saw it, where stock that came back since is not.
// An order's own columns go along with what it wants, and a place is looked up by its key: the planner takes the few rows
// for one, and joins that came later went through all of them for each.
const RESERVE_BATCH = `
WITH asked AS MATERIALIZED (
  SELECT a.*, (SELECT n FROM movement m WHERE m.merchant_id = a.merchant_id AND m.key = a.key ORDER BY m.n LIMIT 1) IS NOT NULL AS known
  FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::timestamptz[])
    WITH ORDINALITY AS a (merchant_id, key, reason, actor, cause, account_id, occurred_at, recorded_at, ord)
), demand AS MATERIALIZED (
  SELECT d.ord, a.merchant_id, d.item_id, d.quantity, a.key, a.reason, a.actor, a.cause, a.account_id, a.occurred_at, a.recorded_at
  FROM unnest($9::int[], $10::int[], $11::int[]) AS d (ord, item_id, quantity) JOIN asked a ON a.ord = d.ord
  WHERE NOT a.known
), locked AS MATERIALIZED (
  SELECT b.merchant_id, b.item_id, b.location_id, b.available, l.rank
  FROM (SELECT DISTINCT merchant_id, item_id FROM demand) d
  JOIN balance b ON b.merchant_id = d.merchant_id AND b.item_id = d.item_id AND b.available > 0
  CROSS JOIN LATERAL (
    SELECT rank FROM location p WHERE p.merchant_id = b.merchant_id AND p.id = b.location_id AND p.sellable OFFSET 0
  ) l
  ORDER BY b.merchant_id, b.item_id, b.location_id
  FOR UPDATE OF b
), there AS (
  SELECT merchant_id, item_id, sum(available) AS total FROM locked GROUP BY merchant_id, item_id
), wanted AS MATERIALIZED (
  SELECT d.*, COALESCE(t.total, 0) AS total FROM demand d LEFT JOIN there t USING (merchant_id, item_id)
), hopeless AS MATERIALIZED (
  SELECT DISTINCT ord FROM wanted WHERE quantity > total
), queue AS (
  SELECT w.*, sum(quantity) OVER (PARTITION BY merchant_id, item_id ORDER BY ord) AS upto
  FROM wanted w WHERE NOT EXISTS (SELECT FROM hopeless h WHERE h.ord = w.ord)
), served AS MATERIALIZED (
  SELECT ord FROM queue GROUP BY ord HAVING bool_and(upto <= total)
), dealt AS (
  SELECT w.*, s.ord IS NOT NULL AS served,
    COALESCE(sum(quantity) FILTER (WHERE s.ord IS NOT NULL) OVER (PARTITION BY merchant_id, item_id ORDER BY w.ord), 0) AS given
  FROM wanted w LEFT JOIN served s ON s.ord = w.ord
), shelf AS (
  SELECT *, sum(available) OVER (PARTITION BY merchant_id, item_id ORDER BY rank, location_id) AS ends FROM locked
), share AS MATERIALIZED (
  SELECT d.*, s.location_id, s.available,
    (LEAST(d.given, s.ends) - GREATEST(d.given - d.quantity, s.ends - s.available))::int AS pieces
  FROM dealt d JOIN shelf s USING (merchant_id, item_id)
  WHERE d.served AND LEAST(d.given, s.ends) > GREATEST(d.given - d.quantity, s.ends - s.available)
), balances AS (
  UPDATE balance b SET available = t.rest, reserved = b.reserved + t.quantity, version = b.version + 1
  FROM (
    SELECT merchant_id, item_id, location_id, sum(pieces)::int AS quantity, available - sum(pieces)::int AS rest
    FROM share GROUP BY merchant_id, item_id, location_id, available
  ) t
  WHERE b.merchant_id = t.merchant_id AND b.item_id = t.item_id AND b.location_id = t.location_id
), facts AS (
  INSERT INTO stock_changed (merchant_id, key) SELECT a.merchant_id, a.key FROM asked a JOIN served s ON s.ord = a.ord
), movements AS (
  INSERT INTO movement (merchant_id, key, reason, actor, cause, account_id, occurred_at, recorded_at,
    n, item_id, quantity, from_location, from_state, to_location, to_state)
  SELECT merchant_id, key, reason, actor, cause, account_id, occurred_at, recorded_at,
    row_number() OVER (PARTITION BY ord ORDER BY item_id, location_id), item_id, pieces,
    location_id, 'available', location_id, 'reserved'
  FROM share
)
SELECT ord::int, 'already' AS what, NULL::int AS "itemId", NULL::int AS "locationId", NULL::int AS quantity FROM asked WHERE known
UNION ALL SELECT ord::int, 'taken', item_id, location_id, pieces FROM share
UNION ALL SELECT ord::int, 'short', item_id, NULL, (quantity - GREATEST(0, total - given))::int FROM dealt
  WHERE NOT served AND quantity > total - given`

/** An order's reservation: all of what it wants, or nothing. Where the channel names places, use the ledger's `reserve`. */
export type BatchRequest = { change: Change; demands: Omit<Demand, 'sources'>[] }

type Row = { ord: number; what: 'already' | 'taken' | 'short'; itemId: number; locationId: number; quantity: number }

/**
 * Reserves for many orders at once, each as the ledger's `reserve` with `whole` would, in the order they stand; no two
 * may have the same key. 'again': not decided yet. Its own transaction: it is not for callers who have one.
 */
export async function reserveBatch(db: Sql, requests: BatchRequest[]): Promise<Outcome<Reserved | 'already'>[]> {
  const changes = requests.map(({ change }) => change)
  const demands = requests.flatMap(({ demands: of }, i) => summed(of).map((demand) => ({ ord: i + 1, ...demand })))
  const values = [
    changes.map(({ merchantId }) => merchantId),
    changes.map(({ key }) => key),
    changes.map(({ reason }) => reason),
    changes.map(({ actor }) => actor),
    changes.map(({ cause }) => cause),
    changes.map(({ accountId }) => accountId),
    changes.map(({ occurredAt }) => occurredAt),
    changes.map(({ recordedAt }) => recordedAt),
    demands.map(({ ord }) => ord),
    demands.map(({ itemId }) => itemId),
    demands.map(({ quantity }) => quantity),
  ]
  const { rows } = await db.query<Row>({ name: 'reserve-batch', text: RESERVE_BATCH, values })
  const byOrder = Map.groupBy(rows, ({ ord }) => ord)
  return requests.map((_, i) => outcomeOf(byOrder.get(i + 1) ?? []))
}

function summed(demands: BatchRequest['demands']): BatchRequest['demands'] {
  if (demands.length === 1) return demands
  const byItem = Map.groupBy(demands, ({ itemId }) => itemId)
  return [...byItem].map(([itemId, all]) => ({
    itemId,
    quantity: all.reduce((sum, { quantity }) => sum + quantity, 0),
  }))
}

function outcomeOf(rows: Row[]): Outcome<Reserved | 'already'> {
  const [first] = rows
  if (!first) return 'again'
  if (first.what === 'already') return { answer: 'already' }
  const of = (what: Row['what']) => rows.filter((row) => row.what === what)
  return {
    answer: {
      taken: of('taken').map(({ itemId, locationId, quantity }) => ({ itemId, locationId, quantity })),
      short: of('short').map(({ itemId, quantity }) => ({ itemId, quantity })),
    },
  }
}

// Data that one of them brought (22), a key that another process wrote at the same moment (23), two batches that wait
// for each other (40): tried in halves, it comes down to the one, and the others have theirs.
const OF_ONE = /^(22|23|40)/
const UNIQUE_VIOLATION = '23505'

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** `reserve` for callers of one process who do not have a transaction: theirs are gathered into few statements. */
export function batchedReserve(
  db: Sql,
  { most = 256, atOnce = 2 }: { most?: number; atOnce?: number } = {},
): (request: BatchRequest) => Promise<Reserved | 'already'> {
  const ask = gather<BatchRequest, Reserved | 'already'>({
    write: (requests) => writeBatch(db, requests),
    nameOf: ({ change }) => `${change.merchantId}/${change.key}`,
    isOfOne: (error) => OF_ONE.test(codeOf(error)),
    most,
    atOnce,
  })
  return async (request) => {
    const { demands } = request
    assert(demands.length > 0 && demands.every(({ quantity }) => quantity > 0), 'a reservation asks for something')
    return ask(request)
  }
}

// Alone, and the key is there: another process has just done the same.
async function writeBatch(db: Sql, requests: BatchRequest[]): Promise<Outcome<Reserved | 'already'>[]> {
  try {
    return await reserveBatch(db, requests)
  } catch (error) {
    if (requests.length > 1 || codeOf(error) !== UNIQUE_VIOLATION) throw error
    return [{ answer: 'already' }]
  }
}
