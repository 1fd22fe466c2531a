import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { MovingPlace, Spot } from './moving-place.server.ts'

/** What a move is about, once its places and its pieces are known. `owed`: pieces that have a check before them. */
export type Known = { from: MovingPlace; to: MovingPlace; owed: boolean }

/** How pieces are to be carried, as far as their places ask. */
export type Carried = {
  from: Spot
  to: Spot
  dueAt: Date | null
  partnerId: number | null
  check: 'passed' | 'failed' | null
  /** a vendor's piece becomes ours */
  bought: boolean
}

/** Why these pieces must not go there. That they are there is for the ledger to say. */
export function objection(carried: Carried, known: Known, at: Date): Refusal | undefined {
  const { from, to, dueAt } = carried
  if (from.locationId === to.locationId && from.state === to.state) return refuse('same', 'They are there already.')
  if (dueAt && dueAt <= at) return refuse('past', 'The day they are due must be still to come.')
  return ownersObject(known, carried.bought) ?? memoObjects(known.to, carried.partnerId) ?? checkObjects(carried, known)
}

export const notThroughTransit = ({ from, to }: Pick<Known, 'from' | 'to'>): Refusal | undefined =>
  from.kind === 'transit' || to.kind === 'transit'
    ? refuse('transit', 'Pieces are sent to a place and arrive there; they are not laid into transit.')
    : undefined

type Owned = Pick<MovingPlace, 'name' | 'owner' | 'partnerId'>

const WHOSE = { ours: 'ours', vendor: 'a vendor’s', client: 'a client’s' }

/** Whether what lies at one place may lie, or become something, at another, without changing hands. */
export const ofOneOwner = (from: Owned, to: Owned): boolean =>
  from.owner === to.owner && (from.owner === 'ours' || from.partnerId === to.partnerId)

export const anotherOwner = (from: Owned, to: Owned): Refusal =>
  refuse(
    'another-owner',
    `What lies in ${from.name} is ${WHOSE[from.owner]}, and ${to.name} is for what is ${WHOSE[to.owner]}${from.owner === to.owner ? ' who is another' : ''}.`,
  )

function ownersObject({ from, to }: Pick<Known, 'from' | 'to'>, bought: boolean): Refusal | undefined {
  const sold = from.owner === 'vendor' && to.owner === 'ours'
  if (bought && !sold)
    return refuse('not-a-vendors', `What lies in ${from.name} cannot be bought from a vendor to ${to.name}.`)
  if (bought) return undefined
  if (sold) return refuse('a-vendors', `What lies in ${from.name} is a vendor’s. Say that it was bought, if it was.`)
  return ofOneOwner(from, to) ? undefined : anotherOwner(from, to)
}

const memoObjects = (to: MovingPlace, partnerId: number | null): Refusal | undefined =>
  to.kind === 'memo_out' && partnerId === null && to.partnerId === null
    ? refuse('no-partner', `Say who has it: ${to.name} is for pieces that are out on memo.`)
    : undefined

function checkObjects(
  { to, check }: Pick<Carried, 'to' | 'check'>,
  { from, to: place, owed }: Known,
): Refusal | undefined {
  const forSale = to.state === 'available' && place.sellable
  if (check === 'failed' && forSale) return refuse('failed', 'What has failed its check cannot be for sale.')
  if (forSale && owed && check !== 'passed')
    return refuse('no-check', `What comes from ${from.name} must have passed a check before it is for sale.`)
  return undefined
}
