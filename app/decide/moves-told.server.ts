import type { Sql } from '../kernel/sql.ts'
import type { End, Move } from '../pool/movement.ts'
import type { JsonValue } from '../queue/fact.ts'

/** How the moves are told to a person: items and places by name. */
export async function namesOf(db: Sql, merchantId: number, moves: Move[]): Promise<(move: Move) => JsonValue> {
  const items = await nameById(db, 'item', { merchantId, ids: moves.map(({ itemId }) => itemId) })
  const places = await nameById(db, 'location', {
    merchantId,
    ids: moves.flatMap(({ from, to }) => [from, to].flatMap(placeOf)),
  })
  const end = (of: End) =>
    'outside' in of ? { state: of.outside, place: null } : { state: of.state, place: places.get(of.locationId) ?? null }
  return ({ itemId, quantity, from, to }) => ({
    itemId,
    item: items.get(itemId) ?? '',
    quantity,
    from: end(from),
    to: end(to),
  })
}

const placeOf = (end: End) => ('locationId' in end ? [end.locationId] : [])

/** Names of items or places of a merchant's, by id. */
export async function nameById(
  db: Sql,
  table: 'item' | 'location',
  { merchantId, ids }: { merchantId: number; ids: number[] },
): Promise<Map<number, string>> {
  const name = table === 'item' ? `concat_ws(', ', title, NULLIF(variant, ''))` : 'name'
  const text = `SELECT id, ${name} AS name FROM ${table} WHERE merchant_id = $1 AND id = ANY ($2)`
  const { rows } = await db.query<{ id: number; name: string }>({ text, values: [merchantId, ids] })
  return new Map(rows.map((row) => [row.id, row.name]))
}
