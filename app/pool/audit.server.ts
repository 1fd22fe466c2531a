import type { Sql } from '../kernel/sql.ts'

/** Of what: a period (`from` included, `until` not), an item, somebody ("person/7", "channel/3"). */
export type AuditFilter = { from?: Date; until?: Date; itemId?: number; actor?: string }

/** A movement as it is told to an auditor, with the names as they are now; null where one was erased or never was. */
export type AuditRow = {
  id: number
  recordedAt: Date
  occurredAt: Date
  actor: string
  origin: string | null
  reason: string
  remark: string | null
  cause: string
  order: string | null
  itemId: number
  sku: string
  item: string
  quantity: number
  fromPlace: string | null
  fromState: string
  toPlace: string | null
  toState: string
  key: string
}

const PAGE = 1_000

// Along the ledger's own order, or along an item's. Where a period begins is found by the seals: what is recorded in it is
// sealed in it or later, if no clock is a day wrong.
const rowsAlong = (index: string) => `
SELECT m.id, m.recorded_at AS "recordedAt", m.occurred_at AS "occurredAt", m.actor, m.origin, m.reason, r.text AS remark, m.cause,
  o.name AS order, m.item_id AS "itemId", i.sku, i.title AS item, m.quantity, f.name AS "fromPlace", m.from_state AS "fromState",
  t.name AS "toPlace", m.to_state AS "toState", m.key
FROM (
  SELECT * FROM movement WHERE merchant_id = $1 AND id > $2 AND id <= $7 AND ($6::int IS NULL OR item_id = $6)
    AND ($3::timestamptz IS NULL OR recorded_at >= $3) AND ($4::timestamptz IS NULL OR recorded_at < $4)
    AND ($5::text IS NULL OR actor = $5 OR starts_with(actor, $5 || '/'))
  ORDER BY ${index} LIMIT ${PAGE}
) m
LEFT JOIN item i ON i.merchant_id = $1 AND i.id = m.item_id
LEFT JOIN location f ON f.merchant_id = $1 AND f.id = m.from_location
LEFT JOIN location t ON t.merchant_id = $1 AND t.id = m.to_location
LEFT JOIN remark r ON r.merchant_id = $1 AND r.id = substring(m.cause FROM '^remark/([0-9]{1,15})$')::bigint
LEFT JOIN channel_order o ON o.merchant_id = $1 AND o.account_id = substring(m.cause FROM '^order/([0-9]{1,9})/')::int
  AND o.external_id = substring(m.cause FROM '^order/[0-9]+/(.*)$')
ORDER BY m.id`

const ALL = { name: 'audit', text: rowsAlong('merchant_id, id') }
const OF_ITEM = {
  name: 'audit-item',
  text: rowsAlong('merchant_id, item_id, id').replace('($6::int IS NULL OR item_id = $6)', 'item_id = $6'),
}

const DAY_MS = 86_400_000

/**
 * The movements that fit, oldest first, a thousand at a time along their key: a year's take no more memory than a day's.
 * What is written meanwhile is not in it.
 */
export async function* auditPages(db: Sql, merchantId: number, filter: AuditFilter): AsyncGenerator<AuditRow[]> {
  const { from = null, until = null, actor = null, itemId = null } = filter
  const { begin, end } = await stretch(db, merchantId, { from, until })
  for (let after = begin; ;) {
    const values = [merchantId, after, from, until, actor, itemId, end]
    const { rows } = await db.query<AuditRow>({ ...(itemId === null ? ALL : OF_ITEM), values })
    const last = rows.at(-1)
    if (!last) return
    yield rows
    if (rows.length < PAGE) return
    after = last.id
  }
}

async function stretch(
  db: Sql,
  merchantId: number,
  { from, until }: { from: Date | null; until: Date | null },
): Promise<{ begin: number; end: number }> {
  const text = `SELECT
      COALESCE((SELECT max(up_to) FROM ledger_seal WHERE merchant_id = $1 AND sealed_at < $2), 0) AS begin,
      COALESCE((SELECT min(up_to) FROM ledger_seal WHERE merchant_id = $1 AND sealed_at > $3), 
        (SELECT id FROM movement WHERE merchant_id = $1 ORDER BY merchant_id DESC, id DESC LIMIT 1), 0) AS end`
  const values = [merchantId, from && new Date(from.getTime() - DAY_MS), until && new Date(until.getTime() + DAY_MS)]
  const { rows } = await db.query<{ begin: number; end: number }>({ text, values })
  return rows[0] ?? { begin: 0, end: 0 }
}
