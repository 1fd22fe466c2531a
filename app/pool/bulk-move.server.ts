import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { keepChecks } from './keep-check.server.ts'
import { append, happened } from './ledger.server.ts'
import { type Moved, reasonOf } from './move.server.ts'
import {
  knownPartner,
  madeOfOthers,
  type MovingPlace,
  NO_SUCH_ITEM,
  notTracked,
  placesOf,
} from './moving-place.server.ts'
import { notAllMoved } from './not-all-moved.server.ts'
import { type Carried, notThroughTransit, objection } from './objection.ts'
import { keepRemark } from './remark.server.ts'

export const MOST_LINES = 1_000

export type BulkLine = { itemId: number; quantity: number }

/** Many items from one place to another, for one reason, in the person's own words. `token`: the form's own. */
export type BulkMove = Carried & { merchantId: number; token: string; actor: string; why: string; lines: BulkLine[] }

/** A line of it that cannot be moved, and why. */
export type Stands = BulkLine & { refusal: Refusal }

/** What would move, and what stands against the rest. */
export type BulkPreview = { moves: BulkLine[]; stands: Stands[] }

type Asked = Carried & { merchantId: number; lines: BulkLine[] }
type Places = { from: MovingPlace; to: MovingPlace }

/** What moving them would do now; a refusal where nothing of it can be moved at all. Changes nothing. */
export async function previewBulkMove(db: Sql, asked: Asked, at: Date): Promise<Refusal | BulkPreview> {
  const places = await lookUp(db, asked, at)
  return isRefusal(places) ? places : standing(db, asked, { places, at })
}

/**
 * Moves them, all or none, as one change, if none of the places objects to any of them: it is asked of each item what is
 * asked of a single one. Done twice with the same token it is done once.
 */
export async function bulkMove(tx: Sql, moving: BulkMove, at: Date): Promise<Refusal | Moved> {
  const { merchantId, token, actor, from, to, lines } = moving
  const key = `bulk-move/${token}`
  // Two of the same token must not race inside a transaction.
  const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))'
  await tx.query({ text: lock, values: [`${merchantId}/${key}`] })
  if (await happened(tx, { merchantId, key })) return { freed: [] }
  const places = await lookUp(tx, moving, at)
  if (isRefusal(places)) return places
  const [against] = (await standing(tx, moving, { places, at })).stands
  if (against) return against.refusal
  const cause = await keepRemark(tx, { merchantId, actor, text: moving.why, at })
  const reason = reasonOf(moving, places)
  const who = { merchantId, key, reason, actor, cause, accountId: null, occurredAt: at, recordedAt: at } as const
  const stay = { dueAt: moving.dueAt, partnerId: moving.partnerId ?? places.to.partnerId, remark: cause }
  const owed = await owing(tx, moving)
  const moves = lines.map((line) => {
    const checkOwed = owed.has(line.itemId) && moving.check !== 'passed'
    return { ...line, from, to, stay: { ...stay, checkOwed } }
  })
  const done = await append(tx, who, moves)
  if (typeof done !== 'string') return notAllMoved(tx, merchantId, done)
  const pieces = lines.map((line) => ({ ...line, key: `${key}/${line.itemId}` }))
  await keepChecks(tx, moving, { at, cause, pieces })
  return { freed: to.state === 'available' && places.to.sellable ? lines.map(({ itemId }) => itemId) : [] }
}

/** The places, once it is known that nothing stands against the move as such. */
async function lookUp(db: Sql, asked: Asked, at: Date): Promise<Refusal | Places> {
  const { merchantId, from, to, lines, partnerId } = asked
  if (lines.length === 0 || lines.length > MOST_LINES)
    return refuse('too-many', `Between 1 and ${MOST_LINES.toLocaleString('en')} items are moved at once.`)
  if (new Set(lines.map(({ itemId }) => itemId)).size !== lines.length)
    return refuse('twice', 'An item is named twice.')
  const places = await placesOf(db, merchantId, [from.locationId, to.locationId])
  if (isRefusal(places)) return places
  const unknown = await knownPartner(db, merchantId, partnerId)
  if (unknown) return unknown
  const [fromPlace, toPlace] = places as [MovingPlace, MovingPlace]
  const known = { from: fromPlace, to: toPlace, owed: false }
  return notThroughTransit(known) ?? objection(asked, known, at) ?? known
}

type Lying = { itemId: number; title: string; kind: string; tracked: boolean; deleted: boolean; there: number }

// Each item by its key: a thousand at most.
const LYING = `SELECT i.id AS "itemId", i.title, i.kind, i.tracked, i.status = 'deleted' AS deleted,
    COALESCE((to_jsonb(b) ->> $4)::int, 0) AS there
  FROM item i LEFT JOIN balance b ON b.merchant_id = i.merchant_id AND b.item_id = i.id AND b.location_id = $3
  WHERE i.merchant_id = $1 AND i.id = ANY ($2::int[])`

/** Which lines can move, and what stands against the others. */
async function standing(db: Sql, asked: Asked, { places, at }: { places: Places; at: Date }): Promise<BulkPreview> {
  const { merchantId, from, lines } = asked
  const values = [merchantId, lines.map(({ itemId }) => itemId), from.locationId, from.state]
  const { rows } = await db.query<Lying>({ name: 'bulk-lying', text: LYING, values })
  const lying = new Map(rows.map((row) => [row.itemId, row]))
  const owed = await owing(db, asked)
  const judged = lines.map((line) => {
    const known = { ...places, owed: owed.has(line.itemId) }
    return { ...line, refusal: itemObjects(lying.get(line.itemId), line, places) ?? objection(asked, known, at) }
  })
  return {
    moves: judged.flatMap(({ refusal, ...line }) => (refusal ? [] : [line])),
    stands: judged.flatMap(({ refusal, ...line }) => (refusal ? [{ ...line, refusal }] : [])),
  }
}

function itemObjects(item: Lying | undefined, { quantity }: BulkLine, { from }: Places): Refusal | undefined {
  if (!item || item.deleted) return NO_SUCH_ITEM
  if (item.kind === 'bundle') return madeOfOthers(item)
  if (!item.tracked) return notTracked(item)
  if (item.there >= quantity) return undefined
  const there = item.there === 0 ? 'is none' : item.there === 1 ? 'is one' : `are ${item.there}`
  return refuse('not-there', `Of ${item.title} there ${there} in ${from.name}.`)
}

/** The items of which some pieces there have a check before them. */
async function owing(db: Sql, { merchantId, from, lines }: Asked): Promise<Set<number>> {
  const itemIds = lines.map(({ itemId }) => itemId)
  if (from.state === 'quality_check') return new Set(itemIds)
  const text = `SELECT DISTINCT item_id AS "itemId" FROM stay WHERE merchant_id = $1 AND item_id = ANY ($2::int[])
    AND location_id = $3 AND state = $4 AND quantity_left > 0 AND check_owed`
  const values = [merchantId, itemIds, from.locationId, from.state]
  const { rows } = await db.query<{ itemId: number }>({ name: 'checks-owed', text, values })
  return new Set(rows.map(({ itemId }) => itemId))
}
