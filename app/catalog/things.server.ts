import type { Sql } from '../kernel/sql.ts'
import { settleAuthoritative } from './authoritative.server.ts'

/** A thing of a channel with its own ledger, as far as the catalog keeps it. */
export type NewThing = {
  externalId: string
  variantId: string
  sku: string
  title: string
  variant: string
  attributes: Record<string, string>
  url: string | null
  status: string
  shown: number
  priceMinor: number | null
  currency: string | null
  tracked: boolean
  continueSelling: boolean
  bundleParent: boolean
  archived: boolean
  oneOfOne: boolean
  category?: string | null
}

const COLUMNS = `"externalId" text, "variantId" text, sku text, title text, variant text, attributes jsonb, url text, status text,
  shown int, "priceMinor" int, currency text, tracked boolean, "continueSelling" boolean, "bundleParent" boolean, archived boolean,
  "oneOfOne" boolean, category text`

// One item for each thing that has none yet, and its listing; those known are renewed in what the channel decides.
const KEEP = `
WITH told AS (
  SELECT x.*, row_number() OVER () AS n FROM jsonb_to_recordset($3) AS x (${COLUMNS})
), known AS (
  SELECT t.*, l.id AS listing_id, l.item_id FROM told t
  LEFT JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = t."externalId" AND l.variant_id = t."variantId"
), numbered AS (
  SELECT k.*, CASE WHEN k.item_id IS NULL THEN nextval('item_id_seq')::int ELSE k.item_id END AS the_item FROM known k
), recategorized AS (
  SELECT i.id, i.category AS before, n.category AS after FROM numbered n JOIN item i ON i.merchant_id = $1 AND i.id = n.the_item
  WHERE i.category_by IS NULL AND i.category IS DISTINCT FROM n.category
), category_changes AS (
  INSERT INTO item_category_change (merchant_id, item_id, at, actor, before, after)
  SELECT $1, id, $4, 'channel/' || $2, jsonb_build_object('category', before, 'by', NULL), jsonb_build_object('category', after, 'by', NULL)
  FROM recategorized
), items AS (
  INSERT INTO item AS i (merchant_id, id, sku, title, variant, kind, computed_there, backorder, tracked, price_minor,
    currency, status, created_at, category, category_there)
  SELECT $1, the_item, sku, title, variant,
    CASE WHEN "bundleParent" THEN 'bundle' WHEN "oneOfOne" THEN 'one_of_one' ELSE 'replenishable' END,
    "bundleParent", "continueSelling", tracked, "priceMinor", currency, CASE WHEN archived THEN 'archived' ELSE 'active' END, $4, category, category
  FROM numbered ORDER BY n
  ON CONFLICT (merchant_id, id) DO UPDATE SET sku = EXCLUDED.sku, title = EXCLUDED.title, variant = EXCLUDED.variant,
    computed_there = EXCLUDED.computed_there, backorder = EXCLUDED.backorder, tracked = EXCLUDED.tracked, price_minor = EXCLUDED.price_minor, currency = EXCLUDED.currency,
    status = EXCLUDED.status, category_there = EXCLUDED.category_there,
    category = CASE WHEN i.category_by IS NULL THEN EXCLUDED.category ELSE i.category END
), listings AS (
  INSERT INTO listing AS l (merchant_id, account_id, item_id, external_id, variant_id, sku, title, attributes, url, status,
    price_minor, currency, shown, seen_at)
  SELECT $1, $2, the_item, "externalId", "variantId", sku, concat_ws(' – ', title, NULLIF(variant, '')), attributes, url, status,
    "priceMinor", currency, shown, $4
  FROM numbered ORDER BY n
  ON CONFLICT (merchant_id, account_id, external_id, variant_id) DO UPDATE SET sku = EXCLUDED.sku, title = EXCLUDED.title,
    attributes = EXCLUDED.attributes, url = EXCLUDED.url, status = EXCLUDED.status, price_minor = EXCLUDED.price_minor,
    currency = EXCLUDED.currency, shown = EXCLUDED.shown, seen_at = EXCLUDED.seen_at
)
SELECT "externalId", "variantId", the_item AS "itemId", EXISTS (SELECT FROM recategorized r WHERE r.id = the_item) AS recategorized
FROM numbered`

// Nearly every word about a thing is about its stock: then there is nothing to keep, and nobody to wait for.
const KNOWN = `
SELECT count(*)::int AS n FROM jsonb_to_recordset($3) AS x (${COLUMNS})
JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = x."externalId" AND l.variant_id = x."variantId"
JOIN item i ON i.merchant_id = $1 AND i.id = l.item_id
WHERE (i.sku, i.title, i.variant, i.computed_there, i.backorder, i.tracked, i.price_minor, i.currency, i.status, i.category_there)
    IS NOT DISTINCT FROM (x.sku, x.title, x.variant, x."bundleParent", x."continueSelling", x.tracked, x."priceMinor", x.currency::char(3),
      CASE WHEN x.archived THEN 'archived' ELSE 'active' END, x.category)
  AND (l.sku, l.title, l.attributes, l.url, l.status)
    IS NOT DISTINCT FROM (x.sku, concat_ws(' – ', x.title, NULLIF(x.variant, '')), x.attributes, x.url, x.status)`

/** Whether these things are items and listings already, just as the channel tells of them; their numbers aside. */
export async function knowsThings(
  db: Sql,
  owner: { merchantId: number; accountId: number },
  things: NewThing[],
): Promise<boolean> {
  const values = [owner.merchantId, owner.accountId, JSON.stringify(things)]
  const { rows } = await db.query<{ n: number }>({ name: 'knows-things', text: KNOWN, values })
  return rows[0]?.n === things.length
}

/** `recategorized`: it is of another category now. */
export type KeptThing = { externalId: string; variantId: string; itemId: number; recategorized: boolean }

/** Keeps things of an account as items and listings, in the caller's transaction: each thing is one item, whatever its SKU. */
export async function keepThings(
  db: Sql,
  owner: { merchantId: number; accountId: number; at: Date },
  things: NewThing[],
): Promise<KeptThing[]> {
  // Two notifications of one new thing at once: the second sees what the first has made, or it would be two items.
  const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))'
  await db.query({ name: 'lock-things', text: lock, values: [`things/${owner.accountId}`] })
  const values = [owner.merchantId, owner.accountId, JSON.stringify(things), owner.at]
  const { rows } = await db.query<KeptThing>({ name: 'keep-things', text: KEEP, values })
  if (things.some(({ oneOfOne }) => oneOfOne)) {
    const itemIds = rows.map(({ itemId }) => itemId)
    await settleAuthoritative(db, { merchantId: owner.merchantId, itemIds })
  }
  return rows
}

/** Why an item is not published: its SKU is a one-of-one piece's for ever. */
export const SKU_RETIRED = 'its SKU belongs to a one-of-one piece, and is never used again'

/**
 * Says of every item what stands in the way of publishing it, until a person decides: a SKU that two items have, none
 * at all, stock that is not tracked, a bundle of which nobody has said what it is made of. That its SKU is a one-of-one
 * piece's no person can decide away. `only`: of these items.
 */
export async function markUndecided(db: Sql, merchantId: number, only: number[] | null = null): Promise<void> {
  const text = `
    WITH equal AS (
      SELECT sku FROM item WHERE merchant_id = $1 AND sku <> '' AND status <> 'deleted' GROUP BY sku HAVING count(*) > 1
    ), made_of_parts AS (
      SELECT DISTINCT bundle_id FROM bundle_component WHERE merchant_id = $1 AND until IS NULL
    ), reasons AS (
      SELECT i.id, CASE
        WHEN i.half_of IS NOT NULL THEN 'one of a pair: it is not for sale alone'
        WHEN i.kind = 'bundle' AND p.bundle_id IS NULL THEN 'a bundle: its number follows from its parts'
        WHEN NOT i.tracked AND i.kind <> 'bundle' THEN 'its stock is not tracked'
        WHEN i.sku = '' THEN 'it has no SKU'
        WHEN t.item_id <> i.id THEN '${SKU_RETIRED}'
        WHEN e.sku IS NOT NULL AND t.item_id IS NULL THEN 'another item has the same SKU' END AS reason,
        COALESCE(t.item_id <> i.id, false) AS for_ever
      FROM item i LEFT JOIN equal e ON e.sku = i.sku LEFT JOIN made_of_parts p ON p.bundle_id = i.id
      LEFT JOIN retired_sku t ON t.merchant_id = i.merchant_id AND t.sku = i.sku
      WHERE i.merchant_id = $1
    )
    UPDATE item i SET undecided = r.reason FROM reasons r
    WHERE i.merchant_id = $1 AND i.id = r.id AND (i.decided_at IS NULL OR r.for_ever) AND i.undecided IS DISTINCT FROM r.reason
      AND ($2::int[] IS NULL OR i.id = ANY ($2))`
  await db.query({ text, values: [merchantId, only] })
}
