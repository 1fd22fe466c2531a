import type { Sql } from '../kernel/sql.ts'
import type { Concluded } from './publication.server.ts'

type Of = { merchantId: number; id: number }

// Refused so often, one after the other, it is not raised any more: the other listings need the calls. What has to fall
// is tried on, once an hour: what is sold must not stay on sale for want of a try.
const MOST_REFUSALS = 3

// What somebody can change about it there. Of a listing `l`.
const LISTING_IS = `md5(concat_ws('|', l.status, l.shown, l.sku, l.title, l.attributes::text, l.price_minor))`

const PUT_ASIDE = `
WITH failed AS (
  SELECT * FROM unnest($3::int[], $4::int[], $5::text[], $7::boolean[]) AS x (listing_id, asked, reason, falls)
), aside AS (
  INSERT INTO quarantine (merchant_id, listing_id, account_id, reason, since, listing_was)
  SELECT $1, d.listing_id, $2, f.reason, $6, ${LISTING_IS} FROM failed f
  JOIN listing_due d ON d.account_id = $2 AND d.listing_id = f.listing_id AND d.asked = f.asked
  JOIN listing l ON l.merchant_id = $1 AND l.id = d.listing_id
  -- one that was put aside before is tried once for each change, not three times
  WHERE d.attempts >= ${MOST_REFUSALS} OR EXISTS (SELECT FROM quarantine q WHERE q.merchant_id = $1 AND q.listing_id = d.listing_id)
  ON CONFLICT (merchant_id, listing_id) DO UPDATE SET reason = EXCLUDED.reason, listing_was = EXCLUDED.listing_was
  RETURNING listing_id
)
UPDATE listing_due d SET not_before = CASE WHEN f.falls THEN $6::timestamptz + interval '1 hour' ELSE 'infinity' END
FROM aside JOIN failed f USING (listing_id) WHERE d.account_id = $2 AND d.listing_id = aside.listing_id
RETURNING d.listing_id AS "listingId"`

/** Puts aside those that were refused too often. Returns which. */
export async function putAside(
  db: Sql,
  account: Of,
  { failed, at }: { failed: Concluded[]; at: Date },
): Promise<Set<number>> {
  const own = failed.filter(({ listing, outcome }) => !listing.companion && outcome.reason !== 'dead')
  if (own.length === 0) return new Set()
  const values = [
    account.merchantId,
    account.id,
    own.map(({ listing }) => listing.listingId),
    own.map(({ listing }) => listing.asked),
    own.map(({ outcome }) => outcome.reason ?? 'it did not say why'),
    at,
    own.map(({ listing }) => isExposed(listing)),
  ]
  const { rows } = await db.query<{ listingId: number }>({ name: 'put-aside', text: PUT_ASIDE, values })
  return new Set(rows.map(({ listingId }) => listingId))
}

/** It shows more than there is. */
export const isExposed = ({ shown, quantity }: { shown: number | null; quantity: number }): boolean =>
  shown === null || quantity < shown

const releaseWhere = (which: string) => `
WITH released AS (
  DELETE FROM quarantine q USING listing l
  WHERE q.merchant_id = $1 AND l.merchant_id = q.merchant_id AND l.id = q.listing_id AND ${which}
  RETURNING q.account_id, q.listing_id
)
UPDATE listing_due d SET not_before = $3, attempts = 0, asked = d.asked + 1 FROM released r
WHERE d.account_id = r.account_id AND d.listing_id = r.listing_id`

/** Those of an account that are not what they were when they were put aside are tried again. */
export async function releaseChanged(db: Sql, account: Of, at: Date): Promise<void> {
  const text = releaseWhere(`q.account_id = $2 AND q.listing_was <> ${LISTING_IS}`)
  await db.query({ name: 'release-changed', text, values: [account.merchantId, account.id, at] })
}

/** A person wants it tried again. False when it is not put aside. */
export async function release(
  db: Sql,
  { merchantId, listingId, at }: { merchantId: number; listingId: number; at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query({ text: releaseWhere('q.listing_id = $2'), values: [merchantId, listingId, at] })
  return rowCount !== 0
}
