import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** The order that stands for one of another channel, as pages show it. */
export type MirrorView = {
  /** unpaid, waiting, made, refused, not needed */
  state: string
  store: string
  name: string | null
  url: string | null
  reason: string | null
}

/** SQL for `MirrorView` of the order `o`; null where nothing is to be made. */
export const MIRROR_OF_ORDER = `(SELECT json_build_object('state', m.state, 'store', s.name, 'name', m.name, 'url', m.url, 'reason', m.reason)
  FROM order_mirror m JOIN channel_account s ON s.merchant_id = m.merchant_id AND s.id = m.account_id
  WHERE m.merchant_id = o.merchant_id AND m.order_id = o.id)`

/** Those that are not made, or with something for a person to do: few, and found by an index of their own. */
export const TO_LOOK_AT = `SELECT order_id FROM order_mirror
  WHERE merchant_id = $1 AND (state IN ('waiting', 'refused') OR reason IS NOT NULL)`

/** A person wants it tried again: to be made, or brought in step. */
export async function tryMirrorAgain(
  db: Sql,
  { merchantId, orderId, at }: { merchantId: number; orderId: number; at: Date },
): Promise<Refusal | undefined> {
  const text = `UPDATE order_mirror SET state = CASE WHEN state = 'refused' THEN 'waiting' ELSE state END, due_at = $3, attempts = 0,
      reason = CASE WHEN state = 'refused' THEN NULL ELSE reason END
    WHERE merchant_id = $1 AND order_id = $2 AND state IN ('refused', 'waiting', 'made')`
  const done = await db.query({ text, values: [merchantId, orderId, at] })
  if (done.rowCount === 0) return refuse('unknown-order', 'There is nothing of this order to be made.')
  const parcels = `UPDATE order_mirror_parcel SET state = 'due' WHERE merchant_id = $1 AND order_id = $2 AND state = 'refused'`
  await db.query({ text: parcels, values: [merchantId, orderId] })
  return undefined
}
