import { cancelCostOf } from '../channels/registry.ts'
import type { Sql } from '../kernel/sql.ts'
import { reserve } from '../pool/ledger.server.ts'
import type { Change } from '../pool/movement.ts'
import { writeBooked, type BookedLine } from './booked-rows.server.ts'
import { byClaim, type Claimant } from './claim.ts'
import { holdClaim } from './claim-rows.server.ts'

/** Keeps the rows of demand accepted without stock as they are: `short` pieces of each line are outstanding now. */
export async function keepShortfalls(
  db: Sql,
  owner: { merchantId: number; accountId: number; at: Date },
  lines: { lineId: number; itemId: number; short: number; backorder: boolean }[],
): Promise<void> {
  const text = `
    WITH told AS (
      SELECT * FROM jsonb_to_recordset($4) AS x ("lineId" bigint, "itemId" int, short int, backorder boolean)
    ), known AS (
      UPDATE shortfall s SET outstanding = LEAST(t.short, GREATEST(s.quantity, t.short)), quantity = GREATEST(s.quantity, t.short)
      FROM told t WHERE s.merchant_id = $1 AND s.line_id = t."lineId" AND s.item_id = t."itemId"
      RETURNING s.line_id
    )
    INSERT INTO shortfall (merchant_id, line_id, item_id, account_id, quantity, outstanding, backorder, opened_at)
    SELECT $1, t."lineId", t."itemId", $2, t.short, t.short, t.backorder, $3 FROM told t
    WHERE t.short > 0 AND NOT EXISTS (SELECT FROM shortfall s WHERE s.merchant_id = $1 AND s.line_id = t."lineId" AND s.item_id = t."itemId")`
  await db.query({ text, values: [owner.merchantId, owner.accountId, owner.at, JSON.stringify(lines)] })
}

type Open = BookedLine & {
  itemId: number
  accountId: number
  orderId: number
  externalId: string
  revision: number
  outstanding: number
  oneOfOne: boolean
} & Omit<Claimant, 'cancelCost' | 'order'> & { channel: string }

// Locked, so that two returns of stock do not fill the same shortfall. One that is locked is passed over: whoever holds
// it (news of its order, another return) looks for stock afterwards, and waiting for it with stock in hand would be a
// deadlock.
const OPEN = `
SELECT s.item_id AS "itemId", s.account_id AS "accountId", s.outstanding, l.id AS "lineId", l.reserved, l.short, l.shipped,
  l.returned, l.current_quantity AS "currentQuantity", o.id AS "orderId", o.external_id AS "externalId", o.revision,
  i.kind = 'one_of_one' AS "oneOfOne", l.external_id AS line, l.shipped > l.returned AS "handedOver", o.paid_at AS "paidAt",
  o.placed_at AS "placedAt", a.channel
FROM shortfall s
JOIN item i ON i.merchant_id = s.merchant_id AND i.id = s.item_id
JOIN channel_account a ON a.merchant_id = s.merchant_id AND a.id = s.account_id
JOIN order_line l ON l.merchant_id = s.merchant_id AND l.id = s.line_id
JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
WHERE s.merchant_id = $1 AND s.item_id = ANY ($2::int[]) AND s.outstanding > 0
ORDER BY s.item_id, s.id
FOR UPDATE OF s, l SKIP LOCKED`

/**
 * Gives stock that has come free to the orders that were promised it without stock, oldest first, and a one-of-one piece
 * to the best claim. Returns the lines that are whole again.
 */
export async function fillShortfalls(
  db: Sql,
  owner: { merchantId: number; itemIds: number[]; at: Date },
): Promise<number[]> {
  const { merchantId, itemIds, at } = owner
  if (itemIds.length === 0) return []
  const open = (await db.query<Open>({ name: 'open-shortfalls', text: OPEN, values: [merchantId, itemIds] })).rows
  const whole: number[] = []
  for (const one of inTurn(open)) {
    if (await fill(db, one, { merchantId, at })) whole.push(one.lineId)
  }
  return whole
}

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
    accountId,
    occurredAt: at,
    recordedAt: at,
  }
  const done = await reserve(db, change, { demands: [{ itemId, quantity: outstanding }], whole: false })
  if (done === 'already' || done.taken.length === 0) return false
  const taken = done.taken.reduce((sum, { quantity }) => sum + quantity, 0)
  await writeBooked(db, {
    merchantId,
    event: change.key,
    lines: [{ ...open, reserved: open.reserved + taken, short: short - taken }],
    effects: [{ lineId, transition: 'fill', quantity: taken }],
    allocations: done.taken.map(({ locationId, quantity }) => ({ lineId, itemId, locationId, delta: quantity })),
  })
  const text =
    'UPDATE shortfall SET outstanding = outstanding - $4 WHERE merchant_id = $1 AND line_id = $2 AND item_id = $3'
  await db.query({ text, values: [merchantId, lineId, itemId, taken] })
  if (open.oneOfOne) await holdClaim(db, { merchantId, itemId, at }, { lineId })
  return taken === outstanding
}
