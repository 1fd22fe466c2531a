import type { Sql } from '../kernel/sql.ts'
import type { Offset } from './order-mirror-echo.ts'

/** What is to be kept in mind when these items' numbers are read in a store. */
export async function offsetsOf(
  db: Sql,
  account: { merchantId: number; id: number },
  itemIds: number[],
): Promise<Offset[]> {
  const text = `SELECT item_id AS "itemId", place, quantity FROM order_mirror_offset
    WHERE merchant_id = $1 AND account_id = $2 AND item_id = ANY ($3::int[])`
  return (await db.query<Offset>({ name: 'mirror-offsets', text, values: [account.merchantId, account.id, itemIds] }))
    .rows
}

/** They add up: each order has had its own. */
export async function addOffsets(
  tx: Sql,
  account: { merchantId: number; id: number },
  { itemId, offsets }: { itemId: number; offsets: { place: string; quantity: number }[] },
): Promise<void> {
  if (offsets.length === 0) return
  const text = `INSERT INTO order_mirror_offset AS o (merchant_id, account_id, item_id, place, quantity)
    SELECT $1, $2, $3, x.place, x.quantity FROM jsonb_to_recordset($4) AS x (place text, quantity int)
    ON CONFLICT (merchant_id, account_id, item_id, place) DO UPDATE SET quantity = o.quantity + EXCLUDED.quantity`
  await tx.query({
    name: 'add-offsets',
    text,
    values: [account.merchantId, account.id, itemId, JSON.stringify(offsets)],
  })
}
