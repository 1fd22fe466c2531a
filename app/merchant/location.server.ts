import type { Sql } from '../kernel/sql.ts'

/** Our location for each place of the account's, by the channel's id of the place. */
export async function locationsByPlace(
  db: Sql,
  account: { merchantId: number; id: number },
): Promise<Map<string, number>> {
  const text = `SELECT external_id AS place, location_id AS location FROM location_mapping
    WHERE merchant_id = $1 AND account_id = $2 AND quantity_name = 'available'`
  const { rows } = await db.query<{ place: string; location: number }>({
    name: 'locations-by-place',
    text,
    values: [account.merchantId, account.id],
  })
  return new Map(rows.map(({ place, location }) => [place, location]))
}

/** Makes a location of ours for each active place of the account's that has none yet, in the channel's order. */
export async function keepPlaces(
  db: Sql,
  account: { merchantId: number; id: number },
  places: { externalId: string; name: string; sellsOnline: boolean; active: boolean }[],
): Promise<void> {
  const text = `
    WITH told AS (
      SELECT x.*, nextval('location_id_seq')::int AS id
      -- numbered as they were told: a join would give them in any order
      FROM ROWS FROM (jsonb_to_recordset($3) AS ("externalId" text, name text, "sellsOnline" boolean))
        WITH ORDINALITY AS x ("externalId", name, "sellsOnline", n)
      WHERE NOT EXISTS (SELECT FROM location_mapping m WHERE m.merchant_id = $1 AND m.account_id = $2 AND m.external_id = x."externalId")
    ), made AS (
      INSERT INTO location (merchant_id, id, name, kind, sellable, rank)
      SELECT $1, id, name, CASE WHEN "sellsOnline" THEN 'store' ELSE 'elsewhere' END, "sellsOnline",
        n + (SELECT COALESCE(max(rank), 0) FROM location WHERE merchant_id = $1)
      FROM told
      RETURNING id
    )
    INSERT INTO location_mapping (merchant_id, account_id, external_id, quantity_name, location_id)
    SELECT $1, $2, t."externalId", 'available', t.id FROM told t JOIN made USING (id)`
  const active = places.filter((place) => place.active)
  await db.query({ text, values: [account.merchantId, account.id, JSON.stringify(active)] })
}

/** The merchant's places, in their order. */
export async function placesOf(db: Sql, merchantId: number): Promise<{ id: number; name: string }[]> {
  const text = 'SELECT id, name FROM location WHERE merchant_id = $1 AND archived_at IS NULL ORDER BY rank, id'
  return (await db.query<{ id: number; name: string }>({ name: 'places-of', text, values: [merchantId] })).rows
}
