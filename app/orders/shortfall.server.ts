import { cancelCostOf } from '../channels/registry.ts'
import type { Sql } from '../kernel/sql.ts'
import { reserve } from '../pool/ledger.server.ts'
import { lockToTake } from '../pool/lock-to-take.server.ts'
import type { Change } from '../pool/movement.ts'
import { writeBooked, type BookedLine } from './booked-rows.server.ts'
import { byClaim, type Claimant } from './claim.ts'
import { holdClaim } from './claim-rows.server.ts'
import { PARTS_OF_LINE } from './order-row.server.ts'
import type { AtPlace, Part } from './parts.ts'
import { settleParts, takeWhole } from './take-whole.server.ts'
import { lockCapacity, promiseToMake, toMakeOf } from './to-make.server.ts'

type Owner = { merchantId: number; accountId: number; at: Date }
type ShortLine = { lineId: number; itemId: number; short: number; backorder: boolean }

/** Keeps the rows of demand accepted without stock as they are: `short` pieces of each line are outstanding now. */
export async function keepShortfalls(db: Sql, owner: Owner, lines: ShortLine[]): Promise<void> {
  const text = `
    WITH told AS (
      SELECT * FROM jsonb_to_recordset($4) AS x ("lineId" bigint, "itemId" int, short int, backorder boolean)
    ), known AS (
      UPDATE shortfall s SET outstanding = LEAST(t.short, GREATEST(s.quantity, t.short)), quantity = GREATEST(s.quantity, t.short),
        to_make = LEAST(s.to_make, t.short)
      FROM told t WHERE s.merchant_id = $1 AND s.line_id = t."lineId" AND s.item_id = t."itemId"
      RETURNING s.line_id
    )
    INSERT INTO shortfall (merchant_id, line_id, item_id, account_id, quantity, outstanding, backorder, opened_at)
    SELECT $1, t."lineId", t."itemId", $2, t.short, t.short, t.backorder, $3 FROM told t
    WHERE t.short > 0 AND NOT EXISTS (SELECT FROM shortfall s WHERE s.merchant_id = $1 AND s.line_id = t."lineId" AND s.item_id = t."itemId")`
  await db.query({ text, values: [owner.merchantId, owner.accountId, owner.at, JSON.stringify(lines)] })
}

/**
 * Keeps the shortfalls of lines, and promises what can be made of those made to order, up to their capacity. Returns how
 * many pieces of each line are to be made, and the lines of which nothing is oversold any more, of other orders too:
 * capacity that these give up goes to them.
 */
export async function keepPromises(db: Sql, owner: Owner, lines: ShortLine[]): Promise<Promises> {
  if (lines.length === 0) return NO_PROMISES
  const { merchantId } = owner
  const itemIds = [...new Set(lines.map(({ itemId }) => itemId))]
  const toOrder = await lockCapacity(db, merchantId, { itemIds, wait: true })
  await keepShortfalls(db, owner, lines)
  if (toOrder.length === 0) return NO_PROMISES
  const nowWhole = await promiseToMake(db, merchantId, toOrder)
  const lineIds = lines.map(({ lineId }) => lineId)
  return { nowWhole, toMake: await toMakeOf(db, merchantId, lineIds) }
}

export type Promises = { toMake: ReadonlyMap<number, number>; nowWhole: number[] }
const NO_PROMISES: Promises = { toMake: new Map(), nowWhole: [] }

type Open = BookedLine & {
  itemId: number
  accountId: number
  orderId: number
  externalId: string
  revision: number
  outstanding: number
  parts: Part[] | null
  oneOfOne: boolean
} & Omit<Claimant, 'cancelCost' | 'order'> & { channel: string }

// Those that wait for one of the items, or for a bundle that it is a part of. Locked, so that two returns of stock do
// not fill the same shortfall. One that is locked is passed over: whoever holds it (news of its order, another return)
// looks for stock afterwards, and waiting for it with stock in hand would be a deadlock.
const OPEN = `
SELECT s.item_id AS "itemId", s.account_id AS "accountId", s.outstanding, l.id AS "lineId", l.reserved, l.short, l.shipped,
  l.returned, l.current_quantity AS "currentQuantity", o.id AS "orderId", o.external_id AS "externalId", o.revision,
  ${PARTS_OF_LINE} AS parts, i.kind = 'one_of_one' AS "oneOfOne", l.external_id AS line, l.shipped > l.returned AS "handedOver",
  o.paid_at AS "paidAt", o.placed_at AS "placedAt", a.channel
FROM shortfall s
JOIN item i ON i.merchant_id = s.merchant_id AND i.id = s.item_id
JOIN channel_account a ON a.merchant_id = s.merchant_id AND a.id = s.account_id
JOIN order_line l ON l.merchant_id = s.merchant_id AND l.id = s.line_id
JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
WHERE s.merchant_id = $1 AND s.outstanding > 0 AND s.item_id = ANY ($2::int[] || ARRAY(
  SELECT DISTINCT bundle_id FROM bundle_component WHERE merchant_id = $1 AND component_id = ANY ($2::int[])))
ORDER BY s.id
FOR UPDATE OF s, l SKIP LOCKED`

/**
 * Gives stock that has come free to the orders that were promised it without stock, oldest first, a one-of-one piece to
 * the best claim, and capacity to those that can be made. Returns the lines of which nothing is oversold any more. Waits
 * for nobody: what another transaction holds is left to the next look (sync/promised.server.ts).
 */
export async function fillShortfalls(
  db: Sql,
  owner: { merchantId: number; itemIds: number[]; at: Date },
): Promise<number[]> {
  const { merchantId, itemIds, at } = owner
  if (itemIds.length === 0) return []
  const open = (await db.query<Open>({ name: 'open-shortfalls', text: OPEN, values: [merchantId, itemIds] })).rows
  if (open.length === 0) return []
  const held = await lockToTake(db, merchantId, [...new Set(open.flatMap(partsOf).map(({ itemId }) => itemId))])
  const whole: number[] = []
  for (const one of inTurn(open)) {
    if (!partsOf(one).every(({ itemId }) => held.has(itemId))) continue
    if (await fill(db, one, { merchantId, at })) whole.push(one.lineId)
  }
  const waiting = [...new Set(open.map(({ itemId }) => itemId))]
  const toOrder = await lockCapacity(db, merchantId, { itemIds: waiting, wait: false })
  return [...whole, ...(await promiseToMake(db, merchantId, toOrder))]
}

const partsOf = ({ parts, itemId }: Open): Part[] => parts ?? [{ itemId, needs: 1 }]

// The oldest first over all of them; those that wait for a one-of-one piece by their claims, where the first of them stood.
function inTurn(open: Open[]): Open[] {
  const claim = (one: Open): Claimant => ({ ...one, order: one.externalId, cancelCost: cancelCostOf(one.channel) })
  return [...Map.groupBy(open, ({ itemId }) => itemId).values()].flatMap((waiting) =>
    waiting[0]?.oneOfOne ? waiting.toSorted((a, b) => byClaim(claim(a), claim(b))) : waiting,
  )
}

async function fill(db: Sql, open: Open, { merchantId, at }: { merchantId: number; at: Date }): Promise<boolean> {
  const { accountId, externalId, lineId, itemId, short, outstanding } = open
  const change: Change = {
    merchantId,
    // What is still short names this filling: the next one finds less.
    key: `order/${accountId}/${externalId}/fill/${lineId}/${open.reserved}/${short}/${open.shipped}/${open.revision}`,
    reason: 'found for an order that was short',
    actor: 'app',
    cause: `order/${accountId}/${externalId}`,
    accountId: open.parts ? null : accountId,
    occurredAt: at,
    recordedAt: at,
  }
  const { units, places } = await takeFor(db, change, open)
  if (units === 0) return false
  if (open.parts) await settleParts(db, merchantId, [{ lineId, parts: open.parts }])
  await writeBooked(db, {
    merchantId,
    event: change.key,
    lines: [{ ...open, reserved: open.reserved + units, short: short - units }],
    effects: [{ lineId, transition: 'fill', quantity: units }],
    allocations: places.map(({ quantity, ...place }) => ({ lineId, ...place, delta: quantity })),
  })
  const text = `UPDATE shortfall SET outstanding = outstanding - $4, to_make = LEAST(to_make, outstanding - $4)
    WHERE merchant_id = $1 AND line_id = $2 AND item_id = $3`
  await db.query({ text, values: [merchantId, lineId, itemId, units] })
  if (open.oneOfOne) await holdClaim(db, { merchantId, itemId, at }, { lineId })
  return units === outstanding
}

/** Takes what there is for a line: pieces of its item, or whole units where it is a bundle's. */
async function takeFor(db: Sql, change: Change, open: Open): Promise<{ units: number; places: AtPlace[] }> {
  const { itemId, outstanding: quantity, parts } = open
  if (parts) {
    const { units, dealt } = await takeWhole(db, change, [{ line: 0, parts, quantity }])
    return { units: units[0]?.quantity ?? 0, places: dealt.map(placeOf) }
  }
  const done = await reserve(db, change, { demands: [{ itemId, quantity }], whole: false })
  if (done === 'already') return { units: 0, places: [] }
  return { units: done.taken.reduce((sum, taken) => sum + taken.quantity, 0), places: done.taken }
}

const placeOf = ({ itemId, locationId, quantity }: AtPlace): AtPlace => ({ itemId, locationId, quantity })
