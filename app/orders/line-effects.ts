import type { ChannelOrderLine } from '../kernel/channel-order.ts'

/** What has been booked for a line so far, in pieces. */
export type LineBooked = { reserved: number; short: number; shipped: number; returned: number }

/** What must be booked now so that the line is as the channel says. All 0 when nothing is new. */
export type LineEffects = {
  /** to take from stock; what is not there becomes short */
  reserve: number
  /** promised without stock, no longer wanted */
  forget: number
  /** reserved, no longer wanted: back to where it came from */
  release: number
  /** left us */
  ship: number
  /** of what had left, no longer the order's: came back or was written off */
  back: number
  /** of those, put back on sale by the channel itself */
  restock: number
}

export const NOTHING_BOOKED: LineBooked = { reserved: 0, short: 0, shipped: 0, returned: 0 }

/**
 * The difference between what a channel says of a line and what was booked for it. Because it is a difference, the
 * same news twice, late or out of order leaves nothing to do.
 */
export function lineEffects(told: ChannelOrderLine, booked: LineBooked = NOTHING_BOOKED): LineEffects {
  const restocked = told.restocked.reduce((sum, source) => sum + source.quantity, 0)
  const restock = Math.max(0, restocked - booked.returned)
  const withBuyer = booked.shipped - booked.returned
  const ship = Math.max(0, told.shipped + restock - withBuyer)
  const held = booked.reserved + booked.short
  const wanted = told.currentQuantity - told.shipped + ship
  const surplus = Math.max(0, held - wanted)
  const forget = Math.min(surplus, booked.short)
  return {
    reserve: Math.max(0, wanted - held),
    forget,
    release: surplus - forget,
    ship,
    back: withBuyer + ship - told.shipped,
    restock,
  }
}

export const nothingToDo = ({ reserve, forget, release, ship, back }: LineEffects): boolean =>
  reserve + forget + release + ship + back === 0
