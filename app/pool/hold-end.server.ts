import { assert } from '../kernel/assert.ts'
import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { changeOf, type Held, type HeldPlace, type Hold, type Holder, lockHold } from './hold.server.ts'
import { append } from './ledger.server.ts'
import type { End, Move } from './movement.ts'
import type { Reason } from './reason.ts'

type Who = Pick<Holder, 'merchantId' | 'actor' | 'at'>

/** Its pieces are for sale again where they lie. */
export const releaseHold = (tx: Sql, who: Who, { holdId }: { holdId: number }): Promise<Refusal | Held> =>
  end(tx, who, { holdId, step: 'released', reason: 'hold given up', status: 'released', to: forSaleAt })

/** Time is up: its pieces are for sale again. Refused when somebody was first, or has extended it. */
export const expireHold = (tx: Sql, who: Who, { holdId }: { holdId: number }): Promise<Refusal | Held> =>
  end(tx, who, {
    holdId,
    step: 'expired',
    reason: 'hold ran out',
    status: 'expired',
    to: forSaleAt,
    objects: (hold) => (hold.until > who.at ? refuse('not-yet', 'This hold has not run out.') : undefined),
  })

/** The client has taken its pieces home. */
export const sellHeld = (tx: Sql, who: Who, { holdId }: { holdId: number }): Promise<Refusal | Held> =>
  end(tx, who, {
    holdId,
    step: 'sold',
    reason: 'sold in the shop',
    status: 'converted',
    to: () => ({ outside: 'customer' }),
  })

/** `key`: of the change that it ended with. */
export type EndedThere = Held & { key: string }
type There = { holdId: number; account: { id: number } }

/** A person of a channel has given it up there: the channel has its pieces for sale already. */
export async function giveUpThere(
  tx: Sql,
  { merchantId, at }: Omit<Who, 'actor'>,
  { holdId, account }: There,
): Promise<Refusal | EndedThere> {
  const step = `given up there/${account.id}`
  const who = { merchantId, at, actor: `channel/${account.id}/person` }
  const of = {
    holdId,
    step,
    reason: 'hold given up',
    status: 'released',
    to: forSaleAt,
    accountId: account.id,
  } as const
  return keyed(await end(tx, who, of), `hold/${holdId}/${step}`)
}

/**
 * A person of a channel has made an order of what was kept aside there for it: the channel has given its pieces to the
 * order already. Here they are free, for the order that is booked next in the caller's transaction.
 */
export async function becomeOrderThere(
  tx: Sql,
  { merchantId, at }: Omit<Who, 'actor'>,
  { holdId, account }: There,
): Promise<Refusal | EndedThere> {
  const step = `ordered there/${account.id}`
  const who = { merchantId, at, actor: `channel/${account.id}/person` }
  const of = { holdId, step, status: 'converted', to: forSaleAt, accountId: account.id } as const
  return keyed(await end(tx, who, { ...of, reason: 'hold became an order' }), `hold/${holdId}/${step}`)
}

const keyed = (held: Refusal | Held, key: string): Refusal | EndedThere => (isRefusal(held) ? held : { ...held, key })

type Ending = {
  holdId: number
  step: string
  reason: Reason
  status: Exclude<Hold['status'], 'active'>
  to: (locationId: number) => End
  /** the account that has done it to its own numbers already */
  accountId?: number
  objects?: (hold: Hold) => Refusal | undefined
}

async function end(tx: Sql, who: Who, ending: Ending): Promise<Refusal | Held> {
  const { holdId, status, to, accountId = null } = ending
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  const refused = ending.objects?.(hold)
  if (refused) return refused
  const done = await append(tx, { ...changeOf(who, ending), accountId }, movesOf(hold, to))
  if (done !== 'done') return notWhereTheyShould(hold)
  await endHold(tx, who, { holdId, status })
  return { holdId, freed: to === forSaleAt ? itemsOf(hold) : [] }
}

/** The items that lie there for a hold. */
export const itemsOf = ({ places }: Pick<Hold, 'places'>): number[] => [...new Set(places.map(({ itemId }) => itemId))]

/** So many of its pieces do not lie there any more. They have been moved. */
export async function takeFromAllocation(
  tx: Sql,
  { merchantId }: Who,
  { holdId, places }: { holdId: number; places: HeldPlace[] },
): Promise<void> {
  const text = `WITH gone AS (
      SELECT * FROM unnest($3::int[], $4::int[], $5::int[]) AS g (item_id, location_id, quantity)
    ), lowered AS (
      UPDATE hold_allocation a SET quantity = a.quantity - g.quantity FROM gone g
      WHERE a.merchant_id = $1 AND a.hold_id = $2 AND a.item_id = g.item_id AND a.location_id = g.location_id
        AND a.quantity > g.quantity
    )
    DELETE FROM hold_allocation a USING gone g
    WHERE a.merchant_id = $1 AND a.hold_id = $2 AND a.item_id = g.item_id AND a.location_id = g.location_id
      AND a.quantity = g.quantity`
  const columns = (['itemId', 'locationId', 'quantity'] as const).map((name) => places.map((place) => place[name]))
  await tx.query({ name: 'lower-hold', text, values: [merchantId, holdId, ...columns] })
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
const movesOf = ({ places }: Hold, to: (locationId: number) => End): Move[] =>
  places.map(({ itemId, locationId, quantity }) => ({
    itemId,
    quantity,
    from: { locationId, state: 'held' },
    to: to(locationId),
  }))

export const notWhereTheyShould = ({ id }: Pick<Hold, 'id'>): Refusal =>
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
