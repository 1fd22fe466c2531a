import type { Sql } from '../kernel/sql.ts'
import type { TimelineEntry } from './oversell-timeline.ts'
import { refuse, type Refusal } from '../kernel/refusal.ts'

export type IncidentNote = { at: Date; actor: string; sentence: string }

/** An incident as its page shows it. `valueMinor`: what may be lost, minor units of `currency`. */
export type IncidentRow = {
  id: number
  kind: string
  sentence: string
  itemId: number | null
  item: string | null
  accountId: number | null
  account: string | null
  valueMinor: number | null
  currency: string | null
  openedAt: Date
  closedAt: Date | null
  closedBy: string | null
  notes: IncidentNote[]
  /** what led to it, as it was known when it opened; of an oversell only */
  timeline: TimelineEntry[]
  /** the order it is about, if it is about a line of one */
  orderId: number | null
}

export type IncidentPage = { rows: IncidentRow[]; next: string | null }

const PAGE = 25

// Newest first along (merchant_id, opened_at DESC). Two may have opened in the same moment: the id settles it.
const LIST = (older: string) => `
SELECT c.id, c.kind, c.sentence, c.item_id AS "itemId", i.title AS item, c.account_id AS "accountId", a.name AS account,
  c.value_minor AS "valueMinor", c.currency, c.opened_at AS "openedAt", c.closed_at AS "closedAt", c.closed_by AS "closedBy",
  (SELECT COALESCE(json_agg(json_build_object('at', n.at, 'actor', n.actor, 'sentence', n.sentence) ORDER BY n.at, n.n), '[]')
    FROM incident_note n WHERE n.merchant_id = c.merchant_id AND n.incident_id = c.id) AS notes,
  COALESCE(c.timeline, '[]') AS timeline, (SELECT order_id FROM order_line l
    WHERE l.merchant_id = c.merchant_id AND l.id = substring(c.subject FROM '^line/([0-9]{1,15})$')::bigint) AS "orderId"
FROM incident c
LEFT JOIN item i ON i.merchant_id = c.merchant_id AND i.id = c.item_id
LEFT JOIN channel_account a ON a.merchant_id = c.merchant_id AND a.id = c.account_id
WHERE c.merchant_id = $1 AND (c.closed_at IS NULL) = $2 ${older}
ORDER BY c.opened_at DESC, c.id DESC LIMIT ${PAGE + 1}`

/** Open or closed incidents, newest first, 25 at a time; `cursor` is what the page before gave as `next`. */
export async function incidentPage(
  db: Sql,
  merchantId: number,
  { open, cursor }: { open: boolean; cursor: string | null },
): Promise<IncidentPage> {
  const from = readCursor(cursor)
  const text = LIST(from ? 'AND (c.opened_at, c.id) < ($3::timestamptz, $4::bigint)' : '')
  const { rows } = await db.query<IncidentRow>({ text, values: [merchantId, open, ...(from ?? [])] })
  const page = rows
    .slice(0, PAGE)
    .map((row) => ({ ...row, notes: row.notes.map(readNote), timeline: row.timeline.map(readNote) }))
  const last = page.at(-1)
  return { rows: page, next: last && rows.length > PAGE ? `${last.openedAt.toISOString()}_${last.id}` : null }
}

// A time inside JSON comes as text.
const readNote = <Entry extends TimelineEntry>(note: Entry): Entry => ({ ...note, at: new Date(note.at) })

function readCursor(cursor: string | null): [string, number] | null {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_(\d{1,15})$/.exec(cursor ?? '')
  return match ? [match[1] ?? '', Number(match[2])] : null
}

/** What is open now: how many, and what may be lost, for each currency. */
export type AtRisk = { open: number; values: { minor: number; currency: string }[] }

export async function atRisk(db: Sql, merchantId: number): Promise<AtRisk> {
  const text = `SELECT currency, count(*)::int AS open, sum(value_minor)::bigint AS minor FROM incident
    WHERE merchant_id = $1 AND closed_at IS NULL GROUP BY currency ORDER BY currency`
  type Row = { currency: string | null; open: number; minor: number | null }
  const { rows } = await db.query<Row>({ name: 'at-risk', text, values: [merchantId] })
  const values = rows.flatMap(({ currency, minor }) => (currency && minor ? [{ minor, currency }] : []))
  return { open: rows.reduce((sum, { open }) => sum + open, 0), values }
}

/** Closes an incident by hand, with what the person says of it. Refused when it is closed already, or is not theirs. */
export async function closeByHand(
  db: Sql,
  which: { merchantId: number; incidentId: number },
  how: { actor: string; sentence: string; at: Date },
): Promise<Refusal | undefined> {
  const text = `
    WITH closed AS (
      UPDATE incident SET closed_at = $3, closed_by = $4 WHERE merchant_id = $1 AND id = $2 AND closed_at IS NULL RETURNING id
    )
    INSERT INTO incident_note (merchant_id, incident_id, at, actor, sentence) SELECT $1, id, $3, $4, $5 FROM closed`
  const { rowCount } = await db.query({
    text,
    values: [which.merchantId, which.incidentId, how.at, how.actor, how.sentence],
  })
  return rowCount === 1 ? undefined : refuse('closed', 'This incident has been closed already.')
}
