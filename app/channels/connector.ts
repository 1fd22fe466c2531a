import type { ChannelOrder, ListingRef } from '../kernel/channel-order.ts'
import type { ListingSnapshot } from '../kernel/listing-snapshot.ts'
import type { StockState } from '../kernel/stock-state.ts'
import type { OrderDesk } from './order-desk.ts'

/** A limit of a channel's as it is published, or, where nothing is, as it was seen. `source`: where that can be read. */
export type PublishedLimit = { what: string; source: string }

/** What a channel does by itself and what it lets us do, as data. Each figure's source stands in the channel's `limits`. */
export type Capabilities = {
  channel: string
  /** as people call it: "Etsy" */
  name: string
  /** absolute: it is told "show n"; moves: it keeps a ledger of its own and is told what moved */
  writes: 'absolute' | 'moves'
  /**
   * What keeps a write from covering a sale it has not heard of. nothing: only our reading just before; compare-and-swap:
   * the channel refuses where its number is another; deltas: a change commutes with its sales
   */
  guard: 'nothing' | 'compare-and-swap' | 'deltas'
  /** what is written or not as a whole: "a listing with all its variations" */
  unitOfWrite: string
  /** units that one call takes, at most */
  unitsPerCall: number
  /** what becomes of a listing that is told 0: it stays, cannot be bought and comes back by a number; or it ends */
  atZero: 'stays' | 'ends'
  /** what putting an ended listing up again costs: nothing, a fee, or it cannot be done by us */
  relisting: 'free' | 'fee' | 'no'
  /** it has places of its own, and says at which it sold */
  knowsLocations: boolean
  /** of a ledger of its own: the states of ours that it has too; what is in another has left it. All, when left out */
  keeps?: readonly StockState[]
  /** what telling one change costs in the unit of its limits; 1, when left out */
  costOfWrite?: number
  /** it announces by itself that a number of ours is shown */
  confirmsByEcho: boolean
  /** it asks before it sells, and takes no for an answer */
  asksBeforeSale: boolean
  /** it lowers its own number when it sells */
  takesStockOnSale: boolean
  /** it raises its own number when an order is cancelled */
  restoresOnCancel: boolean
  /** the most it can show of one listing; null: no limit */
  maximumShown: number | null
  /** it announces orders by itself */
  pushesOrders: boolean
  /** what cancelling an order there costs a merchant, against the other channels: a higher number is kept rather */
  cancelCost: number
  /** calls that one `apply` may take, at most: what was read before is still fresh when the last is written */
  callsAtOnce: number
  /** its limits, for people who ask why something waits */
  limits: readonly PublishedLimit[]
}

/** "Show `quantity` of this listing." `expected`: what we believe it shows; null when it was never seen. */
export type SetQuantity = { listingId: number; ref: ListingRef; quantity: number; expected: number | null }

/**
 * What became of one write. accepted: the channel took it, and shows `shown` as far as it says. rejected: it said no,
 * and why. unknown: no answer; only reading tells. changed: it showed something else than expected (`shown`), and
 * nothing was written, because that may be a sale we have not heard of or a person's edit.
 */
export type WriteOutcome = {
  listingId: number
  outcome: 'accepted' | 'rejected' | 'unknown' | 'changed'
  reason: string | null
  shown: number | null
}

/** A page of a long list. `next`: what to ask with for the following page; null on the last. */
export type Page<T> = { rows: T[]; next: string | null; total: number | null }

/** What every connector does. Throws TryAgain or GiveUp (kernel/outage) when the channel does not answer as it should. */
export interface Connector extends OrderDesk {
  readonly capabilities: Capabilities
  /** Everything listed there, a page at a time; `null` begins. */
  listings(cursor: string | null): Promise<Page<ListingSnapshot>>
  /** What these listings show now. One that is not there any more is missing from the answer. */
  show(refs: ListingRef[]): Promise<ListingSnapshot[]>
  /** The order as it stands now; null when the channel does not know it. */
  order(externalId: string): Promise<ChannelOrder | null>
  /**
   * Orders changed at or after `since` (channel clock), oldest change first. `asOf`: the channel's own time when the
   * first page was asked for; once all pages are ingested, everything up to it is known.
   */
  ordersSince(since: Date, cursor: string | null): Promise<Page<ChannelOrder> & { asOf: Date }>
  /** Orders placed before now that are still to be shipped. */
  unshipped(cursor: string | null): Promise<Page<ChannelOrder>>
}

/** A channel that is told numbers. */
export interface AbsoluteConnector extends Connector {
  /**
   * Groups changes into the channel's units of write (an Etsy listing with all its variations is one). Each group is
   * written or not as a whole.
   */
  planWrites(changes: SetQuantity[]): SetQuantity[][]
  /** Calls that applying these units takes, for the limiter. */
  callsFor(units: SetQuantity[][]): number
  /** Reads, compares with `expected`, writes; an outcome for every change. At most `callsAtOnce` calls. */
  apply(units: SetQuantity[][]): Promise<WriteOutcome[]>
}

/** Units that moved in our pool and are to move there: at one place between two states, or in from or out to the world. */
export type MirrorMove = {
  ref: ListingRef
  externalLocationId: string
  quantity: number
  /** null: from outside */
  from: StockState | null
  /** null: to outside */
  to: StockState | null
}

/** One change of ours with all that it moved there. `key` makes it happen once (for a day), `cause` is shown as its document. */
export type MirrorChange = { key: string; reason: string; cause: string; moves: MirrorMove[] }

export type MirrorOutcome = { outcome: 'accepted' | 'rejected' | 'unknown'; reason: string | null }

/** A place of the channel's. */
export type ChannelPlace = { externalId: string; name: string; sellsOnline: boolean; active: boolean }

/** Units the channel has at a place, by our states, and when that last changed there. */
export type ChannelLevel = {
  externalLocationId: string
  quantities: Partial<Record<StockState, number>>
  updatedAt: Date
}

/** A thing the channel keeps stock of, with everything an opening needs. */
export type StockedThing = ListingSnapshot & {
  /** the whole it is a variation of: "Signet ring"; `title` is that, `variant` is "54 / Gold" */
  variant: string
  /** what the merchant calls its kind there: "Rings"; null: nothing, left out: the channel has no such thing */
  category?: string | null
  tracked: boolean
  /** it may be sold beyond its stock */
  continueSelling: boolean
  /** its number is computed by the channel from other things */
  bundleParent: boolean
  archived: boolean
  /** the merchant has marked it as the only one of its kind */
  oneOfOne: boolean
  levels: ChannelLevel[]
}

/** Pieces at one place that a channel is to keep aside by itself until a moment. `key`: found again by it, not made twice. */
export type SetAside = {
  key: string
  until: Date
  externalLocationId: string
  lines: { ref: ListingRef; quantity: number }[]
}

/** `externalId`: as what it stands there. rejected: nothing of it stays there. */
export type AsideOutcome = MirrorOutcome & { externalId: string | null }

/** What has become of something set aside; `orderId`: of the order that a person there has made of it. */
export type AsideSeen = { externalId: string; is: 'open' | 'gone' | 'ordered'; orderId: string | null }

/** A channel's own way of keeping pieces aside, with an end of its own (Shopify: a draft order). */
export interface Asides {
  /** Keeps them aside, once for its key, at the place asked for or not at all. */
  keep(aside: SetAside): Promise<AsideOutcome>
  extend(externalId: string, until: Date): Promise<MirrorOutcome>
  /** It keeps nothing aside any more. One that has become an order stays as it is. */
  end(aside: { key: string; externalId: string }): Promise<MirrorOutcome>
  look(externalIds: string[]): Promise<AsideSeen[]>
}

/** A channel that keeps a ledger of its own (Shopify): its numbers are opened from, mirrored to and compared. */
export interface StockedConnector extends Connector {
  places(): Promise<ChannelPlace[]>
  /** All things with their levels, a page at a time; resumable at any cursor it has given. */
  things(cursor: string | null): Promise<Page<StockedThing>>
  /** The same for these things only, as they are now. */
  thingsOf(refs: ListingRef[]): Promise<StockedThing[]>
  mirror(change: MirrorChange): Promise<MirrorOutcome>
  readonly asides?: Asides
}

export const keepsStock = (connector: Connector): connector is StockedConnector =>
  connector.capabilities.writes === 'moves'

/** What a channel told us of its own accord: a hint of what to read. Never the buyer, never a number to believe. */
export type Notification = {
  eventId: string
  /** as the channel names it; what begins with order, product, inventory_level, location and the like is read (sync/inbox) */
  topic: string
  /** what it is about, in the channel's ids: an order, a thing, a place */
  subject: string
  occurredAt: Date
}

/** An access token that is good now. `refused` says that the channel would not take it: the next one is another. */
export interface Tokens {
  accessToken(): Promise<string>
  refused(): Promise<void>
}
