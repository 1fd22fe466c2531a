import type { AbsoluteConnector } from '../channels/connector.ts'
import type { Lane } from '../channels/lane.ts'
import type { Account } from '../merchant/account.server.ts'
import type { Availability } from '../pool/available.ts'
import type { Terms } from '../pool/terms.ts'
import type { DueListing } from './due-listings.server.ts'
import type { Sync } from './facts.ts'

export type Publisher = {
  sync: Sync
  account: Account
  connector: AbsoluteConnector
  /** Milliseconds until this many calls may be made in a lane; 0: now. */
  waitMs: (calls: number, lane: Lane) => number
}

/** A due listing with the number computed for it. */
export type Computed = DueListing & {
  availability: Availability
  terms: Terms
  quantity: number
  /** written as it is, because another variation of its listing is written */
  companion?: boolean
}

/**
 * When to come again, in milliseconds; null: when something changes. `waits`: it is the rate limit that stands in the
 * way. `news`: orders were read that others have to be told of.
 */
export type Step = { againMs: number | null; waits: boolean; written: number; news: number }
