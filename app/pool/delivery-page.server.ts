import type { Sql } from '../kernel/sql.ts'

export type DeliveryRow = {
  id: number
  partner: string | null
  reference: string
  place: string
  expectedOn: string | null
  openedAt: Date
  closedAt: Date | null
  expected: number
  received: number
}

export type DeliveryPage = { rows: DeliveryRow[]; next: string | null }

const PAGE = 25

const COLUMNS = `d.id, p.name AS partner, d.reference, l.name AS place, d.expected_on::text AS "expectedOn", d.opened_at AS "openedAt",
  d.closed_at AS "closedAt"`
const FROM = `delivery d JOIN location l ON l.merchant_id = d.merchant_id AND l.id = d.location_id
  LEFT JOIN partner p ON p.merchant_id = d.merchant_id AND p.id = d.partner_id`

/** A merchant's deliveries, newest first, 25 at a time; `cursor` is what the page before gave as `next`. */
export async function deliveryPage(db: Sql, merchantId: number, cursor: string | null): Promise<DeliveryPage> {
  const before = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_(\d{1,9})$/.exec(cursor ?? '')
  const text = `SELECT ${COLUMNS}, s.expected, s.received FROM ${FROM}
    CROSS JOIN LATERAL (SELECT COALESCE(sum(expected), 0)::int AS expected, COALESCE(sum(received), 0)::int AS received
      FROM delivery_line x WHERE x.merchant_id = d.merchant_id AND x.delivery_id = d.id) s
    WHERE d.merchant_id = $1 ${before ? 'AND (d.opened_at, d.id) < ($2::timestamptz, $3::int)' : ''}
    ORDER BY d.opened_at DESC, d.id DESC LIMIT ${PAGE + 1}`
  const values = [merchantId, ...(before ? [before[1], Number(before[2])] : [])]
  const { rows } = await db.query<DeliveryRow>({ text, values })
  const last = rows[PAGE - 1]
  const next = last && rows.length > PAGE ? `${last.openedAt.toISOString()}_${last.id}` : null
  return { rows: rows.slice(0, PAGE), next }
}

/** A line of a delivery: what was expected and what was counted, and what a label of it says. */
export type DeliveryLine = {
  itemId: number
  title: string
  sku: string
  /** what its label is read by: its SKU, or our number where nobody gave it one */
  code: string
  expected: number
  received: number
}

export type OneDelivery = Omit<DeliveryRow, 'expected' | 'received'> & { locationId: number; lines: DeliveryLine[] }

export async function deliveryById(db: Sql, merchantId: number, id: number): Promise<OneDelivery | undefined> {
  const text = `SELECT ${COLUMNS}, d.location_id AS "locationId", COALESCE((SELECT json_agg(json_build_object('itemId', i.id,
      'title', concat_ws(', ', i.title, NULLIF(i.variant, '')), 'sku', i.sku, 'code', COALESCE(NULLIF(i.sku, ''), 'V' || i.id),
      'expected', x.expected, 'received', x.received) ORDER BY i.title, i.id)
      FROM delivery_line x JOIN item i ON i.merchant_id = x.merchant_id AND i.id = x.item_id
      WHERE x.merchant_id = d.merchant_id AND x.delivery_id = d.id), '[]') AS lines
    FROM ${FROM} WHERE d.merchant_id = $1 AND d.id = $2`
  return (await db.query<OneDelivery>({ text, values: [merchantId, id] })).rows[0]
}
