import type { Sql } from '../kernel/sql.ts'
import { MIRROR_OF_ORDER, type MirrorView } from './order-mirror-view.server.ts'

/** A line as its order's page shows it. */
export type LineView = {
  id: number
  itemId: number | null
  title: string
  sku: string
  ours: boolean
  oneOfOne: boolean
  quantity: number
  currentQuantity: number
  reserved: number
  short: number
  shipped: number
  returned: number
  /** pieces that a person can still receive */
  canComeBack: number
  /** this line has the one-of-one piece, until when another may take it over; null: final */
  claim: { finalAt: string | null } | null
  effects: { transition: string; quantity: number }[]
  parcels: {
    id: number
    quantity: number
    waiting: number
    unseen: number
    condition: string | null
    /** which part of a set */
    part: string | null
    place: string
    cameAt: string
  }[]
  /** what is on its way back, as was said */
  expected: { id: number; outstanding: number; toldAt: string }[]
}

export type OrderView = {
  id: number
  name: string
  account: string
  url: string | null
  placedAt: Date
  paidAt: Date | null
  cancelledAt: Date | null
  history: boolean
  /** the channel says something came back, and not what: the question, as it was asked */
  unclear: string | null
  lines: LineView[]
  /** what stands for it in the merchant's store */
  mirror: MirrorView | null
}

/** An order with its lines and what was done for each; undefined when this merchant has none of that number. */
export async function orderOf(db: Sql, merchantId: number, orderId: number): Promise<OrderView | undefined> {
  const text = `SELECT o.id, o.name, a.name AS account, o.url, o.placed_at AS "placedAt", o.paid_at AS "paidAt",
      o.cancelled_at AS "cancelledAt", o.history, ${MIRROR_OF_ORDER} AS mirror,
      (SELECT sentence FROM incident c WHERE c.merchant_id = o.merchant_id AND c.kind = 'unclear-order' AND c.closed_at IS NULL
        AND c.subject = 'order/' || o.account_id || '/' || o.external_id) AS unclear,
      (SELECT COALESCE(json_agg(json_build_object('id', l.id, 'itemId', l.item_id, 'title', l.title, 'sku', l.sku, 'ours', l.source = 'ours',
        'oneOfOne', i.kind IS NOT DISTINCT FROM 'one_of_one', 'quantity', l.quantity, 'currentQuantity', l.current_quantity,
        'reserved', l.reserved, 'short', l.short, 'shipped', l.shipped, 'returned', l.returned,
        'canComeBack', CASE WHEN o.history OR l.item_id IS NULL THEN 0 ELSE l.shipped - l.received_back END,
        'claim', (SELECT json_build_object('finalAt', CASE WHEN k.settled_at IS NULL THEN k.final_at END) FROM claim k
          WHERE k.merchant_id = l.merchant_id AND k.line_id = l.id AND k.ended_at IS NULL),
        'effects', (SELECT COALESCE(json_agg(json_build_object('transition', e.transition, 'quantity', e.n) ORDER BY e.transition), '[]')
          FROM (SELECT transition, sum(quantity) AS n FROM order_effect WHERE merchant_id = l.merchant_id AND line_id = l.id
            GROUP BY transition) e),
        'parcels', (SELECT COALESCE(json_agg(json_build_object('id', p.id, 'quantity', p.quantity, 'waiting', p.waiting, 'unseen', p.unseen,
          'condition', p.condition, 'part', CASE WHEN p.item_id <> l.item_id THEN pi.title END, 'place', w.name, 'cameAt', p.came_at)
          ORDER BY p.id), '[]')
          FROM return_parcel p JOIN item pi ON pi.merchant_id = p.merchant_id AND pi.id = p.item_id
          JOIN location w ON w.merchant_id = p.merchant_id AND w.id = p.location_id
          WHERE p.merchant_id = l.merchant_id AND p.line_id = l.id),
        'expected', (SELECT COALESCE(json_agg(json_build_object('id', x.id, 'outstanding', x.outstanding, 'toldAt', x.told_at) ORDER BY x.id), '[]')
          FROM expected_return x WHERE x.merchant_id = l.merchant_id AND x.line_id = l.id AND x.outstanding > 0)) ORDER BY l.id), '[]')
        FROM order_line l LEFT JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
        WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id) AS lines
    FROM channel_order o JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
    WHERE o.merchant_id = $1 AND o.id = $2`
  return (await db.query<OrderView>({ name: 'order-page', text, values: [merchantId, orderId] })).rows[0]
}
