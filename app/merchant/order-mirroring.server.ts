import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** Whether a merchant's orders of other channels are made in their store. `since`: those placed from then on; null: not. */
export type OrderMirroring = { accountId: number; store: string; isOpen: boolean; since: Date | null }

/** Null when there is no store that is open: nothing can be made anywhere. */
export async function orderMirroring(db: Sql, merchantId: number, channels: string[]): Promise<OrderMirroring | null> {
  const text = `SELECT a.id AS "accountId", a.name AS store, a.status = 'open' AS "isOpen", m.since FROM channel_account a
    LEFT JOIN order_mirroring m ON m.merchant_id = a.merchant_id AND m.account_id = a.id
    WHERE a.merchant_id = $1 AND a.channel = ANY ($2::text[]) AND a.status <> 'off' ORDER BY a.id LIMIT 1`
  return (
    (await db.query<OrderMirroring>({ name: 'order-mirroring', text, values: [merchantId, channels] })).rows[0] ?? null
  )
}

type Turning = { merchantId: number; channels: string[]; on: boolean; actor: string; at: Date }

/**
 * Turns it on from now, or off: what was made stays and is kept in step, what was not begun is not made any more. Turned
 * on again while it is on, nothing changes.
 */
export async function turnOrderMirroring(tx: Sql, given: Turning): Promise<Refusal | undefined> {
  const { merchantId, channels, on, actor, at } = given
  const now = await orderMirroring(tx, merchantId, channels)
  if (!now) return refuse('no-store', 'There is no store that orders could be made in.')
  if ((now.since !== null) === on) return undefined
  // What is only watched is not written to.
  if (on && !now.isOpen) return refuse('not-open', `${now.store} is not open yet: look through its differences first.`)
  const text = `INSERT INTO order_mirroring (merchant_id, account_id, since, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (merchant_id) DO UPDATE SET account_id = EXCLUDED.account_id, since = EXCLUDED.since,
      changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at`
  await tx.query({ text, values: [merchantId, now.accountId, on ? at : null, actor, at] })
  if (on) return undefined
  const letGo = `UPDATE order_mirror SET state = 'not needed', due_at = NULL, reason = NULL
    WHERE merchant_id = $1 AND state IN ('unpaid', 'waiting', 'refused') AND sent_at IS NULL`
  await tx.query({ text: letGo, values: [merchantId] })
  return undefined
}
