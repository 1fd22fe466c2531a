import type { Sql } from '../kernel/sql.ts'

/** How long a channel took to take a new number, from the change in the pool to its answer. Milliseconds. */
export type Lag = { accountId: number; p50: number; p95: number; of: number }

const RECENT = 500

// By the primary key from its end, so that it costs the same after a year. `numeric` keeps half milliseconds out of JSON.
const LAG = `
SELECT account_id AS "accountId", count(*)::int AS of, percentile_disc(0.5) WITHIN GROUP (ORDER BY ms) AS p50,
  percentile_disc(0.95) WITHIN GROUP (ORDER BY ms) AS p95
FROM (
  SELECT account_id, outcome, GREATEST(0, extract(epoch FROM answered_at - since) * 1000)::int AS ms
  FROM publication WHERE merchant_id = $1 ORDER BY id DESC LIMIT ${RECENT}
) p WHERE outcome = 'accepted' GROUP BY account_id`

/** The lag of each channel over the last 500 numbers sent, by account. */
export async function lagOf(db: Sql, merchantId: number): Promise<Map<number, Lag>> {
  const { rows } = await db.query<Lag>({ name: 'lag-of', text: LAG, values: [merchantId] })
  return new Map(rows.map((row) => [row.accountId, row]))
}
