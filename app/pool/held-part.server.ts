import type { Sql } from '../kernel/sql.ts'

/** What one of a thing is made of: pieces of an item that is counted. */
export type HeldPart = { itemId: number; needs: number }

/** What these sets are made of now, by set. One that nobody has said that of is not in it. */
export async function partsOfSets(db: Sql, merchantId: number, bundleIds: number[]): Promise<Map<number, HeldPart[]>> {
  if (bundleIds.length === 0) return new Map()
  const text = `SELECT bundle_id AS "bundleId", component_id AS "itemId", needs FROM bundle_component
    WHERE merchant_id = $1 AND bundle_id = ANY ($2::int[]) AND until IS NULL ORDER BY bundle_id, component_id`
  type Row = HeldPart & { bundleId: number }
  const { rows } = await db.query<Row>({ name: 'parts-of-sets', text, values: [merchantId, bundleIds] })
  return new Map([...Map.groupBy(rows, ({ bundleId }) => bundleId)].map(([id, parts]) => [id, parts.map(partOf)]))
}

const partOf = ({ itemId, needs }: HeldPart): HeldPart => ({ itemId, needs })

/** What a set is made of now; nothing when nobody has said that. */
export const partsOf = async (db: Sql, merchantId: number, bundleId: number): Promise<HeldPart[]> =>
  (await partsOfSets(db, merchantId, [bundleId])).get(bundleId) ?? []
