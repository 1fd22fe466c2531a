import type { Sql } from '../kernel/sql.ts'
import type { OutsideEnd, StockState } from '../kernel/stock-state.ts'
import { isUndoable, UNDO_WITHIN_MS } from './undo-plan.ts'
import type { End, Move } from './movement.ts'

/**
 * Something a person did to the stock, at one moment and for one cause: one movement or a thousand. `key` names it: that
 * of its first movement.
 */
export type Act = {
  key: string
  actor: string
  cause: string
  reason: string
  at: Date
  undone: boolean
  moves: Move[]
}

type Row = {
  key: string
  actor: string
  cause: string
  reason: string
  at: Date
  itemId: number
  quantity: number
  fromPlace: number | null
  fromState: StockState | OutsideEnd
  toPlace: number | null
  toState: StockState | OutsideEnd
}

// All that one transaction of a person wrote for one cause carries the same moment.
const ACT = `
WITH named AS (
  SELECT actor, cause, recorded_at FROM movement WHERE merchant_id = $1 AND key = $2 ORDER BY n LIMIT 1
)
SELECT m.key, m.actor, m.cause, m.reason, m.recorded_at AS at, m.item_id AS "itemId", m.quantity, m.from_location AS "fromPlace",
  m.from_state AS "fromState", m.to_location AS "toPlace", m.to_state AS "toState"
FROM named a
JOIN movement m ON m.merchant_id = $1 AND m.recorded_at = a.recorded_at AND m.actor = a.actor AND m.cause = a.cause
  AND m.actor LIKE 'person/%'
ORDER BY m.id`

export const undoKey = (key: string): string => `undo/${key}`

/** The act that a change belongs to, by the change's key. Undefined when there is none, or when no person did it. */
export async function actOf(db: Sql, merchantId: number, key: string): Promise<Act | undefined> {
  const { rows } = await db.query<Row>({ name: 'act-of', text: ACT, values: [merchantId, key] })
  const [first] = rows
  if (!first) return undefined
  const undone = await isUndone(db, merchantId, first.key)
  // One reason speaks for the act: the first that cannot be undone, if there is one.
  const reason = rows.find((row) => !isUndoable(row.reason))?.reason ?? first.reason
  const moves = rows.map(({ itemId, quantity, ...row }) => ({
    itemId,
    quantity,
    from: endOf(row.fromPlace, row.fromState),
    to: endOf(row.toPlace, row.toState),
  }))
  return { key: first.key, actor: first.actor, cause: first.cause, reason, at: first.at, undone, moves }
}

const endOf = (locationId: number | null, state: StockState | OutsideEnd): End =>
  locationId === null ? { outside: state as OutsideEnd } : { locationId, state: state as StockState }

async function isUndone(db: Sql, merchantId: number, key: string): Promise<boolean> {
  const text = 'SELECT 1 FROM movement WHERE merchant_id = $1 AND key = $2 ORDER BY n LIMIT 1'
  return (await db.query({ text, values: [merchantId, undoKey(key)] })).rows.length > 0
}

/** An act as a list shows it. `pieces` moved, of so many `items`; `remark`: what the person wrote, null when erased. */
export type ActRow = {
  key: string
  actor: string
  reason: string
  at: Date
  items: number
  pieces: number
  remark: string | null
  undone: boolean
  undoable: boolean
}

const RECENT = `
WITH acts AS (
  SELECT (array_agg(m.key ORDER BY m.id))[1] AS key, array_agg(DISTINCT m.reason) AS reasons, m.actor, m.cause, m.recorded_at AS at,
    count(DISTINCT m.item_id)::int AS items, sum(m.quantity)::int AS pieces
  FROM movement m
  WHERE m.merchant_id = $1 AND m.actor LIKE 'person/%' AND m.recorded_at > $2 AND m.recorded_at < $3
    AND strpos(m.key, $5) > 0
  GROUP BY m.recorded_at, m.actor, m.cause
  ORDER BY m.recorded_at DESC LIMIT $4
)
SELECT a.key, a.reasons, a.actor, a.at, a.items, a.pieces, r.text AS remark,
  EXISTS (SELECT FROM movement u WHERE u.merchant_id = $1 AND u.key = 'undo/' || a.key) AS undone
FROM acts a
LEFT JOIN remark r ON r.merchant_id = $1 AND r.id = substring(a.cause FROM '^remark/([0-9]{1,15})$')::bigint
ORDER BY a.at DESC`

const SHOWN = 25

/** What people did in the last 30 days, latest first, 25 at a time. `next` asks for those before; `only`: those with this in their keys. */
export async function recentActs(
  db: Sql,
  merchantId: number,
  { at, before, only = '' }: { at: Date; before: Date | null; only?: string },
): Promise<{ acts: ActRow[]; next: string | null }> {
  const since = new Date(at.getTime() - UNDO_WITHIN_MS)
  const until = before ?? new Date(at.getTime() + 1)
  type Found = Omit<ActRow, 'reason' | 'undoable'> & { reasons: string[] }
  const { rows } = await db.query<Found>({ text: RECENT, values: [merchantId, since, until, SHOWN + 1, only] })
  const acts = rows.slice(0, SHOWN).map(({ reasons, ...row }) => {
    const fixed = reasons.find((reason) => !isUndoable(reason))
    return { ...row, reason: fixed ?? reasons[0] ?? '', undoable: fixed === undefined }
  })
  const last = acts.at(-1)
  return { acts, next: last && rows.length > SHOWN ? last.at.toISOString() : null }
}
