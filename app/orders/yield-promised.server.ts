import { cancelCostOf } from '../channels/registry.ts'
import { openIncident } from '../incidents/incident.server.ts'
import { attachTimeline } from '../incidents/oversell-timeline.server.ts'
import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import type { Move } from '../pool/movement.ts'
import { pick } from './allocation.ts'
import { type BookedLine, writeBooked } from './booked-rows.server.ts'
import { byClaim, type Claimant } from './claim.ts'
import { endClaims } from './claim-rows.server.ts'
import { freeFromCarts } from './convert-cart.server.ts'
import { PARTS_OF_LINE } from './order-row.server.ts'
import type { AtPlace, Part } from './parts.ts'
import { keepShortfalls } from './shortfall.server.ts'

/** Why pieces that were promised are gone. `key` names this, `lost` ends the sentence of who loses: "was handed over …". */
export type Gone = { merchantId: number; at: Date; key: string; cause: string; lost: string }

/** Pieces that must be had. `locationId`: only what is promised there; `except`: an order whose own lines keep theirs. */
export type Needed = { itemId: number; quantity: number; locationId?: number; except?: number }

/**
 * A piece that was handed over, or is not there any more, wins over any promise: what nobody has paid for makes way first
 * (carts), then the orders with the weakest claims, which are short of it from now on, each with an incident. Their pieces
 * are for sale for as long as the caller takes to move them, in the same transaction. What is on hold for a client stays.
 * Returns how many pieces came free.
 */
export async function yieldPromised(tx: Sql, gone: Gone, needed: Needed): Promise<number> {
  const { itemId, locationId } = needed
  let missing = needed.quantity
  missing -= await freeFromCarts(tx, gone, { itemId, quantity: missing, locationId })
  if (missing <= 0) return needed.quantity
  for (const holder of (await holdersOf(tx, gone.merchantId, needed)).toSorted((a, b) => byClaim(b, a))) {
    if (missing <= 0) break
    missing -= await takeFrom(tx, gone, { holder, needed: { ...needed, quantity: missing } })
  }
  return needed.quantity - Math.max(0, missing)
}

type Holder = Claimant &
  BookedLine & {
    itemId: number
    account: string
    channel: string
    orderName: string
    title: string
    currency: string
    unitPriceMinor: number
    backorder: boolean
    ours: boolean
    /** the item asked about is a one-of-one piece */
    oneOfOne: boolean
    parts: Part[] | null
    places: AtPlace[]
  }

const HOLDERS = `
SELECT l.id AS "lineId", l.item_id AS "itemId", l.reserved, l.short, l.shipped, l.returned, l.current_quantity AS "currentQuantity",
  l.title, l.unit_price_minor AS "unitPriceMinor", l.backorder, l.source = 'ours' AS ours, l.external_id AS line,
  l.shipped > l.returned AS "handedOver", o.account_id AS "accountId", o.external_id AS "order", o.name AS "orderName", o.currency,
  o.paid_at AS "paidAt", o.placed_at AS "placedAt", a.channel, a.name AS account, ${PARTS_OF_LINE} AS parts,
  (SELECT kind = 'one_of_one' FROM item WHERE merchant_id = $1 AND id = $2) AS "oneOfOne",
  (SELECT json_agg(json_build_object('itemId', p.item_id, 'locationId', p.location_id, 'quantity', p.reserved)
    ORDER BY p.location_id = $3 DESC NULLS LAST, p.location_id, p.item_id)
    FROM line_allocation p WHERE p.merchant_id = $1 AND p.line_id = l.id AND p.reserved > 0) AS places
FROM order_line l
JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
WHERE l.merchant_id = $1 AND o.id IS DISTINCT FROM $4 AND l.id IN (SELECT line_id FROM line_allocation
  WHERE merchant_id = $1 AND item_id = $2 AND reserved > 0 AND ($3::int IS NULL OR location_id = $3))
ORDER BY l.id
FOR UPDATE OF l`

async function holdersOf(tx: Sql, merchantId: number, { itemId, locationId, except }: Needed): Promise<Holder[]> {
  const values = [merchantId, itemId, locationId ?? null, except ?? null]
  const { rows } = await tx.query<Holder>({ name: 'holders-of', text: HOLDERS, values })
  return rows.map((row) => ({ ...row, cancelCost: cancelCostOf(row.channel) }))
}

type Taking = { holder: Holder; needed: Needed }

/** Takes whole units from a line, as few as it takes. Returns how many pieces of what is needed came free. */
async function takeFrom(tx: Sql, gone: Gone, { holder, needed }: Taking): Promise<number> {
  const { itemId, quantity, locationId } = needed
  const there = holder.places.filter((at) => at.itemId === itemId && (locationId ?? at.locationId) === at.locationId)
  const parts = holder.parts ?? [{ itemId, needs: 1 }]
  const needs = parts.find((part) => part.itemId === itemId)?.needs ?? 1
  const most = there.reduce((sum, at) => sum + at.quantity, 0)
  const units = Math.min(holder.reserved, Math.ceil(Math.min(quantity, most) / needs))
  if (units <= 0) return 0
  const places = parts.flatMap((part) => {
    const lying = holder.places.filter((at) => at.itemId === part.itemId)
    return pick(lying, units * part.needs).map((at) => ({ ...at, itemId: part.itemId }))
  })
  await lose(tx, gone, { holder, units, places })
  if (holder.oneOfOne) await endClaims(tx, { ...gone, itemId })
  return places.reduce((sum, at) => (there.some((one) => sameSpot(one, at)) ? sum + at.quantity : sum), 0)
}

const sameSpot = (one: AtPlace, at: AtPlace) => one.itemId === at.itemId && one.locationId === at.locationId

type Losing = { holder: Holder; units: number; places: AtPlace[] }

// Whose channel has taken the pieces from its own number is not told of it: there they are below zero now.
async function lose(tx: Sql, gone: Gone, { holder, units, places }: Losing): Promise<void> {
  const { merchantId, at, cause } = gone
  const { lineId, itemId, accountId, ours, backorder } = holder
  const key = `${gone.key}/lost/${lineId}`
  const change = { merchantId, key, reason: 'lost by an order' as const, actor: 'app', cause }
  const own = ours || holder.parts ? null : accountId
  const moves = places.map(({ itemId: id, locationId, quantity }): Move => {
    const end = (state: 'reserved' | 'available') => ({ locationId, state })
    return { itemId: id, quantity, from: end('reserved'), to: end('available') }
  })
  const done = await append(tx, { ...change, accountId: own, occurredAt: at, recordedAt: at }, moves)
  assert(done === 'done', `what line ${lineId} has reserved lies where its rows say`)
  const short = holder.short + units
  await writeBooked(tx, {
    merchantId,
    event: key,
    lines: [{ ...holder, reserved: holder.reserved - units, short }],
    effects: [{ lineId, transition: 'yield', quantity: units }],
    allocations: places.map(({ quantity, ...place }) => ({ lineId, ...place, delta: -quantity })),
  })
  await keepShortfalls(tx, { merchantId, accountId, at }, [{ lineId, itemId, short, backorder }])
  if (!backorder) await tell(tx, gone, { holder, short })
}

async function tell(tx: Sql, gone: Gone, { holder, short }: { holder: Holder; short: number }): Promise<void> {
  const { merchantId, at } = gone
  const { lineId, itemId, accountId, currency, unitPriceMinor } = holder
  const value = { minor: short * unitPriceMinor, currency }
  const sentence = `${holder.account} sold “${holder.title}” in order ${holder.orderName}, but ${short} of it ${gone.lost}.`
  const about = { merchantId, kind: 'oversell' as const, subject: `line/${lineId}`, itemId, accountId, value, at }
  const incidentId = await openIncident(tx, { ...about, sentence })
  await attachTimeline(tx, { merchantId, incidentId, itemId, lineId, at })
}
