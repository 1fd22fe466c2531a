import type { Sql } from '../kernel/sql.ts'
import type { LineOutcome, Outcome } from '../orders/book.server.ts'
import { convertCarts, takeFromCarts, type lockCartsOf } from '../orders/convert-cart.server.ts'
import { fillShortfalls } from '../orders/shortfall.server.ts'
import type { CartOwner } from '../pool/cart.server.ts'

/**
 * What an order is after its own carts have become it, and where it is still short, other carts have made way. Nothing
 * of it was for sale in between. `freed`: items of which it gave pieces back before it was booked.
 */
export async function withItsCarts(
  tx: Sql,
  owner: CartOwner,
  { carts, freed, booked }: { carts: Awaited<ReturnType<typeof lockCartsOf>>; freed: number[]; booked: Outcome },
): Promise<Outcome> {
  const lineIds = booked.lines.map(({ lineId }) => lineId)
  const own = await convertCarts(tx, owner, { carts, lineIds })
  const lines = booked.lines.map((line) => lessShort(line, own.given))
  const short = lines.filter(({ newlyShort, resolved }) => newlyShort > 0 && !resolved.told.backorder)
  const others = await takeFromCarts(
    tx,
    owner,
    short.map(({ lineId }) => lineId),
  )
  const filled = await fillShortfalls(tx, {
    merchantId: owner.merchantId,
    itemIds: [...new Set([...own.freed, ...freed, ...others.freed])],
    at: owner.at,
  })
  return {
    ...booked,
    lines: lines.map((line) => lessShort(line, others.given)).map((line) => whole(line, filled)),
    nowWhole: [...booked.nowWhole, ...filled],
  }
}

const whole = (line: LineOutcome, filled: number[]): LineOutcome =>
  filled.includes(line.lineId) ? { ...line, short: 0, newlyShort: 0 } : line

function lessShort(line: LineOutcome, given: Map<number, number>): LineOutcome {
  const pieces = given.get(line.lineId) ?? 0
  if (pieces === 0) return line
  return { ...line, short: line.short - pieces, newlyShort: Math.max(0, line.newlyShort - pieces) }
}

/** An order may be heard of before its checkout: news of that which comes later keeps nothing aside. */
export async function settleCheckouts(tx: Sql, owner: CartOwner, carts: string[] = []): Promise<void> {
  if (carts.length === 0) return
  const text = `INSERT INTO cart (merchant_id, account_id, external_id, version, until, status, made_at)
    SELECT $1, $2, token, -1, $4, 'converted', $4 FROM unnest($3::text[]) AS token
    WHERE EXISTS (SELECT FROM hold_policy WHERE merchant_id = $1 AND checkouts)
    ON CONFLICT (merchant_id, account_id, external_id) DO NOTHING`
  await tx.query({ name: 'settle-checkouts', text, values: [owner.merchantId, owner.accountId, carts, owner.at] })
}
