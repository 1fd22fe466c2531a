import type { Sql } from '../kernel/sql.ts'

/** The moments that a merchant's own clock calls so: "2026-12-24T18:00"; null stays null. */
export async function momentsOf(db: Sql, merchantId: number, local: (string | null)[]): Promise<(Date | null)[]> {
  const text = `SELECT t::timestamp AT TIME ZONE m.time_zone AS at
    FROM merchant m, unnest($2::text[]) WITH ORDINALITY AS u (t, n) WHERE m.id = $1 ORDER BY n`
  if (local.every((one) => one === null)) return local.map(() => null)
  return (await db.query<{ at: Date | null }>({ text, values: [merchantId, local] })).rows.map(({ at }) => at)
}
