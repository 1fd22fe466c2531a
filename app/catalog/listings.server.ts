import { present } from '../kernel/assert.ts'
import type { ListingSnapshot } from '../kernel/listing-snapshot.ts'
import type { Sql } from '../kernel/sql.ts'
import { settleAuthoritative } from './authoritative.server.ts'
import { type ItemToMatch, type ListingToMatch, matchListings, type Pair } from './match.ts'

type Owner = { merchantId: number; accountId: number; at: Date }

/** Keeps what an account lists. What a listing shows is compared, never counted as stock. */
export async function keepListings(db: Sql, owner: Owner, snapshots: ListingSnapshot[]): Promise<void> {
  const text = `
    INSERT INTO listing AS l (merchant_id, account_id, external_id, variant_id, sku, title, attributes, url, status, price_minor,
      currency, shown, seen_at)
    SELECT $1, $2, x."externalId", x."variantId", x.sku, x.title, x.attributes, x.url, x.status, x."priceMinor", x.currency, x.shown, $4
    FROM jsonb_to_recordset($3) AS x ("externalId" text, "variantId" text, sku text, title text, attributes jsonb, url text,
      status text, "priceMinor" int, currency text, shown int)
    ON CONFLICT (merchant_id, account_id, external_id, variant_id) DO UPDATE SET sku = EXCLUDED.sku, title = EXCLUDED.title,
      attributes = EXCLUDED.attributes, url = EXCLUDED.url, status = EXCLUDED.status, price_minor = EXCLUDED.price_minor,
      currency = EXCLUDED.currency, shown = EXCLUDED.shown, seen_at = EXCLUDED.seen_at, unexplained = 0,
      -- it shows something else than it was told last: it is to be told again
      agreed_since = CASE WHEN EXCLUDED.shown = l.published_quantity THEN l.agreed_since END,
      published_seq = CASE WHEN EXCLUDED.shown = l.published_quantity THEN l.published_seq ELSE -1 END`
  const rows = snapshots.map(({ ref, ...snapshot }) => ({ ...snapshot, ...ref }))
  await db.query({
    name: 'keep-listings',
    text,
    values: [owner.merchantId, owner.accountId, JSON.stringify(rows), owner.at],
  })
}

/** Listings that are matched, and those a person is asked about: now, not only by this round. */
export type Matched = { matched: number; asked: number }

/**
 * Says of the account's listings which item they are where the SKU leaves no doubt, and proposes where it does. What a
 * person has refused stays refused.
 */
export async function matchAccount(db: Sql, owner: Owner): Promise<Matched> {
  const values = [owner.merchantId, owner.accountId]
  const listings = await db.query<ListingToMatch>({
    text: `SELECT id AS "listingId", sku, title, attributes, item_id IS NOT NULL AS settled FROM listing
      WHERE merchant_id = $1 AND account_id = $2 AND status <> 'dead'`,
    values,
  })
  const items = await db.query<ItemToMatch>({
    text: `SELECT id AS "itemId", sku, title, variant, EXISTS (SELECT FROM listing l
        WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.item_id = i.id) AS settled
      FROM item i WHERE merchant_id = $1 AND status <> 'deleted'`,
    values,
  })
  // Also where the SKU is unique: a no that a person has said to these two stands.
  const refused = await db.query<Pair>({
    text: `SELECT p.listing_id AS "listingId", p.item_id AS "itemId" FROM match_proposal p
      JOIN listing l ON l.merchant_id = p.merchant_id AND l.id = p.listing_id
      WHERE p.merchant_id = $1 AND l.account_id = $2 AND p.answer = 'refused'`,
    values,
  })
  const { sure, proposals } = matchListings(listings.rows, items.rows, refused.rows)
  await db.query({
    text: `UPDATE listing l SET item_id = x.item_id FROM unnest($3::int[], $4::int[]) AS x (listing_id, item_id)
      WHERE l.merchant_id = $1 AND l.account_id = $2 AND l.id = x.listing_id`,
    values: [...values, sure.map(({ listingId }) => listingId), sure.map(({ itemId }) => itemId)],
  })
  await db.query({
    text: `INSERT INTO match_proposal (merchant_id, listing_id, item_id, evidence, score)
      SELECT $1, x."listingId", x."itemId", x.evidence, x.score
      FROM jsonb_to_recordset($2) AS x ("listingId" int, "itemId" int, evidence jsonb, score int)
      ON CONFLICT DO NOTHING`,
    values: [owner.merchantId, JSON.stringify(proposals)],
  })
  await settleAuthoritative(db, { merchantId: owner.merchantId, itemIds: sure.map(({ itemId }) => itemId) })
  const counted = await db.query<Matched>({
    text: `SELECT count(item_id)::int AS matched, count(*) FILTER (WHERE item_id IS NULL AND EXISTS (SELECT FROM match_proposal p
        WHERE p.merchant_id = $1 AND p.listing_id = l.id AND p.answer IS NULL))::int AS asked
      FROM listing l WHERE merchant_id = $1 AND account_id = $2 AND status <> 'dead'`,
    values,
  })
  return present(counted.rows[0], 'a count')
}
