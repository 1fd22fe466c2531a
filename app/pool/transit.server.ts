import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { carry, type Moved, type Moving } from './move.server.ts'
import { type HandledState, HANDLED_STATES, type MovingPlace, placesOf } from './moving-place.server.ts'
import type { Known } from './objection.ts'

/** Pieces that set out from a spot for a place of ours. */
export type Sending = Omit<Moving, 'to' | 'check' | 'bought'> & { toLocationId: number }

/** Sends pieces on their way to a place: until they arrive they are in transit, in the state they were in. */
export async function sendPieces(tx: Sql, sending: Sending, at: Date): Promise<Refusal | Moved> {
  const { merchantId, from, toLocationId, ...rest } = sending
  if (from.locationId === toLocationId) return refuse('same', 'They are there already.')
  const places = await placesOf(tx, merchantId, [from.locationId, toLocationId])
  if (isRefusal(places)) return places
  const [start, goal] = places
  if (start?.kind === 'transit' || goal?.kind === 'transit')
    return refuse('transit', 'Pieces are sent from a place to a place.')
  if (start?.owner !== goal?.owner) return refuse('another-owner', `${goal?.name} is not for pieces of that owner.`)
  const whose = { owner: start?.owner ?? 'ours', partnerId: start?.partnerId ?? null }
  const to = { locationId: await transitPlace(tx, merchantId, whose), state: from.state }
  const as = { check: null, bought: false, stay: { boundFor: toLocationId }, objects: () => undefined }
  return carry(tx, { ...rest, ...as, merchantId, from, to }, at)
}

/** Where pieces of an owner are between two places: made when it is first needed. */
async function transitPlace(
  tx: Sql,
  merchantId: number,
  { owner, partnerId }: Pick<MovingPlace, 'owner' | 'partnerId'>,
): Promise<number> {
  // One at a time for each merchant, or two would be made.
  await tx.query({ text: 'SELECT 1 FROM merchant WHERE id = $1 FOR NO KEY UPDATE', values: [merchantId] })
  const text = `
    WITH known AS (
      SELECT id FROM location WHERE merchant_id = $1 AND kind = 'transit' AND owner = $2
        AND (owner = 'ours' OR partner_id IS NOT DISTINCT FROM $3) AND archived_at IS NULL ORDER BY rank, id LIMIT 1
    ), made AS (
      INSERT INTO location (merchant_id, name, kind, owner, partner_id, sellable, rank)
      SELECT $1, 'In transit', 'transit', $2, $3::int, false, COALESCE((SELECT max(rank) FROM location WHERE merchant_id = $1), 0) + 1
      WHERE NOT EXISTS (SELECT FROM known)
      RETURNING id
    )
    SELECT id FROM known UNION ALL SELECT id FROM made`
  return (await tx.query<{ id: number }>({ text, values: [merchantId, owner, partnerId] })).rows[0]!.id
}

/** Pieces of one stay in transit that have come in. `toLocationId`: elsewhere than they were bound for. */
export type Arriving = Pick<Moving, 'merchantId' | 'actor' | 'token' | 'quantity' | 'why' | 'check'> & {
  stayId: number
  state: HandledState
  toLocationId: number | null
}

type Underway = { itemId: number; locationId: number; state: HandledState; boundFor: number | null }

/** Takes in pieces that were in transit, all or some of a stay. */
export async function arrivePieces(tx: Sql, arriving: Arriving, at: Date): Promise<Refusal | Moved> {
  const { merchantId, stayId, state, toLocationId, ...rest } = arriving
  const text = `SELECT s.item_id AS "itemId", s.location_id AS "locationId", s.state, s.bound_for AS "boundFor" FROM stay s
    JOIN location l ON l.merchant_id = s.merchant_id AND l.id = s.location_id AND l.kind = 'transit'
    WHERE s.merchant_id = $1 AND s.id = $2`
  const { rows } = await tx.query<Underway>({ name: 'underway', text, values: [merchantId, stayId] })
  const [underway] = rows
  const goal = toLocationId ?? underway?.boundFor
  if (!underway || !HANDLED_STATES.includes(underway.state))
    return refuse('not-underway', 'Nothing like that is in transit.')
  if (!goal) return refuse('unknown-place', 'Say where they have arrived.')
  const from = { locationId: underway.locationId, state: underway.state }
  const to = { locationId: goal, state }
  const more = { dueAt: null, partnerId: null, bought: false, stay: {}, objects: notOnward }
  return carry(tx, { ...rest, ...more, merchantId, stayId, itemId: underway.itemId, from, to }, at)
}

const notOnward = ({ to }: Known): Refusal | undefined =>
  to.kind === 'transit' ? refuse('transit', `${to.name} is not a place to arrive at.`) : undefined
