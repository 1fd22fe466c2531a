import type { Sql } from '../kernel/sql.ts'
import { guessPlace, type QuantityName } from './place.ts'

type AccountRef = { merchantId: number; id: number }

/** Our location for each place of the account's, by the channel's id of the place: the one that is it as a whole. */
export async function locationsByPlace(db: Sql, account: AccountRef): Promise<Map<string, number>> {
  const text = `SELECT external_id AS place, location_id AS location FROM location_mapping
    WHERE merchant_id = $1 AND account_id = $2 AND quantity_name = 'available'`
  const { rows } = await db.query<{ place: string; location: number }>({
    name: 'locations-by-place',
    text,
    values: [account.merchantId, account.id],
  })
  return new Map(rows.map(({ place, location }) => [place, location]))
}

/** A place of ours as a channel has it: under which name. */
export type MappedPlace = { locationId: number; name: QuantityName }

/** All that is mapped to a place of a channel: first what it is as a whole, then the others in the merchant's order. */
export type ChannelMap = Map<string, { settling: boolean; places: MappedPlace[] }>

/** Everything of ours that stands at the account's places, by the channel's id of the place. */
export async function mappedPlaces(db: Sql, account: AccountRef): Promise<ChannelMap> {
  const text = `SELECT m.external_id AS place, m.location_id AS "locationId", m.quantity_name AS name, p.settling IS NOT NULL AS settling
    FROM location_mapping m
    JOIN location l ON l.merchant_id = m.merchant_id AND l.id = m.location_id
    JOIN channel_place p ON p.merchant_id = m.merchant_id AND p.account_id = m.account_id AND p.external_id = m.external_id
    WHERE m.merchant_id = $1 AND m.account_id = $2
    ORDER BY m.external_id, m.quantity_name <> 'available', l.rank, l.id`
  const { rows } = await db.query<MappedPlace & { place: string; settling: boolean }>({
    name: 'mapped-places',
    text,
    values: [account.merchantId, account.id],
  })
  const byPlace = Map.groupBy(rows, ({ place }) => place)
  return new Map(
    [...byPlace].map(([place, all]) => [
      place,
      { settling: all[0]?.settling === true, places: all.map(({ locationId, name }) => ({ locationId, name })) },
    ]),
  )
}

export type ToldPlace = { externalId: string; name: string; sellsOnline: boolean; active: boolean }

const KEEP = `
WITH told AS (
  SELECT x.*, nextval('location_id_seq')::int AS id
  -- numbered as they were told: a join would give them in any order
  FROM ROWS FROM (jsonb_to_recordset($3) AS ("externalId" text, name text, "sellsOnline" boolean, active boolean,
    kind text, work text, guessed boolean)) WITH ORDINALITY AS x ("externalId", name, "sellsOnline", active, kind, work, guessed, n)
  -- one that is known was taken in, or is not one of ours because somebody said so
  WHERE active AND NOT EXISTS (SELECT FROM channel_place p
    WHERE p.merchant_id = $1 AND p.account_id = $2 AND p.external_id = x."externalId" AND p.active)
  AND NOT EXISTS (SELECT FROM location_mapping m WHERE m.merchant_id = $1 AND m.account_id = $2 AND m.external_id = x."externalId")
), known AS (
  INSERT INTO channel_place (merchant_id, account_id, external_id, name, sells_online, active, seen_at)
  SELECT $1, $2, x."externalId", x.name, x."sellsOnline", x.active, $4
  FROM jsonb_to_recordset($3) AS x ("externalId" text, name text, "sellsOnline" boolean, active boolean)
  ON CONFLICT (merchant_id, account_id, external_id) DO UPDATE SET name = EXCLUDED.name, sells_online = EXCLUDED.sells_online,
    active = EXCLUDED.active, seen_at = EXCLUDED.seen_at
), made AS (
  INSERT INTO location (merchant_id, id, name, kind, work, guessed, sellable, rank)
  SELECT $1, id, name, kind, work, guessed, "sellsOnline", n + (SELECT COALESCE(max(rank), 0) FROM location WHERE merchant_id = $1)
  FROM told
  RETURNING id
)
INSERT INTO location_mapping (merchant_id, account_id, external_id, quantity_name, location_id)
SELECT $1, $2, t."externalId", 'available', t.id FROM told t JOIN made USING (id)
RETURNING external_id AS "externalId"`

/**
 * Keeps what a channel told of all its places, and makes a location of ours for each active one that is new, in the
 * channel's order. What it is for is guessed from its name, for a person to look at. Returns how many were made.
 */
export async function keepPlaces(
  db: Sql,
  account: AccountRef,
  told: { places: ToldPlace[]; at: Date },
): Promise<number> {
  const rows = told.places.map((place) => ({ ...place, ...guessPlace({ name: place.name, sells: place.sellsOnline }) }))
  const values = [account.merchantId, account.id, JSON.stringify(rows), told.at]
  return (await db.query({ text: KEEP, values })).rows.length
}

/** The merchant's places, in their order. */
export async function placesOf(db: Sql, merchantId: number): Promise<{ id: number; name: string }[]> {
  const text = 'SELECT id, name FROM location WHERE merchant_id = $1 AND archived_at IS NULL ORDER BY rank, id'
  return (await db.query<{ id: number; name: string }>({ name: 'places-of', text, values: [merchantId] })).rows
}
