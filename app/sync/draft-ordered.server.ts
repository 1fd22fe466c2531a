import { isRefusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { becomeOrderThere } from '../pool/hold-end.server.ts'

type Owner = { merchantId: number; accountId: number; at: Date }

/**
 * A person there has made an order of the draft that a hold was. The channel gives the order what the draft has kept
 * aside; so do we, by giving the hold up just before the order is booked, in its transaction: it takes the same pieces.
 * Returns the items of which the order may leave some.
 */
export async function holdsBecome(
  tx: Sql,
  owner: Owner,
  order: { externalId: string; asides?: string[] },
): Promise<number[]> {
  const { merchantId, accountId, at } = owner
  const text = `SELECT hold_id AS "holdId" FROM hold_draft
    WHERE merchant_id = $1 AND account_id = $2 AND state IN ('wanted', 'open') AND (key = ANY ($3::text[]) OR order_external_id = $4)
    ORDER BY hold_id`
  const values = [merchantId, accountId, order.asides ?? [], order.externalId]
  const { rows } = await tx.query<{ holdId: number }>({ name: 'holds-of-order', text, values })
  const freed: number[] = []
  for (const { holdId } of rows) {
    const become = await becomeOrderThere(tx, { merchantId, at }, { holdId, account: { id: accountId } })
    if (isRefusal(become)) continue
    freed.push(...become.freed)
    const end = `UPDATE hold_draft SET state = 'ended', end_key = $4, order_external_id = $5
      WHERE merchant_id = $1 AND hold_id = $2 AND account_id = $3`
    await tx.query({ text: end, values: [merchantId, holdId, accountId, become.key, order.externalId] })
  }
  return freed
}
