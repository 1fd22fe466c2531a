import type { Sql } from '../kernel/sql.ts'
import { FIRST_POLICY, type HoldPolicy } from './hold-policy.ts'

/** What this merchant allows; the first policy until they have said otherwise. */
export async function holdPolicyOf(db: Sql, merchantId: number): Promise<HoldPolicy> {
  const text = `SELECT roles, longest_hours AS "longestHours", most_renewals AS "mostRenewals", most_per_person AS "mostPerPerson",
      most_per_client AS "mostPerClient", deposit_above_minor AS "depositAboveMinor", cart_minutes AS "cartMinutes",
      cart_longest_minutes AS "cartLongestMinutes", checkouts,
      shopify_drafts AS "shopifyDrafts"
    FROM hold_policy WHERE merchant_id = $1`
  const { rows } = await db.query<HoldPolicy>({ name: 'hold-policy-of', text, values: [merchantId] })
  return rows[0] ?? FIRST_POLICY
}

/** From now on this is allowed. Holds that were made under another policy stay as they are. */
export async function keepHoldPolicy(db: Sql, merchantId: number, policy: HoldPolicy): Promise<void> {
  const text = `INSERT INTO hold_policy (merchant_id, roles, longest_hours, most_renewals, most_per_person, most_per_client,
      deposit_above_minor, cart_minutes, cart_longest_minutes, checkouts, shopify_drafts)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (merchant_id) DO UPDATE SET roles = $2, longest_hours = $3, most_renewals = $4, most_per_person = $5,
      most_per_client = $6, deposit_above_minor = $7, cart_minutes = $8, cart_longest_minutes = $9, checkouts = $10, shopify_drafts = $11`
  const { roles, longestHours, mostRenewals, mostPerPerson, mostPerClient, depositAboveMinor } = policy
  const ofHolds = [roles, longestHours, mostRenewals, mostPerPerson, mostPerClient, depositAboveMinor]
  const ofCarts = [policy.cartMinutes, policy.cartLongestMinutes, policy.checkouts]
  await db.query({ text, values: [merchantId, ...ofHolds, ...ofCarts, policy.shopifyDrafts] })
}
