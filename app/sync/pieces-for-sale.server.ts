import { createHash, timingSafeEqual } from 'node:crypto'
import type { Sql } from '../kernel/sql.ts'

/** Who asks, by a key of the merchant's for that channel (merchant/api-key): `vk_…` is public, `secret` is not. */
export type Asker = { channel: string; prefix: string; secret: string }

const AVAILABLE = (merchant: string, item: string) => `(SELECT COALESCE(sum(b.available), 0)::int FROM balance b
  JOIN location place ON place.merchant_id = b.merchant_id AND place.id = b.location_id AND place.sellable
  WHERE b.merchant_id = ${merchant} AND b.item_id = ${item})`

// What is made to order is there as long as somebody takes the order; a set is there as often as its scarcest part.
const LEFT = `CASE i.kind WHEN 'made_to_order' THEN NULL WHEN 'bundle' THEN (
    SELECT min(${AVAILABLE('c.merchant_id', 'c.component_id')} / c.needs) FROM bundle_component c
    WHERE c.merchant_id = i.merchant_id AND c.bundle_id = i.id AND c.until IS NULL)
  ELSE ${AVAILABLE('i.merchant_id', 'i.id')} END`

const TEXT = `SELECT k.hash, asked.sku, min(stock.pieces) AS pieces
  FROM api_key k
  JOIN channel_account a ON a.merchant_id = k.merchant_id AND a.id = k.account_id AND a.channel = $2 AND a.status = 'open'
  CROSS JOIN unnest($3::text[]) AS asked (sku)
  LEFT JOIN listing l ON l.merchant_id = a.merchant_id AND l.account_id = a.id AND l.sku = asked.sku AND l.item_id IS NOT NULL
    AND l.status NOT IN ('dead', 'expired', 'draft')
  LEFT JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
  LEFT JOIN LATERAL (SELECT ${LEFT} AS pieces) stock ON i.id IS NOT NULL
  WHERE k.prefix = $1 AND k.revoked_at IS NULL
  GROUP BY k.hash, asked.sku`

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/**
 * Pieces for sale now, by the SKU they have on that channel, in one round trip: a buyer waits for it with his money in
 * hand. A SKU of which we keep no count is missing. Undefined when the key is nobody's, or the channel is not open.
 */
export async function piecesForSale(
  db: Sql,
  { channel, prefix, secret }: Asker,
  skus: string[],
): Promise<Map<string, number> | undefined> {
  const { rows } = await db.query<{ hash: Buffer; sku: string; pieces: number | null }>({
    name: 'pieces-for-sale',
    text: TEXT,
    values: [prefix, channel, skus],
  })
  const [first] = rows
  if (!first || !timingSafeEqual(first.hash, hashOf(secret))) return undefined
  return new Map(rows.flatMap(({ sku, pieces }) => (pieces === null ? [] : [[sku, pieces]])))
}
