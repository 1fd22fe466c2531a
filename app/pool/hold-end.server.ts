import { assert } from '../kernel/assert.ts'
import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { changeOf, type Held, type Hold, type Holder, lockHold } from './hold.server.ts'
import { append, happened } from './ledger.server.ts'
import type { End, Move } from './movement.ts'

type Who = Pick<Holder, 'merchantId' | 'actor' | 'at'>

/** Its pieces are for sale again where they lie. */
export async function releaseHold(tx: Sql, who: Who, { holdId }: { holdId: number }): Promise<Refusal | Held> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  const change = changeOf(who, { holdId, step: 'released', reason: 'hold given up' })
  const done = await append(tx, change, movesOf(hold, forSaleAt))
  if (done !== 'done') return notWhereTheyShould(hold)
  await endHold(tx, who, { holdId, status: 'released' })
  return { holdId, freed: [hold.itemId] }
}

/** Time is up: its pieces are for sale again. Refused when somebody was first, or has extended it. */
export async function expireHold(tx: Sql, who: Who, { holdId }: { holdId: number }): Promise<Refusal | Held> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  if (hold.until > who.at) return refuse('not-yet', 'This hold has not run out.')
  const change = changeOf(who, { holdId, step: 'expired', reason: 'hold ran out' })
  const done = await append(tx, change, movesOf(hold, forSaleAt))
  if (done !== 'done') return notWhereTheyShould(hold)
  await endHold(tx, who, { holdId, status: 'expired' })
  return { holdId, freed: [hold.itemId] }
}

/** The client has taken its pieces home. */
export async function sellHeld(tx: Sql, who: Who, { holdId }: { holdId: number }): Promise<Refusal | Held> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  const change = changeOf(who, { holdId, step: 'sold', reason: 'sold in the shop' })
  const done = await append(
    tx,
    change,
    movesOf(hold, () => ({ outside: 'customer' })),
  )
  if (done !== 'done') return notWhereTheyShould(hold)
  await endHold(tx, who, { holdId, status: 'converted' })
  return { holdId, freed: [] }
}

export type HeldMove = { holdId: number; from: number; to: number; quantity: number; token: string }

/** Held pieces are laid elsewhere, and stay on hold: to the hold shelf, into the window. */
export async function moveHeld(tx: Sql, who: Who, { holdId, from, to, ...move }: HeldMove): Promise<Refusal | Held> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  if (from === to) return refuse('same-place', 'They lie there already.')
  const place = 'SELECT FROM location WHERE merchant_id = $1 AND id = $2 AND archived_at IS NULL'
  const { rows } = await tx.query({ text: place, values: [who.merchantId, to] })
  if (rows.length === 0) return refuse('unknown-place', 'There is no such place.')
  const change = changeOf(who, { holdId, step: `moved/${move.token}`, reason: 'held piece moved' })
  if (await happened(tx, change)) return { holdId, freed: [] }
  const there = hold.places.find(({ locationId }) => locationId === from)?.quantity ?? 0
  if (there < move.quantity) return refuse('not-there', 'So many pieces of this hold do not lie there.')
  const ends = { from: { locationId: from, state: 'held' as const }, to: { locationId: to, state: 'held' as const } }
  const done = await append(tx, change, [{ itemId: hold.itemId, quantity: move.quantity, ...ends }])
  if (done !== 'done') return notWhereTheyShould(hold)
  await takeFromAllocation(tx, who, { hold, locationId: from, quantity: move.quantity })
  const text = `INSERT INTO hold_allocation AS a (merchant_id, hold_id, item_id, location_id, quantity) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (merchant_id, hold_id, location_id) DO UPDATE SET quantity = a.quantity + EXCLUDED.quantity`
  await tx.query({ text, values: [who.merchantId, holdId, hold.itemId, to, move.quantity] })
  return { holdId, freed: [] }
}

/** So many of its pieces do not lie there any more. They have been moved. */
export async function takeFromAllocation(
  tx: Sql,
  { merchantId }: Who,
  { hold, locationId, quantity }: { hold: Hold; locationId: number; quantity: number },
): Promise<void> {
  const text = `WITH lowered AS (
      UPDATE hold_allocation SET quantity = quantity - $4
      WHERE merchant_id = $1 AND hold_id = $2 AND location_id = $3 AND quantity > $4
    )
    DELETE FROM hold_allocation WHERE merchant_id = $1 AND hold_id = $2 AND location_id = $3 AND quantity = $4`
  await tx.query({ text, values: [merchantId, hold.id, locationId, quantity] })
}

/** It is over, though its pieces are not where they should be: nothing is moved. */
export async function abandonHold(tx: Sql, who: Who, { holdId }: { holdId: number }): Promise<Refusal | Hold> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  await endHold(tx, who, { holdId, status: 'expired' })
  return hold
}

const forSaleAt = (locationId: number): End => ({ locationId, state: 'available' })

/** All pieces of a hold, from where they lie to where `to` says. */
export const movesOf = ({ itemId, places }: Hold, to: (locationId: number) => End): Move[] =>
  places.map(({ locationId, quantity }) => ({
    itemId,
    quantity,
    from: { locationId, state: 'held' },
    to: to(locationId),
  }))

const notWhereTheyShould = ({ id }: Hold) =>
  refuse('not-there', `The pieces of hold ${id} are not where the books say. Count them first.`)

/** Closes the hold's row. Its pieces have been moved. */
export async function endHold(
  tx: Sql,
  { merchantId, actor, at }: Who,
  { holdId, status }: { holdId: number; status: Exclude<Hold['status'], 'active'> },
): Promise<void> {
  const text = `WITH gone AS (DELETE FROM hold_allocation WHERE merchant_id = $1 AND hold_id = $2)
    UPDATE hold SET status = $3, ended_at = $4, ended_by = $5 WHERE merchant_id = $1 AND id = $2 AND status = 'active'`
  const ended = await tx.query({ name: 'end-hold', text, values: [merchantId, holdId, status, at, actor] })
  assert(ended.rowCount === 1, 'a hold ends once')
}
