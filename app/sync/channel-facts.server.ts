import type { Capabilities } from '../channels/connector.ts'
import type { Sql } from '../kernel/sql.ts'
import type { ChannelFacts } from '../pool/terms.ts'

type Named = { merchantId: number; id: number; name: string }
type Noted = { p95Ms: number | null; healthy: boolean }

/** What a number for this account follows from: what the channel can do, and how it was, now or at a past moment. */
export async function factsOf(
  db: Sql,
  account: Named,
  { maximumShown, at }: Pick<Capabilities, 'maximumShown'> & { at?: Date },
): Promise<ChannelFacts> {
  const text = `SELECT p95_ms AS "p95Ms", healthy FROM channel_fact WHERE merchant_id = $1 AND account_id = $2
    AND at <= COALESCE($3::timestamptz, 'infinity') ORDER BY at DESC LIMIT 1`
  const values = [account.merchantId, account.id, at ?? null]
  const { rows } = await db.query<Noted>({ name: 'channel-facts', text, values })
  const { p95Ms, healthy } = rows[0] ?? { p95Ms: null, healthy: true }
  return { name: account.name, maximumShown, p95Ms, healthy }
}
