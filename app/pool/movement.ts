import type { OutsideEnd, StockState } from '../kernel/stock-state.ts'
import type { Reason } from './reason.ts'

/** Where units are: a state at a location of ours, or an outside end. */
export type End = { locationId: number; state: StockState } | { outside: OutsideEnd }

/** `quantity` (1 or more) units of an item from one end to another. */
export type Move = { itemId: number; quantity: number; from: End; to: End }

/** Who, when, why and what caused it. The same `key` (per merchant) happens once, however often it is said. */
export type Change = {
  merchantId: number
  key: string
  /** in the trade’s words */
  reason: Reason
  /** "channel/3", "channel/3/person" (somebody there whom we are not told), "person/7", "app" */
  actor: string
  /** what caused it, as an address of ours: "order/3/1042" */
  cause: string
  /** the channel account that has already done this to its own numbers, if one has */
  accountId: number | null
  occurredAt: Date
  recordedAt: Date
}

/** Units wanted of an item, summed over all lines of the order. `sources`: what the channel says it takes, and where. */
export type Demand = { itemId: number; quantity: number; sources?: { locationId: number; quantity: number }[] }

export type Taken = { itemId: number; locationId: number; quantity: number }
export type Short = { itemId: number; quantity: number }

/** Refused: the items that are not where they should be, and the one-of-one pieces of which there would be two. */
export type NotMoved = { lacking: number[]; twice?: number[] }
