import type { Sql } from '../kernel/sql.ts'
import { STEP } from './in-step.server.ts'
import type { Step } from './in-step.ts'
import type { InventoryRow } from './inventory-table.server.ts'

/** What an item is. The price is minor units of `currency`. */
export type ItemFacts = Pick<InventoryRow, 'id' | 'sku' | 'title' | 'variant' | 'kind' | 'undecided' | 'tracked'> & {
  status: 'active' | 'archived' | 'deleted'
  backorder: boolean
  /** the pair that it is one of */
  halfOf: number | null
  priceMinor: number | null
  currency: string | null
  category: string | null
  /** what its channel calls its kind, and who has said otherwise */
  categoryThere: string | null
  categoryBy: string | null
}

/** How one listing of an item stands. `seenAt`: when a number was last seen there; `agreedSince`: since when it is the right one. */
export type ListingFacts = {
  id: number
  accountId: number
  account: string
  channel: string
  sku: string
  title: string
  url: string | null
  status: string
  shown: number | null
  seenAt: Date | null
  agreedSince: Date | null
  /** pieces it showed less than expected, that no order has explained yet */
  unexplained: number
  step: Step
  /** of a one-of-one piece: which of its listings this is; null for any other item */
  role: 'authoritative' | 'mirror' | null
}

/** The item, or undefined when this merchant has none of that number. */
export async function itemOf(db: Sql, merchantId: number, itemId: number): Promise<ItemFacts | undefined> {
  const text = `SELECT id, sku, title, variant, kind, undecided, tracked, status, backorder, half_of AS "halfOf", price_minor AS "priceMinor", currency,
      category, category_there AS "categoryThere", category_by AS "categoryBy"
    FROM item WHERE merchant_id = $1 AND id = $2`
  return (await db.query<ItemFacts>({ name: 'item-of', text, values: [merchantId, itemId] })).rows[0]
}

/** Every listing of an item, by channel. */
export async function listingsOf(db: Sql, merchantId: number, itemId: number): Promise<ListingFacts[]> {
  const text = `SELECT l.id, l.account_id AS "accountId", a.name AS account, a.channel, l.sku, l.title, l.url, l.status, l.shown,
      l.seen_at AS "seenAt", l.agreed_since AS "agreedSince", l.unexplained, ${STEP} AS step,
      CASE WHEN i.kind <> 'one_of_one' THEN NULL WHEN l.authoritative THEN 'authoritative' ELSE 'mirror' END AS role
    FROM listing l JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
    JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    WHERE l.merchant_id = $1 AND l.item_id = $2 ORDER BY l.account_id, l.id`
  return (await db.query<ListingFacts>({ name: 'listings-of', text, values: [merchantId, itemId] })).rows
}
