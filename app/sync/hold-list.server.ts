import type { Sql } from '../kernel/sql.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'

/** A channel that lists a held item. `at`: when it confirmed the number without the held pieces; null: not yet. */
export type Confirmation = { account: string; at: Date | string | null }

/** A hold as a page shows it. */
export type HoldShown = {
  id: number
  itemId: number
  item: string
  sku: string
  clientId: number
  client: string | null
  contact: string | null
  until: Date
  renewals: number
  madeAt: Date
  actor: string
  note: string | null
  /** its pieces; `part`: of which item, where it is a set */
  places: { itemId: number; part: string | null; locationId: number; place: string; quantity: number }[]
  confirmed: Confirmation[]
  /** lines of orders it could become: still to be sent, or waiting for a piece */
  lines: { lineId: number; order: string; account: string; short: number }[]
}

export type HoldList = { count: number; holds: HoldShown[] }

const MOST = 100
const MOST_LINES = 10

const KEY = `'hold/' || h.id || '/made'`

// A channel with a ledger of its own confirms the move; one that is told numbers, a number computed from this stock or a
// later one. Where it showed the right number already, nothing was sent: then it agreed. Of a set the former is told of
// the parts.
const CONFIRMED = `CASE
    WHEN EXISTS (SELECT FROM stock_changed s WHERE s.merchant_id = $1 AND s.key = ${KEY}) THEN NULL
    WHEN EXISTS (SELECT FROM movement m JOIN mirror_due d ON d.account_id = a.id AND d.movement_id = m.id
      WHERE m.merchant_id = $1 AND m.key = ${KEY}) THEN NULL
    WHEN h.item_id <> l.item_id THEN COALESCE((SELECT min(p.answered_at) FROM publication p
      WHERE p.merchant_id = $1 AND p.listing_id = l.id AND p.outcome = 'accepted' AND p.since >= h.made_at), h.made_at)
    ELSE COALESCE(
      (SELECT p.answered_at FROM publication p
        WHERE p.merchant_id = $1 AND p.listing_id = l.id AND p.outcome = 'accepted' AND p.stock_seq >= h.stock_seq
          AND (a.channel <> ALL ($2::text[]) OR p.since >= h.made_at)
        ORDER BY p.stock_seq LIMIT 1),
      CASE WHEN l.published_seq >= h.stock_seq AND l.agreed_since IS NOT NULL THEN GREATEST(l.agreed_since, h.made_at) END)
  END`

const SHOWN = (which: string) => `
WITH first AS (
  SELECT *, count(*) OVER ()::int AS n FROM hold WHERE merchant_id = $1 AND status = 'active' ${which}
  ORDER BY until, id LIMIT ${MOST}
)
SELECT h.n AS count, h.id, h.item_id AS "itemId", concat_ws(', ', i.title, NULLIF(i.variant, '')) AS item, i.sku,
  h.client_id AS "clientId", c.name AS client, c.contact, h.until, h.renewals, h.made_at AS "madeAt",
  'person/' || h.person_id AS actor, r.text AS note,
  (SELECT COALESCE(json_agg(json_build_object('itemId', p.item_id, 'part', CASE WHEN p.item_id <> h.item_id THEN pi.title END,
      'locationId', p.location_id, 'place', o.name, 'quantity', p.quantity) ORDER BY p.item_id, o.rank, o.id), '[]')
    FROM hold_allocation p JOIN location o ON o.merchant_id = p.merchant_id AND o.id = p.location_id
    JOIN item pi ON pi.merchant_id = p.merchant_id AND pi.id = p.item_id
    WHERE p.merchant_id = $1 AND p.hold_id = h.id) AS places,
  (SELECT COALESCE(json_agg(json_build_object('account', a.name, 'at', ${CONFIRMED}) ORDER BY a.id, l.id), '[]')
    FROM listing l JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
    WHERE l.merchant_id = $1 AND l.status <> 'dead' AND a.status = 'open' AND l.item_id = ANY (CASE
      WHEN a.channel = ANY ($2::text[]) THEN COALESCE((SELECT array_agg(k.component_id) FROM hold_component k
        WHERE k.merchant_id = $1 AND k.hold_id = h.id), ARRAY[h.item_id])
      ELSE ARRAY[h.item_id] END)) AS confirmed,
  (SELECT COALESCE(json_agg(line ORDER BY line."lineId" DESC), '[]') FROM (
    SELECT w.id AS "lineId", co.name AS "order", wa.name AS account, w.short FROM order_line w
    JOIN channel_order co ON co.merchant_id = w.merchant_id AND co.id = w.order_id AND NOT co.history
    JOIN channel_account wa ON wa.merchant_id = co.merchant_id AND wa.id = co.account_id
    WHERE w.merchant_id = $1 AND w.item_id = h.item_id AND w.short + w.reserved > 0
    ORDER BY w.id DESC LIMIT ${MOST_LINES}) line) AS lines
FROM first h
JOIN item i ON i.merchant_id = h.merchant_id AND i.id = h.item_id
JOIN client c ON c.merchant_id = h.merchant_id AND c.id = h.client_id
LEFT JOIN remark r ON r.merchant_id = h.merchant_id AND r.id = h.remark_id
ORDER BY h.until, h.id`

// Of the item itself, or of a set with a piece of it.
const OF_ITEM = `AND (item_id = $3 OR id IN (SELECT hold_id FROM hold_allocation WHERE merchant_id = $1 AND item_id = $3))`

/** The open holds of a merchant, or of one item, that end first; the first hundred of them. */
export async function holdsOf(db: Sql, merchantId: number, itemId: number | null = null): Promise<HoldList> {
  const which = itemId === null ? '' : OF_ITEM
  const { rows } = await db.query<HoldShown & { count: number }>({
    name: itemId === null ? 'holds-of' : 'holds-of-item',
    text: SHOWN(which),
    values: [merchantId, STOCKED_CHANNELS, ...(itemId === null ? [] : [itemId])],
  })
  return { count: rows[0]?.count ?? 0, holds: rows.map(({ count: _, ...hold }) => hold) }
}
