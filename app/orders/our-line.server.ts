import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append, reserve } from '../pool/ledger.server.ts'
import type { Change, End } from '../pool/movement.ts'
import { whyNotMoved } from '../pool/not-moved.ts'
import type { Reason } from '../pool/reason.ts'
import { pick } from './allocation.ts'
import { type Effect, writeBooked } from './booked-rows.server.ts'
import { holdClaim, lockClaims, settleClaim } from './claim-rows.server.ts'
import { linesOf } from './order-row.server.ts'
import type { Handling } from './return.server.ts'

// A line of ours on a channel's order: the channel knows nothing of it, and its news does not touch it. What it holds is
// told to every channel that keeps a ledger, the order's own too.

type Order = { orderId: number; accountId: number; externalId: string }

const NO_LINE = refuse('unknown-line', 'There is no such line of an order.')

/**
 * Reserves pieces for the buyer of an order beyond what the channel's order says: a replacement for what was lost or
 * broken, or what they get in exchange. All of them, or it is refused.
 */
export async function addOurLine(
  tx: Sql,
  given: Handling & { forLine: number; itemId: number | null; quantity: number; as: 'replace' | 'exchange' },
): Promise<Refusal | { freed: number[]; lineId: number }> {
  const { merchantId, quantity, actor, at } = given
  const found = await itemFor(tx, given)
  if (!found) return refuse('unknown-item', 'There is no such line, or no such item any more.')
  const { itemId, kind } = found
  // Before the order, as whoever books it does.
  if (kind === 'one_of_one') await lockClaims(tx, merchantId, [itemId])
  const order = await lockOrderOf(tx, merchantId, given.forLine)
  if (!order) return NO_LINE
  const added = await insertLine(tx, given, { ...order, itemId })
  // Asked for twice, it is done once.
  if ('known' in added) return { freed: [], lineId: added.known }
  const { lineId } = added
  const reason: Reason = given.as === 'replace' ? 'given in replacement' : 'given in exchange'
  const change = changeOf(given, order, { key: `ours/${lineId}/reserved`, reason })
  const done = await reserve(tx, change, { demands: [{ itemId, quantity }], whole: true })
  if (done === 'already' || done.short.length > 0)
    return refuse('short', 'There are not so many pieces for sale that could be sent.')
  await writeBooked(tx, {
    merchantId,
    event: change.key,
    lines: [{ lineId, reserved: quantity, short: 0, shipped: 0, returned: 0, currentQuantity: quantity }],
    effects: [
      { lineId, transition: given.as, quantity },
      { lineId, transition: 'reserve', quantity },
    ],
    allocations: done.taken.map((taken) => ({ lineId, itemId, locationId: taken.locationId, delta: taken.quantity })),
  })
  if (kind === 'one_of_one') {
    const piece = { merchantId, itemId, at }
    await holdClaim(tx, piece, { lineId })
    await settleClaim(tx, piece, { lineId, by: actor })
  }
  return { freed: [], lineId }
}

async function lockOrderOf(tx: Sql, merchantId: number, lineId: number): Promise<Order | undefined> {
  const text = `SELECT o.id AS "orderId", o.account_id AS "accountId", o.external_id AS "externalId"
    FROM order_line l JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    WHERE l.merchant_id = $1 AND l.id = $2 FOR NO KEY UPDATE OF o`
  return (await tx.query<Order>({ text, values: [merchantId, lineId] })).rows[0]
}

/** The item that is asked for; the line's own when none is. */
async function itemFor(tx: Sql, given: { merchantId: number; forLine: number; itemId: number | null }) {
  const text = `SELECT i.id AS "itemId", i.kind FROM order_line l
    JOIN item i ON i.merchant_id = l.merchant_id AND i.id = COALESCE($3::int, l.item_id) AND i.status <> 'deleted'
    WHERE l.merchant_id = $1 AND l.id = $2`
  const values = [given.merchantId, given.forLine, given.itemId]
  return (await tx.query<{ itemId: number; kind: string }>({ text, values })).rows[0]
}

async function insertLine(
  tx: Sql,
  { merchantId, token, quantity, as }: Handling & { quantity: number; as: string },
  { orderId, itemId }: { orderId: number; itemId: number },
): Promise<{ lineId: number } | { known: number }> {
  const text = `INSERT INTO order_line AS l (merchant_id, order_id, external_id, item_id, sku, title, takes_stock, quantity, current_quantity,
      unit_price_minor, source)
    SELECT $1, $2, $3, i.id, i.sku, concat_ws(' – ', i.title, NULLIF(i.variant, '')), true, $5, $5, 0, 'ours'
    FROM item i WHERE i.merchant_id = $1 AND i.id = $4
    ON CONFLICT (merchant_id, order_id, external_id) DO UPDATE SET external_id = l.external_id RETURNING id, xmax = 0 AS "isNew"`
  const values = [merchantId, orderId, `ours/${as}/${token}`, itemId, quantity]
  const row = (await tx.query<{ id: number; isNew: boolean }>({ text, values })).rows[0]!
  return row.isNew ? { lineId: row.id } : { known: row.id }
}

/** Pieces of a line of ours have left the house. */
export const sendOurs = (tx: Sql, given: Handling & { lineId: number; quantity: number }) =>
  end(tx, given, { to: 'customer', transition: 'ship', reason: 'shipped' })

/** Pieces of a line of ours are not to be sent after all: they are for sale again. */
export const cancelOurs = (tx: Sql, given: Handling & { lineId: number; quantity: number }) =>
  end(tx, given, { to: 'available', transition: 'release', reason: 'cancelled' })

type Ending = { to: 'customer' | 'available'; transition: Effect['transition']; reason: Reason }

async function end(
  tx: Sql,
  given: Handling & { lineId: number; quantity: number },
  { to, transition, reason }: Ending,
): Promise<Refusal | { freed: number[] }> {
  const { merchantId, lineId, quantity, token, at } = given
  const order = await lockOrderOf(tx, merchantId, lineId)
  if (!order) return NO_LINE
  const line = (await linesOf(tx, merchantId, order.orderId)).find(({ id }) => id === lineId)
  if (!line?.externalId.startsWith('ours/') || line.itemId === null)
    return refuse('not-ours', 'What the channel sells is sent and cancelled there.')
  const { itemId } = line
  const key = `ours/${lineId}/${transition}/${token}`
  const done = await tx.query({
    text: 'SELECT FROM order_effect WHERE merchant_id = $1 AND line_id = $2 AND event = $3',
    values: [merchantId, lineId, key],
  })
  if (done.rows.length > 0) return { freed: [] }
  if (quantity > line.reserved) return refuse('not-there', `Only ${line.reserved} of it can still be sent.`)
  const places = pick(line.places, quantity)
  const moved = await append(
    tx,
    changeOf(given, order, { key, reason }),
    places.map((place) => {
      const from: End = { locationId: place.locationId, state: 'reserved' }
      const end: End = to === 'customer' ? { outside: to } : { locationId: place.locationId, state: to }
      return { itemId, quantity: place.quantity, from, to: end }
    }),
  )
  if (typeof moved !== 'string') return whyNotMoved(moved)
  const current = line.reserved + line.shipped - line.returned
  await writeBooked(tx, {
    merchantId,
    event: key,
    lines: [
      {
        ...{ lineId, short: 0, returned: line.returned, reserved: line.reserved - quantity },
        shipped: line.shipped + (to === 'customer' ? quantity : 0),
        currentQuantity: to === 'customer' ? current : current - quantity,
      },
    ],
    effects: [{ lineId, transition, quantity }],
    allocations: places.map((place) => ({ lineId, itemId, locationId: place.locationId, delta: -place.quantity })),
  })
  if (line.oneOfOne) {
    const text = 'UPDATE claim SET ended_at = $3 WHERE merchant_id = $1 AND line_id = $2 AND ended_at IS NULL'
    await tx.query({ text, values: [merchantId, lineId, at] })
    if (to === 'customer') await settleClaim(tx, { merchantId, itemId, at }, { lineId, by: 'shipped' })
  }
  return { freed: to === 'available' ? [itemId] : [] }
}

const changeOf = (
  { merchantId, actor, at }: Handling,
  { accountId, externalId }: Order,
  { key, reason }: { key: string; reason: Reason },
): Change => ({
  merchantId,
  key,
  reason,
  actor,
  cause: `order/${accountId}/${externalId}`,
  accountId: null,
  occurredAt: at,
  recordedAt: at,
})
