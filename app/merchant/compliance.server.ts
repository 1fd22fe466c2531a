import type { Sql } from '../kernel/sql.ts'

/**
 * Shopify's shop/redact, sent 48 hours after a store has uninstalled the app: what lets us in and who worked there is
 * forgotten (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance). The ledger stays, since it says
 * nothing of any person: "person/7" is a number by then. A store that has come back meanwhile is left alone.
 */
export async function forgetShop(db: Sql, shop: string): Promise<void> {
  const text = `
    WITH gone AS (
      SELECT merchant_id FROM channel_account WHERE channel = 'shopify' AND external_id = $1 AND status = 'off'
    ), sessions AS (
      DELETE FROM "Session" WHERE shop = $1 AND EXISTS (SELECT FROM gone)
    ), people AS (
      UPDATE person SET name = NULL, subject = 'forgotten/' || id WHERE merchant_id IN (SELECT merchant_id FROM gone)
    )
    UPDATE channel_account SET credentials = NULL, status = 'off' WHERE merchant_id IN (SELECT merchant_id FROM gone)`
  await db.query({ text, values: [shop] })
}
