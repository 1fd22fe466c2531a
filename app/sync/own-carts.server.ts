import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'

/** Pieces in carts of a channel's own, by item: reserved here, and for sale there until they are bought. */
export async function ownCartsOf(
  db: Sql,
  account: Pick<Account, 'merchantId' | 'id'>,
  itemIds: number[],
): Promise<Map<number, number>> {
  const text = `SELECT a.item_id AS "itemId", sum(a.quantity)::int AS pieces FROM cart_allocation a
    JOIN cart c ON c.merchant_id = a.merchant_id AND c.id = a.cart_id AND c.account_id = $2
    WHERE a.merchant_id = $1 AND a.item_id = ANY ($3::int[]) GROUP BY a.item_id`
  const values = [account.merchantId, account.id, itemIds]
  const { rows } = await db.query<{ itemId: number; pieces: number }>({ name: 'own-carts-of', text, values })
  return new Map(rows.map(({ itemId, pieces }) => [itemId, pieces]))
}
