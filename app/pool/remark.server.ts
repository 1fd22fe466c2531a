import type { Sql } from '../kernel/sql.ts'

/** What a person wrote about something they did; in a table of its own, so that it can be erased. */
export type NewRemark = { merchantId: number; actor: string; text: string; at: Date }

/** Keeps it, in the caller's transaction. Returns its address, "remark/12": the cause of what they did. */
export async function keepRemark(tx: Sql, { merchantId, actor, text, at }: NewRemark): Promise<string> {
  const insert = `INSERT INTO remark (merchant_id, actor, text, made_at) VALUES ($1, $2, $3, $4) RETURNING id`
  const { rows } = await tx.query<{ id: number }>({
    name: 'keep-remark',
    text: insert,
    values: [merchantId, actor, text, at],
  })
  return `remark/${rows[0]!.id}`
}
