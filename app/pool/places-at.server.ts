import type { Sql } from '../kernel/sql.ts'
import type { StockAtLocation } from './supply.ts'

type Place = Omit<StockAtLocation, 'balance'>

// What a place was is what the first change after the moment found; where it has not been changed since, or that change
// does not say, what the last one before it left; else what it is. Found along place_change_place: a place has few.
const was = (field: string) => `COALESCE(
    (SELECT c.before ->> '${field}' FROM place_change c WHERE c.merchant_id = $1 AND c.location_id = l.id AND c.at > $2
      AND c.before ? '${field}' ORDER BY c.at, c.id LIMIT 1),
    (SELECT c.after ->> '${field}' FROM place_change c WHERE c.merchant_id = $1 AND c.location_id = l.id AND c.at <= $2
      AND c.after ? '${field}' ORDER BY c.at DESC, c.id DESC LIMIT 1),
    l.${field}::text)`

const PLACES = `SELECT l.id, ${was('name')} AS name, (${was('sellable')})::boolean AS sellable
  FROM location l WHERE l.merchant_id = $1 ORDER BY l.rank, l.id`

/** A merchant's places, in their order, called what they were called at a moment, and selling if they sold then. */
export async function placesAt(db: Sql, merchantId: number, at: Date): Promise<Place[]> {
  return (await db.query<Place>({ name: 'places-at', text: PLACES, values: [merchantId, at] })).rows
}
