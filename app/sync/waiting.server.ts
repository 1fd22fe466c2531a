import type { Sql } from '../kernel/sql.ts'
import type { Step } from './publisher.ts'
import { RISK } from './telling-order.server.ts'

/** Why what an account has to be told is not told yet, in what a page can say. */
export type Waiting = {
  accountId: number
  /** budget: the calls of the day are spent. limit: those of the moment. orders: its orders have to be read first. */
  waitsFor: 'budget' | 'limit' | 'orders' | null
  until: Date | null
  /** listings that wait, and of them those that show a piece too many, or the last one */
  listings: number
  atRisk: number
  /** since when the first of them waits */
  since: Date | null
  /** put aside: their channel refuses them, and a person must look */
  aside: number
}

type Of = { merchantId: number; id: number }

// Longer than any window of seconds: it is a budget that is spent.
const BUDGET_FROM_MS = 60_000

const lastNoted = new WeakMap<object, string>()

/** Keeps on the account what a round of it ended with. `connector`: what it was noted for last, so as to note it once. */
export async function noteWaiting(
  db: Sql,
  { account, connector }: { account: Of; connector: object },
  { step: { waits, againMs }, at }: { step: Step; at: Date },
): Promise<void> {
  const waitsFor = waits && againMs !== null ? (againMs >= BUDGET_FROM_MS ? 'budget' : 'limit') : null
  const until = waitsFor === 'budget' ? new Date(at.getTime() + (againMs ?? 0)) : null
  // A wait of a second is noted once, not every second; that of a budget as often as its end moves by a minute.
  const print = `${waitsFor}/${until === null ? '' : Math.round(until.getTime() / BUDGET_FROM_MS)}`
  if ((lastNoted.get(connector) ?? 'null/') === print) return
  const text = 'UPDATE channel_account SET waits_for = $3, waits_until = $4 WHERE merchant_id = $1 AND id = $2'
  await db.query({ name: 'note-waiting', text, values: [account.merchantId, account.id, waitsFor, until] })
  lastNoted.set(connector, print)
}

// A read that has been owed for so long is what the numbers wait for, whatever else they may.
const ORDERS_LATE_MS = 60_000

const WAITING = `
SELECT a.id AS "accountId", d.listings, d.at_risk AS "atRisk", d.since, q.aside,
  CASE WHEN d.listings = 0 THEN NULL WHEN a.read_owed AND a.watermark < $2::timestamptz - ${ORDERS_LATE_MS} * interval '1 millisecond' THEN 'orders'
    ELSE a.waits_for END AS "waitsFor",
  CASE WHEN d.listings > 0 THEN a.waits_until END AS until
FROM channel_account a,
LATERAL (SELECT count(*)::int AS listings, (count(*) FILTER (WHERE risk <= ${RISK.lastPiece}))::int AS at_risk, min(since) AS since
  FROM listing_due WHERE account_id = a.id AND not_before < 'infinity') d,
LATERAL (SELECT count(*)::int AS aside FROM quarantine WHERE account_id = a.id) q
WHERE a.merchant_id = $1 AND a.status = 'open' ORDER BY a.id`

/** What waits on each of a merchant's open accounts, and for what. */
export async function waitingOf(db: Sql, merchantId: number, at: Date): Promise<Waiting[]> {
  return (await db.query<Waiting>({ name: 'waiting-of', text: WAITING, values: [merchantId, at] })).rows
}
