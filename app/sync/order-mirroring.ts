import type { Connector } from '../channels/connector.ts'
import type { OrderTaker } from '../channels/order-desk.ts'
import type { Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'

/** A store in which orders of the merchant's other channels are made. `openOther` opens one of those. */
export type Mirroring = {
  sync: Sync
  account: Account
  connector: Connector & OrderTaker
  waitMs(cost: number): number
  openOther(account: Account): Promise<Connector>
}

/** An order whose turn it is. `state`: what is known of it; `sentAt`: its making was sent before. */
export type Claimed = {
  merchantId: number
  orderId: number
  standsFor: string
  state: 'waiting' | 'made'
  externalId: string | null
  sentAt: Date | null
  attempts: number
  dueAt: Date
  claimedUntil: Date
  /** of its channel */
  sourceId: number
  sourceExternalId: string
  orderName: string
}

/** What became of an order: when to look again, if nothing else happens. */
export type Verdict = { againMs: number | null }

const MOST_BACKOFF_MS = 300_000
const BACKOFF_MS = 5_000

/** The oftener it was tried in vain, the longer the next try waits. */
export const backoffMs = (attempts: number): number =>
  Math.min(MOST_BACKOFF_MS, BACKOFF_MS * 2 ** Math.min(attempts, 10))
