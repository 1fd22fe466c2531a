import type { Sql } from '../kernel/sql.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'

// As long as a tag may be there, and its own even where the books were begun anew: the form that made the hold is in it.
const KEY = `'vitrine-hold-' || h.id || '-' || left(encode(sha256(convert_to(h.token, 'UTF8')), 'hex'), 8)`

/**
 * Where the shop wants that, a hold that has just been made is to be a draft order of each account that keeps stock. In
 * the transaction that makes it, before any account is told of its pieces.
 */
export async function wantDrafts(
  tx: Sql,
  { merchantId, at }: { merchantId: number; at: Date },
  holdId: number,
): Promise<void> {
  const text = `INSERT INTO hold_draft (merchant_id, hold_id, account_id, key, state)
    SELECT h.merchant_id, h.id, a.id, ${KEY}, 'wanted' FROM hold h
    JOIN hold_policy p ON p.merchant_id = h.merchant_id AND p.shopify_drafts
    JOIN channel_account a ON a.merchant_id = h.merchant_id AND a.channel = ANY ($3::text[]) AND a.opened_at IS NOT NULL
    WHERE h.merchant_id = $1 AND h.id = $2 AND h.made_at = $4 AND h.status = 'active'
    ON CONFLICT DO NOTHING`
  await tx.query({ name: 'want-drafts', text, values: [merchantId, holdId, STOCKED_CHANNELS, at] })
}
