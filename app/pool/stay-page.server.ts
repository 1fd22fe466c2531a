import type { Sql } from '../kernel/sql.ts'
import type { StockState } from '../kernel/stock-state.ts'

/** Pieces that lie somewhere and are not for sale. `remark`: what was written about them; `dueAt` null: no clock. */
export type StayView = {
  id: number
  itemId: number
  title: string
  sku: string
  locationId: number
  place: string
  kind: string
  state: StockState
  pieces: number
  since: Date
  dueAt: Date | null
  partner: string | null
  remark: string | null
  boundFor: string | null
  checkOwed: boolean
}

export type StayPage = { rows: StayView[]; next: string | null }

const PAGE = 50
const FOR_EVER = '9999-01-01T00:00:00.000Z'

// Holds and safety stock have pages and clocks of their own.
const LIST = (where: string) => `
SELECT s.id, s.item_id AS "itemId", concat_ws(', ', i.title, NULLIF(i.variant, '')) AS title, i.sku, s.location_id AS "locationId",
  l.name AS place, l.kind, s.state, s.quantity_left AS pieces, s.since, s.due_at AS "dueAt", p.name AS partner, r.text AS remark,
  g.name AS "boundFor", s.check_owed AS "checkOwed"
FROM stay s
JOIN item i ON i.merchant_id = s.merchant_id AND i.id = s.item_id
JOIN location l ON l.merchant_id = s.merchant_id AND l.id = s.location_id
LEFT JOIN partner p ON p.merchant_id = s.merchant_id AND p.id = s.partner_id
LEFT JOIN location g ON g.merchant_id = s.merchant_id AND g.id = s.bound_for
LEFT JOIN remark r ON r.merchant_id = s.merchant_id AND r.id = substring(s.remark FROM '^remark/([0-9]{1,18})$')::bigint
WHERE s.merchant_id = $1 AND s.quantity_left > 0 AND s.state NOT IN ('held', 'safety_stock') AND ${where}
ORDER BY s.due_at, s.id LIMIT ${PAGE + 1}`

/** What lies at benches and elsewhere, what is due first first, 50 at a time. */
export async function stayPage(
  db: Sql,
  merchantId: number,
  { locationId, cursor }: { locationId: number | null; cursor: string | null },
): Promise<StayPage> {
  const after = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_(\d{1,15})$/.exec(cursor ?? '')
  const values: unknown[] = [merchantId]
  const where: string[] = []
  if (locationId !== null) where.push(`s.location_id = $${values.push(locationId)}`)
  if (after)
    where.push(
      `(COALESCE(s.due_at, '${FOR_EVER}'), s.id) > ($${values.push(after[1])}::timestamptz, $${values.push(after[2])}::bigint)`,
    )
  const text = LIST(where.join(' AND ') || 'true')
  const { rows } = await db.query<StayView>({ text, values })
  const last = rows[PAGE - 1]
  const next = last && rows.length > PAGE ? `${last.dueAt?.toISOString() ?? FOR_EVER}_${last.id}` : null
  return { rows: rows.slice(0, PAGE), next }
}
