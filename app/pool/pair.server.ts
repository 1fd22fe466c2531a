import type { Sql } from '../kernel/sql.ts'
import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { StockState } from '../kernel/stock-state.ts'
import { convert } from './conversion.server.ts'

/** Pairs at a place and in a state; of a broken one, its half. */
export type AboutPairs = {
  merchantId: number
  itemId: number
  quantity: number
  locationId: number
  state: StockState
  token: string
  actor: string
  remark: string
  at: Date
}

/**
 * One of a pair is lost or broken: the pair can no longer be sold. What is left of it lies where the pair lay, as an item
 * of its own that is never for sale.
 */
export async function breakPairs(tx: Sql, pairs: AboutPairs): Promise<Refusal | { freed: number[] }> {
  const { itemId, quantity, locationId, state, ...how } = pairs
  const half = await halfOf(tx, pairs, { make: true })
  if (half === undefined) return NO_PAIR
  const takes = [{ itemId, quantity, locationId, state }]
  const makes = [{ itemId: half, quantity, locationId, state: 'damaged' as const }]
  return convert(tx, { ...how, kind: 'pair broken', takes, makes })
}

/** The other one was found or made anew: `state` is where the halves are. The pairs are for sale again. */
export async function mendPairs(tx: Sql, pairs: AboutPairs): Promise<Refusal | { freed: number[] }> {
  const { itemId, quantity, locationId, state, ...how } = pairs
  const half = await halfOf(tx, pairs, { make: false })
  if (half === undefined) return refuse('no-half', 'No pair of it is broken.')
  const takes = [{ itemId: half, quantity, locationId, state }]
  const makes = [{ itemId, quantity, locationId, state: 'available' as const }]
  return convert(tx, { ...how, kind: 'pair made whole', takes, makes })
}

const NO_PAIR = refuse('no-pair', 'There is no such item that comes in pairs.')

/** The item that half a pair is; made when there is none yet, if asked. */
async function halfOf(
  tx: Sql,
  { merchantId, itemId, at }: AboutPairs,
  { make }: { make: boolean },
): Promise<number | undefined> {
  const lock = `SELECT FROM item WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE`
  await tx.query({ name: 'lock-pair', text: lock, values: [merchantId, itemId] })
  const known = 'SELECT id FROM item WHERE merchant_id = $1 AND half_of = $2'
  const { rows } = await tx.query<{ id: number }>({ name: 'half-of', text: known, values: [merchantId, itemId] })
  if (rows[0] || !make) return rows[0]?.id
  const text = `INSERT INTO item (merchant_id, sku, title, variant, kind, half_of, undecided, status, created_at)
    SELECT merchant_id, CASE WHEN sku = '' THEN '' ELSE sku || '-HALF' END, 'One of ' || title, variant, kind, id,
      'one of a pair: it is not for sale alone', 'active', $3
    FROM item WHERE merchant_id = $1 AND id = $2 AND kind IN ('replenishable', 'one_of_one') AND half_of IS NULL AND status <> 'deleted'
    RETURNING id`
  return (await tx.query<{ id: number }>({ name: 'make-half', text, values: [merchantId, itemId, at] })).rows[0]?.id
}

/** Pairs of an item that are broken, and why, the last first; `remark` null: erased. */
export type BrokenPairs = { pairs: number; reasons: (string | null)[] }

/** How many pairs of an item are broken now. */
export async function brokenPairs(db: Sql, merchantId: number, itemId: number): Promise<BrokenPairs> {
  const text = `SELECT left_over.n AS pairs, COALESCE((SELECT json_agg(b.text ORDER BY b.id DESC) FROM (
      SELECT c.id, r.text, sum(-p.quantity) OVER (ORDER BY c.id DESC) + p.quantity AS later
      FROM conversion_piece p JOIN conversion c ON c.merchant_id = p.merchant_id AND c.id = p.conversion_id AND c.kind = 'pair broken'
      JOIN remark r ON r.merchant_id = c.merchant_id AND r.id = c.remark_id
      WHERE p.merchant_id = $1 AND p.item_id = $2) b WHERE b.later < left_over.n), '[]') AS reasons
    FROM (SELECT COALESCE(sum(b.available + b.reserved + b.held + b.in_work + b.quality_check + b.damaged + b.safety_stock + b.incoming), 0)::int AS n
      FROM item h JOIN balance b ON b.merchant_id = h.merchant_id AND b.item_id = h.id
      WHERE h.merchant_id = $1 AND h.half_of = $2) left_over`
  const { rows } = await db.query<BrokenPairs>({ name: 'broken-pairs', text, values: [merchantId, itemId] })
  return rows[0] ?? { pairs: 0, reasons: [] }
}
