import type { ChannelOrder } from '../kernel/channel-order.ts'
import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { bookOrder, type Outcome } from './book.server.ts'
import { lockClaims } from './claim-rows.server.ts'
import type { ResolvedLine } from './order-row.server.ts'

export type GiveBack = {
  merchantId: number
  orderId: number
  lines: { lineId: number; quantity: number }[]
  /** of the form: sent twice, it is done once; who asks for it in no form has none */
  token?: string
  at: Date
}

type Row = {
  accountId: number
  externalId: string
  name: string
  placedAt: Date
  updatedAt: Date
  cancelledAt: Date | null
  paidAt: Date | null
  currency: string
  url: string | null
  lines: (StoredLine & { lineId: number })[]
}

type StoredLine = {
  externalId: string
  listingId: number | null
  itemId: number | null
  sku: string
  title: string
  takesStock: boolean
  backorder: boolean
  quantity: number
  currentQuantity: number
  shipped: number
  /** by the channel's own word */
  toldBack: number
  oneOfOne: boolean
  unitPriceMinor: number
}

const NOT_THERE = refuse('not-there', 'The order does not have so many pieces that are not shipped.')

/**
 * A person says which pieces of an order are not wanted any more, where the channel cannot: Etsy tells of a partial
 * refund only its amount. They go back at once, and stay back whatever the channel goes on telling.
 */
export async function giveBack(tx: Sql, given: GiveBack): Promise<Refusal | 'already' | Exclude<Outcome, 'stale'>> {
  const { merchantId, orderId, lines } = given
  await lockClaims(
    tx,
    merchantId,
    await onesOf(
      tx,
      merchantId,
      lines.map(({ lineId }) => lineId),
    ),
  )
  const { token } = given
  if (token !== undefined && (await isDone(tx, given, token))) return 'already'
  const marked = await tx.query({
    text: `UPDATE order_line l SET given_back = l.given_back + x.quantity
      FROM unnest($3::bigint[], $4::int[]) AS x (line_id, quantity)
      WHERE l.merchant_id = $1 AND l.order_id = $2 AND l.id = x.line_id AND x.quantity > 0
        AND l.source = 'channel' AND l.given_back + x.quantity <= l.current_quantity - (l.shipped - l.returned)`,
    values: [merchantId, orderId, lines.map(({ lineId }) => lineId), lines.map(({ quantity }) => quantity)],
  })
  if (marked.rowCount !== lines.length || lines.length === 0) return NOT_THERE
  if (token !== undefined) await keepForm(tx, given, token)
  const row = await orderAsKept(tx, merchantId, orderId)
  if (!row) return NOT_THERE
  const told = row.lines.map(asTold)
  const order: ChannelOrder = { ...row, unclear: null, lines: told.map((line) => line.told) }
  const where = {
    merchantId,
    accountId: row.accountId,
    locations: new Map<string, number>(),
    history: false,
    at: given.at,
    occurredAt: given.at,
  }
  const booked = await bookOrder(tx, { ...where, order, lines: told })
  return booked === 'stale' ? NOT_THERE : booked
}

const asTold = ({ listingId, itemId, oneOfOne, toldBack, shipped, ...line }: StoredLine): ResolvedLine => ({
  listingId,
  itemId,
  oneOfOne,
  told: { ...line, shipped: shipped - toldBack, listing: null, restocked: [], sources: [] },
})

const eventOf = (token: string) => `give back/${token}`

// The order's row first: two of the same form wait for each other here.
async function isDone(tx: Sql, given: GiveBack, token: string): Promise<boolean> {
  const { merchantId, orderId, lines } = given
  const lock = 'SELECT FROM channel_order WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE'
  await tx.query({ text: lock, values: [merchantId, orderId] })
  const text = `SELECT FROM order_effect WHERE merchant_id = $1 AND line_id = ANY ($2::bigint[]) AND transition = 'give back' AND event = $3`
  const values = [merchantId, lines.map(({ lineId }) => lineId), eventOf(token)]
  return (await tx.query({ text, values })).rows.length > 0
}

async function keepForm(tx: Sql, given: GiveBack, token: string): Promise<void> {
  const text = `INSERT INTO order_effect (merchant_id, line_id, transition, event, quantity)
    SELECT $1, x.line_id, 'give back', $4, x.quantity FROM unnest($2::bigint[], $3::int[]) AS x (line_id, quantity)`
  const { merchantId, lines } = given
  const columns = [lines.map(({ lineId }) => lineId), lines.map(({ quantity }) => quantity)]
  await tx.query({ text, values: [merchantId, ...columns, eventOf(token)] })
}

async function onesOf(tx: Sql, merchantId: number, lineIds: number[]): Promise<number[]> {
  const text = `SELECT i.id FROM order_line l JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    WHERE l.merchant_id = $1 AND l.id = ANY ($2::bigint[]) AND i.kind = 'one_of_one'`
  return (await tx.query<{ id: number }>({ text, values: [merchantId, lineIds] })).rows.map(({ id }) => id)
}

async function orderAsKept(tx: Sql, merchantId: number, orderId: number): Promise<Row | undefined> {
  const text = `SELECT account_id AS "accountId", external_id AS "externalId", name, placed_at AS "placedAt", updated_at AS "updatedAt",
      cancelled_at AS "cancelledAt", paid_at AS "paidAt", currency, url, (SELECT json_agg(json_build_object('lineId', l.id, 'externalId', l.external_id,
        'listingId', l.listing_id, 'itemId', l.item_id, 'sku', l.sku, 'title', l.title, 'takesStock', l.takes_stock,
        'backorder', l.backorder, 'quantity', l.quantity, 'currentQuantity', l.current_quantity, 'shipped', l.shipped,
        'toldBack', CASE WHEN l.received_back = 0 THEN l.returned ELSE l.told_back END,
        'oneOfOne', i.kind IS NOT DISTINCT FROM 'one_of_one', 'unitPriceMinor', l.unit_price_minor) ORDER BY l.id)
        FROM order_line l LEFT JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
        WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id AND l.source = 'channel') AS lines
    FROM channel_order o WHERE o.merchant_id = $1 AND o.id = $2 AND NOT o.history`
  return (await tx.query<Row>({ text, values: [merchantId, orderId] })).rows[0]
}
