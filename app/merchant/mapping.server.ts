import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import type { QuantityName } from './place.ts'

/** A place of ours that is to stand at a place of a channel's, under a name of its quantities. */
export type Mapping = {
  merchantId: number
  accountId: number
  locationId: number
  externalId: string
  name: QuantityName
}

/** What is known of both places when a mapping is judged. */
export type Both = {
  ours: { name: string; sellable: boolean; archived: boolean } | null
  mappedTo: string | null
  theirs: { name: string; sellsOnline: boolean; active: boolean; settling: boolean; whole: string | null } | null
}

/** Why a mapping must not be: above all what would count the same pieces twice. Undefined when it may. */
export function mappingRefusal({ ours, mappedTo, theirs }: Both, name: QuantityName): Refusal | undefined {
  if (!ours) return refuse('unknown-place', 'There is no such place.')
  if (!theirs) return refuse('unknown-channel-place', 'The channel has no such place.')
  if (ours.archived || !theirs.active) return refuse('archived-place', 'That place is not used any more.')
  if (mappedTo !== null)
    return refuse(
      'mapped-already',
      `${ours.name} is ${mappedTo} there already: its pieces would count at both. Take it out first.`,
    )
  if (theirs.settling)
    return refuse('settling', `The numbers of ${theirs.name} are being brought together. Try again in a minute.`)
  if (name === 'available') return wholeRefusal({ ours, theirs })
  if (theirs.whole === null)
    return refuse(
      'no-whole',
      `No place of yours is ${theirs.name} as a whole. Map that first: the other pieces there would be in no books.`,
    )
  if (ours.sellable)
    return refuse('sellable', `${ours.name} sells, and pieces under another name than available are for sale nowhere.`)
  return undefined
}

function wholeRefusal({ ours, theirs }: { ours: NonNullable<Both['ours']>; theirs: NonNullable<Both['theirs']> }) {
  if (theirs.whole !== null)
    return refuse('counted-twice', `${theirs.name} is ${theirs.whole} already: what lies there would be counted twice.`)
  if (!ours.sellable && theirs.sellsOnline)
    return refuse(
      'sells-there',
      `${theirs.name} sells online what lies there, and ${ours.name} does not sell. Give it a name such as quality_control.`,
    )
  return undefined
}

/** What is known of a place of ours and one of an account's, read as one. */
export async function bothPlaces(db: Sql, mapping: Omit<Mapping, 'name'>): Promise<Both> {
  const text = `SELECT
    (SELECT json_build_object('name', name, 'sellable', sellable, 'archived', archived_at IS NOT NULL) FROM location
      WHERE merchant_id = $1 AND id = $3) AS ours,
    (SELECT p.name FROM location_mapping m JOIN channel_place p ON p.merchant_id = m.merchant_id AND p.account_id = m.account_id
      AND p.external_id = m.external_id WHERE m.merchant_id = $1 AND m.account_id = $2 AND m.location_id = $3) AS "mappedTo",
    (SELECT json_build_object('name', p.name, 'sellsOnline', p.sells_online, 'active', p.active, 'settling', p.settling IS NOT NULL,
      'whole', (SELECT l.name FROM location_mapping m JOIN location l ON l.merchant_id = m.merchant_id AND l.id = m.location_id
        WHERE m.merchant_id = $1 AND m.account_id = $2 AND m.external_id = $4 AND m.quantity_name = 'available'))
      FROM channel_place p WHERE p.merchant_id = $1 AND p.account_id = $2 AND p.external_id = $4) AS theirs`
  const values = [mapping.merchantId, mapping.accountId, mapping.locationId, mapping.externalId]
  return (await db.query<Both>({ text, values })).rows[0]!
}

/** What a look at a mapping has found. `lookedAt` null: it is being read. */
export type Look = { askedAt: Date; lookedAt: Date | null; items: number; pieces: number; examples: string[] }

export async function lookOf(db: Sql, mapping: Mapping): Promise<Look | undefined> {
  const text = `SELECT asked_at AS "askedAt", looked_at AS "lookedAt", items, pieces, examples FROM mapping_look
    WHERE merchant_id = $1 AND account_id = $2 AND location_id = $3 AND external_id = $4 AND quantity_name = $5`
  const values = [mapping.merchantId, mapping.accountId, mapping.locationId, mapping.externalId, mapping.name]
  return (await db.query<Look>({ text, values })).rows[0]
}

export async function askLook(db: Sql, mapping: Mapping, at: Date): Promise<void> {
  const text = `INSERT INTO mapping_look (merchant_id, account_id, location_id, external_id, quantity_name, asked_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (merchant_id, account_id, location_id) DO UPDATE SET external_id = EXCLUDED.external_id,
      quantity_name = EXCLUDED.quantity_name, asked_at = EXCLUDED.asked_at, looked_at = NULL, items = 0, pieces = 0, examples = '[]'`
  const values = [mapping.merchantId, mapping.accountId, mapping.locationId, mapping.externalId, mapping.name, at]
  await db.query({ text, values })
}

/** Locks all that lies at a place: nothing moves there until the mapping is another. */
export async function lockPieces(
  db: Sql,
  { merchantId, locationId }: { merchantId: number; locationId: number },
): Promise<void> {
  const text = 'SELECT 1 FROM balance WHERE merchant_id = $1 AND location_id = $2 ORDER BY item_id FOR UPDATE'
  await db.query({ text, values: [merchantId, locationId] })
}

/** Whether the account has yet to be told of something that moved at a place. */
export async function isUntold(
  db: Sql,
  { merchantId, accountId, locationId }: Pick<Mapping, 'merchantId' | 'accountId' | 'locationId'>,
): Promise<boolean> {
  const text = `SELECT EXISTS (
      SELECT FROM mirror_due d JOIN movement m ON m.merchant_id = d.merchant_id AND m.item_id = d.item_id AND m.id = d.movement_id
      WHERE d.account_id = $2 AND d.merchant_id = $1 AND (m.from_location = $3 OR m.to_location = $3)
    ) OR EXISTS (
      SELECT FROM stock_changed c JOIN movement m ON m.merchant_id = c.merchant_id AND m.key = c.key
      WHERE c.merchant_id = $1 AND m.account_id IS DISTINCT FROM $2 AND (m.from_location = $3 OR m.to_location = $3)
    ) AS untold`
  return (
    (await db.query<{ untold: boolean }>({ text, values: [merchantId, accountId, locationId] })).rows[0]?.untold ===
    true
  )
}

/** From now on the numbers of a place there are being brought together: no difference there is a person's doing. */
export async function beginSettling(
  db: Sql,
  { merchantId, accountId, externalId }: Pick<Mapping, 'merchantId' | 'accountId' | 'externalId'>,
  right: 'ours' | 'theirs',
): Promise<void> {
  const text = `UPDATE channel_place SET settling = $4, revision = revision + 1 WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3`
  await db.query({ text, values: [merchantId, accountId, externalId, right] })
}
