import { type Refusal, refuse } from '../kernel/refusal.ts'
import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'

/** Pieces that become others. A pair is an item whose unit is the pair; what is left of a broken one is its half. */
export const CONVERSIONS = ['resized', 'set broken', 'set made', 'pair broken', 'pair made whole'] as const
export type ConversionKind = (typeof CONVERSIONS)[number]

/** Pieces of an item at a place, in a state. */
export type Pieces = { itemId: number; quantity: number; locationId: number; state: StockState }

/** An item as far as it matters for what becomes what. `inTheWorld`: pieces that are ours or with a buyer. */
export type Convertible = {
  id: number
  name: string
  kind: 'replenishable' | 'one_of_one' | 'made_to_order' | 'bundle'
  deleted: boolean
  halfOf: number | null
  inTheWorld: number
}

export type Conversion = { kind: ConversionKind; takes: Pieces[]; makes: Pieces[] }

// What an order or a client waits for is theirs, and what is on the way is not there.
const FREE = ['available', 'in_work', 'quality_check', 'damaged', 'safety_stock'] satisfies StockState[]

// Far above what anybody converts, far below what a balance can hold.
const MOST_PIECES = 1_000_000

/** The states from which a person may convert pieces. */
export const CONVERTIBLE_STATES = STOCK_STATES.filter((state) => FREE.some((free) => free === state))

/** Why pieces cannot become others; undefined when they can. That they are there is for the ledger to say. */
export function conversionProblem(
  { kind, takes, makes }: Conversion,
  items: ReadonlyMap<number, Convertible>,
): Refusal | undefined {
  const all = [...takes, ...makes]
  const found = all.map(({ itemId }) => items.get(itemId))
  if (found.some((item) => !item || item.deleted)) return refuse('unknown-item', 'There is no such item.')
  if (!all.every(({ quantity }) => Number.isSafeInteger(quantity) && quantity >= 1 && quantity <= MOST_PIECES))
    return refuse('quantity', 'Say how many, in whole pieces.')
  if (new Set(all.map(({ itemId }) => itemId)).size < all.length)
    return refuse('twice', 'The same item is there twice.')
  const is = { takes: itemsOf(takes, items), makes: itemsOf(makes, items) }
  const virtual = [...is.takes, ...is.makes].find((item) => item.kind === 'bundle')
  if (virtual) return refuse('bundle', `${virtual.name} has no pieces of its own: there is nothing to break or make.`)
  const reserved = takes.find(({ state }) => !FREE.some((free) => free === state))
  if (reserved)
    return refuse('not-free', 'Pieces that an order or a client waits for, or that are on the way, stay as they are.')
  return problemOfCount({ kind, takes, makes }, is) ?? problemOfIdentity(kind, is, makes)
}

const itemsOf = (pieces: Pieces[], items: ReadonlyMap<number, Convertible>) =>
  pieces.flatMap(({ itemId }) => items.get(itemId) ?? [])

type Both = { takes: Convertible[]; makes: Convertible[] }

/** Nothing may appear or vanish on the way. */
function problemOfCount({ kind, takes, makes }: Conversion, is: Both): Refusal | undefined {
  const [from, to] = [takes[0], makes[0]]
  if (!from || !to) return refuse('quantity', 'Something becomes something else.')
  if (kind === 'set broken' || kind === 'set made') {
    const [sets, parts] = kind === 'set broken' ? [takes, makes] : [makes, takes]
    return problemOfSet(sets, parts)
  }
  if (takes.length !== 1 || makes.length !== 1 || from.quantity !== to.quantity)
    return refuse('uneven', 'As many as there were must come out of it.')
  const [before, after] = [is.takes[0], is.makes[0]]
  const fits = { 'pair broken': after?.halfOf === before?.id, 'pair made whole': before?.halfOf === after?.id }
  if (kind !== 'resized' && !fits[kind]) return refuse('not-its-half', 'That is not one of this pair.')
  if (kind === 'resized' && (before?.halfOf || after?.halfOf))
    return refuse('half', 'One of a pair is only made whole again.')
  return undefined
}

function problemOfSet(sets: Pieces[], parts: Pieces[]): Refusal | undefined {
  const [set] = sets
  if (!set || sets.length !== 1) return refuse('one-set', 'One kind of set is broken or made at a time.')
  if (parts.some(({ quantity }) => quantity % set.quantity !== 0))
    return refuse('uneven', 'Each set has the same whole number of each part.')
  if (parts.reduce((sum, { quantity }) => sum + quantity, 0) < 2 * set.quantity)
    return refuse('uneven', 'A set has at least two pieces.')
  return undefined
}

/** A piece that is one of a kind stays one: its identity goes with it, and there is never a second. */
function problemOfIdentity(kind: ConversionKind, { takes, makes }: Both, made: Pieces[]): Refusal | undefined {
  const second = makes.find((item, i) => item.kind === 'one_of_one' && item.inTheWorld + (made[i]?.quantity ?? 0) > 1)
  if (second) return refuse('second', `There is one ${second.name} already, and it is one of a kind.`)
  const unique = (of: Convertible[]) => of.find((item) => item.kind === 'one_of_one')
  const [lost, won] = [unique(takes), unique(makes)]
  // A set that holds a unique piece is unique; its parts may be anything.
  if (lost && !won && kind !== 'set broken')
    return refuse('identity', `${lost.name} is one of a kind, and must become something that is.`)
  if (won && !lost && kind !== 'set made')
    return refuse('identity', `${won.name} is one of a kind, and can only come of something that is.`)
  return undefined
}
