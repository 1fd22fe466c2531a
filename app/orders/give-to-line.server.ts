import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change, End, Move } from '../pool/movement.ts'
import { type BookedLine, writeBooked } from './booked-rows.server.ts'
import { PARTS_OF_LINE } from './order-row.server.ts'
import type { AtPlace, Part } from './parts.ts'
import { settleParts } from './take-whole.server.ts'

/**
 * A line of an order, locked with it: what it waits for, and on which channel it was sold. `parts`: what one unit takes;
 * `apart`: it is a bundle's, and takes whole units of several things.
 */
export type WaitingLine = BookedLine & {
  itemId: number
  accountId: number
  channel: string
  history: boolean
  parts: Part[]
  apart: boolean
}

/** Pieces that are kept aside for somebody: on hold, or reserved for a cart of an account's. */
export type KeptAside = {
  /** pieces for so many units of the line */
  units: number
  state: 'held' | 'reserved'
  places: AtPlace[]
  /** the account whose cart it is; null: a hold */
  account: { id: number; channel: string } | null
}

/** The line, locked in the order in which news of its order locks it. */
export async function lockLine(tx: Sql, merchantId: number, lineId: number): Promise<WaitingLine | undefined> {
  const order = `SELECT FROM channel_order WHERE merchant_id = $1
    AND id = (SELECT order_id FROM order_line WHERE merchant_id = $1 AND id = $2) FOR UPDATE`
  await tx.query({ text: order, values: [merchantId, lineId] })
  const text = `SELECT l.id AS "lineId", l.item_id AS "itemId", l.reserved, l.short, l.shipped, l.returned,
      l.current_quantity AS "currentQuantity", o.account_id AS "accountId", a.channel, o.history, ${PARTS_OF_LINE} AS parts
    FROM order_line l
    LEFT JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id
    WHERE l.merchant_id = $1 AND l.id = $2 AND l.takes_stock FOR UPDATE OF l`
  type Row = Omit<WaitingLine, 'parts' | 'apart'> & { parts: Part[] | null }
  const [row] = (await tx.query<Row>({ text, values: [merchantId, lineId] })).rows
  return row && { ...row, parts: row.parts ?? [{ itemId: row.itemId, needs: 1 }], apart: row.parts !== null }
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
  const { units: quantity } = kept
  const { lineId, itemId, parts } = line
  assert(quantity > 0 && quantity <= line.short, 'a line is given no more than it waits for')
  for (const part of parts) {
    const pieces = kept.places.reduce((sum, place) => sum + (place.itemId === part.itemId ? place.quantity : 0), 0)
    assert(pieces === quantity * part.needs, 'a line is given whole units')
  }
  await tellApart(tx, change, { line, kept })
  const { merchantId, key } = change
  if (line.apart) await settleParts(tx, merchantId, [{ lineId, parts }])
  await writeBooked(tx, {
    merchantId,
    event: key,
    lines: [{ ...line, reserved: line.reserved + quantity, short: line.short - quantity }],
    effects: [{ lineId, transition: 'fill', quantity }],
    allocations: kept.places.map((place) => ({
      lineId,
      itemId: place.itemId,
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
  // What a channel sold as one thing it has not taken from the numbers of its parts.
  const seller = line.apart ? null : line.accountId
  const apart = keeper !== seller && sides.some((channel) => STOCKED_CHANNELS.includes(channel))
  const at = (state: 'held' | 'reserved' | 'available') => (locationId: number) => ({ locationId, state })
  const steps: [string, number | null, Move[]][] = apart
    ? [
        ['given up', keeper, moves(kept, at(kept.state), at('available'))],
        ['taken', seller, moves(kept, at('available'), at('reserved'))],
      ]
    : [['taken', seller, moves(kept, at(kept.state), at('reserved'))]]
  for (const [step, accountId, each] of steps) {
    const done = await append(tx, { ...change, key: `${change.key}/${step}`, accountId }, each)
    assert(done === 'done', `what is kept aside for ${change.cause} lies where its rows say`)
  }
}

const moves = ({ places }: KeptAside, from: (id: number) => End, to: (id: number) => End): Move[] =>
  places.map(({ itemId, locationId, quantity }) => ({ itemId, quantity, from: from(locationId), to: to(locationId) }))
