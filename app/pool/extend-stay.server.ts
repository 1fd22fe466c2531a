import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { keepRemark } from './remark.server.ts'

export type Extending = { merchantId: number; actor: string; stayId: number; dueAt: Date; why: string }

/** Gives pieces that lie somewhere more time, or less. Their incident ends by itself when they are not overdue any more. */
export async function extendStay(tx: Sql, given: Extending, at: Date): Promise<Refusal | { freed: number[] }> {
  const { merchantId, actor, stayId, dueAt } = given
  if (dueAt <= at) return refuse('past', 'The day they are due must be still to come.')
  const remark = await keepRemark(tx, { merchantId, actor, text: given.why, at })
  const text = 'UPDATE stay SET due_at = $3, remark = $4 WHERE merchant_id = $1 AND id = $2 AND quantity_left > 0'
  const { rowCount } = await tx.query({ name: 'extend-stay', text, values: [merchantId, stayId, dueAt, remark] })
  return rowCount === 1 ? { freed: [] } : refuse('unknown-stay', 'These pieces are not there any more.')
}
