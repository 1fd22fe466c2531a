import type { Sql } from '../kernel/sql.ts'
import type { OutsideEnd, StockState } from '../kernel/stock-state.ts'

/** Units moved, as the ledger says it. Where they were and went: a state at a place of ours, or an outside end (place null). */
export type TimelineEntry = {
  id: number
  quantity: number
  from: { state: StockState | OutsideEnd; place: string | null }
  to: { state: StockState | OutsideEnd; place: string | null }
  reason: string
  actor: string
  cause: string
  occurredAt: Date
  recordedAt: Date
  /** pieces for sale: what this changed, and how many there were afterwards */
  forSaleBy: number
  forSaleAfter: number
  order: { name: string; channel: string; url: string | null } | null
}

/** `next` asks for what was before; null at the beginning of the ledger. */
export type Timeline = { entries: TimelineEntry[]; next: string | null }

export const ENTRIES = 25

type Row = Omit<TimelineEntry, 'forSaleAfter'> & { forSaleNow: number }

// One statement, one moment: the number for sale now and the movements that led to it belong together. The order is
// found by the cause that names it: "order/<account>/<the channel's id>".
const PAGE = (older: string) => `
WITH page AS (
  SELECT m.* FROM movement m WHERE m.merchant_id = $1 AND m.item_id = $2 ${older} ORDER BY m.id DESC LIMIT ${ENTRIES + 1}
)
SELECT m.id, m.quantity, m.reason, m.actor, m.cause, m.occurred_at AS "occurredAt", m.recorded_at AS "recordedAt",
  json_build_object('state', m.from_state, 'place', f.name) AS from,
  json_build_object('state', m.to_state, 'place', t.name) AS to,
  m.quantity * ((m.to_state = 'available' AND t.sellable IS TRUE)::int - (m.from_state = 'available' AND f.sellable IS TRUE)::int)
    AS "forSaleBy",
  CASE WHEN o.id IS NOT NULL THEN json_build_object('name', o.name, 'channel', a.name, 'url', o.url) END AS order,
  (SELECT COALESCE(sum(b.available), 0)::int FROM balance b
    JOIN location p ON p.merchant_id = b.merchant_id AND p.id = b.location_id
    WHERE b.merchant_id = $1 AND b.item_id = $2 AND p.sellable) AS "forSaleNow"
FROM page m
LEFT JOIN location f ON f.merchant_id = $1 AND f.id = m.from_location
LEFT JOIN location t ON t.merchant_id = $1 AND t.id = m.to_location
LEFT JOIN channel_order o ON o.merchant_id = $1 AND o.account_id = substring(m.cause FROM '^order/([0-9]{1,9})/')::int
  AND o.external_id = substring(m.cause FROM '^order/[0-9]+/(.*)$')
LEFT JOIN channel_account a ON a.merchant_id = $1 AND a.id = o.account_id
ORDER BY m.id DESC`

/**
 * An item's ledger, newest first, 25 at a time by its primary key. `cursor` is what the page before gave as `next`; it
 * carries the number that was for sale then, so that an old page counts as the first one did.
 */
export async function timeline(
  db: Sql,
  merchantId: number,
  asked: { itemId: number; cursor: string | null },
): Promise<Timeline> {
  const older = readCursor(asked.cursor)
  const values = [merchantId, asked.itemId, ...(older ? [older.before] : [])]
  const text = PAGE(older ? 'AND m.id < $3' : '')
  const { rows } = await db.query<Row>({ name: older ? 'timeline-older' : 'timeline', text, values })
  let after = older?.forSale ?? rows[0]?.forSaleNow ?? 0
  const entries = rows.slice(0, ENTRIES).map(({ forSaleNow: _, ...row }) => {
    const entry = { ...row, forSaleAfter: after }
    after -= row.forSaleBy
    return entry
  })
  const last = entries.at(-1)
  return { entries, next: last && rows.length > ENTRIES ? `${last.id}.${after}` : null }
}

function readCursor(cursor: string | null): { before: number; forSale: number } | null {
  const match = /^(\d{1,15})\.(-?\d{1,9})$/.exec(cursor ?? '')
  return match && { before: Number(match[1]), forSale: Number(match[2]) }
}
