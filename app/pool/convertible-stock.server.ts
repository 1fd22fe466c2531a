import type { Sql } from '../kernel/sql.ts'
import type { StockState } from '../kernel/stock-state.ts'
import { CONVERTIBLE_STATES } from './conversion.ts'

/** Pieces of an item, or of the half of a pair, that a person may convert. */
export type ConvertibleStock = { itemId: number; locationId: number; place: string; state: StockState; pieces: number }

const STATES = CONVERTIBLE_STATES.map((state) => `('${state}', b.${state})`).join(', ')

/** Where pieces of an item lie that may become others, and where the halves of its broken pairs do. */
export async function convertibleStock(db: Sql, merchantId: number, itemId: number): Promise<ConvertibleStock[]> {
  const text = `SELECT b.item_id AS "itemId", b.location_id AS "locationId", l.name AS place, s.state, s.pieces
    FROM item i JOIN balance b ON b.merchant_id = i.merchant_id AND b.item_id = i.id
    JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id,
    LATERAL (VALUES ${STATES}) AS s (state, pieces)
    WHERE i.merchant_id = $1 AND (i.id = $2 OR i.half_of = $2) AND s.pieces > 0
    ORDER BY i.id, l.rank, l.id, s.state`
  const values = [merchantId, itemId]
  return (await db.query<ConvertibleStock>({ name: 'convertible-stock', text, values })).rows
}

/** Every place of the merchant's, in their order. */
export async function placesOf(db: Sql, merchantId: number): Promise<{ id: number; name: string }[]> {
  const text = 'SELECT id, name FROM location WHERE merchant_id = $1 AND archived_at IS NULL ORDER BY rank, id'
  return (await db.query<{ id: number; name: string }>({ name: 'places-of', text, values: [merchantId] })).rows
}
