import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { PARTS_OF_LINE } from './order-row.server.ts'
import type { Part } from './parts.ts'

/** A line of which pieces can come back. `parts`: what one unit of it is when it comes back. */
export type ReturnedLine = {
  orderId: number
  accountId: number
  order: string
  itemId: number
  parts: Part[]
  shipped: number
  returned: number
  receivedBack: number
  /** by the channel's own word */
  toldBack: number
  /** where it lay before it was sent */
  placeId: number | null
}

const NO_LINE = refuse('unknown-line', 'There is no such line of an order, or its pieces are not ours to take back.')

/** The line, locked; the order before its lines, as whoever books it does. */
export async function lockReturned(tx: Sql, merchantId: number, lineId: number): Promise<Refusal | ReturnedLine> {
  await tx.query({
    text: `SELECT FROM channel_order o WHERE o.merchant_id = $1
      AND o.id = (SELECT order_id FROM order_line WHERE merchant_id = $1 AND id = $2) FOR NO KEY UPDATE`,
    values: [merchantId, lineId],
  })
  const text = `SELECT l.order_id AS "orderId", o.account_id AS "accountId", o.external_id AS order, o.history, l.item_id AS "itemId", l.shipped,
      l.returned, l.received_back AS "receivedBack", CASE WHEN l.received_back = 0 THEN l.returned ELSE l.told_back END AS "toldBack",
      (SELECT location_id FROM line_allocation a WHERE a.merchant_id = l.merchant_id AND a.line_id = l.id
        ORDER BY location_id LIMIT 1) AS "placeId", ${PARTS_OF_LINE} AS parts
    FROM order_line l JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    LEFT JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    WHERE l.merchant_id = $1 AND l.id = $2 FOR UPDATE OF l`
  type Row = Omit<ReturnedLine, 'itemId' | 'parts'> & { history: boolean; itemId: number | null; parts: Part[] | null }
  const [row] = (await tx.query<Row>({ text, values: [merchantId, lineId] })).rows
  if (!row || row.itemId === null || row.history) return NO_LINE
  const { history: _, ...line } = row
  return { ...line, itemId: row.itemId, parts: row.parts ?? [{ itemId: row.itemId, needs: 1 }] }
}
