import type { OpenChannel } from '#app/channels/channel.ts'
import type { Limit } from '#app/channels/bucket.ts'
import type { ListingRef } from '#app/kernel/channel-order.ts'
import type { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Sync } from '#app/sync/facts.ts'
import type { Goods } from './goods.ts'

export type PeerOptions = { clock: VirtualClock; sync: Sync; goods: Goods[] }

/** A channel's sandbox with the goods listed on it, and the app's own connector and limiter in front of it. */
export type Peer = {
  channel: string
  externalId: string
  /** what the goods are called there, in their order */
  refs: ListingRef[]
  /** the place its stock lies at, for a channel that keeps a ledger of its own */
  place: string | null
  limits: readonly Limit[]
  opened: OpenChannel
  /** what all the writes and the reads that they owe cost, at the least */
  cost(): number
  /** calls or points that the sandbox has counted */
  spent(): number
  /** answers that said: too many */
  throttled(): number
  shown(ref: ListingRef): number
  close(): Promise<void>
}

export type OpenPeer = (options: PeerOptions) => Promise<Peer>
