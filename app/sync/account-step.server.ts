import { type AbsoluteConnector, type Connector, keepsStock, type StockedConnector } from '../channels/connector.ts'
import type { Lane } from '../channels/lane.ts'
import { takesOrders } from '../channels/order-desk.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import type { Account } from '../merchant/account.server.ts'
import { deriveDue } from './due-listings.server.ts'
import type { Sync } from './facts.ts'
import { lookAtDrafts, renewDrafts } from './look-at-drafts.server.ts'
import { lookBack } from './look-back.server.ts'
import { mirrorOrdersStep } from './order-mirror.server.ts'
import { mirrorStep } from './mirror.server.ts'
import { pollOrders } from './poll.server.ts'
import { publishStep } from './publish.server.ts'
import type { Step } from './publisher.ts'
import { releaseChanged } from './quarantine.server.ts'
import { relay } from './relay.server.ts'
import { takeBehind } from './rules-behind.server.ts'
import { noteWaiting } from './waiting.server.ts'

/** A channel account that is worked for: its connector, and what its limit lets us do. */
export type Open = {
  sync: Sync
  account: Account
  connector: Connector
  /** Milliseconds until a call of this cost may be made in a lane; 0: now. */
  waitMs: (cost: number, lane: Lane) => number
  /** Opens another account of the merchant, for what joins two; without it orders are made nowhere. */
  openOther?: (account: Account) => Promise<Connector>
}

// What is behind the rules goes on after a moment in which others get their turn.
const NEXT_MS = 10

/** One round for an account: hand on what changed, and tell its channel what it must know. */
export async function accountStep(open: Open): Promise<Step> {
  const { sync, account, connector } = open
  const relayed = { merchantId: account.merchantId, stockedChannels: STOCKED_CHANNELS, at: sync.clock.now() }
  while ((await relay(sync.db, relayed)) > 0);
  if (account.status !== 'open') return { againMs: null, waits: false, written: 0, news: 0 }
  const step = await tell(open)
  await noteWaiting(sync.db, { account, connector }, { step, at: sync.clock.now() })
  return step
}

async function tell(open: Open): Promise<Step> {
  const { sync, account, connector, waitMs } = open
  if (keepsStock(connector)) {
    const step = await stockedStep(open, connector)
    if (!step.waits) await renewDrafts({ sync, account, connector })
    return step
  }
  const more = await takeBehind(sync.db, account, sync.clock.now())
  const step = await publishStep({ sync, account, connector: connector as AbsoluteConnector, waitMs })
  return more && !step.waits ? { ...step, againMs: Math.min(step.againMs ?? NEXT_MS, NEXT_MS) } : step
}

/** Stock first: an order is made when no move of stock waits. */
async function stockedStep({ sync, account, waitMs, openOther }: Open, connector: StockedConnector): Promise<Step> {
  const moves = await mirrorStep({ sync, account, connector, waitMs })
  if (moves.waits || moves.againMs === 0 || !openOther || !takesOrders(connector)) return moves
  const writes = (cost: number) => waitMs(cost, 'write')
  const orders = await mirrorOrdersStep({ sync, account, connector, waitMs: writes, openOther })
  const againMs = orders.againMs === null ? moves.againMs : Math.min(moves.againMs ?? Infinity, orders.againMs)
  return { ...moves, againMs, written: moves.written + orders.written }
}

/**
 * The net under the notifications: reads the account's orders, derives from the rows what may have been missed, and
 * looks at what a part of its listings show.
 * Rounds go on beside it.
 */
export async function accountSweep({ sync, account, connector, waitMs }: Open): Promise<void> {
  if (account.status !== 'open' && account.status !== 'review') return
  await pollOrders(sync, { account, connector, asOwed: false })
  if (keepsStock(connector) && account.status === 'open') await lookAtDrafts({ sync, account, connector })
  // Until it is live nothing is due there: what waits for a person's look has not been late.
  if (keepsStock(connector) || account.status !== 'open') return
  await deriveDue(sync.db, account, sync.clock.now())
  if (waitMs(1, 'read') === 0) await lookBack(sync, account, connector)
  await releaseChanged(sync.db, account, sync.clock.now())
}
