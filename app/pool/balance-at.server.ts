import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES, type Balance, type StockState } from '../kernel/stock-state.ts'
import { placesAt } from './places-at.server.ts'
import type { KeptElsewhere } from './terms.ts'
import type { StockAtLocation, Supply } from './supply.ts'

/** What the ledger said of an item at a moment. `kept`: what a rule for one channel had set aside, by place. */
export type BalancesAt = { stock: StockAtLocation[]; kept: KeptElsewhere[] }

/** `quantity` units in a state at a place; "kept" is the part of the safety stock that a rule put there. */
type Entry = { locationId: number; state: StockState | 'kept'; quantity: number }

// Both ends of a movement, and what a rule kept back or let go.
const ENDS = `LATERAL (VALUES (m.from_location, m.from_state::text, -m.quantity), (m.to_location, m.to_state::text, m.quantity),
    (m.to_location, CASE WHEN m.reason = 'kept back by a rule' THEN 'kept' END, m.quantity),
    (m.from_location, CASE WHEN m.reason = 'let go by a rule' THEN 'kept' END, -m.quantity)
  ) AS e (location_id, state, n)`

// From the last checkpoint before the moment, or from the item's first movement.
const FOLD = `
WITH start AS (
  SELECT at, balances FROM balance_checkpoint WHERE merchant_id = $1 AND item_id = $2 AND at <= $3 ORDER BY at DESC LIMIT 1
), ends AS (
  SELECT (b ->> 'locationId')::int AS location_id, b ->> 'state' AS state, (b ->> 'quantity')::int AS n
  FROM start, jsonb_array_elements(balances) b
  UNION ALL
  SELECT e.location_id, e.state, e.n FROM movement m, ${ENDS}
  WHERE m.merchant_id = $1 AND m.item_id = $2 AND m.recorded_at <= $3
    AND m.recorded_at > COALESCE((SELECT at FROM start), '-infinity') AND e.location_id IS NOT NULL AND e.state IS NOT NULL
)
SELECT location_id AS "locationId", state, sum(n)::int AS quantity FROM ends GROUP BY 1, 2 HAVING sum(n) <> 0 ORDER BY 1, 2`

async function entriesAt(db: Sql, item: { merchantId: number; itemId: number }, at: Date): Promise<Entry[]> {
  const values = [item.merchantId, item.itemId, at]
  return (await db.query<Entry>({ name: 'balances-at', text: FOLD, values })).rows
}

/** An item's balances as they were at any past moment: the fold of what had been recorded by then. */
export async function balancesAt(db: Sql, item: { merchantId: number; itemId: number }, at: Date): Promise<BalancesAt> {
  return balancesIn(db, item, { at, known: placesAt(db, item.merchantId, at) })
}

type Then = { at: Date; known: ReturnType<typeof placesAt> }

async function balancesIn(
  db: Sql,
  item: { merchantId: number; itemId: number },
  { at, known }: Then,
): Promise<BalancesAt> {
  const [entries, places] = await Promise.all([entriesAt(db, item, at), known])
  const byPlace = Map.groupBy(entries, ({ locationId }) => locationId)
  const kept = entries
    .filter(({ state }) => state === 'kept')
    .map(({ locationId, quantity }) => ({ locationId, quantity }))
  const stock = places.flatMap((place) => {
    const here = byPlace.get(place.id)
    return here ? [{ ...place, balance: balanceOf(here) }] : []
  })
  assert(stock.length === byPlace.size, 'what lies somewhere lies at a place of the merchant’s')
  return { stock, kept: kept.filter(({ quantity }) => quantity > 0) }
}

function balanceOf(entries: Entry[]): Balance {
  const of = (state: StockState) => entries.find((entry) => entry.state === state)?.quantity ?? 0
  return Object.fromEntries(STOCK_STATES.map((state) => [state, of(state)])) as Balance
}

/** The balances of any item at one moment; each item is folded once, however often it is asked for. */
export function balancesOf(db: Sql, merchantId: number, at: Date): (itemId: number) => Promise<BalancesAt> {
  const asked = new Map<number, Promise<BalancesAt>>()
  let known: Then['known'] | undefined
  return (itemId) => {
    known ??= placesAt(db, merchantId, at)
    const answer = asked.get(itemId) ?? balancesIn(db, { merchantId, itemId }, { at, known })
    asked.set(itemId, answer)
    return answer
  }
}

/** The same supply with what lay there at that moment: an item's own stock, and that of each of its parts. */
export async function supplyAt(
  balances: (itemId: number) => Promise<BalancesAt>,
  { itemId, supply }: { itemId: number; supply: Supply },
): Promise<{ supply: Supply; kept: KeptElsewhere[] }> {
  if (supply.kind !== 'bundle') {
    const { stock, kept } = await balances(itemId)
    return { supply: { ...supply, stock }, kept }
  }
  const parts = supply.components.map(async (part) => {
    const known = part.itemId === undefined ? part : await balances(part.itemId)
    return { ...part, stock: known.stock }
  })
  return { supply: { kind: 'bundle', components: await Promise.all(parts) }, kept: [] }
}

// What is recorded late, by a clock that is behind or a transaction that took its time, is in by then.
const SETTLED_MS = 600_000
const MANY = 1_000
const AT_ONCE = 500

// Changes are counted by the balances' versions: no movement is read to find the items that have many.
const BUSY = `
SELECT b.item_id AS "itemId", sum(b.version)::bigint AS seq FROM balance b WHERE b.merchant_id = $1
GROUP BY b.item_id
HAVING sum(b.version) - COALESCE((SELECT c.seq FROM balance_checkpoint c WHERE c.merchant_id = $1 AND c.item_id = b.item_id
  ORDER BY c.at DESC LIMIT 1), 0) >= $2
ORDER BY b.item_id LIMIT ${AT_ONCE}`

/**
 * Keeps the balances, as of ten minutes ago, of items that have moved a thousand times since they were last kept: a past
 * second is folded from there. Returns how many; call again while it is not 0.
 */
export async function keepCheckpoints(
  db: Sql,
  merchantId: number,
  { now, many = MANY }: { now: Date; many?: number },
): Promise<number> {
  const at = new Date(now.getTime() - SETTLED_MS)
  const { rows } = await db.query<{ itemId: number; seq: number }>({ text: BUSY, values: [merchantId, many] })
  for (const { itemId, seq } of rows) {
    const balances = JSON.stringify(await entriesAt(db, { merchantId, itemId }, at))
    const text = `INSERT INTO balance_checkpoint (merchant_id, item_id, at, seq, balances) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (merchant_id, item_id, at) DO UPDATE SET seq = EXCLUDED.seq`
    await db.query({ name: 'keep-checkpoint', text, values: [merchantId, itemId, at, seq, balances] })
  }
  return rows.length
}
