import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'
import type { Change, Demand, End, Move, NotMoved, Short, Taken } from './movement.ts'
import { keepStays, RESTING_STATES } from './stay.server.ts'

// The only writer of stock. Every statement here checks, changes the balances and appends the movements in one round
// trip: nothing can stand between the check and the write. Balances are locked in (item, location) order, so that no
// two writers wait for each other.

const LEDGER = `INSERT INTO movement (merchant_id, key, reason, actor, cause, account_id, occurred_at, recorded_at,
  n, item_id, quantity, from_location, from_state, to_location, to_state)`
const CHANGE = '$1::int, $2::text, $3::text, $4::text, $5::text, $6::int, $7::timestamptz, $8::timestamptz'
// A movement of the same key seen here, or raced with (the unique key then undoes the statement): it has happened. Asked
// for in the key's order, so that it is never found by reading the ledger: a plan made while few keys were known did.
const NOT_YET = '(SELECT n FROM movement WHERE merchant_id = $1 AND key = $2 ORDER BY n LIMIT 1) IS NULL'
const FACT = 'INSERT INTO stock_changed (merchant_id, key) SELECT $1, $2'
const UNIQUE_VIOLATION = '23505'

const changeValues = (change: Change) => [
  change.merchantId,
  change.key,
  change.reason,
  change.actor,
  change.cause,
  change.accountId,
  change.occurredAt,
  change.recordedAt,
]

// The common case, near the cost of a bare conditional update (bench "reserve"): one item, all of it from the first
// sellable location that has any. Whatever else is the case, it takes nothing, and the statement below decides. The
// location as a scalar, not a join: it is looked up once, and what is updated is found by its whole key.
const RESERVE_AT_ONE_PLACE = `
WITH taken AS (
  UPDATE balance b SET available = b.available - $10, reserved = b.reserved + $10, version = b.version + 1
  WHERE b.merchant_id = $1 AND b.item_id = $9 AND b.available >= $10 AND ${NOT_YET} AND b.location_id = (
    SELECT o.location_id FROM balance o JOIN location l ON l.merchant_id = $1 AND l.id = o.location_id
    WHERE o.merchant_id = $1 AND o.item_id = $9 AND o.available > 0 AND l.sellable
    ORDER BY l.rank, l.id LIMIT 1
  )
  RETURNING b.location_id
), fact AS (
  ${FACT} FROM taken
)
${LEDGER}
SELECT ${CHANGE}, 1, $9, $10, location_id, 'available', location_id, 'reserved' FROM taken
RETURNING item_id AS "itemId", from_location AS "locationId", quantity`

// Units the channel names come first, from where it names them; the rest from sellable locations in the merchant's
// order. FOR UPDATE re-reads a row that another transaction has changed, so `available` is never an old number. What is
// left is computed from that row: PostgreSQL tries an UPDATE's checks on the row as the statement first saw it, and stock
// that has come back meanwhile would be below zero there.
const takeInto = (state: 'reserved' | 'held') => `
WITH demand AS (
  SELECT item_id, wanted FROM unnest($9::int[], $10::int[]) AS d (item_id, wanted)
), named AS (
  SELECT item_id, location_id, wanted FROM unnest($12::int[], $13::int[], $14::int[]) AS s (item_id, location_id, wanted)
), locked AS MATERIALIZED (
  SELECT b.item_id, b.location_id, b.available, l.rank, l.sellable, d.wanted, LEAST(b.available, COALESCE(n.wanted, 0)) AS named
  FROM demand d
  JOIN balance b ON b.merchant_id = $1 AND b.item_id = d.item_id
  JOIN location l ON l.merchant_id = $1 AND l.id = b.location_id
  LEFT JOIN named n ON n.item_id = b.item_id AND n.location_id = b.location_id
  WHERE l.sellable OR n.wanted IS NOT NULL
  ORDER BY b.item_id, b.location_id
  FOR UPDATE OF b
), as_said AS (
  SELECT *, GREATEST(0, LEAST(named, wanted - COALESCE(sum(named) OVER earlier, 0)))::int AS as_named
  FROM locked
  WINDOW earlier AS (PARTITION BY item_id ORDER BY rank, location_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), free AS (
  SELECT *, CASE WHEN sellable THEN available - as_named ELSE 0 END AS rest FROM as_said
), share AS (
  SELECT item_id, location_id, available, as_named + GREATEST(0, LEAST(
    rest, wanted - sum(as_named) OVER item - COALESCE(sum(rest) OVER earlier, 0)
  ))::int AS quantity
  FROM free
  WINDOW item AS (PARTITION BY item_id),
    earlier AS (PARTITION BY item_id ORDER BY rank, location_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), taken AS (
  SELECT item_id, location_id, quantity, available - quantity AS rest, row_number() OVER (ORDER BY item_id, location_id) AS n
  FROM share
  WHERE quantity > 0 AND ${NOT_YET}
    AND (NOT $11::boolean OR (SELECT sum(quantity) FROM share) = (SELECT sum(wanted) FROM demand))
), balances AS (
  UPDATE balance b
  SET available = t.rest, ${state} = b.${state} + t.quantity, version = b.version + 1
  FROM taken t
  WHERE b.merchant_id = $1 AND b.item_id = t.item_id AND b.location_id = t.location_id
), fact AS (
  ${FACT} WHERE EXISTS (SELECT FROM taken)
)
${LEDGER}
SELECT ${CHANGE}, n, item_id, quantity, location_id, 'available', location_id, '${state}' FROM taken
RETURNING item_id AS "itemId", from_location AS "locationId", quantity,
  ${state === 'held' ? 'true' : '(SELECT NOT l.sellable FROM location l WHERE l.merchant_id = $1 AND l.id = from_location)'} AS rests`

const RESERVE = { name: 'reserve', text: takeInto('reserved'), state: 'reserved' as const }
const HOLD = { name: 'hold', text: takeInto('held'), state: 'held' as const }

export type Reserved = {
  taken: Taken[]
  /** what there was not; with `whole` nothing was taken then */
  short: Short[]
}

/**
 * Takes units for an order: available → reserved, summed per item, at once. With `whole`, all of it or nothing;
 * without, what there is, and the rest comes back as `short`. 'already' when this change happened before: nothing is
 * taken again. Inside a transaction of the caller's, two of the same key must not race (lock their cause first).
 */
export async function reserve(
  db: Sql,
  change: Change,
  wanted: { demands: Demand[]; whole: boolean },
): Promise<Reserved | 'already'> {
  const [first, ...others] = wanted.demands
  assert(first && wanted.demands.every(({ quantity }) => quantity > 0), 'a reservation asks for something')
  return onceOnly(async () => {
    if (others.length === 0 && !first.sources?.length) {
      const values = [...changeValues(change), first.itemId, first.quantity]
      const { rows } = await db.query<Taken>({ name: 'reserve-at-one-place', text: RESERVE_AT_ONE_PLACE, values })
      if (rows.length > 0) return { taken: rows, short: [] }
    }
    return takeAnywhere(db, change, { ...wanted, statement: RESERVE })
  })
}

/** Takes units for a client: available → held, all of them or none, as `reserve` finds them. */
export async function takeToHeld(db: Sql, change: Change, demands: Demand[]): Promise<Reserved | 'already'> {
  assert(demands.length > 0 && demands.every(({ quantity }) => quantity > 0), 'a hold asks for something')
  return onceOnly(() => takeAnywhere(db, change, { demands, whole: true, statement: HOLD }))
}

type Taking = { demands: Demand[]; whole: boolean; statement: typeof RESERVE | typeof HOLD }

async function takeAnywhere(db: Sql, change: Change, { demands, whole, statement }: Taking) {
  const named = demands.flatMap(({ itemId, sources = [] }) => sources.map((source) => ({ itemId, ...source })))
  const values = [
    ...changeValues(change),
    demands.map(({ itemId }) => itemId),
    demands.map(({ quantity }) => quantity),
    whole,
    named.map(({ itemId }) => itemId),
    named.map(({ locationId }) => locationId),
    named.map(({ quantity }) => quantity),
  ]
  const { name, text, state } = statement
  const { rows } = await db.query<Taken & { rests: boolean }>({ name, text, values })
  if (rows.length === 0 && (await happened(db, change))) return 'already'
  // What is held rests; and a channel may sell what lay where nothing is sold.
  if (rows.some(({ rests }) => rests)) await keepStays(db, change, rows.map(asMove(state)))
  const taken = rows.map(({ rests: _, ...row }) => row)
  return { taken, short: lacking(demands, taken) }
}

const asMove =
  (state: 'reserved' | 'held') =>
  ({ itemId, locationId, quantity }: Taken): Move => {
    const end = (of: StockState) => ({ locationId, state: of })
    return { itemId, quantity, from: end('available'), to: end(state) }
  }

function lacking(demands: Demand[], taken: Taken[]): Short[] {
  const got = new Map<number, number>()
  for (const { itemId, quantity } of taken) got.set(itemId, (got.get(itemId) ?? 0) + quantity)
  return demands.flatMap(({ itemId, quantity }) => {
    const missing = quantity - (got.get(itemId) ?? 0)
    return missing > 0 ? [{ itemId, quantity: missing }] : []
  })
}

const eachState = (text: (state: string) => string, between = ', ') => STOCK_STATES.map(text).join(between)

// Those who bring a one-of-one piece in wait for each other here, so that the statement below sees what the first has
// brought. Nobody else takes this lock: who holds a balance must not wait for it.
const ENSURE = `
WITH pieces AS MATERIALIZED (
  SELECT FROM item WHERE merchant_id = $1 AND id = ANY ($4::int[]) AND kind = 'one_of_one' ORDER BY id FOR NO KEY UPDATE
)
INSERT INTO balance (merchant_id, item_id, location_id)
SELECT DISTINCT $1::int, m.item_id, m.location_id FROM unnest($2::int[], $3::int[]) AS m (item_id, location_id)
WHERE m.location_id IS NOT NULL AND (SELECT count(*) FROM pieces) >= 0
ORDER BY 2, 3
ON CONFLICT DO NOTHING`

const APPEND = `
WITH moves AS (
  SELECT * FROM unnest($9::int[], $10::int[], $11::int[], $12::stock_state[], $13::int[], $14::stock_state[])
    WITH ORDINALITY AS m (item_id, quantity, from_location, from_state, to_location, to_state, n)
), ends AS (
  SELECT item_id, from_location AS location_id, from_state AS state, -quantity AS n FROM moves WHERE from_location IS NOT NULL
  UNION ALL
  SELECT item_id, to_location, to_state, quantity FROM moves WHERE to_location IS NOT NULL
), delta AS (
  SELECT item_id, location_id, ${eachState((s) => `COALESCE(sum(n) FILTER (WHERE state = '${s}'), 0)::int AS ${s}`)}
  FROM ends GROUP BY item_id, location_id
), locked AS MATERIALIZED (
  SELECT b.item_id, b.location_id, ${eachState((s) => `b.${s} + d.${s} AS ${s}`)}, ${eachState((s) => `b.${s} + d.${s} >= 0`, ' AND ')} AS enough
  FROM delta d
  JOIN balance b ON b.merchant_id = $1 AND b.item_id = d.item_id AND b.location_id = d.location_id
  ORDER BY b.item_id, b.location_id
  FOR UPDATE OF b
), twice AS (
  SELECT g.item_id FROM unnest($15::int[], $16::int[]) AS g (item_id, more)
  WHERE EXISTS (SELECT FROM item i WHERE i.merchant_id = $1 AND i.id = g.item_id AND i.kind = 'one_of_one')
    AND g.more + (SELECT COALESCE(sum(${eachState((s) => `b.${s}`, ' + ')}), 0) FROM balance b
      WHERE b.merchant_id = $1 AND b.item_id = g.item_id) > 1
), allowed AS (
  SELECT m.* FROM moves m
  WHERE NOT EXISTS (SELECT FROM locked WHERE NOT enough) AND NOT EXISTS (SELECT FROM twice) AND ${NOT_YET}
), balances AS (
  UPDATE balance b SET ${eachState((s) => `${s} = l.${s}`)}, version = b.version + 1
  FROM locked l
  WHERE b.merchant_id = $1 AND b.item_id = l.item_id AND b.location_id = l.location_id AND EXISTS (SELECT FROM allowed)
), fact AS (
  ${FACT} WHERE EXISTS (SELECT FROM allowed)
), movements AS (
  ${LEDGER}
  SELECT ${CHANGE}, n, item_id, quantity, from_location, from_state, to_location, to_state FROM allowed
)
SELECT EXISTS (SELECT FROM allowed) AS done, ARRAY(SELECT item_id FROM locked WHERE NOT enough) AS lacking,
  ARRAY(SELECT item_id FROM twice) AS twice,
  EXISTS (SELECT FROM delta d WHERE ${RESTING_STATES.map((s) => `d.${s} <> 0`).join(' OR ')} OR (d.available <> 0
    AND NOT (SELECT l.sellable FROM location l WHERE l.merchant_id = $1 AND l.id = d.location_id))) AS rests`

/** What became of a change: done; it had happened before; or refused. */
export type Appended = 'done' | 'already' | NotMoved

/** `rests`: it touched pieces that are not for sale. */
type AppendRow = { done: boolean; lacking: number[]; twice: number[]; rests: boolean }

const locationOf = (end: End) => ('locationId' in end ? end.locationId : null)
const stateOf = (end: End) => ('locationId' in end ? end.state : end.outside)

/** How many more of each item there are afterwards, where there are more. */
function broughtIn(moves: Move[]): { items: number[]; more: number[] } {
  const sums = new Map<number, number>()
  for (const { itemId, quantity, from, to } of moves) {
    const more = (locationOf(to) === null ? 0 : quantity) - (locationOf(from) === null ? 0 : quantity)
    sums.set(itemId, (sums.get(itemId) ?? 0) + more)
  }
  const rows = [...sums].filter(([, more]) => more > 0)
  return { items: rows.map(([itemId]) => itemId), more: rows.map(([, more]) => more) }
}

/**
 * Moves units, all of them or none. Refuses, as a value, what would leave a state below zero, and what would make two of
 * a one-of-one piece.
 */
export async function append(db: Sql, change: Change, moves: Move[]): Promise<Appended> {
  assert(moves.length > 0, 'a change of stock moves something')
  const items = moves.map(({ itemId }) => itemId)
  const [from, to] = [moves.map((move) => move.from), moves.map((move) => move.to)]
  const places = [...from, ...to].map(locationOf)
  const grown = broughtIn(moves)
  const ensured = [change.merchantId, [...items, ...items], places, grown.items]
  await db.query({ name: 'ensure-balance', text: ENSURE, values: ensured })
  const values = [
    ...changeValues(change),
    items,
    moves.map(({ quantity }) => quantity),
    from.map(locationOf),
    from.map(stateOf),
    to.map(locationOf),
    to.map(stateOf),
    grown.items,
    grown.more,
  ]
  return onceOnly(async () => {
    const { rows } = await db.query<AppendRow>({ name: 'append', text: APPEND, values })
    const { done, lacking: missing, twice, rests } = rows[0]!
    if (done && rests) await keepStays(db, change, moves)
    if (done) return 'done'
    if (await happened(db, change)) return 'already'
    return twice.length > 0 ? { lacking: missing, twice } : { lacking: missing }
  })
}

/** Whether a change of this key has been made. */
export async function happened(db: Sql, { merchantId, key }: Pick<Change, 'merchantId' | 'key'>): Promise<boolean> {
  const text = 'SELECT 1 FROM movement WHERE merchant_id = $1 AND key = $2 LIMIT 1'
  return (await db.query({ name: 'happened', text, values: [merchantId, key] })).rows.length > 0
}

// Two of the same key at the same moment: the unique key lets one through, and the other has changed nothing.
async function onceOnly<T>(write: () => Promise<T>): Promise<T | 'already'> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return 'already'
    throw error
  }
}
