import { assert } from '../kernel/assert.ts'
import { closeIncident } from '../incidents/incident.server.ts'
import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change, End, Move } from '../pool/movement.ts'
import { writeBooked } from './booked-rows.server.ts'
import { because, byClaim } from './claim.ts'
import { noteLosers } from './claim-incident.server.ts'
import { type ClaimRow, endClaims, holdClaim, lockClaimants, lockClaims, settleClaim } from './claim-rows.server.ts'
import { keepShortfalls } from './shortfall.server.ts'
import { yieldPromised } from './yield-promised.server.ts'

type Piece = { merchantId: number; itemId: number; at: Date }

/** What a line has of a one-of-one piece once the claims on it are settled. */
export type SettledLine = { lineId: number; reserved: number; short: number }

/**
 * Gives each of these one-of-one pieces to the order with the best claim (claim.ts), in the caller's transaction, after
 * an order was booked. Until a claim is final the piece passes from one order to another without ever being for sale;
 * afterwards a better claim is only said to a person. `newlyShort`: lines that have just been found short.
 */
export async function settleClaims(
  db: Sql,
  of: { merchantId: number; itemIds: number[]; newlyShort: number[]; at: Date },
): Promise<SettledLine[]> {
  await lockClaims(db, of.merchantId, of.itemIds)
  const settled: SettledLine[] = []
  for (const itemId of new Set(of.itemIds)) {
    const rows = await lockClaimants(db, of.merchantId, itemId)
    await settle(db, { merchantId: of.merchantId, itemId, at: of.at }, { rows, newlyShort: of.newlyShort })
    settled.push(...rows.map(({ lineId, reserved, short }) => ({ lineId, reserved, short })))
  }
  return settled
}

const hasLeft = ({ settledBy, handedOver }: ClaimRow) => handedOver && settledBy === 'shipped'
const isLive = ({ since, ended }: ClaimRow) => since !== null && !ended
const isFinal = (row: ClaimRow, at: Date) =>
  isLive(row) && (row.settledAt !== null || (row.finalAt !== null && row.finalAt <= at))

async function settle(
  db: Sql,
  piece: Piece,
  { rows, newlyShort }: { rows: ClaimRow[]; newlyShort: number[] },
): Promise<void> {
  // Whose piece has left has it: it wants no other, should the shop ever come by it again.
  const [best] = rows.filter((row) => !hasLeft(row)).toSorted(byClaim)
  const holder = rows.find(({ reserved }) => reserved > 0)
  // What somebody has in their hands no window of time brings back.
  const isOpen = best?.handedOver || (holder !== undefined && !isFinal(holder, piece.at))
  const passes = best !== undefined && holder !== undefined && best !== holder && isOpen
  if (passes) await pass(db, piece, { from: holder, to: best, why: because(best, holder) })
  else if (!holder) await leave(db, piece, best)
  else if (!isLive(holder)) await holdClaim(db, piece, { lineId: holder.lineId })
  const winner = passes ? best : (holder ?? rows.find(hasLeft))
  await noteLosers(db, piece, { rows, winner, news: passes ? rows.map(({ lineId }) => lineId) : newlyShort })
}

/** Nobody has it reserved. One that was handed over without being reserved took it from what is for sale, if it is there. */
async function leave(db: Sql, piece: Piece, best: ClaimRow | undefined): Promise<void> {
  await endClaims(db, piece)
  if (!best?.handedOver) return
  const change = changeOf(piece, best, { step: 'took', n: best.yielded })
  if ((await forSaleAt(db, piece)) === null) {
    const gone = { ...piece, key: change.key, cause: change.cause, lost: `was handed over in order ${best.orderName}` }
    await yieldPromised(db, gone, { itemId: piece.itemId, quantity: 1 })
  }
  const locationId = await forSaleAt(db, piece)
  if (locationId !== null) {
    const move = moveOf(piece, { locationId, state: 'available' }, { outside: 'customer' })
    await take(db, change, move)
  }
  await settleClaim(db, piece, { lineId: best.lineId, by: 'shipped' })
  best.settledBy = 'shipped'
}

async function forSaleAt(db: Sql, { merchantId, itemId }: Piece): Promise<number | null> {
  const text = `SELECT location_id AS at FROM balance WHERE merchant_id = $1 AND item_id = $2 AND available > 0 LIMIT 1`
  return (await db.query<{ at: number }>({ name: 'piece-at', text, values: [merchantId, itemId] })).rows[0]?.at ?? null
}

/**
 * The piece goes from one order to another. Two movements, not none: each channel that keeps a ledger of its own has
 * taken the piece for its own order already, and is told what the other order does with it. In between it is locked.
 */
async function pass(
  db: Sql,
  piece: Piece,
  { from, to, why }: { from: ClaimRow; to: ClaimRow; why: string },
): Promise<void> {
  assert(from.locationId !== null, 'a reserved piece lies somewhere')
  const at = (state: 'available' | 'reserved'): End => ({ locationId: from.locationId!, state })
  const n = from.yielded + 1
  await take(db, changeOf(piece, from, { step: 'yield', n }), moveOf(piece, at('reserved'), at('available')))
  const end: End = to.handedOver ? { outside: 'customer' } : at('reserved')
  await take(db, changeOf(piece, to, { step: `claim/${from.lineId}`, n }), moveOf(piece, at('available'), end))
  from.reserved -= 1
  from.short += 1
  if (!to.handedOver) {
    to.reserved += 1
    to.short -= 1
  }
  await keepPassed(db, piece, { from, to, n })
  const which = { merchantId: piece.merchantId, kind: 'oversell' as const, subject: `line/${to.lineId}` }
  const sentence = `The piece was passed on to this order: ${why}.`
  if (to.short === 0) await closeIncident(db, which, { actor: 'app', sentence, at: piece.at })
  const window = isLive(from) && from.since && from.finalAt ? { since: from.since, finalAt: from.finalAt } : undefined
  if (to.handedOver) {
    await endClaims(db, piece)
    await settleClaim(db, piece, { lineId: to.lineId, by: 'shipped' })
  } else await holdClaim(db, piece, { lineId: to.lineId, until: window })
}

async function keepPassed(db: Sql, piece: Piece, { from, to, n }: { from: ClaimRow; to: ClaimRow; n: number }) {
  const { merchantId, itemId } = piece
  const place = { itemId, locationId: from.locationId! }
  await writeBooked(db, {
    merchantId,
    event: `claim/${itemId}/${from.lineId}/${n}`,
    lines: [from, to],
    effects: [
      { lineId: from.lineId, transition: 'yield', quantity: 1 },
      { lineId: to.lineId, transition: 'claim', quantity: 1 },
    ],
    allocations: [
      { lineId: from.lineId, ...place, delta: -1 },
      ...(to.handedOver ? [] : [{ lineId: to.lineId, ...place, delta: 1 }]),
    ],
  })
  for (const { accountId, lineId, short, backorder } of [from, to])
    await keepShortfalls(db, { ...piece, accountId }, [{ lineId, itemId, short, backorder }])
}

const moveOf = ({ itemId }: Piece, from: End, to: End): Move => ({ itemId, quantity: 1, from, to })

function changeOf({ merchantId, itemId, at }: Piece, row: ClaimRow, { step, n }: { step: string; n: number }): Change {
  return {
    merchantId,
    key: `claim/${itemId}/${row.lineId}/${step}/${n}`,
    reason: 'passed on to the better claim',
    actor: 'app',
    cause: `order/${row.accountId}/${row.order}`,
    // What we do for an order by ourselves no channel has done yet.
    accountId: row.ours ? null : row.accountId,
    occurredAt: at,
    recordedAt: at,
  }
}

async function take(db: Sql, change: Change, move: Move): Promise<void> {
  const done = await append(db, change, [move])
  assert(done === 'done', `the piece of ${change.key} is where its line says`)
}

/** A person says that the piece is this order's, whatever the rule says. It is final then. */
export async function confirmClaim(
  tx: Sql,
  given: { merchantId: number; lineId: number; actor: string; at: Date },
): Promise<Refusal | { itemId: number }> {
  const { merchantId, lineId, actor, at } = given
  const text = `SELECT l.item_id AS "itemId" FROM order_line l JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
    WHERE l.merchant_id = $1 AND l.id = $2 AND i.kind = 'one_of_one'`
  const itemId = (await tx.query<{ itemId: number }>({ text, values: [merchantId, lineId] })).rows[0]?.itemId
  if (itemId === undefined) return refuse('no-claim', 'This order asks for no one-of-one piece.')
  await lockClaims(tx, merchantId, [itemId])
  const rows = await lockClaimants(tx, merchantId, itemId)
  const asked = rows.find((row) => row.lineId === lineId)
  const holder = rows.find(({ reserved }) => reserved > 0)
  const waits = asked && (asked.reserved + asked.short > 0 || !hasLeft(asked))
  if (!waits) return refuse('no-claim', 'This order does not wait for it.')
  if (!holder) return refuse('not-there', 'The piece is not here: no order has it reserved.')
  const piece = { merchantId, itemId, at }
  if (holder !== asked) {
    await pass(tx, piece, { from: holder, to: asked, why: 'a person said so' })
    await noteLosers(tx, piece, { rows, winner: asked, news: [holder.lineId] })
  } else if (!isLive(asked)) await holdClaim(tx, piece, { lineId })
  if (!asked.handedOver) await settleClaim(tx, piece, { lineId, by: actor })
  return { itemId }
}
