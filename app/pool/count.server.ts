import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append, happened } from './ledger.server.ts'
import type { Move } from './movement.ts'
import { canComeIn, countedItem, placesOf, type Spot } from './moving-place.server.ts'
import type { Moved } from './move.server.ts'
import { keepRemark } from './remark.server.ts'

/** How many pieces a person has counted at a spot. `saw`: how many the page said there were when they began. */
export type Counting = {
  merchantId: number
  actor: string
  token: string
  itemId: number
  at: Spot
  counted: number
  saw: number
  why: string
}

/**
 * Books a count: what there is more was found, what there is less is lost. Refused when something has moved there since
 * the person looked: they have counted what is not so any more.
 */
export async function countPieces(tx: Sql, counting: Counting, now: Date): Promise<Refusal | Moved> {
  const { merchantId, actor, itemId, at, counted, saw } = counting
  const key = `count/${counting.token}`
  if (await happened(tx, { merchantId, key })) return { freed: [] }
  const item = await countedItem(tx, merchantId, itemId)
  if (isRefusal(item)) return item
  const places = await placesOf(tx, merchantId, [at.locationId])
  if (isRefusal(places)) return places
  const [place] = places
  const there = await piecesAt(tx, merchantId, { itemId, at })
  if (there !== saw) {
    const sentence = `Something has moved while you counted: there ${there === 1 ? 'is' : 'are'} ${there} in ${place?.name} by the books now, not ${saw}. Please count again.`
    return refuse('stale', sentence)
  }
  const refused = await canComeIn(tx, merchantId, { itemId, item, more: Math.max(0, counted - saw) })
  if (refused || counted === saw) return refused ?? { freed: [] }
  const cause = await keepRemark(tx, { merchantId, actor, text: counting.why, at: now })
  const who = { merchantId, key, reason: 'counted', actor, cause, accountId: null } as const
  const done = await append(tx, { ...who, occurredAt: now, recordedAt: now }, [moveOf(counting)])
  if (typeof done !== 'string') return refuse('stale', 'Something has moved while you counted. Please count again.')
  return { freed: counted > saw && at.state === 'available' && place?.sellable ? [itemId] : [] }
}

function moveOf({ itemId, at, counted, saw }: Counting): Move {
  return counted > saw
    ? { itemId, quantity: counted - saw, from: { outside: 'found' }, to: at }
    : { itemId, quantity: saw - counted, from: at, to: { outside: 'lost' } }
}

// Locked: what is counted does not move until it is booked.
async function piecesAt(tx: Sql, merchantId: number, { itemId, at }: { itemId: number; at: Spot }): Promise<number> {
  const text = `SELECT ${at.state} AS n FROM balance WHERE merchant_id = $1 AND item_id = $2 AND location_id = $3 FOR UPDATE`
  const values = [merchantId, itemId, at.locationId]
  return (await tx.query<{ n: number }>({ name: `pieces-${at.state}`, text, values })).rows[0]?.n ?? 0
}
