import type { WriteOutcome } from '../channels/connector.ts'
import type { ListingSnapshot } from '../kernel/listing-snapshot.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { derivationOf } from './derivation.ts'
import type { DueListing } from './due-listings.server.ts'
import type { Computed } from './publisher.ts'

/** Notes that the channel shows already what it should: nothing was sent. */
export async function keepAgreed(
  db: Sql,
  account: Account,
  { listings, at }: { listings: Computed[]; at: Date },
): Promise<void> {
  if (listings.length === 0) return
  const text = `UPDATE listing l SET published_seq = x.seq, published_rules = x.rules, published_quantity = x.quantity,
      -- what shows pieces is on sale: a cancellation there may have put back what we had taken off
      status = CASE WHEN x.quantity > 0 AND l.status IN ('inactive', 'sold_out') THEN 'active' ELSE l.status END,
      agreed_since = COALESCE(l.agreed_since, $4)
    FROM jsonb_to_recordset($3) AS x ("listingId" int, seq bigint, rules bigint, quantity int)
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = x."listingId"`
  const rows = listings.map(({ listingId, seq, rulesVersion, quantity }) => ({
    listingId,
    seq,
    rules: rulesVersion,
    quantity,
  }))
  await db.query({ name: 'keep-agreed', text, values: [account.merchantId, account.id, JSON.stringify(rows), at] })
}

const KEEP = `
WITH told AS (
  SELECT * FROM jsonb_to_recordset($3) AS x ("listingId" int, quantity int, seq bigint, rules bigint, derivation jsonb, since timestamptz,
    outcome text, reason text, shown int, expected int, companion boolean, unexplained int)
), publications AS (
  INSERT INTO publication (merchant_id, account_id, listing_id, quantity, stock_seq, derivation, since, sent_at, answered_at, outcome, reason)
  SELECT $1, $2, "listingId", quantity, seq, derivation, since, $4, $5, outcome, reason FROM told WHERE outcome <> 'changed' AND NOT companion
), released AS (
  DELETE FROM quarantine q USING told t WHERE t.outcome = 'accepted' AND NOT t.companion AND q.merchant_id = $1 AND q.listing_id = t."listingId"
), settled AS (
  UPDATE incident c SET closed_at = $5, closed_by = 'app' FROM told t
  WHERE t.outcome = 'accepted' AND NOT t.companion AND c.merchant_id = $1 AND c.closed_at IS NULL
    AND c.kind = ANY (CASE WHEN t.unexplained = 0 THEN ARRAY['refused-write', 'drift'] ELSE ARRAY['refused-write'] END)
    AND c.subject = 'listing/' || t."listingId"
  RETURNING c.id
), noted AS (
  INSERT INTO incident_note (merchant_id, incident_id, at, actor, sentence)
  SELECT $1, id, $5, 'app', 'The channel has taken our number.' FROM settled
)
UPDATE listing l SET
  -- not to be believed before it is read again, it is the least that it can show: a drop below that is somebody's doing
  shown = CASE WHEN t.outcome = 'unknown' THEN LEAST(l.shown, t.quantity) WHEN t.outcome = 'rejected' THEN COALESCE(t.shown, l.shown)
    ELSE GREATEST(0, COALESCE(t.shown, t.quantity) - GREATEST(0, COALESCE(t.expected - l.shown, 0))) END,
  -- no answer, or an order there was booked while this was on its way: what it shows must be read before it is believed.
  -- Written is seen as of when it was sent: a sale after that is not in it.
  seen_at = CASE WHEN t.outcome = 'unknown' THEN NULL WHEN t.outcome = 'rejected' THEN l.seen_at
    WHEN l.seen_at IS NULL OR l.shown IS DISTINCT FROM t.expected THEN NULL
    WHEN t.outcome = 'changed' THEN $5::timestamptz ELSE $4::timestamptz END,
  sent_at = NULL,
  unexplained = CASE WHEN t.outcome = 'changed' THEN l.unexplained + GREATEST(0, l.shown - t.shown)
    ELSE l.unexplained END,
  published_seq = CASE WHEN t.outcome = 'accepted' AND NOT t.companion THEN t.seq ELSE l.published_seq END,
  published_rules = CASE WHEN t.outcome = 'accepted' AND NOT t.companion THEN t.rules ELSE l.published_rules END,
  -- a 0 without an answer too: when it is found off sale, it was we who took it off, and not a person
  -- and a 0 written together with others, which may have taken all of them off sale
  published_quantity = CASE WHEN (t.outcome = 'accepted' OR t.outcome = 'unknown' AND t.quantity = 0)
    AND (NOT t.companion OR t.quantity = 0) THEN t.quantity ELSE l.published_quantity END,
  agreed_since = CASE WHEN t.companion AND t.outcome = 'accepted' THEN l.agreed_since
    WHEN t.outcome = 'accepted' AND COALESCE(t.shown, t.quantity) = t.quantity THEN $5::timestamptz END,
  status = CASE WHEN t.reason = 'dead' THEN 'dead' WHEN t.outcome <> 'accepted' THEN l.status
    WHEN t.quantity = 0 AND l.status = 'active' THEN 'inactive' WHEN t.quantity > 0 THEN 'active' ELSE l.status END
FROM told t
WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = t."listingId"`

export type Concluded = { listing: Computed; outcome: WriteOutcome }

/** Keeps each number that was sent with its derivation, and what the channel shows since. */
export async function keepOutcomes(
  db: Sql,
  account: Account,
  { concluded, sentAt, answeredAt }: { concluded: Concluded[]; sentAt: Date; answeredAt: Date },
): Promise<void> {
  const rows = concluded.map(({ listing, outcome }) => ({
    listingId: listing.listingId,
    quantity: listing.quantity,
    seq: listing.seq,
    rules: listing.rulesVersion,
    derivation: derivationOf(listing),
    since: listing.since,
    outcome: outcome.outcome,
    reason: outcome.reason,
    shown: outcome.shown,
    expected: listing.shown,
    companion: listing.companion ?? false,
    unexplained: listing.unexplained,
  }))
  const values = [account.merchantId, account.id, JSON.stringify(rows), sentAt, answeredAt]
  await db.query({ name: 'keep-outcomes', text: KEEP, values })
}

/**
 * Keeps what a read showed. What is less than the least that it could show is a drop that nothing explains yet. Returns the
 * listings the channel does not know any more.
 */
export async function keepShown(
  db: Sql,
  account: Account,
  { listings, snapshots, at }: { listings: DueListing[]; snapshots: ListingSnapshot[]; at: Date },
): Promise<DueListing[]> {
  const seen = new Map(snapshots.map((snapshot) => [`${snapshot.ref.externalId}/${snapshot.ref.variantId}`, snapshot]))
  const rows = listings.map(({ listingId, ref }) => {
    const snapshot = seen.get(`${ref.externalId}/${ref.variantId}`)
    return { listingId, shown: snapshot?.shown ?? 0, status: snapshot?.status ?? 'dead' }
  })
  const text = `UPDATE listing l SET shown = x.shown, status = x.status, seen_at = $4, sent_at = NULL, agreed_since = NULL,
      unexplained = CASE WHEN x.status = 'dead' THEN 0 ELSE l.unexplained + GREATEST(0, l.shown - x.shown) END
    FROM jsonb_to_recordset($3) AS x ("listingId" int, shown int, status text)
    WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = x."listingId"`
  await db.query({ name: 'keep-shown', text, values: [account.merchantId, account.id, JSON.stringify(rows), at] })
  return listings.filter(({ ref }) => !seen.has(`${ref.externalId}/${ref.variantId}`))
}

/**
 * These are about to be sent absolute numbers: the channel's orders must be read after it, and should this process not
 * live to keep the answer, what they show must be read too. False when the account is not open any more: nothing may be
 * sent.
 */
export async function noteSending(
  db: Sql,
  account: Account,
  { listingIds, at }: { listingIds: number[]; at: Date },
): Promise<boolean> {
  const text = `WITH account AS (
      SELECT status = 'open' AS open FROM channel_account WHERE merchant_id = $1 AND id = $2
    ), owed AS (
      UPDATE channel_account SET read_owed = true WHERE merchant_id = $1 AND id = $2 AND status = 'open' AND NOT read_owed
    ), sent AS (
      UPDATE listing SET sent_at = $4 WHERE merchant_id = $1 AND account_id = $2 AND id = ANY ($3::int[]) AND (SELECT open FROM account)
    )
    SELECT open FROM account`
  const values = [account.merchantId, account.id, listingIds, at]
  const { rows } = await db.query<{ open: boolean }>({ name: 'note-sending', text, values })
  const open = rows[0]?.open === true
  account.readOwed ||= open
  return open
}

/** They were not sent after all. */
export async function noteUnsent(db: Sql, account: Account, listingIds: number[]): Promise<void> {
  const text = 'UPDATE listing SET sent_at = NULL WHERE merchant_id = $1 AND account_id = $2 AND id = ANY ($3::int[])'
  await db.query({ name: 'note-unsent', text, values: [account.merchantId, account.id, listingIds] })
}
