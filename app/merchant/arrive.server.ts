import type { Sql } from '../kernel/sql.ts'
import { merchantOfShop } from './merchant.server.ts'

/** What a Shopify store says of itself. `timeZone` is an IANA name, `currency` an ISO 4217 code. */
export type ArrivingShop = { shop: string; name: string; timeZone: string; currency: string; at: Date }

export type Arrived = { merchantId: number; accountId: number }

/**
 * Takes in a store that has installed the app: a merchant with its first channel account, or, for one that comes back
 * after uninstalling, the rows it left. Undefined when it is here already: two first visits at once make one merchant.
 */
export async function arrive(tx: Sql, arriving: ArrivingShop): Promise<Arrived | undefined> {
  const { shop, at } = arriving
  await tx.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`arrive/${shop}`] })
  const known = await merchantOfShop(tx, shop)
  if (!known) return settle(tx, arriving)
  if (!known.off) return undefined
  const arrived = { merchantId: known.merchant.id, accountId: known.accountId }
  const text = `UPDATE channel_account SET status = 'connecting', connected_at = $3 WHERE merchant_id = $1 AND id = $2`
  await tx.query({ text, values: [arrived.merchantId, arrived.accountId, at] })
  return arrived
}

async function settle(tx: Sql, { shop, name, timeZone, currency, at }: ArrivingShop): Promise<Arrived> {
  const text = `
    WITH settled AS (
      INSERT INTO merchant (name, time_zone, currency, created_at) VALUES ($2, $3, $4, $5) RETURNING id
    )
    INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at)
    SELECT id, 'shopify', $1, 'Shopify', 'connecting', $5 FROM settled
    RETURNING merchant_id AS "merchantId", id AS "accountId"`
  const { rows } = await tx.query<Arrived>({ text, values: [shop, name, timeZone, currency, at] })
  return rows[0]!
}
