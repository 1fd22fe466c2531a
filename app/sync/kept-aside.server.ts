import type { StockedConnector, StockedThing } from '../channels/connector.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { Account } from '../merchant/account.server.ts'
import { locationsByPlace } from '../merchant/location.server.ts'
import { append } from '../pool/ledger.server.ts'
import type { Move } from '../pool/movement.ts'
import type { Sync } from './facts.ts'
import { pollOrders } from './poll.server.ts'
import type { Ours } from './compare.ts'
import { oursOf } from './residual.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

const MOST_READS = 5

/**
 * Reserves what a channel keeps aside for orders that it does not show us (Shopify shows those of sixty days), once all
 * that it shows are booked. Things are read again until no order came in between.
 */
export async function reserveKeptAside({ sync, account, connector }: Stocked, refs: ListingRef[]): Promise<void> {
  if (refs.length === 0) return
  let things = await connector.thingsOf(refs)
  for (let reads = 1; (await pollOrders(sync, { account, connector })) > 0 && reads < MOST_READS; reads += 1) {
    things = await connector.thingsOf(refs)
  }
  const ours = await oursOf(sync.db, account, things)
  const places = await locationsByPlace(sync.db, account)
  for (const thing of things) {
    const mine = ours.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
    const moves = mine ? unseenOrders(thing, mine, places) : []
    if (moves.length === 0) continue
    const at = sync.clock.now()
    const who = {
      reason: 'opening' as const,
      actor: `channel/${account.id}`,
      cause: `account/${account.id}`,
      accountId: account.id,
    }
    const key = `opening/${account.id}/${thing.ref.externalId}/kept aside`
    const change = { merchantId: account.merchantId, key, ...who, occurredAt: at, recordedAt: at }
    await sync.inTransaction((tx) => append(tx, change, moves))
  }
}

/** What the channel's unseen orders hold, from what is for sale at the places where the channel says they hold it. */
export function unseenOrders(thing: StockedThing, mine: Ours, places: Map<string, number>): Move[] {
  const levels = thing.levels.flatMap(({ externalLocationId, quantities }) => {
    const here = mine.levels.find(({ locationId }) => locationId === places.get(externalLocationId))
    return here ? [{ here, theirs: quantities.reserved ?? 0, ours: here.reserved - here.elsewhere }] : []
  })
  let unseen = levels.reduce((sum, { theirs, ours }) => sum + theirs - ours, -mine.short)
  return levels.flatMap(({ here, theirs, ours }): Move[] => {
    const quantity = Math.min(unseen, theirs - ours, here.available)
    if (quantity <= 0) return []
    unseen -= quantity
    const at = (state: 'available' | 'reserved') => ({ locationId: here.locationId, state })
    return [{ itemId: mine.itemId, quantity, from: at('available'), to: at('reserved') }]
  })
}
