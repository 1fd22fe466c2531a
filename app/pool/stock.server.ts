import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES } from '../kernel/stock-state.ts'
import type { StockAtLocation, Supply } from './supply.ts'

/** An item's stock as it stands, and its `seq`: a number that grows with every change of it. */
export type ItemStock = { itemId: number; seq: number; stock: StockAtLocation[]; supply: Supply }

const BALANCE = STOCK_STATES.map((state) => `'${state}', b.${state}`).join(', ')

const stockWhere = (merchant: string, item: string) => `
  SELECT COALESCE(sum(b.version), 0)::bigint AS seq,
    COALESCE(json_agg(json_build_object('id', place.id, 'name', place.name, 'sellable', place.sellable, 'balance', json_build_object(${BALANCE}))
      ORDER BY place.rank, place.id), '[]') AS stock
  FROM balance b JOIN location place ON place.merchant_id = b.merchant_id AND place.id = b.location_id
  WHERE b.merchant_id = ${merchant} AND b.item_id = ${item}`

/**
 * What an item's `seq` has beyond its own balances' versions, as SQL: what it is made of, and what moved of that. Each
 * new composition lifts it by more than any number of movements, or it would fall when a part is replaced by one that
 * moved less. `item`: a row of the table item. Nothing is looked up for an item that is just itself.
 */
const seqBeyond = (
  item: string,
) => `CASE WHEN ${item}.composition = 0 THEN 0 ELSE (${item}.composition::bigint << 32) + (
    SELECT COALESCE(sum(b.version), 0)::bigint FROM bundle_component c
    JOIN balance b ON b.merchant_id = c.merchant_id AND b.item_id = c.component_id
    WHERE c.merchant_id = ${item}.merchant_id AND c.bundle_id = ${item}.id AND c.until IS NULL
  ) + COALESCE((SELECT m.version FROM made_to_order m WHERE m.merchant_id = ${item}.merchant_id AND m.item_id = ${item}.id), 0) END`

/** An item's `seq` as SQL, where nothing else of its stock is asked. `item`: a row of the table item. */
export const seqOf = (item: string): string => `((SELECT COALESCE(sum(b.version), 0)::bigint FROM balance b
  WHERE b.merchant_id = ${item}.merchant_id AND b.item_id = ${item}.id) + ${seqBeyond(item)})`

/**
 * Whether there can be but one of the item `i`, as SQL: a one-of-one piece, or a bundle with one in it.
 */
export const ONLY_ONE = `(i.kind = 'one_of_one' OR i.kind = 'bundle' AND EXISTS (SELECT FROM bundle_component c
  JOIN item part ON part.merchant_id = c.merchant_id AND part.id = c.component_id AND part.kind = 'one_of_one'
  WHERE c.merchant_id = i.merchant_id AND c.bundle_id = i.id AND c.until IS NULL))`

const available = (merchant: string, item: string) =>
  `(SELECT COALESCE(sum(b.available), 0)::int FROM balance b WHERE b.merchant_id = ${merchant} AND b.item_id = ${item})`

/** How many of the item `i` are left, at places that sell or not, as SQL: what there is least of is told first. */
export const PIECES_LEFT = `CASE WHEN i.kind = 'bundle' THEN COALESCE((
    SELECT min(${available('c.merchant_id', 'c.component_id')} / c.needs) FROM bundle_component c
    WHERE c.merchant_id = i.merchant_id AND c.bundle_id = i.id AND c.until IS NULL), 0)
  ELSE ${available('i.merchant_id', 'i.id')} END`

const OF_PARTS = `(SELECT json_build_object('kind', 'bundle', 'components',
    json_agg(json_build_object('itemId', part.id, 'name', concat_ws(', ', part.title, NULLIF(part.variant, '')), 'needs', c.needs, 'stock', lies.stock) ORDER BY part.id))
  FROM bundle_component c JOIN item part ON part.merchant_id = c.merchant_id AND part.id = c.component_id,
  LATERAL (${stockWhere('c.merchant_id', 'c.component_id')}) lies
  WHERE c.merchant_id = what.merchant_id AND c.bundle_id = what.id AND c.until IS NULL HAVING count(*) > 0)`

const TO_ORDER = `(SELECT json_build_object('kind', 'made_to_order', 'stock', own.stock, 'capacity', m.capacity, 'leadDays', m.lead_days,
    'taken', (SELECT COALESCE(sum(s.to_make), 0) FROM shortfall s
      WHERE s.merchant_id = m.merchant_id AND s.item_id = m.item_id AND s.outstanding > 0))
  FROM made_to_order m WHERE m.merchant_id = what.merchant_id AND m.item_id = what.id)`

/** A lateral join that gives `seq`, `stock` and `supply` (what it can be sold from) of the item named by `itemColumn`: for reads that need many at once. */
export const stockLateral = (merchantColumn: string, itemColumn: string): string => `LATERAL (
  SELECT own.seq + COALESCE(${seqBeyond('what')}, 0) AS seq, own.stock, COALESCE(
    CASE what.kind WHEN 'bundle' THEN ${OF_PARTS} WHEN 'made_to_order' THEN ${TO_ORDER} END,
    json_build_object('kind', 'stock', 'stock', own.stock)) AS supply
  FROM (${stockWhere(merchantColumn, itemColumn)}) own
  LEFT JOIN LATERAL (SELECT * FROM item WHERE merchant_id = ${merchantColumn} AND id = ${itemColumn} OFFSET 0) what ON true
)`

/** The stock of these items, by location in the merchant's order. An item nobody ever had is there with none. */
export async function stockOf(db: Sql, merchantId: number, itemIds: number[]): Promise<Map<number, ItemStock>> {
  const text = `SELECT wanted.item_id AS "itemId", s.seq, s.stock, s.supply
    FROM unnest($2::int[]) AS wanted (item_id), ${stockLateral('$1', 'wanted.item_id')} s`
  const { rows } = await db.query<ItemStock>({ name: 'stock-of', text, values: [merchantId, itemIds] })
  return new Map(rows.map((row) => [row.itemId, row]))
}
