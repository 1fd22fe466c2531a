import type { StockedThing } from '../channels/connector.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { mappedPlaces, type ChannelMap } from '../merchant/location.server.ts'
import { capabilitiesOf } from '../channels/registry.ts'
import { compare, type Ours, type Residual } from './compare.ts'
import { withOffsets } from './order-mirror-echo.ts'
import { offsetsOf } from './order-mirror-offsets.server.ts'

export type Residuals = {
  residuals: Residual[]
  /** things that an order of the channel's or a write of ours is still on its way for: nothing can be said of them yet */
  unsettled: Unsettled[]
}

export type Unsettled = { itemId: number; ref: ListingRef }

/** Which things, and how. `places`: what stands where, if another mapping than that of now is asked about. */
export type Asked = { things: StockedThing[]; patient: boolean; settling?: string; places?: ChannelMap }

/**
 * What a channel with a ledger of its own shows beyond what ours says (design §2): `shown − ledger`, by item, location
 * and state, once every order of its own is booked and every write of ours has arrived. Its "reserved" is what we
 * reserved for orders of other channels, and holds. `patient`: what its orders hold may still be on its way to us.
 */
export async function residualsOf(db: Sql, account: Account, asked: Asked): Promise<Residuals> {
  // A number that the channel computes, or does not keep, is no stock of ours.
  const known = asked.things.filter(({ tracked, bundleParent }) => tracked && !bundleParent)
  const ours = await oursOf(db, account, known)
  const itemIds = [...ours.values()].map(({ itemId }) => itemId)
  const kept = withOffsets(known, ours, await offsetsOf(db, account, itemIds))
  const { keeps } = capabilitiesOf(account.channel)
  const comparing = { ...asked, keeps, places: asked.places ?? (await mappedPlaces(db, account)) }
  const found = kept.flatMap((thing) => {
    const mine = ours.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
    return mine ? [{ itemId: mine.itemId, ref: thing.ref, residuals: compare(thing, mine, comparing) }] : []
  })
  return {
    residuals: found.flatMap(({ residuals }) => residuals ?? []),
    unsettled: found.flatMap(({ residuals, itemId, ref }) => (residuals ? [] : [{ itemId, ref }])),
  }
}

// Untold is what waits to be told, and what has happened but was not handed on yet.
const OURS = `
WITH untold AS MATERIALIZED (
  SELECT d.item_id, d.movement_id AS id FROM mirror_due d
  WHERE d.account_id = $2 AND d.item_id IN (SELECT item_id FROM listing
    WHERE merchant_id = $1 AND account_id = $2 AND external_id = ANY ($3::text[]))
  UNION
  SELECT m.item_id, m.id FROM stock_changed c JOIN movement m ON m.merchant_id = c.merchant_id AND m.key = c.key
  WHERE c.merchant_id = $1 AND m.account_id IS DISTINCT FROM $2
)
SELECT l.item_id AS "itemId", l.external_id || '/' || l.variant_id AS ref,
  EXISTS (SELECT FROM mirror_due d WHERE d.account_id = $2 AND d.item_id = l.item_id AND d.sent_at IS NOT NULL AND d.parked IS NULL) AS unanswered,
  (SELECT COALESCE(sum(s.outstanding), 0)::int FROM shortfall s
    WHERE s.merchant_id = $1 AND s.item_id = l.item_id AND s.account_id = $2 AND s.outstanding > 0) AS short,
  -- a channel sets nothing aside for its own carts: there they are for sale, whatever we keep from the others
  COALESCE((SELECT json_agg(to_jsonb(b) || jsonb_build_object('locationId', b.location_id,
    'available', b.available + carts.own, 'reserved', b.reserved - carts.own, 'onHold', (
      SELECT COALESCE(sum(a.quantity), 0) FROM hold_allocation a
      WHERE a.merchant_id = $1 AND a.item_id = l.item_id AND a.location_id = b.location_id
    ), 'elsewhere', carts.of_others + (
      SELECT COALESCE(sum(a.reserved), 0) FROM line_allocation a
      JOIN order_line ol ON ol.merchant_id = a.merchant_id AND ol.id = a.line_id
      JOIN channel_order o ON o.merchant_id = ol.merchant_id AND o.id = ol.order_id
      WHERE a.merchant_id = $1 AND a.item_id = l.item_id AND a.location_id = b.location_id AND a.reserved > 0
        AND (o.account_id <> $2 OR ol.item_id <> a.item_id OR ol.source = 'ours')
    ), 'unseen', b.reserved - carts.own - carts.of_others - (
      SELECT COALESCE(sum(a.reserved), 0) FROM line_allocation a
      WHERE a.merchant_id = $1 AND a.item_id = l.item_id AND a.location_id = b.location_id AND a.reserved > 0
    ), 'untold', COALESCE((
      SELECT jsonb_object_agg(u.state, u.n) FROM (
        SELECT e.state, sum(e.n) AS n FROM movement m,
        LATERAL (VALUES (m.from_location, m.from_state, -m.quantity), (m.to_location, m.to_state, m.quantity)) AS e (location_id, state, n)
        WHERE m.merchant_id = $1 AND m.item_id = l.item_id AND m.id IN (SELECT id FROM untold WHERE item_id = l.item_id)
          AND e.location_id = b.location_id
        GROUP BY e.state) u
    ), '{}')) ORDER BY b.location_id)
    FROM balance b, LATERAL (
      SELECT COALESCE(sum(a.quantity) FILTER (WHERE c.account_id = $2), 0) AS own,
        COALESCE(sum(a.quantity) FILTER (WHERE c.account_id <> $2), 0) AS of_others
      FROM cart_allocation a JOIN cart c ON c.merchant_id = a.merchant_id AND c.id = a.cart_id
      WHERE a.merchant_id = $1 AND a.item_id = l.item_id AND a.location_id = b.location_id
    ) carts
    WHERE b.merchant_id = $1 AND b.item_id = l.item_id), '[]') AS levels
FROM unnest($3::text[], $4::text[]) AS r (external_id, variant_id)
JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = r.external_id AND l.variant_id = r.variant_id
WHERE l.item_id IS NOT NULL`

/** What our books say of these things, by `externalId/variantId`, read as one. */
export async function oursOf(db: Sql, account: Account, things: { ref: ListingRef }[]): Promise<Map<string, Ours>> {
  const refs = [things.map(({ ref }) => ref.externalId), things.map(({ ref }) => ref.variantId)]
  const { rows } = await db.query<Ours>({
    name: 'ours-of',
    text: OURS,
    values: [account.merchantId, account.id, ...refs],
  })
  return new Map(rows.map((row) => [row.ref, row]))
}
