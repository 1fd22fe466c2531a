import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES } from '../kernel/stock-state.ts'
import type { StockAtLocation, Supply } from './supply.ts'

/** An item's stock as it stands, and its `seq`: a number that grows with every change of it. */
export type ItemStock = { itemId: number; seq: number; stock: StockAtLocation[]; supply: Supply }

const BALANCE = STOCK_STATES.map((state) => `'${state}', b.${state}`).join(', ')

/** A lateral join that gives `seq`, `stock` and `supply` (what it can be sold from) of the item named by `itemColumn`: for reads that need many at once. */
export const stockLateral = (merchantColumn: string, itemColumn: string): string => `LATERAL (
  SELECT seq, stock, json_build_object('kind', 'stock', 'stock', stock) AS supply FROM (SELECT COALESCE(sum(b.version), 0)::bigint AS seq,
    COALESCE(json_agg(json_build_object('id', place.id, 'name', place.name, 'sellable', place.sellable, 'balance', json_build_object(${BALANCE}))
      ORDER BY place.rank, place.id), '[]') AS stock
  FROM balance b JOIN location place ON place.merchant_id = b.merchant_id AND place.id = b.location_id
  WHERE b.merchant_id = ${merchantColumn} AND b.item_id = ${itemColumn}) own
)`

/** The stock of these items, by location in the merchant's order. An item nobody ever had is there with none. */
export async function stockOf(db: Sql, merchantId: number, itemIds: number[]): Promise<Map<number, ItemStock>> {
  const text = `SELECT wanted.item_id AS "itemId", s.seq, s.stock, s.supply
    FROM unnest($2::int[]) AS wanted (item_id), ${stockLateral('$1', 'wanted.item_id')} s`
  const { rows } = await db.query<ItemStock>({ name: 'stock-of', text, values: [merchantId, itemIds] })
  return new Map(rows.map((row) => [row.itemId, row]))
}
