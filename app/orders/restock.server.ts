import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change, Move } from '../pool/movement.ts'
import type { AtLocation } from './allocation.ts'
import type { Part } from './parts.ts'
import { arrived } from './expected-return.server.ts'
import { addParcel, withdrawWaiting } from './return-parcel.server.ts'

/** Pieces of a line that came back by its channel's word. */
export type Restocked = {
  lineId: number
  itemId: number
  /** where the channel put them on sale by itself */
  places: AtLocation[]
  /** of all that came back, those that a person had received before */
  known: number
  /** of all that came back, those that nobody had said before */
  grown: number
  /** a bundle's line: what came back are its parts, of which the channel keeps no number by this line */
  apart: boolean
  parts: Part[]
}

type Booking = {
  merchantId: number
  at: Date
  /** as the channel did it; `step` tells the changes of one booking apart */
  changeOf: (step: string) => Change
}

/**
 * A refund and a restock are two facts: what comes back is looked at before it is for sale. Where the channel has put it
 * on sale already, that is booked as it did it, and then taken aside, unless the merchant trusts the channel's word.
 * Returns the items that are for sale by it.
 */
export async function bookRestocks(db: Sql, booking: Booking, restocks: Restocked[]): Promise<number[]> {
  const { merchantId } = booking
  for (const { lineId, grown } of restocks) await arrived(db, { merchantId, lineId, units: grown })
  const due = restocks.filter(({ places }) => places.length > 0)
  if (due.length === 0) return []
  const inspects = await inspectsReturns(db, merchantId)
  for (const restock of due) {
    if (restock.apart) await bookParts(db, booking, { ...restock, inspects })
    else await bookRestock(db, booking, { ...restock, inspects })
  }
  return inspects ? [] : due.flatMap(({ parts }) => parts.map(({ itemId }) => itemId))
}

// The parts of a bundle come back each by itself, and the channel has put none of them on sale: of what a person has
// received before, nothing is left to book.
async function bookParts(
  db: Sql,
  { merchantId, at, changeOf }: Booking,
  { lineId, parts, places, known, inspects }: Restocked & { inspects: boolean },
): Promise<void> {
  const back = split(places, known).rest.flatMap(({ locationId, quantity }) =>
    parts.map(({ itemId, needs }) => ({ itemId, locationId, quantity: quantity * needs })),
  )
  if (back.length === 0) return
  const to = inspects ? 'quality_check' : 'available'
  const moves = back.map(({ itemId, ...at_ }) => moveOf(itemId, { ...at_, from: null, to }))
  const booked = await append(db, { ...changeOf(`restocked/${lineId}`), accountId: null }, moves)
  if (!inspects || typeof booked !== 'string') return
  const { actor } = changeOf('')
  for (const piece of back) await addParcel(db, { merchantId, lineId, ...piece, unseen: piece.quantity, at, actor })
}

async function inspectsReturns(db: Sql, merchantId: number): Promise<boolean> {
  const text = 'SELECT inspects_returns AS inspects FROM merchant WHERE id = $1'
  const { rows } = await db.query<{ inspects: boolean }>({ name: 'inspects-returns', text, values: [merchantId] })
  return rows[0]?.inspects ?? true
}

async function bookRestock(db: Sql, booking: Booking, restock: Restocked & { inspects: boolean }): Promise<void> {
  const { lineId, itemId, places, inspects } = restock
  const known = Math.min(
    restock.known,
    places.reduce((sum, { quantity }) => sum + quantity, 0),
  )
  const { merchantId, at, changeOf } = booking
  const ours = (step: string): Change => ({ ...changeOf(`${step}/${lineId}`), actor: 'app', accountId: null })
  // The channel counts a piece that lies here already: ours is taken back first, so that it is never there twice.
  const waiting = await withdrawWaiting(db, { merchantId, lineId, most: known })
  const withdrawn = waiting.reduce((sum, { quantity }) => sum + quantity, 0)
  await move(
    db,
    { change: ours('withdrawn'), itemId },
    waiting.map(({ locationId, quantity }) => ({ locationId, quantity, ...OUT })),
  )
  const back = places.map((place) => ({ ...place, ...IN }))
  const booked = await append(
    db,
    changeOf(`restocked/${lineId}`),
    back.map((one) => moveOf(itemId, one)),
  )
  // A one-of-one piece that is somewhere already: what the channel shows is a difference for a person to look at.
  if (typeof booked !== 'string') return
  const gone = split(places, known - withdrawn)
  await move(
    db,
    { change: ours('counted twice'), itemId },
    gone.first.map((place) => ({ ...place, ...AWAY })),
  )
  if (!inspects) return
  const aside = { ...ours('aside'), reason: 'put aside to be looked at' as const }
  await move(
    db,
    { change: aside, itemId },
    gone.rest.map((place) => ({ ...place, ...ASIDE })),
  )
  let seen = withdrawn
  for (const { locationId, quantity } of gone.rest) {
    const unseen = Math.max(0, quantity - seen)
    seen -= quantity - unseen
    await addParcel(db, { merchantId, lineId, itemId, locationId, quantity, unseen, at, actor: changeOf('').actor })
  }
}

const OUT = { from: 'quality_check', to: null } as const
const IN = { from: null, to: 'available' } as const
const AWAY = { from: 'available', to: null } as const
const ASIDE = { from: 'available', to: 'quality_check' } as const

type Step = AtLocation & { from: 'available' | 'quality_check' | null; to: 'available' | 'quality_check' | null }

const moveOf = (itemId: number, { locationId, quantity, from, to }: Step): Move => ({
  itemId,
  quantity,
  from: from ? { locationId, state: from } : { outside: 'customer' },
  to: to ? { locationId, state: to } : { outside: 'customer' },
})

async function move(db: Sql, of: { change: Change; itemId: number }, steps: Step[]): Promise<void> {
  const { change, itemId } = of
  if (steps.length === 0) return
  const moves = steps.map((step) => moveOf(itemId, step))
  assert((await append(db, change, moves)) === 'done', `the pieces of ${change.key} are where they were put`)
}

/** The first `n` pieces of these places, and the others. */
export function split(places: AtLocation[], n: number): { first: AtLocation[]; rest: AtLocation[] } {
  const [first, rest]: AtLocation[][] = [[], []]
  let left = n
  for (const { locationId, quantity } of places) {
    const taken = Math.min(left, quantity)
    left -= taken
    if (taken > 0) first!.push({ locationId, quantity: taken })
    if (quantity > taken) rest!.push({ locationId, quantity: quantity - taken })
  }
  return { first: first!, rest: rest! }
}
