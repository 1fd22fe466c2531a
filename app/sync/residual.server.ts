import type { StockedThing } from '../channels/connector.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import type { StockState } from '../kernel/stock-state.ts'
import type { Account } from '../merchant/account.server.ts'
import { locationsByPlace } from '../merchant/location.server.ts'
import type { Difference } from '../pool/difference.ts'

/** A difference with the two numbers it lies between. */
export type Residual = Difference & { ours: number; theirs: number }

export type Residuals = {
  residuals: Residual[]
  /** things that an order of the channel's or a write of ours is still on its way for: nothing can be said of them yet */
  unsettled: Unsettled[]
}

export type Unsettled = { itemId: number; ref: ListingRef }

/** What our books say of a thing that a channel with a ledger of its own has. */
export type Ours = {
  itemId: number
  ref: string
  /** a write of ours was sent and has had no answer: it may be there or not */
  unanswered: boolean
  short: number
  levels: OursAtPlace[]
}

type OursAtPlace = Record<StockState, number> & {
  locationId: number
  /** of its reserved, what orders of other channels hold, and what we give out by ourselves */
  elsewhere: number
  /** of its reserved, what no order that we know holds: kept aside there when the books were opened */
  unseen: number
  /** what the channel has not been told of yet, by state: it still shows the number without it */
  untold: Partial<Record<StockState, number>>
}

/**
 * What a channel with a ledger of its own shows beyond what ours says (design §2): `shown − ledger`, by item, location
 * and state, once every order of its own is booked and every write of ours has arrived. Its "reserved" is what we
 * reserved for orders of other channels, and holds. `patient`: what its orders hold may still be on its way to us.
 */
export async function residualsOf(
  db: Sql,
  account: Account,
  { things, patient }: { things: StockedThing[]; patient: boolean },
): Promise<Residuals> {
  // A number that the channel computes, or does not keep, is no stock of ours.
  const kept = things.filter(({ tracked, bundleParent }) => tracked && !bundleParent)
  const ours = await oursOf(db, account, kept)
  const places = await locationsByPlace(db, account)
  const found = kept.flatMap((thing) => {
    const mine = ours.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
    return mine ? [{ itemId: mine.itemId, ref: thing.ref, residuals: compare(thing, mine, { places, patient }) }] : []
  })
  return {
    residuals: found.flatMap(({ residuals }) => residuals ?? []),
    unsettled: found.flatMap(({ residuals, itemId, ref }) => (residuals ? [] : [{ itemId, ref }])),
  }
}

// Ours said in the channel's way: what its own orders hold apart from what it holds for ours.
const SAME: StockState[] = ['damaged', 'safety_stock', 'incoming']

const NOTHING_HERE = {
  available: 0,
  reserved: 0,
  held: 0,
  in_work: 0,
  quality_check: 0,
  damaged: 0,
  safety_stock: 0,
  incoming: 0,
}

/** Both sides of one place; `own`: what we reserved for the channel's own orders. */
type Place = { locationId: number; here: OursAtPlace; theirs: (state: StockState) => number; own: number }

/** Null while nothing can be said. */
export function compare(
  thing: StockedThing,
  mine: Ours,
  { places, patient }: { places: Map<string, number>; patient: boolean },
): Residual[] | null {
  const both = thing.levels.flatMap(({ externalLocationId, quantities }): Place[] => {
    const locationId = places.get(externalLocationId)
    if (locationId === undefined) return []
    const nothing: OursAtPlace = { ...NOTHING_HERE, locationId, elsewhere: 0, unseen: 0, untold: {} }
    const here = mine.levels.find((level) => level.locationId === locationId) ?? nothing
    return [{ locationId, here, theirs: (state) => quantities[state] ?? 0, own: here.reserved - here.elsewhere }]
  })
  const ended = unseenThatEnded(both, { short: mine.short, patient })
  if (!ended || mine.unanswered) return null
  // What we hold for orders of other channels was put back there: a person must say what becomes of those.
  if (both.some(({ here, theirs }) => theirs('held') < heldFor(here))) return null
  const owed = owedAt(both, mine.short)
  return both.flatMap((place, i) =>
    residualsAt(place, { itemId: mine.itemId, owed: owed[i] ?? 0, ended: ended[i] ?? 0 }),
  )
}

const told = (here: OursAtPlace, state: StockState) => here[state] - (here.untold[state] ?? 0)
const heldFor = (here: OursAtPlace) => here.elsewhere - (here.untold.reserved ?? 0)

/**
 * What the channel keeps aside for its orders must be what we know of its orders. Less can only be explained by orders
 * that we never saw and that were sent or cancelled since. Their pieces, by place; null when it is not explained.
 */
function unseenThatEnded(both: Place[], { short, patient }: { short: number; patient: boolean }): number[] | null {
  let ended = both.reduce((sum, { own, theirs }) => sum + own - theirs('reserved'), short)
  if (ended === 0) return both.map(() => 0)
  if (patient) return null
  const byPlace = both.map(({ here, own, theirs }) => {
    const n = Math.max(0, Math.min(ended, here.unseen, own - theirs('reserved')))
    ended -= n
    return n
  })
  return ended === 0 ? byPlace : null
}

/**
 * What its orders took beyond its stock stands there as a number below zero, here as a shortfall. A shortfall that is
 * not below zero there any more was delivered: below zero here, where it is kept aside for the orders.
 */
function owedAt(both: Place[], short: number): number[] {
  let left = short
  const owed = both.map(({ here, theirs }) => {
    const n = Math.min(left, Math.max(0, told(here, 'available') - theirs('available')))
    left -= n
    return n
  })
  const most = both.map(({ own, theirs }) => theirs('reserved') - own)
  const delivered = most.indexOf(Math.max(...most))
  return owed.map((n, i) => (i === delivered ? n + left : n))
}

function residualsAt(
  { locationId, here, theirs, own }: Place,
  of: { itemId: number; owed: number; ended: number },
): Residual[] {
  const note = (state: StockState, ours: number, shown: number): Residual[] =>
    ours === shown ? [] : [{ itemId: of.itemId, locationId, state, quantity: shown - ours, ours, theirs: shown }]
  return [
    ...note('available', told(here, 'available'), theirs('available') + of.owed),
    ...note('reserved', own, own - of.ended),
    ...note('held', told(here, 'held') + heldFor(here), theirs('held')),
    ...note('quality_check', told(here, 'quality_check') + told(here, 'in_work'), theirs('quality_check')),
    ...SAME.flatMap((state) => note(state, told(here, state), theirs(state))),
  ]
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
  COALESCE((SELECT json_agg(to_jsonb(b) || jsonb_build_object('locationId', b.location_id, 'elsewhere', (
      SELECT COALESCE(sum(a.reserved), 0) FROM line_allocation a
      JOIN order_line ol ON ol.merchant_id = a.merchant_id AND ol.id = a.line_id
      JOIN channel_order o ON o.merchant_id = ol.merchant_id AND o.id = ol.order_id
      WHERE a.merchant_id = $1 AND a.item_id = l.item_id AND a.location_id = b.location_id AND a.reserved > 0 AND (o.account_id <> $2 OR ol.source = 'ours')
    ), 'unseen', b.reserved - (
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
    FROM balance b WHERE b.merchant_id = $1 AND b.item_id = l.item_id), '[]') AS levels
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
