import { closeIncident, openIncident } from '../incidents/incident.server.ts'
import type { Sql } from '../kernel/sql.ts'
import { overdueSentence, type OverdueStay } from '../pool/overdue-sentence.ts'
import type { Sync } from './facts.ts'
import { tellPages } from './wake.server.ts'

const AT_ONCE = 100

type Due = OverdueStay & { merchantId: number; id: number; itemId: number }
type Over = { merchantId: number; id: number; left: number }

const subjectOf = (id: number) => `stay/${id}`

/**
 * Opens an incident for every stay that has lasted too long, once, and closes it when the pieces are gone from there or
 * have been given more time. Returns when the next one is due.
 */
export async function noteOverdue(sync: Sync): Promise<Date | null> {
  const at = sync.clock.now()
  const told = await sync.inTransaction(async (tx) => [...(await opened(tx, at)), ...(await closed(tx, at))])
  for (const merchantId of new Set(told)) await tellPages(sync.db, merchantId)
  return nextDue(sync.db)
}

// The time zone is the merchant's: a day is theirs.
const DUE = `
WITH due AS (
  SELECT merchant_id, id FROM stay WHERE due_at <= $1 AND quantity_left > 0 AND overdue_at IS NULL
  ORDER BY due_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
)
UPDATE stay s SET overdue_at = $1 FROM due d
JOIN merchant m ON m.id = d.merchant_id
WHERE s.merchant_id = d.merchant_id AND s.id = d.id
RETURNING s.merchant_id AS "merchantId", s.id, s.item_id AS "itemId", s.quantity_left AS quantity, s.state, s.since, s.due_at AS "dueAt",
  m.time_zone AS "timeZone",
  (SELECT concat_ws(', ', i.title, NULLIF(i.variant, '')) FROM item i WHERE i.merchant_id = s.merchant_id AND i.id = s.item_id) AS title,
  (SELECT l.name FROM location l WHERE l.merchant_id = s.merchant_id AND l.id = s.location_id) AS place,
  (SELECT p.name FROM partner p WHERE p.merchant_id = s.merchant_id AND p.id = s.partner_id) AS partner`

async function opened(tx: Sql, at: Date): Promise<number[]> {
  const { rows } = await tx.query<Due>({ name: 'stays-due', text: DUE, values: [at] })
  for (const stay of rows) {
    const { merchantId, id, itemId } = stay
    const about = { merchantId, itemId, subject: subjectOf(id), sentence: overdueSentence(stay), at }
    await openIncident(tx, { ...about, kind: 'overdue' })
  }
  return rows.map(({ merchantId }) => merchantId)
}

const OVER = `
WITH over AS (
  SELECT merchant_id, id FROM stay WHERE overdue_at IS NOT NULL AND (quantity_left = 0 OR due_at > overdue_at)
  ORDER BY overdue_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
)
UPDATE stay s SET overdue_at = NULL, due_at = CASE WHEN s.quantity_left > 0 THEN s.due_at END FROM over o
WHERE s.merchant_id = o.merchant_id AND s.id = o.id
RETURNING s.merchant_id AS "merchantId", s.id, s.quantity_left AS left`

async function closed(tx: Sql, at: Date): Promise<number[]> {
  const { rows } = await tx.query<Over>({ name: 'stays-over', text: OVER })
  for (const { merchantId, id, left } of rows) {
    const sentence = left === 0 ? 'They are not there any more.' : 'They were given more time.'
    await closeIncident(tx, { merchantId, kind: 'overdue', subject: subjectOf(id) }, { actor: 'app', sentence, at })
  }
  return rows.map(({ merchantId }) => merchantId)
}

// Over all merchants, by the index of what waits.
async function nextDue(db: Sql): Promise<Date | null> {
  const text = 'SELECT min(due_at) AS at FROM stay WHERE quantity_left > 0 AND overdue_at IS NULL'
  return (await db.query<{ at: Date | null }>({ name: 'next-stay-due', text })).rows[0]?.at ?? null
}
