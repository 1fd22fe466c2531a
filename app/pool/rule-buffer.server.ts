import type { Sql } from '../kernel/sql.ts'
import { append } from './ledger.server.ts'
import type { Change, Move } from './movement.ts'

type Owner = { merchantId: number; id: number }

/** An item of which another number should be kept back than is: by which rule, and what lies where. */
export type WrongBuffer = {
  itemId: number
  /** null: no rule keeps any back any more */
  rule: string | null
  target: number
  revision: number
  places: { locationId: number; available: number; kept: number }[]
}

const AT_ONCE = 200

// The most specific rule of the account's own scopes; a rule for another channel, or for all, is none of its. Only
// places the channel has: it could not be told of the others.
const WRONG = `
WITH rules AS MATERIALIZED (
  SELECT r.* FROM rule_version r WHERE r.merchant_id = $1 AND r.account_id = $2 AND r.kind = 'safety_stock' AND r.valid_to IS NULL
    AND (r.starts_at IS NULL OR r.starts_at <= $3) AND (r.ends_at IS NULL OR r.ends_at > $3)
), wanted AS (
  SELECT i.id AS item_id, w.rule_id, w.version, COALESCE(w.quantity, 0) AS quantity FROM item i
  LEFT JOIN LATERAL (SELECT * FROM rules r WHERE r.item_id = i.id OR r.category = i.category OR r.item_id IS NULL AND r.category IS NULL
    ORDER BY r.item_id IS NULL, r.category IS NULL LIMIT 1) w ON true
  WHERE i.merchant_id = $1 AND i.status <> 'deleted' AND (w.rule_id IS NOT NULL
    OR i.id IN (SELECT item_id FROM rule_buffer WHERE merchant_id = $1 AND account_id = $2 AND quantity > 0))
), lying AS (
  SELECT w.item_id, b.location_id, l.rank, CASE WHEN l.sellable THEN b.available ELSE 0 END AS available,
    LEAST(COALESCE(k.quantity, 0), b.safety_stock) AS kept, COALESCE(k.revision, 0) AS revision
  FROM wanted w JOIN balance b ON b.merchant_id = $1 AND b.item_id = w.item_id
  JOIN location l ON l.merchant_id = $1 AND l.id = b.location_id
  JOIN location_mapping m ON m.merchant_id = $1 AND m.account_id = $2 AND m.location_id = b.location_id
  LEFT JOIN rule_buffer k ON k.merchant_id = $1 AND k.item_id = w.item_id AND k.location_id = b.location_id AND k.account_id = $2
)
SELECT w.item_id AS "itemId", 'rule/' || w.rule_id AS rule, LEAST(w.quantity, s.kept + s.available)::int AS target, s.revision::int AS revision, s.places
FROM wanted w JOIN (
  SELECT item_id, sum(kept) AS kept, sum(available) AS available, sum(revision) AS revision,
    json_agg(json_build_object('locationId', location_id, 'available', available, 'kept', kept) ORDER BY rank, location_id) AS places
  FROM lying GROUP BY item_id
) s ON s.item_id = w.item_id
WHERE s.kept <> LEAST(w.quantity, s.kept + s.available)
ORDER BY w.item_id LIMIT ${AT_ONCE}`

/** The items (200 at most) of which what is kept back from an account is not what its rules say. */
export async function wrongBuffers(db: Sql, account: Owner, at: Date): Promise<WrongBuffer[]> {
  const values = [account.merchantId, account.id, at]
  return (await db.query<WrongBuffer>({ name: 'wrong-buffers', text: WRONG, values })).rows
}

/** Brings one to what it should be. `done` false: something moved meanwhile, and it is to be looked at anew. */
export async function putBufferRight(
  tx: Sql,
  wrong: WrongBuffer & { account: Owner; at: Date },
): Promise<{ done: boolean; freed: number[] }> {
  const { itemId, rule, revision, account, at } = wrong
  const moves = movesOf(wrong)
  const keeps = moves.some(({ to }) => 'state' in to && to.state === 'safety_stock')
  const change: Change = {
    merchantId: account.merchantId,
    key: `buffer/${account.id}/${itemId}/${revision}/${wrong.target}`,
    reason: keeps ? 'kept back by a rule' : 'let go by a rule',
    actor: rule ?? 'app',
    cause: rule ?? `channel/${account.id}`,
    accountId: null,
    occurredAt: at,
    recordedAt: at,
  }
  const done = moves.length > 0 && (await append(tx, change, moves)) === 'done'
  if (done) await keepRows(tx, { merchantId: account.merchantId, accountId: account.id }, moves)
  return { done, freed: done && !keeps ? [itemId] : [] }
}

function movesOf({ itemId, target, places }: Pick<WrongBuffer, 'itemId' | 'target' | 'places'>): Move[] {
  let missing = target - places.reduce((sum, { kept }) => sum + kept, 0)
  const moves: Move[] = []
  for (const { locationId, available, kept } of missing > 0 ? places : places.toReversed()) {
    const quantity = missing > 0 ? Math.min(missing, available) : Math.min(-missing, kept)
    if (quantity <= 0) continue
    const [shop, aside] = [
      { locationId, state: 'available' as const },
      { locationId, state: 'safety_stock' as const },
    ]
    moves.push({ itemId, quantity, ...(missing > 0 ? { from: shop, to: aside } : { from: aside, to: shop }) })
    missing += missing > 0 ? -quantity : quantity
  }
  return moves
}

async function keepRows(tx: Sql, of: { merchantId: number; accountId: number }, moves: Move[]): Promise<void> {
  const text = `INSERT INTO rule_buffer AS k (merchant_id, account_id, item_id, location_id, quantity, revision)
    SELECT $1, $2, x."itemId", x."locationId", GREATEST(0, x.n), 1 FROM jsonb_to_recordset($3) AS x ("itemId" int, "locationId" int, n int)
    ON CONFLICT (merchant_id, item_id, location_id) DO UPDATE SET revision = k.revision + 1,
      quantity = GREATEST(0, k.quantity + (SELECT x.n FROM jsonb_to_recordset($3) AS x ("itemId" int, "locationId" int, n int)
        WHERE x."itemId" = k.item_id AND x."locationId" = k.location_id))`
  const rows = moves.map(({ itemId, quantity, from, to }) => {
    const keeps = 'state' in to && to.state === 'safety_stock'
    const place = keeps ? to : from
    return { itemId, locationId: 'locationId' in place ? place.locationId : 0, n: keeps ? quantity : -quantity }
  })
  await tx.query({ text, values: [of.merchantId, of.accountId, JSON.stringify(rows)] })
}

/**
 * Before an order of another channel is booked: lets go of what is kept back from one channel only, as far as the order
 * needs it. It is a rule for that channel, not for the pool. Costs one question where nothing is kept back.
 */
export async function freeBuffers(
  tx: Sql,
  sale: Change & { accountId: number },
  demands: { itemId: number; quantity: number }[],
): Promise<void> {
  const { merchantId, accountId } = sale
  const items = demands.map(({ itemId }) => itemId)
  const any = `SELECT item_id FROM rule_buffer WHERE merchant_id = $1 AND item_id = ANY ($2::int[]) AND account_id <> $3 AND quantity > 0`
  const found = await tx.query<{ item_id: number }>({
    name: 'any-buffer',
    text: any,
    values: [merchantId, items, accountId],
  })
  if (found.rows.length === 0) return
  // All that the order asks for, and locked as every writer of stock locks it: two orders at once must not both count on
  // the same free piece, nor wait for one another.
  const lock = `SELECT b.item_id AS "itemId", b.location_id AS "locationId", CASE WHEN l.sellable THEN b.available ELSE 0 END AS available,
      LEAST(COALESCE(k.quantity, 0), b.safety_stock) AS kept, k.account_id AS "keptFrom"
    FROM balance b JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id
    LEFT JOIN rule_buffer k ON k.merchant_id = b.merchant_id AND k.item_id = b.item_id AND k.location_id = b.location_id AND k.account_id <> $3
    WHERE b.merchant_id = $1 AND b.item_id = ANY ($2::int[]) ORDER BY b.item_id, b.location_id FOR UPDATE OF b`
  type Row = { itemId: number; locationId: number; available: number; kept: number; keptFrom: number | null }
  const { rows } = await tx.query<Row>({ name: 'lock-buffers', text: lock, values: [merchantId, items, accountId] })
  const moves = demands.flatMap(({ itemId, quantity }) => {
    const places = rows.filter((row) => row.itemId === itemId)
    const [free, kept] = [sum(places, 'available'), sum(places, 'kept')]
    return quantity > free ? movesOf({ itemId, target: Math.max(0, kept - (quantity - free)), places }) : []
  })
  if (moves.length === 0) return
  // The channel's own movement is the sale; that this was let go is news to it.
  const change: Change = { ...sale, key: `${sale.key}/let go`, reason: 'let go by a rule', accountId: null }
  if ((await append(tx, change, moves)) !== 'done') return
  const from = rows.find(({ keptFrom }) => keptFrom !== null)?.keptFrom ?? accountId
  await keepRows(tx, { merchantId, accountId: from }, moves)
}

const sum = <K extends string>(rows: Record<K, number>[], key: K): number => rows.reduce((n, row) => n + row[key], 0)
