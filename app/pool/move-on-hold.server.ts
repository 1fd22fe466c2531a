import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append, happened } from './ledger.server.ts'
import type { Moved } from './move.server.ts'
import { notThere } from './move.server.ts'
import { moveHeld } from './move-held.server.ts'
import { type HandledState, type MovingPlace, placesOf } from './moving-place.server.ts'
import { keepRemark } from './remark.server.ts'

/** Where pieces lie, those on hold among them. */
export type HeldSpot = { locationId: number; state: HandledState | 'held' }

export type MovingOnHold = {
  merchantId: number
  actor: string
  token: string
  itemId: number
  quantity: number
  from: HeldSpot
  to: HeldSpot
  why: string
  dueAt: Date | null
}

/**
 * Carries pieces that are on hold: they stay on hold where they lie then, and their holds follow them, those that end
 * first first. What is held for nobody we know of (set aside in Shopify's admin) comes last.
 */
export async function moveOnHold(tx: Sql, moving: MovingOnHold, at: Date): Promise<Refusal | Moved> {
  const { merchantId, actor, token, itemId, quantity, from, to } = moving
  if (from.state !== 'held')
    return refuse('for-whom', 'Say for which client they are: put them on hold, then move them.')
  if (to.state !== 'held')
    return refuse('on-hold', 'They are on hold. Move them as they are, or give the hold up first.')
  if (from.locationId === to.locationId) return refuse('same', 'They are there already.')
  if (await wasMoved(tx, moving)) return NOTHING
  const places = await placesOf(tx, merchantId, [from.locationId, to.locationId])
  if (isRefusal(places)) return places
  const remark = await keepRemark(tx, { merchantId, actor, text: moving.why, at })
  const stay = { remark, dueAt: moving.dueAt }
  let left = quantity
  for (const { holdId, pieces } of await holdsAt(tx, moving)) {
    const n = Math.min(left, pieces)
    if (n === 0) break
    left -= n
    const move = { holdId, itemId, from: from.locationId, to: to.locationId, quantity: n, token, stay }
    const moved = await moveHeld(tx, { merchantId, actor, at }, move)
    if (isRefusal(moved)) return moved
  }
  if (left === 0) return NOTHING
  const who = { merchantId, key: `move/${token}`, reason: 'held piece moved', actor, cause: remark } as const
  const change = { ...who, accountId: null, occurredAt: at, recordedAt: at }
  const rest = { itemId, quantity: left, from: heldAt(from), to: heldAt(to), stay }
  const done = await append(tx, change, [rest])
  return typeof done === 'string' ? NOTHING : notThere(quantity, (places as [MovingPlace, MovingPlace])[0])
}

const NOTHING: Moved = { freed: [] }
const heldAt = ({ locationId }: HeldSpot) => ({ locationId, state: 'held' as const })

/** Whether this form has moved anything: the holds that it moved are where it laid them. */
async function wasMoved(tx: Sql, { merchantId, itemId, token }: MovingOnHold): Promise<boolean> {
  if (await happened(tx, { merchantId, key: `move/${token}` })) return true
  const text = `SELECT FROM hold_allocation a JOIN movement m ON m.merchant_id = a.merchant_id
      AND m.key = 'hold/' || a.hold_id || '/moved/' || $3
    WHERE a.merchant_id = $1 AND a.item_id = $2 LIMIT 1`
  return (await tx.query({ name: 'was-moved-on-hold', text, values: [merchantId, itemId, token] })).rows.length > 0
}

async function holdsAt(tx: Sql, { merchantId, itemId, from }: MovingOnHold) {
  const text = `SELECT a.hold_id AS "holdId", a.quantity AS pieces FROM hold_allocation a
    JOIN hold h ON h.merchant_id = a.merchant_id AND h.id = a.hold_id
    WHERE a.merchant_id = $1 AND a.item_id = $2 AND a.location_id = $3 ORDER BY h.until, h.id`
  const values = [merchantId, itemId, from.locationId]
  return (await tx.query<{ holdId: number; pieces: number }>({ name: 'holds-at', text, values })).rows
}
