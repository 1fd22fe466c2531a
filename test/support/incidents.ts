import type { Sql } from '#app/kernel/sql.ts'

export type OpenIncident = { kind: string; subject: string; sentence: string; value: number | null }

/** What is wrong for a merchant now, oldest first. `value`: minor units. */
export async function openIncidents(db: Sql, merchantId: number): Promise<OpenIncident[]> {
  const text = `SELECT kind, subject, sentence, value_minor AS value FROM incident WHERE merchant_id = $1 AND closed_at IS NULL ORDER BY id`
  return (await db.query<OpenIncident>({ text, values: [merchantId] })).rows
}
