import type { Sql } from '../kernel/sql.ts'

/** The tenant. `timeZone` is an IANA name ("today" is the merchant's), `currency` an ISO 4217 code. */
export type Merchant = { id: number; name: string; timeZone: string; currency: string }

/** `off`: it has uninstalled the app. */
export type MerchantOfShop = { merchant: Merchant; accountId: number; off: boolean }

/** The merchant whose Shopify store this is; undefined for a store that never was here. */
export async function merchantOfShop(db: Sql, shop: string): Promise<MerchantOfShop | undefined> {
  const text = `SELECT m.id, m.name, m.time_zone AS "timeZone", m.currency, a.id AS "accountId", a.status = 'off' AS off
    FROM channel_account a JOIN merchant m ON m.id = a.merchant_id
    WHERE a.channel = 'shopify' AND a.external_id = $1`
  type Row = Merchant & Omit<MerchantOfShop, 'merchant'>
  const { rows } = await db.query<Row>({ name: 'merchant-of-shop', text, values: [shop] })
  if (!rows[0]) return undefined
  const { accountId, off, ...merchant } = rows[0]
  return { merchant, accountId, off }
}

/** The merchant's Shopify store as the admin's addresses name it: "adler-finch" of adler-finch.myshopify.com. */
export async function storeOf(db: Sql, merchantId: number): Promise<string | null> {
  const text = `SELECT split_part(external_id, '.', 1) AS store FROM channel_account
    WHERE merchant_id = $1 AND channel = 'shopify' ORDER BY id LIMIT 1`
  return (await db.query<{ store: string }>({ text, values: [merchantId] })).rows[0]?.store ?? null
}
