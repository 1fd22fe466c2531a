import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append, happened } from './ledger.server.ts'
import { keepChecks } from './keep-check.server.ts'
import type { StayTerms } from './movement.ts'
import { countedItem, knownPartner, type MovingPlace, placesOf, type Spot } from './moving-place.server.ts'
import { type Known, notThroughTransit, objection } from './objection.ts'
import type { Reason } from './reason.ts'
import { keepRemark } from './remark.server.ts'

/** Pieces that a person carries from one place or state to another. `token` makes it happen once. */
export type Moving = {
  merchantId: number
  /** "person/7" */
  actor: string
  token: string
  itemId: number
  /** pieces, 1 or more */
  quantity: number
  from: Spot
  to: Spot
  /** in the person's own words */
  why: string
  /** when they are to be back, or further on; null: as is usual for the place */
  dueAt: Date | null
  partnerId: number | null
  /** which stay of those that lie there; null: the oldest */
  stayId: number | null
  check: 'passed' | 'failed' | null
  /** a vendor's piece becomes ours */
  bought: boolean
}

/** `freed`: items of which pieces may have become sellable. */
export type Moved = { freed: number[] }

const NOTHING_NEW: Moved = { freed: [] }

/** Moves pieces for a person, in the caller's transaction: all of them, or a refusal that says what is wrong. */
export async function movePieces(tx: Sql, moving: Moving, at: Date): Promise<Refusal | Moved> {
  return carry(tx, { ...moving, stay: {}, objects: notThroughTransit }, at)
}

/** `stay`: what else is known of the stay that it begins. `objects`: what else may stand against it. */
export type Carrying = Moving & { stay: StayTerms; objects(known: Known): Refusal | undefined }

/** Carries pieces from one spot to another, if nothing stands against it. */
export async function carry(tx: Sql, moving: Carrying, at: Date): Promise<Refusal | Moved> {
  const { merchantId, itemId, quantity, from, to } = moving
  const key = `move/${moving.token}`
  if (await happened(tx, { merchantId, key })) return NOTHING_NEW
  const known = await lookUp(tx, moving)
  if (isRefusal(known)) return known
  const refused = moving.objects(known) ?? objection(moving, known, at)
  if (refused) return refused
  const cause = await keepRemark(tx, { merchantId, actor: moving.actor, text: moving.why, at })
  const reason = reasonOf(moving, known)
  const who = { merchantId, key, reason, actor: moving.actor, cause, accountId: null } as const
  const stay = termsOf(moving, known, cause)
  const done = await append(tx, { ...who, occurredAt: at, recordedAt: at }, [{ itemId, quantity, from, to, stay }])
  if (typeof done !== 'string') return notThere(quantity, known.from)
  if (done === 'done') await keepChecks(tx, moving, { at, cause, pieces: [{ key, itemId, quantity }] })
  return { freed: to.state === 'available' && known.to.sellable ? [itemId] : [] }
}

/** What is said in the ledger of pieces that are carried so. */
export function reasonOf({ check }: Pick<Moving, 'check'>, { from, to }: Pick<Known, 'from' | 'to'>): Reason {
  if (from.owner !== to.owner) return 'bought from its vendor'
  return check ? 'checked' : 'moved'
}

export const notThere = (quantity: number, place: Pick<MovingPlace, 'name'>): Refusal =>
  refuse(
    'not-there',
    `There ${quantity === 1 ? 'is no such piece' : `are no ${quantity} such pieces`} in ${place.name}.`,
  )

function termsOf(moving: Carrying, { to, owed }: Known, remark: string): StayTerms {
  return {
    dueAt: moving.dueAt,
    partnerId: moving.partnerId ?? to.partnerId,
    remark,
    checkOwed: owed && moving.check !== 'passed',
    ends: moving.stayId,
    ...moving.stay,
  }
}

async function lookUp(tx: Sql, moving: Moving): Promise<Refusal | Known> {
  const { merchantId, itemId, from, to, stayId } = moving
  const item = await countedItem(tx, merchantId, itemId)
  if (isRefusal(item)) return item
  const places = await placesOf(tx, merchantId, [from.locationId, to.locationId])
  if (isRefusal(places)) return places
  const unknown = await knownPartner(tx, merchantId, moving.partnerId)
  if (unknown) return unknown
  const [fromPlace, toPlace] = places as [MovingPlace, MovingPlace]
  const text = `SELECT COALESCE(bool_or(check_owed), false) AS owed, COALESCE(sum(quantity_left), 0)::int AS there FROM stay
    WHERE merchant_id = $1 AND item_id = $2 AND location_id = $3 AND state = $4 AND quantity_left > 0 AND ($5::bigint IS NULL OR id = $5)`
  const values = [merchantId, itemId, from.locationId, from.state, stayId]
  const { rows } = await tx.query<{ owed: boolean; there: number }>({ name: 'check-owed', text, values })
  if (stayId !== null && (rows[0]?.there ?? 0) < moving.quantity) return notThere(moving.quantity, fromPlace)
  return { from: fromPlace, to: toPlace, owed: from.state === 'quality_check' || rows[0]?.owed === true }
}
