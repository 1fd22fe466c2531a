import type { Life } from './action.ts'

/**
 * How many pieces of each of these the app sells to others though somebody has bought a set that needs them: a set that
 * lacks a part takes nothing of the other parts (docs/decisions/0050), and waits.
 */
export async function waitingForSets(life: Life, parts: { sku: string }[]): Promise<(sku: string) => number> {
  const skus = parts
    .map(({ sku }) => sku)
    .filter((sku) => life.sets.some((set) => set.parts.some((part) => part.sku === sku)))
  if (skus.length === 0) return () => 0
  const text = `SELECT part.sku, sum(c.needs * s.outstanding)::int AS n FROM item part
    JOIN bundle_component c ON c.merchant_id = part.merchant_id AND c.component_id = part.id AND c.until IS NULL
    JOIN shortfall s ON s.merchant_id = c.merchant_id AND s.item_id = c.bundle_id AND s.outstanding > 0
    WHERE part.merchant_id = $1 AND part.sku = ANY ($2::text[]) GROUP BY part.sku`
  const values = [life.world.merchantId, skus]
  const { rows } = await life.db.query<{ sku: string; n: number }>({ name: 'waiting-for-sets', text, values })
  const waiting = new Map(rows.map(({ sku, n }) => [sku, n]))
  return (sku) => waiting.get(sku) ?? 0
}
