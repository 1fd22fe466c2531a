import type pg from 'pg'
import { present } from '#app/kernel/assert.ts'
import { type Account, accountById } from '#app/merchant/account.server.ts'
import { deriveDue } from '#app/sync/due-listings.server.ts'
import type { Goods } from './goods.ts'
import type { Peer } from './peer.ts'

/** Puts a merchant with these goods into the database, all of them waiting to be told to the one channel it has. */
export async function load(
  db: pg.Pool,
  { peer, goods, at }: { peer: Peer; goods: Goods[]; at: Date },
): Promise<Account> {
  const id = async (text: string, values: unknown[]) =>
    present((await db.query<{ id: number }>(text, values)).rows[0], 'a row').id
  const merchant = `INSERT INTO merchant (name, time_zone, currency, created_at, paced_at) VALUES ('Bench', 'UTC', 'USD', $1, $1) RETURNING id`
  const merchantId = await id(merchant, [at])
  const place = await id(
    `INSERT INTO location (merchant_id, name, kind, sellable, rank) VALUES ($1, 'Safe', 'safe', true, 1) RETURNING id`,
    [merchantId],
  )
  const accountId = await id(
    `INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at, opened_at, watermark)
     VALUES ($1, $2, $3, 'Bench', 'open', $4, $4, $4) RETURNING id`,
    [merchantId, peer.channel, peer.externalId, at],
  )
  await db.query(GOODS, [
    merchantId,
    accountId,
    place,
    at,
    JSON.stringify(goods.map((one, i) => ({ ...one, ...peer.refs[i] }))),
  ])
  const account = present(await accountById(db, accountId), 'the account')
  if (peer.place === null) await deriveDue(db, account, at)
  else {
    await db.query(
      `INSERT INTO channel_place (merchant_id, account_id, external_id, name, sells_online, active, seen_at) VALUES ($1, $2, $3, 'Safe', true, true, $4)`,
      [merchantId, accountId, peer.place, at],
    )
    await db.query(
      `INSERT INTO location_mapping (merchant_id, account_id, external_id, quantity_name, location_id) VALUES ($1, $2, $3, 'available', $4)`,
      [merchantId, accountId, peer.place, place],
    )
    await db.query(MOVES, [merchantId, accountId, place, at])
  }
  for (const table of ['item', 'balance', 'movement', 'listing', 'listing_due', 'mirror_due'])
    await db.query(`ANALYZE ${table}`)
  return account
}

const GOODS = `
WITH goods AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($5) AS g (sku text, "oneOfOne" boolean, shows int, has int, "externalId" text, "variantId" text)
), items AS (
  INSERT INTO item (merchant_id, sku, title, kind, category, status, created_at)
  SELECT $1, sku, sku, CASE WHEN "oneOfOne" THEN 'one_of_one' ELSE 'replenishable' END, 'Rings', 'active', $4 FROM goods RETURNING id, sku
), stocked AS (
  INSERT INTO balance (merchant_id, item_id, location_id, available, version) SELECT $1, i.id, $3, g.has, 1 FROM items i JOIN goods g USING (sku)
), opened AS (
  INSERT INTO movement (merchant_id, key, n, item_id, quantity, from_state, to_location, to_state, reason, actor, cause, occurred_at, recorded_at)
  SELECT $1, 'opening/' || i.id, 1, i.id, g.shows, 'opening', $3, 'available', 'opening', 'app', 'bench', $4, $4 FROM items i JOIN goods g USING (sku)
)
INSERT INTO listing (merchant_id, account_id, item_id, external_id, variant_id, sku, title, status, shown, seen_at, published_quantity)
SELECT $1, $2, i.id, g."externalId", g."variantId", g.sku, g.sku, 'active', g.shows, $4, g.shows FROM items i JOIN goods g USING (sku)`

// What there is less of was sold elsewhere, what there is more of was counted.
const MOVES = `
WITH moved AS (
  INSERT INTO movement (merchant_id, key, n, item_id, quantity, from_location, from_state, to_location, to_state, reason, actor, cause, occurred_at, recorded_at)
  SELECT $1, 'bench/' || l.item_id, 1, l.item_id, abs(b.available - l.shown),
    CASE WHEN b.available < l.shown THEN $3::int END, (CASE WHEN b.available < l.shown THEN 'available' ELSE 'found' END)::stock_state,
    $3, (CASE WHEN b.available < l.shown THEN 'reserved' ELSE 'available' END)::stock_state,
    CASE WHEN b.available < l.shown THEN 'sold' ELSE 'counted' END, 'app', 'order/1/' || l.item_id, $4, $4
  FROM listing l JOIN balance b ON b.merchant_id = $1 AND b.item_id = l.item_id WHERE l.merchant_id = $1
  RETURNING item_id, id, from_state
)
INSERT INTO mirror_due (merchant_id, account_id, item_id, movement_id, since, risk)
SELECT $1, $2, m.item_id, m.id, $4, CASE WHEN i.kind = 'one_of_one' THEN 0 WHEN m.from_state = 'available' THEN 2 ELSE 4 END
FROM moved m JOIN item i ON i.merchant_id = $1 AND i.id = m.item_id`
