import type { Sql } from '../kernel/sql.ts'
import { merchantOfShop } from './merchant.server.ts'

/** What a Shopify store says of itself. `timeZone` is an IANA name, `currency` an ISO 4217 code. */
export type ArrivingShop = { shop: string; name: string; timeZone: string; currency: string; at: Date }

export type Arrived = { merchantId: number; accountId: number }

/**
 * Takes in a store that has installed the app: a merchant with its first channel account, or, for one that comes back
 * after uninstalling, the accounts it left. Returns those that are to be read now; none when it is here already: two
 * first visits at once make one merchant.
 */
export async function arrive(tx: Sql, arriving: ArrivingShop): Promise<Arrived[]> {
  const { shop } = arriving
  await tx.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`arrive/${shop}`] })
  const known = await merchantOfShop(tx, shop)
  if (!known) return [await settle(tx, arriving)]
  return known.off ? comeBack(tx, known.merchant.id) : []
}

// connected_at stays: what was sold since then is ours to book, even while the app was away. A channel that we cannot
// get into any more, or whose shop another merchant has connected meanwhile, is left off.
async function comeBack(tx: Sql, merchantId: number): Promise<Arrived[]> {
  const text = `UPDATE channel_account a SET status = 'connecting'
    WHERE a.merchant_id = $1 AND a.status = 'off' AND (a.channel = 'shopify' OR a.credentials IS NOT NULL)
      AND NOT EXISTS (SELECT FROM channel_account b WHERE b.channel = a.channel AND b.external_id = a.external_id
        AND b.merchant_id <> $1 AND b.status <> 'off')
    RETURNING a.merchant_id AS "merchantId", a.id AS "accountId"`
  return (await tx.query<Arrived>({ text, values: [merchantId] })).rows
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
