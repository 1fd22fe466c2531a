import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** A shop of a channel as it was found at its consent. `name`: what its orders and sentences call it. */
export type ShopToConnect = { merchantId: number; channel: string; externalId: string; name: string; at: Date }

/**
 * Connects a shop of a channel to a merchant, or connects it again after it was off. Refused while it belongs to
 * another merchant: two pools for one shop would fight over its numbers.
 */
export async function connectAccount(tx: Sql, shop: ShopToConnect): Promise<{ id: number } | Refusal> {
  const { merchantId, channel, externalId } = shop
  const text = `SELECT id, merchant_id AS "merchantId" FROM channel_account
    WHERE channel = $1 AND external_id = $2 AND (merchant_id = $3 OR status <> 'off') ORDER BY (merchant_id = $3) DESC FOR UPDATE`
  const { rows } = await tx.query<{ id: number; merchantId: number }>({
    text,
    values: [channel, externalId, merchantId],
  })
  if (rows.some((row) => row.merchantId !== merchantId)) {
    return refuse('taken', `${shop.name} is connected to another Shopify store. Disconnect it there first.`)
  }
  const [known] = rows
  return known ? again(tx, shop, known.id) : add(tx, shop)
}

async function again(tx: Sql, { merchantId }: ShopToConnect, id: number): Promise<{ id: number }> {
  const text = `UPDATE channel_account SET status = 'connecting' WHERE merchant_id = $1 AND id = $2`
  await tx.query({ text, values: [merchantId, id] })
  return { id }
}

async function add(tx: Sql, { merchantId, channel, externalId, name, at }: ShopToConnect): Promise<{ id: number }> {
  const text = `INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at)
    VALUES ($1, $2, $3, $4, 'connecting', $5) RETURNING id`
  const { rows } = await tx.query<{ id: number }>({ text, values: [merchantId, channel, externalId, name, at] })
  return rows[0]!
}
