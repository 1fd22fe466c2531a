import type { Sql } from '../kernel/sql.ts'

/** An order from before its channel was connected that is still to be shipped: "already taken out of Shopify?" */
export type EarlierOrder = {
  orderId: number
  accountId: number
  account: string
  name: string
  placedAt: Date
  url: string | null
  lines: { title: string; sku: string; quantity: number }[]
}

export type EarlierOrders = { count: number; first: EarlierOrder[] }

const FIRST = 20

/** Those nobody has answered for, oldest first; the first twenty of them. */
export async function earlierOrders(db: Sql, merchantId: number): Promise<EarlierOrders> {
  const text = `SELECT o.id AS "orderId", o.account_id AS "accountId", a.name AS account, o.name, o.placed_at AS "placedAt", o.url,
      (SELECT COALESCE(json_agg(json_build_object('title', l.title, 'sku', l.sku, 'quantity', l.current_quantity) ORDER BY l.id), '[]')
        FROM order_line l WHERE l.merchant_id = o.merchant_id AND l.order_id = o.id AND l.takes_stock) AS lines,
      count(*) OVER ()::int AS count
    FROM channel_order o JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
    WHERE o.merchant_id = $1 AND o.taken_out = 'asked' AND a.status <> 'off'
    ORDER BY o.placed_at, o.id LIMIT ${FIRST}`
  const { rows } = await db.query<EarlierOrder & { count: number }>({ text, values: [merchantId] })
  const first = rows.map(({ count: _, ...order }) => order)
  return { count: rows[0]?.count ?? 0, first }
}
