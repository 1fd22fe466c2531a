import type { Sql } from '#app/kernel/sql.ts'

export type StaySeen = { place: string; state: string; left: number; since: Date; due: Date | null }

/** The open stays of a merchant's pieces, oldest first. */
export async function staysOf(db: Sql, merchantId: number): Promise<StaySeen[]> {
  const text = `SELECT l.name AS place, s.state, s.quantity_left AS left, s.since, s.due_at AS due FROM stay s
    JOIN location l ON l.merchant_id = s.merchant_id AND l.id = s.location_id
    WHERE s.merchant_id = $1 AND s.quantity_left > 0 ORDER BY s.since, s.id`
  return (await db.query<StaySeen>({ text, values: [merchantId] })).rows
}
