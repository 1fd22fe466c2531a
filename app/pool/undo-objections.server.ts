import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import type { End, Move } from './movement.ts'
import type { MovingPlace, Spot } from './moving-place.server.ts'
import { objection } from './objection.ts'

/** An item that its places do not let go back, and why. */
export type NotBack = { itemId: number; sentence: string }

/**
 * What places say against moving pieces back: they may have been given up since, have got another owner, or want a check
 * before what they hold is for sale. The way back is a move like any other.
 */
export async function objectionsToBack(
  db: Sql,
  { merchantId, back, at }: { merchantId: number; back: Move[]; at: Date },
): Promise<NotBack[]> {
  const places = await placesById(db, merchantId, [
    ...new Set(back.flatMap(({ from, to }) => [from, to].flatMap(placeOf))),
  ])
  const owed = await owedAt(db, merchantId, [...new Set(back.map(({ itemId }) => itemId))])
  const found = new Map<number, NotBack>()
  for (const move of back) {
    const refusal = moveObjects(move, { places, owed, at })
    if (refusal && !found.has(move.itemId)) found.set(move.itemId, { itemId: move.itemId, sentence: refusal.sentence })
  }
  return [...found.values()]
}

const placeOf = (end: End) => ('locationId' in end ? [end.locationId] : [])

type Known = { places: Map<number, MovingPlace>; owed: Set<string>; at: Date }

function moveObjects({ itemId, from, to }: Move, { places, owed, at }: Known): Refusal | undefined {
  const goal = 'locationId' in to ? places.get(to.locationId) : undefined
  if (goal?.archived) return refuse('archived-place', `${goal.name} is not used any more.`)
  const start = 'locationId' in from ? places.get(from.locationId) : undefined
  if (!goal || !start || 'outside' in from || 'outside' in to) return undefined
  const known = { from: start, to: goal, owed: from.state === 'quality_check' || owed.has(spotKey(itemId, from)) }
  // Of the states, objections know only whether it is for sale.
  const spots = { from: from as Spot, to: to as Spot }
  return objection({ ...spots, dueAt: null, partnerId: null, check: null, bought: false }, known, at)
}

const spotKey = (itemId: number, { locationId, state }: { locationId: number; state: string }) =>
  `${itemId}/${locationId}/${state}`

async function placesById(db: Sql, merchantId: number, ids: number[]): Promise<Map<number, MovingPlace>> {
  const text = `SELECT id, name, kind, sellable, owner, partner_id AS "partnerId", archived_at IS NOT NULL AS archived
    FROM location WHERE merchant_id = $1 AND id = ANY ($2::int[])`
  const { rows } = await db.query<MovingPlace>({ text, values: [merchantId, ids] })
  return new Map(rows.map((place) => [place.id, place]))
}

async function owedAt(db: Sql, merchantId: number, itemIds: number[]): Promise<Set<string>> {
  const text = `SELECT DISTINCT item_id AS "itemId", location_id AS "locationId", state FROM stay
    WHERE merchant_id = $1 AND item_id = ANY ($2::int[]) AND quantity_left > 0 AND check_owed`
  const { rows } = await db.query<{ itemId: number; locationId: number; state: string }>({
    text,
    values: [merchantId, itemIds],
  })
  return new Set(rows.map(({ itemId, ...spot }) => spotKey(itemId, spot)))
}
