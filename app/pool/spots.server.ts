import type { Sql } from '../kernel/sql.ts'
import { HANDLED_STATES, type HandledState } from './moving-place.server.ts'

/** Pieces of an item that a person can take in hand: where they lie, and how many. */
export type SpotView = { locationId: number; place: string; state: HandledState | 'held'; pieces: number }

/** A place that pieces can be carried to. */
export type PlaceChoice = { id: number; name: string; kind: string; sellable: boolean; owner: string }

const EACH = [...HANDLED_STATES, 'held'].map((state) => `('${state}', b.${state})`).join(', ')

/** Where an item's pieces lie that are not kept for an order or a rule; those on hold are carried as they are. */
export async function spotsOf(db: Sql, merchantId: number, itemId: number): Promise<SpotView[]> {
  const text = `SELECT b.location_id AS "locationId", l.name AS place, s.state, s.n AS pieces
    FROM balance b JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id AND l.kind <> 'transit'
    CROSS JOIN LATERAL (VALUES ${EACH}) AS s (state, n)
    WHERE b.merchant_id = $1 AND b.item_id = $2 AND s.n > 0 ORDER BY l.rank, l.id, s.state`
  return (await db.query<SpotView>({ name: 'spots-of', text, values: [merchantId, itemId] })).rows
}

export async function placeChoices(db: Sql, merchantId: number): Promise<PlaceChoice[]> {
  const text = `SELECT id, name, kind, sellable, owner FROM location
    WHERE merchant_id = $1 AND archived_at IS NULL AND kind <> 'transit' ORDER BY rank, id`
  return (await db.query<PlaceChoice>({ name: 'place-choices', text, values: [merchantId] })).rows
}
