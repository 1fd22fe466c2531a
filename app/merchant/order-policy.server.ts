import { present } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'

/**
 * How a merchant wants orders to be dealt with. `claimMinutes`: for so long a one-of-one piece can still pass to an order
 * with the better claim. `inspectsReturns`: what a channel put back on sale by itself is looked at first.
 */
export type OrderPolicy = { claimMinutes: number; inspectsReturns: boolean }

export async function orderPolicy(db: Sql, merchantId: number): Promise<OrderPolicy> {
  const text =
    'SELECT claim_minutes AS "claimMinutes", inspects_returns AS "inspectsReturns" FROM merchant WHERE id = $1'
  const { rows } = await db.query<OrderPolicy>({ name: 'order-policy', text, values: [merchantId] })
  return present(rows[0], 'the merchant')
}

/** Holds for what comes from now on: a claim that is under way keeps its time. */
export async function keepOrderPolicy(db: Sql, merchantId: number, policy: OrderPolicy): Promise<undefined> {
  const text = 'UPDATE merchant SET claim_minutes = $2, inspects_returns = $3 WHERE id = $1'
  await db.query({ text, values: [merchantId, policy.claimMinutes, policy.inspectsReturns] })
  return undefined
}
