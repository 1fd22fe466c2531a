import type { Sql } from '../kernel/sql.ts'
import { OUT_OF_STEP, type Step } from './in-step.ts'

// What waits to be told, of the merchant $1. Asked once a statement, not once a row: with 143,000 listings that halves
// the time. A channel that keeps a ledger of its own waits for movements, the others for numbers.
const WAITS = `(l.id IN (SELECT d.listing_id FROM listing_due d WHERE d.merchant_id = $1)
  OR (l.account_id, l.item_id) IN (SELECT m.account_id, m.item_id FROM mirror_due m WHERE m.merchant_id = $1))`

const NOT_PUBLISHED = (item: string) =>
  `${item}.undecided IS NOT NULL OR NOT (${item}.tracked OR ${item}.kind = 'bundle') OR ${item}.status = 'deleted'`

const stepWhere = (undecided: string) => `CASE
  WHEN a.status <> 'open' THEN 'not_live'
  WHEN l.status = 'dead' THEN 'dead'
  WHEN l.item_id IS NULL OR ${undecided} THEN 'undecided'
  WHEN l.status IN ('draft', 'expired') OR l.status = 'inactive' AND l.published_quantity <> 0 THEN 'off_sale'
  WHEN ${WAITS} THEN 'behind'
  WHEN l.seen_at IS NOT NULL AND l.agreed_since IS NOT NULL THEN 'in_step'
  WHEN l.seen_at IS NOT NULL AND l.shown <> l.published_quantity THEN 'differs'
  ELSE 'unseen'
END`

/** The step of a listing `l` of the merchant $1, of the account `a` and the item `i`, as SQL. */
export const STEP = stepWhere(`(${NOT_PUBLISHED('i')})`)

// The same over all listings: few items are undecided, and joining every listing to its item costs more than all else.
const STEP_OF_MANY = stepWhere(
  `l.item_id IN (SELECT j.id FROM item j WHERE j.merchant_id = $1 AND (${NOT_PUBLISHED('j')}))`,
)

const ACCOUNT = 'JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id'

/** The items of the merchant $1 with a listing out of step: first by its own columns, which is cheap, then by the rule. */
export const ITEMS_OUT_OF_STEP = `SELECT l.item_id FROM listing l ${ACCOUNT}
  WHERE l.merchant_id = $1 AND (l.agreed_since IS NULL OR l.seen_at IS NULL OR l.status = 'dead' OR ${WAITS})
    AND ${STEP_OF_MANY} IN (${OUT_OF_STEP.map((step) => `'${step}'`).join(', ')})`

/** How a channel's listings stand. Counts are listings; `lastSeen` is the last time a number of it was seen there. */
export type ChannelInStep = { accountId: number; counts: Partial<Record<Step, number>>; lastSeen: Date | null }

/** How the listings of each channel stand, by account; one with no listings is missing. */
export async function channelsInStep(db: Sql, merchantId: number): Promise<Map<number, ChannelInStep>> {
  const text = `SELECT l.account_id AS "accountId", ${STEP_OF_MANY} AS step, count(*)::int AS n, max(l.seen_at) AS seen
    FROM listing l ${ACCOUNT} WHERE l.merchant_id = $1 GROUP BY 1, 2`
  type Row = { accountId: number; step: Step; n: number; seen: Date | null }
  const { rows } = await db.query<Row>({ name: 'channels-in-step', text, values: [merchantId] })
  const channels = new Map<number, ChannelInStep>()
  for (const { accountId, step, n, seen } of rows) {
    const known = channels.get(accountId) ?? { accountId, counts: {}, lastSeen: null }
    const lastSeen = seen && (!known.lastSeen || seen > known.lastSeen) ? seen : known.lastSeen
    channels.set(accountId, { accountId, counts: { ...known.counts, [step]: n }, lastSeen })
  }
  return channels
}
