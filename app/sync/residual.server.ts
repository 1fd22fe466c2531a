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
  /** items that an order of the channel's or a write of ours is still on its way for: nothing can be said of them yet */
  unsettled: number[]
}

/** What our books say of a thing that a channel with a ledger of its own has. */
export type Ours = {
  itemId: number
  ref: string
  /** a write of ours was sent and has had no answer: it may be there or not */
  unanswered: boolean
  short: number
  levels: (Record<StockState, number> & {
    locationId: number
    /** of its reserved, what orders of other channels hold */
    elsewhere: number
    /** what the channel has not been told of yet, by state: it still shows the number without it */
    untold: Partial<Record<StockState, number>>
  })[]
}

/**
 * What a channel with a ledger of its own shows beyond what ours says (design §2): `shown − ledger`, by item, location
 * and state, once every order of its own is booked and every write of ours has arrived. Its "reserved" is what we
 * reserved for orders of other channels, and holds.
 */
export async function residualsOf(db: Sql, account: Account, things: StockedThing[]): Promise<Residuals> {
  // A number that the channel computes, or does not keep, is no stock of ours.
  const kept = things.filter(({ tracked, bundleParent }) => tracked && !bundleParent)
  const ours = await oursOf(db, account, kept)
  const places = await locationsByPlace(db, account)
  const found = kept.flatMap((thing) => {
    const mine = ours.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
    return mine ? [{ itemId: mine.itemId, ...compare(thing, mine, places) }] : []
  })
  return {
    residuals: found.flatMap(({ settled, residuals }) => (settled ? residuals : [])),
    unsettled: found.flatMap(({ settled, itemId }) => (settled ? [] : [itemId])),
  }
}

// Ours said in the channel's way: what its own orders hold apart from what it holds for ours.
const SAME: StockState[] = ['damaged', 'safety_stock', 'incoming']

function compare(thing: StockedThing, mine: Ours, places: Map<string, number>): { settled: boolean; residuals: Residual[] } {
  let short = mine.short
  let committed = mine.short
  const residuals: Residual[] = []
  for (const level of thing.levels) {
    const locationId = places.get(level.externalLocationId)
    if (locationId === undefined) continue
    const here = mine.levels.find((one) => one.locationId === locationId)
    const theirs = (state: StockState) => level.quantities[state] ?? 0
    const told = (state: StockState) => (here?.[state] ?? 0) - (here?.untold[state] ?? 0)
    const elsewhere = (here?.elsewhere ?? 0) - (here?.untold.reserved ?? 0)
    committed += (here?.reserved ?? 0) - (here?.elsewhere ?? 0) - theirs('reserved')
    // What its orders took beyond its stock stands there as a number below zero, here as a shortfall.
    const owed = Math.min(short, Math.max(0, told('available') - theirs('available')))
    short -= owed
    const note = (state: StockState, quantities: { ours: number; theirs: number }) => {
      const quantity = quantities.theirs - quantities.ours
      if (quantity !== 0) residuals.push({ itemId: mine.itemId, locationId, state, quantity, ...quantities })
    }
    note('available', { ours: told('available'), theirs: theirs('available') + owed })
    note('held', { ours: told('held') + elsewhere, theirs: theirs('held') })
    note('quality_check', { ours: told('quality_check') + told('in_work'), theirs: theirs('quality_check') })
    for (const state of SAME) note(state, { ours: told(state), theirs: theirs(state) })
  }
  return { settled: committed === 0 && !mine.unanswered, residuals }
}

const OURS = `
SELECT l.item_id AS "itemId", l.external_id || '/' || l.variant_id AS ref,
  EXISTS (SELECT FROM mirror_due d WHERE d.account_id = $2 AND d.item_id = l.item_id AND d.sent_at IS NOT NULL AND d.parked IS NULL) AS unanswered,
  (SELECT COALESCE(sum(s.outstanding), 0)::int FROM shortfall s
    WHERE s.merchant_id = $1 AND s.item_id = l.item_id AND s.account_id = $2 AND s.outstanding > 0) AS short,
  COALESCE((SELECT json_agg(to_jsonb(b) || jsonb_build_object('locationId', b.location_id, 'elsewhere', (
      SELECT COALESCE(sum(a.reserved), 0) FROM line_allocation a
      JOIN order_line ol ON ol.merchant_id = a.merchant_id AND ol.id = a.line_id
      JOIN channel_order o ON o.merchant_id = ol.merchant_id AND o.id = ol.order_id
      WHERE a.merchant_id = $1 AND a.item_id = l.item_id AND a.location_id = b.location_id AND a.reserved > 0 AND o.account_id <> $2
    ), 'untold', COALESCE((
      SELECT jsonb_object_agg(u.state, u.n) FROM (
        SELECT e.state, sum(e.n) AS n FROM mirror_due d
        JOIN movement m ON m.merchant_id = $1 AND m.item_id = d.item_id AND m.id = d.movement_id,
        LATERAL (VALUES (m.from_location, m.from_state, -m.quantity), (m.to_location, m.to_state, m.quantity)) AS e (location_id, state, n)
        WHERE d.account_id = $2 AND d.item_id = l.item_id AND e.location_id = b.location_id
        GROUP BY e.state) u
    ), '{}')))
    FROM balance b WHERE b.merchant_id = $1 AND b.item_id = l.item_id), '[]') AS levels
FROM unnest($3::text[], $4::text[]) AS r (external_id, variant_id)
JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = r.external_id AND l.variant_id = r.variant_id
WHERE l.item_id IS NOT NULL`

/** What our books say of these things, by `externalId/variantId`, read as one. */
export async function oursOf(db: Sql, account: Account, things: { ref: ListingRef }[]): Promise<Map<string, Ours>> {
  const refs = [things.map(({ ref }) => ref.externalId), things.map(({ ref }) => ref.variantId)]
  const { rows } = await db.query<Ours>({ name: 'ours-of', text: OURS, values: [account.merchantId, account.id, ...refs] })
  return new Map(rows.map((row) => [row.ref, row]))
}
