import type { MirrorMove, StockedConnector, StockedThing } from '../channels/connector.ts'
import { openIncident } from '../incidents/incident.server.ts'
import type { Account } from '../merchant/account.server.ts'
import { mappedPlaces } from '../merchant/location.server.ts'
import { lastChange } from './adopt.server.ts'
import { liftsOf, type Ours } from './compare.ts'
import type { Sync } from './facts.ts'
import { oursOf } from './residual.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

/**
 * Brings numbers below zero up to nothing, once every sale that made them is in our books: left there, the next piece
 * that comes in would be shown as none, and then be taken for lost. It is told as an adjustment, which commutes with what
 * the till sells meanwhile. Things that were just read, and agree otherwise.
 */
export async function liftBelowZero(stocked: Stocked, things: StockedThing[]): Promise<void> {
  const { sync, account } = stocked
  const low = things.filter(({ levels }) => levels.some(({ quantities }) => (quantities.available ?? 0) < 0))
  if (low.length === 0) return
  const ours = await oursOf(sync.db, account, low)
  const places = await mappedPlaces(sync.db, account)
  for (const thing of low) {
    const mine = ours.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
    if (mine && isSettled(mine)) await tell(stocked, thing, liftsOf(thing, mine, places))
  }
}

// What we have yet to tell may be what is missing there.
const isSettled = ({ unanswered, levels }: Ours): boolean =>
  !unanswered && levels.every(({ untold }) => Object.values(untold).every((n) => n === 0))

async function tell({ sync, account, connector }: Stocked, thing: StockedThing, lifts: Map<string, number>) {
  const moves = [...lifts].map(([externalLocationId, quantity]): MirrorMove => {
    const ends = quantity > 0 ? { from: null, to: 'available' as const } : { from: 'available' as const, to: null }
    return { ref: thing.ref, externalLocationId, quantity: Math.abs(quantity), ...ends }
  })
  const at = lastChange([thing])
  if (moves.length === 0 || !at) return
  const said = [...lifts].map(([place, quantity]) => `${place}.${quantity}`).join(',')
  // By its numbers and their time: done twice for one look it is done once, and another sale is another.
  const key = `below-zero/${account.id}/${thing.ref.externalId}/${at.toISOString()}/${said}`
  const cause = `account/${account.id}`
  const { outcome, reason } = await connector.mirror({ key, cause, reason: 'counted', moves })
  if (outcome !== 'rejected') return
  const sentence = `${account.name} shows “${thing.title}” below zero and refused to be told otherwise: ${reason ?? 'it did not say why'}.`
  const about = { subject: `below-zero/${account.id}/${thing.ref.externalId}`, accountId: account.id, itemId: null }
  const { merchantId } = account
  await openIncident(sync.db, { merchantId, kind: 'refused-write', sentence, ...about, at: sync.clock.now() })
}
