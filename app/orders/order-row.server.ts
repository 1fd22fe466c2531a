import type { ChannelOrder, ChannelOrderLine } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import type { AtPlace, Part } from './parts.ts'
import type { LineBooked } from './line-effects.ts'

export type OrderRow = { id: number; updatedAt: Date; history: boolean; revision: number; isNew: boolean }

export type LineRow = LineBooked & {
  id: number
  externalId: string
  itemId: number | null
  /** pieces a person gave back, where the channel cannot say which */
  givenBack: number
  /** pieces that came back, by the channel's own word */
  toldBack: number
  oneOfOne: boolean
  /** of what it is short, what was promised to be made */
  toMake: number
  /** what one unit takes from stock; null: one of its item. Settled when it is first booked. */
  parts: Part[] | null
  places: AtPlace[]
}

const LOCK = `
INSERT INTO channel_order AS o (merchant_id, account_id, external_id, name, placed_at, updated_at, cancelled_at, history,
  currency, url, first_seen, paid_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (merchant_id, account_id, external_id) DO UPDATE SET name = o.name
RETURNING id, updated_at AS "updatedAt", history, revision, xmax = 0 AS "isNew"`

/**
 * The order's row, made if it is new, locked until the transaction ends: two pieces of news of one order wait for each
 * other. `history`: it was placed before the account was connected and moves no stock; settled at first sight.
 */
export async function lockOrder(
  db: Sql,
  order: ChannelOrder,
  where: { merchantId: number; accountId: number; history: boolean; at: Date },
): Promise<OrderRow> {
  const { externalId, name, placedAt, paidAt, updatedAt, cancelledAt, currency, url } = order
  const owner = [where.merchantId, where.accountId, externalId]
  const values = [...owner, name, placedAt, updatedAt, cancelledAt, where.history, currency, url, where.at, paidAt]
  return (await db.query<OrderRow>({ name: 'lock-order', text: LOCK, values })).rows[0]!
}

const PART = `json_agg(json_build_object('itemId', c.component_id, 'needs', c.needs) ORDER BY c.component_id)`

/**
 * What one unit of the line `l`, of the item `i`, takes from stock, as SQL: as it was settled when it was first booked,
 * and before that what the item is made of now. Null where it takes its item itself.
 */
export const PARTS_OF_LINE = `CASE WHEN i.composition > 0 THEN COALESCE(
  (SELECT ${PART} FROM line_component c WHERE c.merchant_id = l.merchant_id AND c.line_id = l.id),
  CASE WHEN i.kind = 'bundle' AND l.reserved + l.shipped = 0 THEN
    (SELECT ${PART} FROM bundle_component c WHERE c.merchant_id = i.merchant_id AND c.bundle_id = i.id AND c.until IS NULL) END) END`

/** The order's lines with where their units lie. */
export async function linesOf(db: Sql, merchantId: number, orderId: number): Promise<LineRow[]> {
  const text = `
    SELECT l.id, external_id AS "externalId", item_id AS "itemId", reserved, short, shipped, returned, given_back AS "givenBack",
      CASE WHEN received_back = 0 THEN returned ELSE told_back END AS "toldBack",
      COALESCE(i.kind = 'one_of_one', false) AS "oneOfOne",
      CASE WHEN short > 0 THEN (SELECT COALESCE(sum(s.to_make), 0)::int FROM shortfall s
        WHERE s.merchant_id = l.merchant_id AND s.line_id = l.id) ELSE 0 END AS "toMake", ${PARTS_OF_LINE} AS parts,
      COALESCE((SELECT json_agg(json_build_object('itemId', a.item_id, 'locationId', location_id, 'quantity', a.reserved)
          ORDER BY location_id, a.item_id)
        FROM line_allocation a WHERE a.merchant_id = l.merchant_id AND a.line_id = l.id AND a.reserved > 0), '[]') AS places
    FROM order_line l LEFT JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    WHERE l.merchant_id = $1 AND l.order_id = $2 ORDER BY l.id`
  return (await db.query<LineRow>({ name: 'lines-of', text, values: [merchantId, orderId] })).rows
}

const UPSERT_LINES = `
INSERT INTO order_line AS l (merchant_id, order_id, external_id, listing_id, item_id, sku, title, takes_stock, quantity,
  current_quantity, unit_price_minor, backorder, shipped, returned)
SELECT $1, $2, x."externalId", x."listingId", x."itemId", x.sku, x.title, x."takesStock", x.quantity, x."currentQuantity",
  x."unitPriceMinor", x.backorder, x.gone + x.back, x.back
FROM (SELECT *, row_number() OVER () AS n FROM jsonb_to_recordset($3) AS told ("externalId" text, "listingId" int, "itemId" int,
  sku text, title text, "takesStock" boolean, quantity int, "currentQuantity" int, "unitPriceMinor" int, backorder boolean,
  gone int, back int)) x
ORDER BY x.n
ON CONFLICT (merchant_id, order_id, external_id) DO UPDATE SET
  listing_id = COALESCE(l.listing_id, EXCLUDED.listing_id), item_id = COALESCE(l.item_id, EXCLUDED.item_id),
  quantity = EXCLUDED.quantity,
  -- lowered together with the effects where there are any, or the line would be out of bounds in between
  current_quantity = GREATEST(l.reserved + l.short + l.shipped - l.returned, EXCLUDED.current_quantity)
RETURNING id, external_id AS "externalId", xmax = 0 AS "isNew"`

export type KeptLine = { id: number; externalId: string; isNew: boolean }

/** `oneOfOne`: its item is known to be one; a hint, so that those who book it can wait for each other early. */
export type ResolvedLine = {
  told: ChannelOrderLine
  listingId: number | null
  itemId: number | null
  oneOfOne?: boolean | undefined
}

/**
 * Makes the lines that are new and renews the others. Gives the row id of each, by its id on the channel.
 * `countedAfter`: the stock is counted after this, so what a new line has sent or got back needs no booking.
 */
export async function keepLines(
  db: Sql,
  order: { merchantId: number; orderId: number; countedAfter?: boolean },
  lines: ResolvedLine[],
): Promise<Map<string, KeptLine>> {
  const rows = lines.map(({ told, listingId, itemId }) => {
    const back = told.restocked.reduce((sum, { quantity }) => sum + quantity, 0)
    return { ...told, listingId, itemId, ...(order.countedAfter ? { gone: told.shipped, back } : { gone: 0, back: 0 }) }
  })
  const values = [order.merchantId, order.orderId, JSON.stringify(rows)]
  const kept = await db.query<KeptLine>({ name: 'keep-lines', text: UPSERT_LINES, values })
  return new Map(kept.rows.map((row) => [row.externalId, row]))
}
