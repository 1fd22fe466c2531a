import type { ChannelPlace, StockedConnector } from '../connector.ts'
import { openCalls, type SquareCalls, type SquareDeps } from './call.server.ts'
import { PLACES_LAST_MS, SQUARE_CAPABILITIES } from './limits.ts'
import { mirror } from './mirror.server.ts'
import { ordersSince, readOrder, unshippedOrders } from './orders.server.ts'
import { recount, type Recount, type RecountOutcome } from './recount.server.ts'
import { readPlaces, readThings, readThingsPage } from './things.server.ts'

export type SquareConnector = StockedConnector & {
  /** For repair alone (./recount.server). */
  recount(given: Recount): Promise<RecountOutcome>
}

/**
 * The Square account of a business: its tills. A listing of ours is a variation of its library: `externalId` is that one's
 * id, and there is no variation below it. Its places are its locations.
 */
export function openSquare(deps: SquareDeps): SquareConnector {
  const calls = openCalls(deps)
  const teller = { calls, times: new Map<string, Date>() }
  const places = rememberedPlaces(calls, deps)
  return {
    capabilities: SQUARE_CAPABILITIES,
    places: () => readPlaces(calls),
    things: async (cursor) => readThingsPage(calls, await places(), cursor),
    thingsOf: async (refs) => (refs.length === 0 ? [] : readThings(calls, await places(), refs)),
    listings: async (cursor) => readThingsPage(calls, await places(), cursor),
    show: async (refs) => (refs.length === 0 ? [] : readThings(calls, await places(), refs)),
    order: (externalId) => readOrder(calls, externalId),
    ordersSince: async (since, cursor) => ordersSince(calls, { since, cursor, places: await places() }),
    unshipped: async (cursor) => unshippedOrders(calls, await places(), cursor),
    mirror: (change) => mirror(teller, change),
    recount: (given) => recount(calls, given),
  }
}

/** Every search of orders has to name the places: they are not asked for each time. */
function rememberedPlaces(calls: SquareCalls, { clock }: SquareDeps): () => Promise<ChannelPlace[]> {
  let known: { places: ChannelPlace[]; until: number } | undefined
  return async () => {
    const now = clock.now().getTime()
    if (!known || known.until <= now) {
      known = { places: await readPlaces(calls, 'orders'), until: now + PLACES_LAST_MS }
    }
    return known.places
  }
}
