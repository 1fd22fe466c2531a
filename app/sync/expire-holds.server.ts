import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { openIncident } from '../incidents/incident.server.ts'
import type { Held, Holder } from '../pool/hold.server.ts'
import { abandonHold, expireHold } from '../pool/hold-end.server.ts'
import { act } from './act.server.ts'
import type { Sync } from './facts.ts'

type Due = { merchantId: number; holdId: number }

const AT_ONCE = 50
// One that a person holds at this moment is looked at again.
const BUSY_MS = 100

/** Gives back the pieces of holds that have run out. Returns when the next one does. */
export async function expireHolds(sync: Sync): Promise<Date | null> {
  const now = sync.clock.now()
  const text = `SELECT merchant_id AS "merchantId", id AS "holdId" FROM hold
    WHERE status = 'active' AND until <= $1 ORDER BY until LIMIT ${AT_ONCE}`
  const due = (await sync.db.query<Due>({ name: 'holds-due', text, values: [now] })).rows
  let left = false
  for (const one of due) {
    const done = await act(sync, one, (tx, at) => expire(tx, one, at))
    if (!isRefusal(done)) continue
    if (done.code === 'not-there') await act(sync, one, (tx, at) => giveUp(tx, { ...one, why: done, at }))
    left = true
  }
  const next = `SELECT min(until) AS at FROM hold WHERE status = 'active'`
  const at = (await sync.db.query<{ at: Date | null }>({ name: 'next-hold-due', text: next })).rows[0]?.at ?? null
  const soon = new Date(sync.clock.now().getTime() + BUSY_MS)
  return at && left && at < soon ? soon : at
}

const asTime = (merchantId: number, at: Date): Pick<Holder, 'merchantId' | 'actor' | 'at'> => ({
  merchantId,
  actor: 'app',
  at,
})

async function expire(tx: Sql, { merchantId, holdId }: Due, at: Date): Promise<Refusal | Held> {
  const text = `SELECT FROM hold WHERE merchant_id = $1 AND id = $2 AND status = 'active' FOR UPDATE SKIP LOCKED`
  const free = await tx.query({ name: 'hold-to-expire', text, values: [merchantId, holdId] })
  if (free.rowCount === 0) return refuse('busy', 'Somebody is at it.')
  return expireHold(tx, asTime(merchantId, at), { holdId })
}

/** Somebody has moved its pieces without it: a person must look, and time must not go on trying. */
async function giveUp(tx: Sql, { merchantId, holdId, why, at }: Due & { why: Refusal; at: Date }) {
  const hold = await abandonHold(tx, asTime(merchantId, at), { holdId })
  if (isRefusal(hold)) return hold
  const about = { kind: 'hold-astray' as const, subject: `hold/${holdId}`, itemId: hold.itemId }
  await openIncident(tx, { merchantId, ...about, sentence: `A hold ran out. ${why.sentence}`, at })
  return { freed: [] }
}
