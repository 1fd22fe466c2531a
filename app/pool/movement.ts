import type { OutsideEnd, StockState } from '../kernel/stock-state.ts'
import type { Reason } from './reason.ts'

/** Where units are: a state at a location of ours, or an outside end. */
export type End = { locationId: number; state: StockState } | { outside: OutsideEnd }

/** What is known of the stay that a move begins, and which stay (its id) it ends before older ones. */
export type StayTerms = {
  dueAt?: Date | null
  partnerId?: number | null
  /** "remark/12" */
  remark?: string | null
  /** where it goes from a place in transit */
  boundFor?: number | null
  /** it must pass a check before it is for sale again */
  checkOwed?: boolean
  ends?: number | null
}

/** `quantity` (1 or more) units of an item from one end to another. */
export type Move = { itemId: number; quantity: number; from: End; to: End; stay?: StayTerms }

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
