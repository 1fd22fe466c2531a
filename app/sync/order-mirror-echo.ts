import type { StockedThing } from '../channels/connector.ts'
import type { DifferenceThere, Ours } from './compare.ts'

/** Pieces that a store has taken from its committed ones though none were committed, and that are set aside there instead. */
export type Offset = { itemId: number; place: string; quantity: number }

/** What is to be put right at a place of the store: pieces to be added (or taken, below zero) under two of its names. */
export type Repair = { place: string; available: number; held: number }

export type Echo = { repairs: Repair[]; offsets: { place: string; quantity: number }[]; used: number }

// Never minus zero: it would be kept as another number.
const within = (n: number, least: number, most: number): number => Math.max(least, Math.min(most, n)) + 0

/**
 * How much of the differences a store has made itself, when so many pieces have left orders that were made in it: it may
 * have taken them from what is for sale, from what is set aside, or from committed ones, and put them on sale again. No
 * more than so many under each of its names; what is beyond, a person did.
 */
export function echoOf(differences: DifferenceThere[], pieces: number): Echo {
  const left = { own: pieces, available: pieces, held: pieces }
  const echo: Echo = { repairs: [], offsets: [], used: 0 }
  for (const { place, own, available, held } of differences) {
    const committed = within(own, -left.own, 0)
    const forSale = within(available, -left.available, left.available)
    // What it set aside for these is what it took: it never sets more aside.
    const aside = within(held, -left.held, 0)
    left.own += committed
    left.available -= Math.abs(forSale)
    left.held += aside
    if (committed !== 0) echo.offsets.push({ place, quantity: -committed })
    if (committed !== 0 || forSale !== 0 || aside !== 0)
      echo.repairs.push({ place, available: 0 - forSale, held: 0 - aside - committed })
  }
  echo.used = pieces - Math.min(left.own, left.available, left.held)
  return echo
}

/** The numbers as they would be, had the store not done that. */
export function withOffsets(things: StockedThing[], ours: Map<string, Ours>, offsets: Offset[]): StockedThing[] {
  if (offsets.length === 0) return things
  return things.map((thing) => {
    const itemId = ours.get(`${thing.ref.externalId}/${thing.ref.variantId}`)?.itemId
    const own = offsets.filter((offset) => offset.itemId === itemId)
    if (own.length === 0) return thing
    const levels = thing.levels.map((level) => {
      const n = own.find(({ place }) => place === level.externalLocationId)?.quantity ?? 0
      const { reserved = 0, held = 0 } = level.quantities
      return n === 0 ? level : { ...level, quantities: { ...level.quantities, reserved: reserved + n, held: held - n } }
    })
    return { ...thing, levels }
  })
}
