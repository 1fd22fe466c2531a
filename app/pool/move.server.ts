import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append, happened } from './ledger.server.ts'
import type { StayTerms } from './movement.ts'
import { countedItem, knownPartner, type MovingPlace, placesOf, type Spot } from './moving-place.server.ts'
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

/** What a move is about, once its places and its pieces are known. */
export type Known = { from: MovingPlace; to: MovingPlace; owed: boolean }

const NOTHING_NEW: Moved = { freed: [] }

/** Moves pieces for a person, in the caller's transaction: all of them, or a refusal that says what is wrong. */
export async function movePieces(tx: Sql, moving: Moving, at: Date): Promise<Refusal | Moved> {
  return carry(tx, { ...moving, stay: {}, objects: notThroughTransit }, at)
}

const notThroughTransit = ({ from, to }: Known): Refusal | undefined =>
  from.kind === 'transit' || to.kind === 'transit'
    ? refuse('transit', 'Pieces are sent to a place and arrive there; they are not laid into transit.')
    : undefined

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
  const bought = known.from.owner !== known.to.owner
  const reason = bought ? 'bought from its vendor' : moving.check ? 'checked' : 'moved'
  const who = { merchantId, key, reason, actor: moving.actor, cause, accountId: null } as const
  const stay = termsOf(moving, known, cause)
  const done = await append(tx, { ...who, occurredAt: at, recordedAt: at }, [{ itemId, quantity, from, to, stay }])
  if (typeof done !== 'string') return notThere(quantity, known.from)
  if (done === 'done' && moving.check) await keepCheck(tx, moving, { key, at, cause })
  return { freed: to.state === 'available' && known.to.sellable ? [itemId] : [] }
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

/** Why these pieces must not go there. */
function objection({ from, to, ...moving }: Moving, known: Known, at: Date): Refusal | undefined {
  if (from.locationId === to.locationId && from.state === to.state) return refuse('same', 'They are there already.')
  if (moving.dueAt && moving.dueAt <= at) return refuse('past', 'The day they are due must be still to come.')
  return (
    ownersObject(known, moving.bought) ?? memoObjects(known, moving.partnerId) ?? checkObjects({ ...moving, to }, known)
  )
}

function ownersObject({ from, to }: Known, bought: boolean): Refusal | undefined {
  const sold = from.owner === 'vendor' && to.owner === 'ours'
  if (bought && !sold)
    return refuse('not-a-vendors', `What lies in ${from.name} cannot be bought from a vendor to ${to.name}.`)
  if (bought) return undefined
  if (sold) return refuse('a-vendors', `What lies in ${from.name} is a vendor’s. Say that it was bought, if it was.`)
  if (from.owner === to.owner && (from.owner === 'ours' || from.partnerId === to.partnerId)) return undefined
  const whose = { ours: 'ours', vendor: 'a vendor’s', client: 'a client’s' }
  return refuse(
    'another-owner',
    `What lies in ${from.name} is ${whose[from.owner]}, and ${to.name} is for what is ${whose[to.owner]}${from.owner === to.owner ? ' who is another' : ''}.`,
  )
}

const memoObjects = ({ to }: Known, partnerId: number | null): Refusal | undefined =>
  to.kind === 'memo_out' && partnerId === null && to.partnerId === null
    ? refuse('no-partner', `Say who has it: ${to.name} is for pieces that are out on memo.`)
    : undefined

function checkObjects(
  { to, check }: Pick<Moving, 'to' | 'check'>,
  { from, to: place, owed }: Known,
): Refusal | undefined {
  const forSale = to.state === 'available' && place.sellable
  if (check === 'failed' && forSale) return refuse('failed', 'What has failed its check cannot be for sale.')
  if (forSale && owed && check !== 'passed')
    return refuse('no-check', `What comes from ${from.name} must have passed a check before it is for sale.`)
  return undefined
}

async function keepCheck(
  tx: Sql,
  { merchantId, itemId, quantity, from, check, actor }: Moving,
  { key, at, cause }: { key: string; at: Date; cause: string },
): Promise<void> {
  const text = `INSERT INTO piece_check (merchant_id, key, item_id, location_id, quantity, passed, actor, checked_at, remark)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
  const values = [merchantId, key, itemId, from.locationId, quantity, check === 'passed', actor, at, cause]
  await tx.query({ name: 'keep-check', text, values })
}
