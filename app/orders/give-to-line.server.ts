import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change, End, Move } from '../pool/movement.ts'
import type { AtLocation } from './allocation.ts'
import { type BookedLine, writeBooked } from './booked-rows.server.ts'

/** A line of an order, locked with it: what it waits for, and on which channel it was sold. */
export type WaitingLine = BookedLine & { itemId: number; accountId: number; channel: string; history: boolean }

/** Pieces that are kept aside for somebody: on hold, or reserved for a cart of an account's. */
export type KeptAside = {
  itemId: number
  state: 'held' | 'reserved'
  places: AtLocation[]
  /** the account whose cart it is; null: a hold */
  account: { id: number; channel: string } | null
}

/** The line, locked in the order in which news of its order locks it. */
export async function lockLine(tx: Sql, merchantId: number, lineId: number): Promise<WaitingLine | undefined> {
  const order = `SELECT FROM channel_order WHERE merchant_id = $1
    AND id = (SELECT order_id FROM order_line WHERE merchant_id = $1 AND id = $2) FOR UPDATE`
  await tx.query({ text: order, values: [merchantId, lineId] })
  const text = `SELECT l.id AS "lineId", l.item_id AS "itemId", l.reserved, l.short, l.shipped, l.returned,
      l.current_quantity AS "currentQuantity", o.account_id AS "accountId", a.channel, o.history
    FROM order_line l
    JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
    WHERE l.merchant_id = $1 AND l.id = $2 AND l.takes_stock FOR UPDATE OF l`
  return (await tx.query<WaitingLine>({ text, values: [merchantId, lineId] })).rows[0]
}

/**
 * Gives pieces that were kept aside to a line that was promised them without stock: at no moment are they for sale. At
 * most `short` of the line; `change.key` names this giving.
 */
export async function giveToLine(
  tx: Sql,
  change: Omit<Change, 'accountId'>,
  { line, kept }: { line: WaitingLine; kept: KeptAside },
): Promise<void> {
  const quantity = kept.places.reduce((sum, place) => sum + place.quantity, 0)
  assert(quantity > 0 && quantity <= line.short, 'a line is given no more than it waits for')
  await tellApart(tx, change, { line, kept })
  const { merchantId, key } = change
  const { lineId, itemId } = line
  await writeBooked(tx, {
    merchantId,
    event: key,
    lines: [{ ...line, reserved: line.reserved + quantity, short: line.short - quantity }],
    effects: [{ lineId, transition: 'fill', quantity }],
    allocations: kept.places.map((place) => ({
      lineId,
      itemId,
      locationId: place.locationId,
      delta: place.quantity,
    })),
  })
  const text =
    'UPDATE shortfall SET outstanding = outstanding - $4 WHERE merchant_id = $1 AND line_id = $2 AND item_id = $3'
  await tx.query({ text, values: [merchantId, lineId, itemId, quantity] })
}

// A channel with a ledger of its own has taken its own order's pieces from what it sells, and has set nothing aside for
// its own carts; what we keep for others it was told of. Where one side is its own and the other is not, it must hear of
// that other side alone, so the change is written as two, in one transaction.
async function tellApart(
  tx: Sql,
  change: Omit<Change, 'accountId'>,
  { line, kept }: { line: WaitingLine; kept: KeptAside },
): Promise<void> {
  const keeper = kept.account?.id ?? null
  const sides = [line.channel, ...(kept.account ? [kept.account.channel] : [])]
  const apart = keeper !== line.accountId && sides.some((channel) => STOCKED_CHANNELS.includes(channel))
  const at = (state: 'held' | 'reserved' | 'available') => (locationId: number) => ({ locationId, state })
  const steps: [string, number | null, Move[]][] = apart
    ? [
        ['given up', keeper, moves(kept, at(kept.state), at('available'))],
        ['taken', line.accountId, moves(kept, at('available'), at('reserved'))],
      ]
    : [['taken', line.accountId, moves(kept, at(kept.state), at('reserved'))]]
  for (const [step, accountId, each] of steps) {
    const done = await append(tx, { ...change, key: `${change.key}/${step}`, accountId }, each)
    assert(done === 'done', `what is kept aside for ${change.cause} lies where its rows say`)
  }
}

const moves = ({ itemId, places }: KeptAside, from: (id: number) => End, to: (id: number) => End): Move[] =>
  places.map(({ locationId, quantity }) => ({ itemId, quantity, from: from(locationId), to: to(locationId) }))
