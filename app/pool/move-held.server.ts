import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { changeOf, type Held, type Hold, type Holder, lockHold } from './hold.server.ts'
import { notWhereTheyShould, takeFromAllocation } from './hold-end.server.ts'
import { append, happened } from './ledger.server.ts'
import type { StayTerms } from './movement.ts'
import { type MovingPlace, placesOf } from './moving-place.server.ts'

type Who = Pick<Holder, 'merchantId' | 'actor' | 'at'>

/** `itemId`: which part of a set; null: what the hold is of, or its only part. */
export type HeldMove = {
  holdId: number
  itemId: number | null
  from: number
  to: number
  quantity: number
  token: string
  /** what is known of how long it is to lie there */
  stay?: StayTerms
}

/** Held pieces are laid elsewhere, and stay on hold: to the hold shelf, into the window. */
export async function moveHeld(tx: Sql, who: Who, move: HeldMove): Promise<Refusal | Held> {
  const { holdId, from, to, quantity, stay = {} } = move
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  if (from === to) return refuse('same-place', 'They lie there already.')
  const itemId = itemMoved(hold, move.itemId)
  if (itemId === undefined) return refuse('unclear-part', 'Say which part of the set is moved.')
  const places = await placesOf(tx, who.merchantId, [from, to])
  if (isRefusal(places)) return places
  const refused = cannotLie(places as [MovingPlace, MovingPlace])
  if (refused) return refused
  const change = changeOf(who, { holdId, step: `moved/${move.token}`, reason: 'held piece moved' })
  if (await happened(tx, change)) return { holdId, freed: [] }
  const there = hold.places.find((place) => place.itemId === itemId && place.locationId === from)?.quantity ?? 0
  if (there < quantity) return refuse('not-there', 'So many pieces of this hold do not lie there.')
  const ends = { from: { locationId: from, state: 'held' as const }, to: { locationId: to, state: 'held' as const } }
  const done = await append(tx, change, [{ itemId, quantity, ...ends, stay }])
  if (done !== 'done') return notWhereTheyShould(hold)
  await takeFromAllocation(tx, who, { holdId, places: [{ itemId, locationId: from, quantity }] })
  const text = `INSERT INTO hold_allocation AS a (merchant_id, hold_id, item_id, location_id, quantity) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (merchant_id, hold_id, item_id, location_id) DO UPDATE SET quantity = a.quantity + EXCLUDED.quantity`
  await tx.query({ text, values: [who.merchantId, holdId, itemId, to, quantity] })
  return { holdId, freed: [] }
}

function itemMoved(hold: Hold, asked: number | null): number | undefined {
  if (asked !== null) return asked
  return hold.parts.length === 1 ? hold.parts[0]?.itemId : undefined
}

/** Why a held piece cannot be laid there: it stays whose it is, and is at hand for its client. */
function cannotLie([from, to]: [MovingPlace, MovingPlace]): Refusal | undefined {
  if (to.kind === 'transit' || to.kind === 'memo_out')
    return refuse('not-at-hand', `What is on hold for a client does not go to ${to.name}.`)
  if (from.owner !== to.owner || (to.owner !== 'ours' && from.partnerId !== to.partnerId))
    return refuse('another-owner', `What lies in ${from.name} is not whose the things in ${to.name} are.`)
  return undefined
}
