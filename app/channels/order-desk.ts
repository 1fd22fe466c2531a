import type { SentParcel, ToldOutcome, WholeOrder } from '../kernel/whole-order.ts'

/**
 * What a channel lets us do about its orders, beside reading them; what it leaves out, a person does there by hand. All
 * throw TryAgain or GiveUp (kernel/outage) when nothing was done.
 */
export interface OrderDesk {
  /** The order with its buyer, for making it elsewhere; null when the channel does not know it. Never kept. */
  wholeOrder?(externalId: string): Promise<WholeOrder | null>
  /** Tells the buyer's channel what was sent. */
  tellSent?(parcel: SentParcel): Promise<ToldOutcome>
  /** It knows of an order only that it was sent, as a whole: it is told when the last piece has left. */
  readonly sendsWhole?: boolean
}

/** A line to be made: `listing` is the store's own thing, null where it has none of it. */
export type LineToMake = WholeOrder['lines'][number] & { ownThing: string | null }

export type OrderToMake = Omit<WholeOrder, 'lines'> & {
  lines: LineToMake[]
  /** the channel, as people call it: "Etsy" */
  channel: string
  /** found by this, for ever: one order has one */
  standsFor: string
}

/** An order that we made in a store, as it stands there now. Line ids are the store's; `line` is the channel's. */
export type MadeOrder = {
  externalId: string
  name: string
  url: string | null
  cancelledAt: Date | null
  lines: { externalId: string; line: string | null; current: number; sent: number }[]
  fulfilments: {
    externalId: string
    lines: { externalId: string; quantity: number }[]
    carrier: string | null
    trackingNumber: string | null
  }[]
}

/** `line`s are the channel's. */
export type Pieces = { line: string; quantity: number }

export type MadeOutcome =
  | { outcome: 'made'; externalId: string; name: string; url: string | null }
  | { outcome: 'rejected'; reason: string }
  | { outcome: 'unknown' | 'later'; reason: string }

/** A store in which orders of other channels are made, so that all are packed in one place. */
export interface OrderTaker {
  /** The points or calls that making one takes. */
  readonly makingCost: number
  /** The oldest order that stands for this one; its search may know it some seconds after it was made. */
  findMade(standsFor: string): Promise<{ externalId: string; name: string; url: string | null } | null>
  /** Makes it once for each call: whether it is there already must have been looked up. Moves no stock. */
  makeOrder(order: OrderToMake): Promise<MadeOutcome>
  madeOrder(externalId: string): Promise<MadeOrder | null>
  /** Says there that these pieces were sent by the channel's own means. */
  fulfilMade(externalId: string, pieces: Pieces[]): Promise<ToldOutcome>
  /** Takes it off as a whole. What becomes of the stock is told by moves, not by this. */
  cancelMade(externalId: string): Promise<ToldOutcome>
  /** Takes pieces off that are not sent. `key` makes it once. */
  takeOffMade(externalId: string, pieces: Pieces[], key: string): Promise<ToldOutcome>
}

export const takesOrders = <C extends object>(connector: C): connector is C & OrderTaker => 'makeOrder' in connector
