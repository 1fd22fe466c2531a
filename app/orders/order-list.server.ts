import type { Sql } from '../kernel/sql.ts'
import { MIRROR_OF_ORDER, type MirrorView, TO_LOOK_AT } from './order-mirror-view.server.ts'

/** An order of any channel as the list shows it. `pieces`: still ordered; `short`: promised and not there. */
export type OrderListRow = {
  id: number
  name: string
  accountId: number
  account: string
  placedAt: Date
  paidAt: Date | null
  cancelledAt: Date | null
  history: boolean
  titles: string[]
  pieces: number
  shipped: number
  short: number
  /** pieces that came back and wait to be looked at */
  waiting: number
  /** what stands for it in the merchant's store */
  mirror: MirrorView | null
}

export type OrderListPage = { rows: OrderListRow[]; next: string | null; short: number; unmade: number }

const PAGE = 25

const LIST = (where: string) => `
SELECT o.id, o.name, o.account_id AS "accountId", a.name AS account, o.placed_at AS "placedAt", o.paid_at AS "paidAt",
  o.cancelled_at AS "cancelledAt", o.history, l.titles, l.pieces, l.shipped, l.short, l.waiting,
  ${MIRROR_OF_ORDER} AS mirror
FROM (SELECT * FROM channel_order o WHERE o.merchant_id = $1 ${where} ORDER BY o.placed_at DESC, o.id DESC LIMIT ${PAGE + 1}) o
JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id,
LATERAL (SELECT COALESCE(json_agg(title ORDER BY id), '[]') AS titles, COALESCE(sum(current_quantity), 0)::int AS pieces,
    COALESCE(sum(l.shipped - l.returned), 0)::int AS shipped, COALESCE(sum(l.short), 0)::int AS short,
    COALESCE(sum((SELECT sum(p.waiting) FROM return_parcel p WHERE p.merchant_id = l.merchant_id AND p.line_id = l.id)), 0)::int AS waiting
  FROM order_line l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id) l
ORDER BY o.placed_at DESC, o.id DESC`

// Found by the lines that are short, which are few: not by looking through all orders.
const SHORT = `AND o.id IN (SELECT order_id FROM order_line WHERE merchant_id = $1 AND short > 0)`

const UNMADE = `AND o.id IN (${TO_LOOK_AT})`

/**
 * Orders of all channels, newest first, 25 at a time; `short`: only those that were sold without stock, `unmade`: those that
 * are not in the store as they should be.
 */
export async function orderList(
  db: Sql,
  merchantId: number,
  { short, unmade = false, cursor }: { short: boolean; unmade?: boolean; cursor: string | null },
): Promise<OrderListPage> {
  const from = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_(\d{1,15})$/.exec(cursor ?? '')
  const older = from ? 'AND (o.placed_at, o.id) < ($2::timestamptz, $3::bigint)' : ''
  const values = [merchantId, ...(from ? [from[1], Number(from[2])] : [])]
  const { rows } = await db.query<OrderListRow>({
    text: LIST(`${short ? SHORT : ''} ${unmade ? UNMADE : ''} ${older}`),
    values,
  })
  const counting = `SELECT (SELECT count(DISTINCT order_id)::int FROM order_line WHERE merchant_id = $1 AND short > 0) AS short,
    (SELECT count(*)::int FROM (${TO_LOOK_AT}) open) AS unmade`
  const counted = await db.query<{ short: number; unmade: number }>({
    name: 'orders-short',
    text: counting,
    values: [merchantId],
  })
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  const next = last && rows.length > PAGE ? `${last.placedAt.toISOString()}_${last.id}` : null
  return { rows: page, next, ...(counted.rows[0] ?? { short: 0, unmade: 0 }) }
}
