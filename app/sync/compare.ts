import type { StockedThing } from '../channels/connector.ts'
import { STOCK_STATES, type StockState } from '../kernel/stock-state.ts'
import type { MappedPlace } from '../merchant/location.server.ts'
import { stateThere, type QuantityName } from '../merchant/place.ts'
import type { Difference } from '../pool/difference.ts'
import { belowZero } from './below-zero.ts'

/** A difference with the two numbers it lies between. */
export type Residual = Difference & { ours: number; theirs: number }

/** What our books say of a thing that a channel with a ledger of its own has. */
export type Ours = {
  itemId: number
  ref: string
  /** a write of ours was sent and has had no answer: it may be there or not */
  unanswered: boolean
  short: number
  levels: OursAtPlace[]
}

export type OursAtPlace = Record<StockState, number> & {
  locationId: number
  /** of its reserved, what orders and carts of other channels hold */
  elsewhere: number
  /** of its held, what is on hold for clients */
  onHold: number
  /** of its reserved, what no order that we know holds: kept aside there when the books were opened */
  unseen: number
  /** what the channel has not been told of yet, by state: it still shows the number without it */
  untold: Partial<Record<StockState, number>>
}

/** How to compare: what of ours stands where there. `patient`: what its orders hold may still be on its way to us. */
export type Comparing = {
  places: Map<string, { settling: boolean; places: MappedPlace[] }>
  patient: boolean
  /** the states of ours that the channel has too; all, when left out */
  keeps?: readonly StockState[] | undefined
  /** a place there whose mapping was changed, and whose numbers are to be seen as they are all the same */
  settling?: string
}

const NOTHING_HERE = {
  available: 0,
  reserved: 0,
  held: 0,
  in_work: 0,
  quality_check: 0,
  damaged: 0,
  safety_stock: 0,
  incoming: 0,
}

/** A place of ours under its name there. */
type Standing = { name: QuantityName; here: OursAtPlace }

/** Both sides of one place there. `whole`: which of ours it is; `own`: what we reserved there for its own orders. */
type Place = {
  externalId: string
  all: Standing[]
  whole: OursAtPlace
  theirs: (state: StockState) => number
  own: number
}

/**
 * What a channel with a ledger of its own shows of a thing beyond what ours says, place by place there: the pieces of all
 * places of ours that stand at it together. Null while nothing can be said.
 */
export function compare(thing: StockedThing, mine: Ours, comparing: Comparing): Residual[] | null {
  const both = bothSides(thing, mine, comparing.places)
  const settling = thing.levels.some(
    ({ externalLocationId: at }) => comparing.settling !== at && comparing.places.get(at)?.settling,
  )
  if (mine.unanswered || settling) return null
  const { keeps = STOCK_STATES } = comparing
  // A channel that keeps nothing aside, for its own orders or for ours, can say nothing of it.
  if (!keeps.includes('reserved')) {
    const owed = owedBelowZero(both, mine.short)
    return both.flatMap((place, i) => residualsAt(place, { itemId: mine.itemId, owed: owed[i] ?? 0, ended: 0, keeps }))
  }
  const ended = unseenThatEnded(both, { short: mine.short, patient: comparing.patient })
  if (!ended) return null
  // What we keep for orders of other channels, or for a client, was put back there: a person must say what becomes of it.
  if (both.some(({ all, theirs }) => theirs('held') < all.reduce((sum, standing) => sum + promised(standing), 0)))
    return null
  const owed = owedAt(both, mine.short)
  return both.flatMap((place, i) =>
    residualsAt(place, { itemId: mine.itemId, owed: owed[i] ?? 0, ended: ended[i] ?? 0, keeps }),
  )
}

/** Pieces to be told there for each place: into what stands below zero, out of where they were carried from. */
export function liftsOf(thing: StockedThing, mine: Ours, places: Comparing['places']): Map<string, number> {
  const both = bothSides(thing, mine, places)
  const numbers = both.map((place) => ({ theirs: place.theirs('available'), ours: oursForSale(place) }))
  const { carried, below } = belowZero(numbers, mine.short)
  const lifts = both.map(({ externalId }, i) => [externalId, (below[i] ?? 0) - (carried[i] ?? 0)] as const)
  return new Map(lifts.filter(([, quantity]) => quantity !== 0))
}

function bothSides(thing: StockedThing, mine: Ours, map: Comparing['places']): Place[] {
  return thing.levels.flatMap(({ externalLocationId, quantities }): Place[] => {
    const all = (map.get(externalLocationId)?.places ?? []).map(({ locationId, name }): Standing => {
      const nothing: OursAtPlace = { ...NOTHING_HERE, locationId, elsewhere: 0, onHold: 0, unseen: 0, untold: {} }
      return { name, here: mine.levels.find((level) => level.locationId === locationId) ?? nothing }
    })
    // The first is the one that is this place as a whole; without it nothing that is there is in our books.
    const [first] = all
    if (first?.name !== 'available') return []
    const own = first.here.reserved - first.here.elsewhere
    return [{ externalId: externalLocationId, all, whole: first.here, theirs: (state) => quantities[state] ?? 0, own }]
  })
}

const told = (here: OursAtPlace, state: StockState) => here[state] - (here.untold[state] ?? 0)
const heldFor = (here: OursAtPlace) => here.elsewhere - (here.untold.reserved ?? 0)

/** Of what a place shows there as held, what is promised to somebody. */
const promised = ({ name, here }: Standing) =>
  stateThere(name, 'held') === 'held' ? heldFor(here) + here.onHold - (here.untold.held ?? 0) : 0

/**
 * What the channel keeps aside for its orders must be what we know of its orders. Less can only be explained by orders
 * that we never saw and that were sent or cancelled since. Their pieces, by place; null when it is not explained.
 */
function unseenThatEnded(both: Place[], { short, patient }: { short: number; patient: boolean }): number[] | null {
  let ended = both.reduce((sum, { own, theirs }) => sum + own - theirs('reserved'), short)
  if (ended === 0) return both.map(() => 0)
  if (patient) return null
  const byPlace = both.map(({ whole, own, theirs }) => {
    const n = Math.max(0, Math.min(ended, whole.unseen, own - theirs('reserved')))
    ended -= n
    return n
  })
  return ended === 0 ? byPlace : null
}

/**
 * What a channel that only knows what is for sale shows is stock as far as it is above zero: what it shows below is what
 * its tills sold beyond it, and what was carried there from another place is not found at that one.
 */
function owedBelowZero(both: Place[], short: number): number[] {
  const { carried } = belowZero(
    both.map((place) => ({ theirs: place.theirs('available'), ours: oursForSale(place) })),
    short,
  )
  return both.map((place, i) => Math.max(0, -place.theirs('available')) - (carried[i] ?? 0))
}

/** What of ours is for sale at a place there, as far as the channel was told. */
const oursForSale = ({ all }: Place): number =>
  all.reduce((sum, { name, here }) => sum + (name === 'available' ? told(here, 'available') : 0), 0)

/**
 * What its orders took beyond its stock stands there as a number below zero, here as a shortfall. A shortfall that is
 * not below zero there any more was delivered: below zero here, where it is kept aside for the orders.
 */
function owedAt(both: Place[], short: number): number[] {
  let left = short
  const owed = both.map(({ whole, theirs }) => {
    const n = Math.min(left, Math.max(0, told(whole, 'available') - theirs('available')))
    left -= n
    return n
  })
  const most = both.map(({ own, theirs }) => theirs('reserved') - own)
  const delivered = most.indexOf(Math.max(...most))
  return owed.map((n, i) => (i === delivered ? n + left : n))
}

// What a channel shows of ours, but for what it keeps aside for its own orders.
const SHOWN: StockState[] = ['available', 'held', 'quality_check', 'damaged', 'safety_stock', 'incoming']

// The pieces of a place under one name are taken in this order: those that somebody works at come back first.
const UNDER_A_NAME: StockState[] = ['in_work', 'quality_check', 'available', 'damaged', 'safety_stock', 'held']

/** Which of its states a place of ours has in this state there, in the order in which pieces of it are taken. */
function statesIn(name: QuantityName, shown: StockState): StockState[] {
  if (shown === 'incoming') return ['incoming']
  if (name !== 'available') return stateThere(name, 'available') === shown ? UNDER_A_NAME : []
  return shown === 'quality_check' ? ['quality_check', 'in_work'] : [shown]
}

type Part = { locationId: number; state: StockState; n: number }

type Judging = { itemId: number; owed: number; ended: number; keeps: readonly StockState[] }

function residualsAt(place: Place, of: Judging): Residual[] {
  const { whole, own } = place
  const { itemId, ended, keeps } = of
  const aside = { locationId: whole.locationId, state: 'reserved' as const, ours: own, theirs: own - ended }
  return [
    ...SHOWN.filter((state) => keeps.includes(state)).flatMap((shown) => residualsIn(place, shown, of)),
    ...(ended === 0 ? [] : [{ itemId, ...aside, quantity: -ended }]),
  ]
}

/** How much more a channel shows at a place of its own than ours say: kept for its own orders, for sale, set aside. */
export type DifferenceThere = { place: string; own: number; available: number; held: number }

/** The same comparison, left as it is: for who knows more of where a difference may come from. */
export function differencesThere(thing: StockedThing, mine: Ours, places: Comparing['places']): DifferenceThere[] {
  const levels = thing.levels.filter(({ externalLocationId: at }) => places.get(at)?.places[0]?.name === 'available')
  const both = bothSides(thing, mine, places)
  const owed = owedAt(both, mine.short)
  return both.map((place, i) => ({
    place: levels[i]?.externalLocationId ?? '',
    // What its orders took beyond its stock is committed there, and a shortfall here.
    own: place.theirs('reserved') - place.own - (owed[i] ?? 0),
    available: sumsIn(place, 'available', owed[i] ?? 0).more,
    held: sumsIn(place, 'held', 0).more,
  }))
}

function sumsIn({ all, theirs }: Place, shown: StockState, owed: number) {
  const parts = all.flatMap(({ name, here }) =>
    statesIn(name, shown).map((state): Part => ({ locationId: here.locationId, state, n: told(here, state) })),
  )
  const aside = all.filter(({ name }) => stateThere(name, 'held') === shown)
  const ours = [...parts.map(({ n }) => n), ...aside.map(({ here }) => heldFor(here))].reduce((sum, n) => sum + n, 0)
  const there = theirs(shown) + (shown === 'available' ? owed : 0)
  return { parts, ours, there, more: there - ours }
}

/** More is at the place that is this one as a whole; less comes from there first, then from the others in their order. */
function residualsIn(place: Place, shown: StockState, { itemId, owed }: { itemId: number; owed: number }): Residual[] {
  const { whole } = place
  const { parts, ours, there } = sumsIn(place, shown, owed)
  if (ours === there) return []
  const own = { itemId, locationId: whole.locationId, state: shown }
  if (there > ours) return [{ ...own, quantity: there - ours, ours, theirs: there }]
  let missing = ours - there
  const taken = parts.flatMap(({ locationId, state, n }): Residual[] => {
    const quantity = Math.min(missing, Math.max(0, n))
    missing -= quantity
    return quantity > 0 ? [{ itemId, locationId, state, quantity: -quantity, ours: n, theirs: n - quantity }] : []
  })
  if (taken.length === 1 && missing === 0) return taken.map((one) => ({ ...one, ours, theirs: there }))
  // Less than we have of it at all: it is said as it is, and cannot be booked.
  return missing === 0 ? taken : [{ ...own, quantity: there - ours, ours, theirs: there }]
}
