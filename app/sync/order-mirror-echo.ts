import type { StockedThing } from '../channels/connector.ts'
import type { DifferenceThere, Ours } from './compare.ts'

/** Pieces that a store has taken from its committed ones though none were committed, and that are set aside there instead. */
export type Offset = { itemId: number; place: string; quantity: number }

/** What is to be put right at a place of the store: pieces to be added (or taken, below zero) under two of its names. */
export type Repair = { place: string; available: number; held: number }

export type Echo = { repairs: Repair[]; offsets: { place: string; quantity: number }[]; used: number }

// Never minus zero: it would be kept as another number.
const within = (n: number, least: number, most: number): number => Math.max(least, Math.min(most, n)) + 0

/** Pieces that have left orders which were made in the store. `back`: taken off or come back, so that they may be for sale. */
export type Left = { sent: number; back: number }

/**
 * How much of the differences a store has made itself for pieces that have left orders made in it: it may have taken them
 * from what is for sale, from what is set aside, or from committed ones, and put back on sale what was not sent or came
 * back. No more than so many under each of its names; what is beyond, a person did.
 */
export function echoOf(differences: DifferenceThere[], { sent, back }: Left): Echo {
  const all = sent + back
  const left = { own: all, held: all, less: sent, more: back }
  const echo: Echo = { repairs: [], offsets: [], used: 0 }
  for (const { place, own, available, held } of differences) {
    const committed = within(own, -left.own, 0)
    const forSale = within(available, -left.less, left.more)
    // It never sets more aside for them.
    const aside = within(held, -left.held, 0)
    left.own += committed
    left.held += aside
    if (forSale < 0) left.less += forSale
    else left.more -= forSale
    if (committed !== 0) echo.offsets.push({ place, quantity: -committed })
    if (committed !== 0 || forSale !== 0 || aside !== 0)
      echo.repairs.push({ place, available: 0 - forSale, held: 0 - aside - committed })
  }
  echo.used = Math.max(all - left.own, all - left.held, sent - left.less + back - left.more)
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
