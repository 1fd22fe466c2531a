import type { Sql } from '../kernel/sql.ts'
import type { BenchWork, Owner, PlaceKind, QuantityName } from './place.ts'

/** Where a place of ours stands in a channel. `settling`: its numbers are being brought together. */
export type StandsAt = { accountId: number; account: string; place: string; name: QuantityName; settling: boolean }

/** A look at what a mapping would change; `looked` false while it is being read. */
export type LookView = {
  accountId: number
  externalId: string
  name: QuantityName
  place: string
  looked: boolean
  items: number
  pieces: number
  examples: string[]
}

export type PlaceView = {
  id: number
  name: string
  kind: PlaceKind
  work: BenchWork | null
  owner: Owner
  partnerId: number | null
  partner: string | null
  sellable: boolean
  expectedHours: number | null
  usualHours: number
  needsCheck: boolean
  /** nobody has looked at what was guessed from its name */
  guessed: boolean
  pieces: number
  overdue: number
  standsAt: StandsAt[]
  look: LookView | null
}

const PLACES = `
SELECT l.id, l.name, l.kind, l.work, l.owner, l.partner_id AS "partnerId", p.name AS partner, l.sellable,
  l.expected_hours AS "expectedHours", usual_hours(l.kind, l.work) AS "usualHours", l.needs_check AS "needsCheck", l.guessed,
  COALESCE(b.pieces, 0)::int AS pieces,
  (SELECT count(*)::int FROM stay s WHERE s.merchant_id = l.merchant_id AND s.location_id = l.id AND s.quantity_left > 0
    AND s.due_at <= $2) AS overdue,
  COALESCE((SELECT json_agg(json_build_object('accountId', m.account_id, 'account', a.name, 'place', c.name, 'name', m.quantity_name,
      'settling', c.settling IS NOT NULL) ORDER BY m.account_id)
    FROM location_mapping m JOIN channel_place c ON c.merchant_id = m.merchant_id AND c.account_id = m.account_id AND c.external_id = m.external_id
    JOIN channel_account a ON a.merchant_id = m.merchant_id AND a.id = m.account_id
    WHERE m.merchant_id = l.merchant_id AND m.location_id = l.id), '[]') AS "standsAt",
  (SELECT json_build_object('accountId', k.account_id, 'externalId', k.external_id, 'name', k.quantity_name, 'place', c.name,
      'looked', k.looked_at IS NOT NULL, 'items', k.items, 'pieces', k.pieces, 'examples', k.examples)
    FROM mapping_look k JOIN channel_place c ON c.merchant_id = k.merchant_id AND c.account_id = k.account_id AND c.external_id = k.external_id
    WHERE k.merchant_id = l.merchant_id AND k.location_id = l.id AND k.asked_at > $2::timestamptz - interval '1 hour'
    ORDER BY k.asked_at DESC LIMIT 1) AS look
FROM location l
LEFT JOIN partner p ON p.merchant_id = l.merchant_id AND p.id = l.partner_id
LEFT JOIN (SELECT location_id, sum(available + reserved + held + in_work + quality_check + damaged + safety_stock) AS pieces
  FROM balance WHERE merchant_id = $1 GROUP BY location_id) b ON b.location_id = l.id
WHERE l.merchant_id = $1 AND l.archived_at IS NULL
ORDER BY l.rank, l.id`

/** A merchant's places in their order, with what lies there and where they stand in channels. */
export async function placeViews(db: Sql, merchantId: number, at: Date): Promise<PlaceView[]> {
  return (await db.query<PlaceView>({ name: 'place-views', text: PLACES, values: [merchantId, at] })).rows
}

/** A place of a channel that something of ours can stand at. `whole`: which of ours it is. */
export type ChannelPlaceView = {
  accountId: number
  account: string
  externalId: string
  name: string
  sellsOnline: boolean
  active: boolean
  whole: string | null
}

export async function channelPlaces(db: Sql, merchantId: number): Promise<ChannelPlaceView[]> {
  const text = `SELECT c.account_id AS "accountId", a.name AS account, c.external_id AS "externalId", c.name, c.sells_online AS "sellsOnline",
      c.active, l.name AS whole
    FROM channel_place c JOIN channel_account a ON a.merchant_id = c.merchant_id AND a.id = c.account_id AND a.status = 'open'
    LEFT JOIN location_mapping m ON m.merchant_id = c.merchant_id AND m.account_id = c.account_id AND m.external_id = c.external_id
      AND m.quantity_name = 'available'
    LEFT JOIN location l ON l.merchant_id = m.merchant_id AND l.id = m.location_id
    WHERE c.merchant_id = $1 ORDER BY c.account_id, c.name`
  return (await db.query<ChannelPlaceView>({ text, values: [merchantId] })).rows
}
