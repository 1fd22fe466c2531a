import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { compositionProblem, type Thing } from './composition.ts'
import { markUndecided } from './things.server.ts'

/** What one bundle is made of: so many pieces of an item. */
export type BundlePart = { itemId: number; needs: number }

/** A part as a page shows it. */
export type ShownPart = BundlePart & { title: string; variant: string; sku: string }

type Composing = { merchantId: number; bundleId: number; parts: BundlePart[]; actor: string; at: Date }

/**
 * Says what a bundle is made of from now on; of nothing: it is an item like any other again. Orders that were booked keep
 * the parts they were sold with. `freed`: the bundle, which orders may wait for.
 */
export async function setParts(tx: Sql, given: Composing): Promise<Refusal | { freed: number[] }> {
  const { merchantId, bundleId, parts } = given
  const things = await lockThings(tx, merchantId, [bundleId, ...parts.map(({ itemId }) => itemId)])
  const bundle = things.get(bundleId)
  if (!bundle) return refuse('unknown-item', 'There is no such item.')
  const now = await partsNow(tx, merchantId, bundleId)
  if (same(now, parts)) return { freed: [] }
  const problem = compositionProblem(bundle, parts, things)
  if (problem) return problem
  await compose(tx, given)
  await markUndecided(tx, merchantId, [bundleId])
  return { freed: [bundleId] }
}

const same = (now: BundlePart[], then: BundlePart[]): boolean =>
  now.length === then.length &&
  then.every(({ itemId, needs }) => now.some((part) => part.itemId === itemId && part.needs === needs))

/** The things by id, locked: two people who compose with the same ones do it one after the other. */
async function lockThings(tx: Sql, merchantId: number, itemIds: number[]): Promise<Map<number, Thing>> {
  const values = [merchantId, itemIds]
  const lock = 'SELECT FROM item WHERE merchant_id = $1 AND id = ANY ($2::int[]) ORDER BY id FOR NO KEY UPDATE'
  await tx.query({ name: 'lock-things-to-compose', text: lock, values })
  // Asked after the lock, for what was composed meanwhile.
  const text = `SELECT i.id, concat_ws(', ', i.title, NULLIF(i.variant, '')) AS name, i.kind, i.tracked, i.status = 'deleted' AS deleted,
      i.half_of IS NOT NULL AS half, EXISTS (SELECT FROM bundle_component c
        WHERE c.merchant_id = i.merchant_id AND c.component_id = i.id AND c.until IS NULL) AS "isPart",
      (SELECT COALESCE(sum(b.available + b.reserved + b.held + b.in_work + b.quality_check + b.damaged + b.safety_stock + b.incoming), 0)::int
        FROM balance b WHERE b.merchant_id = i.merchant_id AND b.item_id = i.id) AS pieces
    FROM item i WHERE i.merchant_id = $1 AND i.id = ANY ($2::int[])`
  const { rows } = await tx.query<Thing>({ name: 'things-to-compose', text, values })
  return new Map(rows.map((thing) => [thing.id, thing]))
}

async function compose(tx: Sql, { merchantId, bundleId, parts, actor, at }: Composing): Promise<void> {
  const text = `WITH made AS (
      UPDATE item SET composition = composition + 1,
        kind = CASE WHEN $3 OR computed_there THEN 'bundle' ELSE 'replenishable' END
      WHERE merchant_id = $1 AND id = $2 RETURNING composition
    ), ended AS (
      UPDATE bundle_component SET until = $4 WHERE merchant_id = $1 AND bundle_id = $2 AND until IS NULL
    ), fact AS (
      INSERT INTO stock_changed (merchant_id, key, item_id) SELECT $1, 'item/' || $2, $2 FROM made
    )
    INSERT INTO bundle_component (merchant_id, bundle_id, composition, component_id, needs, since, actor)
    SELECT $1, $2, made.composition, p.component_id, p.needs, $4, $5
    FROM made, unnest($6::int[], $7::int[]) AS p (component_id, needs) ORDER BY p.component_id`
  const columns = [parts.map(({ itemId }) => itemId), parts.map(({ needs }) => needs)]
  await tx.query({ name: 'compose', text, values: [merchantId, bundleId, parts.length > 0, at, actor, ...columns] })
}

/** What a bundle is made of now; nothing for an item that is none. */
export async function partsNow(db: Sql, merchantId: number, bundleId: number): Promise<ShownPart[]> {
  const text = `SELECT c.component_id AS "itemId", c.needs, i.title, i.variant, i.sku
    FROM bundle_component c JOIN item i ON i.merchant_id = c.merchant_id AND i.id = c.component_id
    WHERE c.merchant_id = $1 AND c.bundle_id = $2 AND c.until IS NULL ORDER BY c.component_id`
  return (await db.query<ShownPart>({ name: 'parts-now', text, values: [merchantId, bundleId] })).rows
}
