import type { ListingRef } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { rulesLateral, rulesVersionSql, type Under } from '../pool/rules.server.ts'
import { ONLY_ONE, seqOf, stockLateral } from '../pool/stock.server.ts'
import type { Supply } from '../pool/supply.ts'
import { ORDER_COLUMNS, riskSql, standingLateral } from './telling-order.server.ts'

/** A listing that may have to be told a number, with everything the number follows from, read as one. */
export type DueListing = Under & {
  listingId: number
  itemId: number
  ref: ListingRef
  title: string
  /** false: a person has not decided, or took it off sale there: nothing is written */
  publishable: boolean
  oneOfOne: boolean
  shown: number | null
  seen: boolean
  unexplained: number
  /** it is due itself; false: it is written together with one that is */
  due: boolean
  asked: number
  /** how often it was refused or had no answer, one after the other */
  attempts: number
  /** pieces sold in the last four weeks */
  pace: number
  since: Date
  seq: number
  supply: Supply
}

const OF_A_LISTING = { merchant: 'l.merchant_id', account: 'l.account_id', item: 'i.id', category: 'i.category' }

// With what is due comes what the channel writes together with it: the other variations of the same listing there.
// OFFSET 0 keeps each look-up one by key: the planner would join whole tables by merchant, who are one and the same.
const SELECT = `
WITH due AS MATERIALIZED (
  SELECT d.merchant_id, d.listing_id, d.asked, d.attempts, d.pace, d.since, l.external_id
  FROM (SELECT * FROM listing_due WHERE account_id = $1 AND not_before <= $2 ORDER BY account_id, risk, pace DESC, pieces, since, listing_id LIMIT $3) d,
  LATERAL (SELECT external_id FROM listing WHERE merchant_id = d.merchant_id AND id = d.listing_id OFFSET 0) l
), together AS MATERIALIZED (
  SELECT DISTINCT merchant_id, external_id FROM due
)
SELECT l.id AS "listingId", l.item_id AS "itemId", l.title, l.shown, l.unexplained, l.seen_at IS NOT NULL AND l.sent_at IS NULL AS seen,
  d.listing_id IS NOT NULL AS due, COALESCE(d.asked, 0) AS asked, COALESCE(d.attempts, 0) AS attempts, COALESCE(d.pace, 0) AS pace, COALESCE(d.since, $2) AS since,
  json_build_object('externalId', l.external_id, 'variantId', l.variant_id) AS ref,
  i.undecided IS NULL AND (i.tracked OR i.kind = 'bundle') AND i.status <> 'deleted' AND l.status NOT IN ('dead', 'draft', 'expired')
    -- off sale there: by us when we said 0, otherwise by a person, whose wish it is
    AND (l.status <> 'inactive' OR l.published_quantity = 0) AS publishable,
  ${ONLY_ONE} AS "oneOfOne", s.seq, s.supply, u.rules, u."rulesVersion", u."keptElsewhere"
FROM together t,
LATERAL (SELECT * FROM listing WHERE merchant_id = t.merchant_id AND account_id = $1 AND external_id = t.external_id OFFSET 0) l
LEFT JOIN due d ON d.listing_id = l.id,
LATERAL (SELECT * FROM item WHERE merchant_id = l.merchant_id AND id = l.item_id OFFSET 0) i,
${stockLateral('l.merchant_id', 'l.item_id')} s,
${rulesLateral(OF_A_LISTING)} u`

/**
 * What is due for an account, with what is written together with it: at most `most` that are due, by risk
 * (`telling-order`), then what sells fastest.
 */
export async function dueListings(
  db: Sql,
  accountId: number,
  { at, most }: { at: Date; most: number },
): Promise<DueListing[]> {
  return (await db.query<DueListing>({ name: 'due-listings', text: SELECT, values: [accountId, at, most] })).rows
}

/** When the earliest listing that waits becomes due; null when none waits. */
export async function nextDue(db: Sql, accountId: number): Promise<Date | null> {
  const text = `SELECT min(not_before) AS at FROM listing_due WHERE account_id = $1 AND not_before < 'infinity'`
  return (await db.query<{ at: Date | null }>({ name: 'next-due', text, values: [accountId] })).rows[0]?.at ?? null
}

/** Ends what is done, but for what has been asked for anew meanwhile. */
export async function settle(db: Sql, accountId: number, done: { listingId: number; asked: number }[]): Promise<void> {
  const text = `DELETE FROM listing_due d USING unnest($2::int[], $3::int[]) AS x (listing_id, asked)
    WHERE d.account_id = $1 AND d.listing_id = x.listing_id AND d.asked = x.asked`
  const values = [accountId, done.map(({ listingId }) => listingId), done.map(({ asked }) => asked)]
  if (done.length > 0) await db.query({ name: 'settle-due', text, values })
}

/** Puts them on the list, whether or not their stock has changed. */
export async function makeDue(
  db: Sql,
  account: { merchantId: number; id: number },
  { listings, at }: { listings: { listingId: number }[]; at: Date },
): Promise<void> {
  if (listings.length === 0) return
  const text = `INSERT INTO listing_due (merchant_id, account_id, listing_id, since, not_before)
    SELECT $1, $2, id, $4, $4::timestamptz FROM unnest($3::int[]) AS x (id)
    ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1`
  const ids = listings.map(({ listingId }) => listingId)
  await db.query({ name: 'make-due', text, values: [account.merchantId, account.id, ids, at] })
}

/** How long to leave something alone: `firstMs` at first, twice as long each time, `mostMs` at most. */
export type Patience = { firstMs: number; mostMs: number }

/** Leaves them for later, but for what has been asked for anew meanwhile. */
export async function postpone(
  db: Sql,
  listings: { listingId: number; asked: number }[],
  { accountId, at, firstMs, mostMs }: Patience & { accountId: number; at: Date },
): Promise<void> {
  if (listings.length === 0) return
  const text = `UPDATE listing_due d SET attempts = attempts + 1,
      not_before = $4::timestamptz + LEAST($5 * 2 ^ LEAST(attempts, 20), $6) * interval '1 millisecond'
    FROM unnest($2::int[], $3::int[]) AS x (listing_id, asked)
    WHERE d.account_id = $1 AND d.listing_id = x.listing_id AND d.asked = x.asked`
  const ids = [listings.map(({ listingId }) => listingId), listings.map(({ asked }) => asked)]
  await db.query({ name: 'postpone-due', text, values: [accountId, ...ids, at, firstMs, mostMs] })
}

/**
 * Derives from the rows what is due and puts it on the list: after a crash, when an account goes live, and now and
 * then, so that nothing depends on the list alone. Returns how many were added.
 */
export async function deriveDue(db: Sql, account: Account, at: Date): Promise<number> {
  const text = `INSERT INTO listing_due (merchant_id, account_id, listing_id, ${ORDER_COLUMNS}, since, not_before)
    SELECT l.merchant_id, l.account_id, l.id, ${riskSql({ s: 's', shown: 'l.shown' })}, s.pace, s.pieces, $3, $3::timestamptz FROM listing l
    JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id, ${standingLateral} s
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.item_id IS NOT NULL AND (l.published_seq < ${seqOf('i')}
      OR l.published_rules < ${rulesVersionSql(OF_A_LISTING)})
    ON CONFLICT DO NOTHING`
  return (await db.query({ text, values: [account.merchantId, account.id, at] })).rowCount ?? 0
}
