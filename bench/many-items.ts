import type { Sql } from '#app/kernel/sql.ts'
import { present } from '#app/kernel/assert.ts'

/** A merchant with many items, of which each is listed on every channel: loaded, not traded. */
export type ManyItems = {
  merchantId: number
  places: number[]
  accounts: number[]
  itemIds: { first: number; count: number }
}

/** `ones`: every twentieth item is a one-of-one piece. */
export type Size = { items: number; channels: number; at: Date; ones?: boolean }

const CATEGORIES = '{Rings,Earrings,Necklaces,Bracelets,Watches}'

// What chance would give, but the same each time: a number out of an item's and another's.
const chance = (of: string, below: number) => `(abs(hashint4(${of})) % ${below})`

/** Opens its books: three places, up to twenty pieces in each, all from one opening. Every number is published. */
export async function loadManyItems(db: Sql, { items, channels, at, ones = true }: Size): Promise<ManyItems> {
  const ids = async (text: string, values: unknown[]) =>
    (await db.query<{ id: number }>({ text, values })).rows.map(({ id }) => id)
  const merchant = `INSERT INTO merchant (name, time_zone, currency, created_at) VALUES ('Many', 'UTC', 'USD', $1) RETURNING id`
  const merchantId = present((await ids(merchant, [at]))[0], 'the merchant')
  const places = await ids(
    `INSERT INTO location (merchant_id, name, kind, sellable, rank) SELECT $1, name, 'store', name <> 'Bench', rank
     FROM unnest('{Safe,Window,Bench}'::text[]) WITH ORDINALITY AS l (name, rank) RETURNING id`,
    [merchantId],
  )
  const accounts = await ids(
    `INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at, opened_at)
     SELECT $1, 'etsy', 'shop-' || n, 'Channel ' || n, 'open', $2, $2 FROM generate_series(1, $3::int) n RETURNING id`,
    [merchantId, at, channels],
  )
  const itemIds = await ids(
    `INSERT INTO item (merchant_id, sku, title, kind, category, status, created_at)
     SELECT $1, 'R-' || n, 'Ring ' || n, CASE WHEN n % 20 = 0 AND $4 THEN 'one_of_one' ELSE 'replenishable' END,
       ('${CATEGORIES}'::text[])[1 + n % 5], 'active', $2 FROM generate_series(1, $3::int) n RETURNING id`,
    [merchantId, at, items, ones],
  )
  await stockAndList(db, { merchantId, places, accounts, at })
  return { merchantId, places, accounts, itemIds: { first: Math.min(itemIds[0] ?? 0), count: itemIds.length } }
}

type Loading = { merchantId: number; places: number[]; accounts: number[]; at: Date }

async function stockAndList(db: Sql, { merchantId, places, accounts, at }: Loading): Promise<void> {
  const pieces = `CASE WHEN i.kind = 'one_of_one' THEN (l.rank = 1)::int ELSE ${chance('i.id * 7 + l.rank', 20)} END`
  const opening = `WITH stocked AS (
      SELECT i.id AS item_id, l.id AS location_id, ${pieces} AS n FROM item i, location l WHERE i.merchant_id = $1 AND l.id = ANY ($2::int[])
    ), moved AS (
      INSERT INTO movement (merchant_id, key, n, item_id, quantity, from_state, to_location, to_state, reason, actor, cause, occurred_at, recorded_at)
      SELECT $1, 'opening/' || item_id, location_id, item_id, n, 'opening', location_id, 'available', 'opening', 'app', 'bench', $3, $3
      FROM stocked WHERE n > 0
    )
    INSERT INTO balance (merchant_id, item_id, location_id, available, version) SELECT $1, item_id, location_id, n, 1 FROM stocked`
  await db.query({ text: opening, values: [merchantId, places, at] })
  const listings = `INSERT INTO listing (merchant_id, account_id, item_id, external_id, sku, title, status, shown, seen_at, agreed_since,
      published_seq, published_quantity)
    SELECT $1, a, i.id, 'x-' || i.id, i.sku, i.title, 'active', s.n, $3, $3, s.seq, s.n
    FROM item i, unnest($2::int[]) a, LATERAL (SELECT sum(b.version) AS seq, sum(b.available) FILTER (WHERE l.sellable)::int AS n
      FROM balance b JOIN location l ON l.merchant_id = $1 AND l.id = b.location_id WHERE b.merchant_id = $1 AND b.item_id = i.id) s
    WHERE i.merchant_id = $1`
  await db.query({ text: listings, values: [merchantId, accounts, at] })
  for (const table of ['item', 'balance', 'movement', 'listing', 'location', 'channel_account'])
    await db.query({ text: `VACUUM ANALYZE ${table}` })
}
