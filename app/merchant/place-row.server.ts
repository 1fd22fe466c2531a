import type { Sql } from '../kernel/sql.ts'
import type { BenchWork, Owner, PlaceKind } from './place.ts'

/** What a merchant says of a place. `expectedHours` null: as long as is usual for such a place. */
export type PlaceWords = {
  name: string
  kind: PlaceKind
  work: BenchWork | null
  owner: Owner
  partnerId: number | null
  sellable: boolean
  expectedHours: number | null
  needsCheck: boolean
}

export type PlaceRow = PlaceWords & { id: number; archived: boolean }

const COLUMNS = `id, name, kind, work, owner, partner_id AS "partnerId", sellable, expected_hours AS "expectedHours",
  needs_check AS "needsCheck", archived_at IS NOT NULL AS archived`

/** The place, locked until the transaction ends. */
export async function lockPlace(
  tx: Sql,
  { merchantId, id }: { merchantId: number; id: number },
): Promise<PlaceRow | undefined> {
  const text = `SELECT ${COLUMNS} FROM location WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE`
  return (await tx.query<PlaceRow>({ text, values: [merchantId, id] })).rows[0]
}

const valuesOf = (words: PlaceWords) => [
  words.name,
  words.kind,
  words.work,
  words.owner,
  words.partnerId,
  words.sellable,
  words.expectedHours,
  words.needsCheck,
]

/** Makes a place, last in the merchant's order of taking. Returns its id. */
export async function makePlace(tx: Sql, merchantId: number, words: PlaceWords): Promise<number> {
  const text = `INSERT INTO location (merchant_id, name, kind, work, owner, partner_id, sellable, expected_hours, needs_check, rank)
    SELECT $1, $2, $3, $4, $5, $6::int, $7, $8::int, $9, COALESCE(max(rank), 0) + 1 FROM location WHERE merchant_id = $1 RETURNING id`
  return (await tx.query<{ id: number }>({ text, values: [merchantId, ...valuesOf(words)] })).rows[0]!.id
}

export async function changePlace(
  tx: Sql,
  which: { merchantId: number; id: number },
  words: PlaceWords,
): Promise<void> {
  const text = `UPDATE location SET name = $3, kind = $4, work = $5, owner = $6, partner_id = $7, sellable = $8, expected_hours = $9,
    needs_check = $10, guessed = false WHERE merchant_id = $1 AND id = $2`
  await tx.query({ text, values: [which.merchantId, which.id, ...valuesOf(words)] })
}

/** Who changed what of a place; as it was before and is now. */
export async function notePlaceChange(
  tx: Sql,
  { merchantId, id, actor, at }: { merchantId: number; id: number; actor: string; at: Date },
  change: { before: object; after: object },
): Promise<void> {
  const text = `INSERT INTO place_change (merchant_id, location_id, at, actor, before, after) VALUES ($1, $2, $3, $4, $5, $6)`
  await tx.query({
    text,
    values: [merchantId, id, at, actor, JSON.stringify(change.before), JSON.stringify(change.after)],
  })
}

/** What lies at a place, and what stands against changing it. */
export type Lying = {
  pieces: number
  owed: number
  whole: boolean
  named: boolean
  sellsOnline: boolean
  deliveries: number
}

export async function lyingAt(tx: Sql, { merchantId, id }: { merchantId: number; id: number }): Promise<Lying> {
  const text = `SELECT
    (SELECT COALESCE(sum(available + reserved + held + in_work + quality_check + damaged + safety_stock + incoming), 0)::int
      FROM balance WHERE merchant_id = $1 AND location_id = $2) AS pieces,
    (SELECT count(*)::int FROM stay WHERE merchant_id = $1 AND location_id = $2 AND quantity_left > 0 AND check_owed AND state = 'available') AS owed,
    EXISTS (SELECT FROM location_mapping WHERE merchant_id = $1 AND location_id = $2 AND quantity_name = 'available') AS whole,
    EXISTS (SELECT FROM location_mapping WHERE merchant_id = $1 AND location_id = $2 AND quantity_name <> 'available') AS named,
    EXISTS (SELECT FROM location_mapping m JOIN channel_place p ON p.merchant_id = m.merchant_id AND p.account_id = m.account_id
      AND p.external_id = m.external_id WHERE m.merchant_id = $1 AND m.location_id = $2 AND p.sells_online) AS "sellsOnline",
    (SELECT count(*)::int FROM delivery WHERE merchant_id = $1 AND location_id = $2 AND closed_at IS NULL) AS deliveries`
  return (await tx.query<Lying>({ text, values: [merchantId, id] })).rows[0]!
}
