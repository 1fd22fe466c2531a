import type { Sql } from '../kernel/sql.ts'

/** "Are these the same thing?": a listing nobody has matched, and an item it may be. `evidence`: what speaks for it and against, as sentences. `score`: 0–100. */
export type Proposal = {
  listingId: number
  accountId: number
  account: string
  listing: { title: string; sku: string; attributes: Record<string, string>; url: string | null }
  itemId: number
  item: { title: string; variant: string; sku: string }
  evidence: string[]
  score: number
  /** nothing else is as like, neither for the listing nor for the item */
  clear: boolean
}

export type Proposals = { count: number; first: Proposal[] }

const FIRST = 20

// The best of its kind, and no other as good.
const best = (of: string) => `(rank() OVER (PARTITION BY ${of} ORDER BY p.score DESC) = 1
      AND count(*) OVER (PARTITION BY ${of}, p.score) = 1)`

/** Open proposals for listings without an item, the clear ones first, then the likeliest; the first twenty of them. */
export async function openProposals(db: Sql, merchantId: number): Promise<Proposals> {
  const text = `SELECT p.listing_id AS "listingId", l.account_id AS "accountId", a.name AS account, p.item_id AS "itemId",
      json_build_object('title', l.title, 'sku', l.sku, 'attributes', l.attributes, 'url', l.url) AS listing,
      json_build_object('title', i.title, 'variant', i.variant, 'sku', i.sku) AS item,
      p.evidence, p.score, count(*) OVER ()::int AS count, ${best('p.listing_id')} AND ${best('l.account_id, p.item_id')} AS clear
    FROM match_proposal p
    JOIN listing l ON l.merchant_id = p.merchant_id AND l.id = p.listing_id AND l.item_id IS NULL AND l.status <> 'dead'
    JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id AND a.status <> 'off'
    JOIN item i ON i.merchant_id = p.merchant_id AND i.id = p.item_id
    WHERE p.merchant_id = $1 AND p.answer IS NULL
    ORDER BY clear DESC, p.score DESC, p.listing_id, p.item_id LIMIT ${FIRST}`
  const { rows } = await db.query<Proposal & { count: number }>({ text, values: [merchantId] })
  const first = rows.map(({ count: _, ...proposal }) => proposal)
  return { count: rows[0]?.count ?? 0, first }
}
