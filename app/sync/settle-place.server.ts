import type { MirrorMove, StockedConnector, StockedThing } from '../channels/connector.ts'
import { closeIncident, openIncident } from '../incidents/incident.server.ts'
import type { Account } from '../merchant/account.server.ts'
import { type ChannelMap, type MappedPlace, mappedPlaces } from '../merchant/location.server.ts'
import { stateThere } from '../merchant/place.ts'
import { TryAgain } from '../kernel/outage.ts'
import { bookResiduals, lastChange } from './adopt.server.ts'
import type { Residual } from './compare.ts'
import type { Facts, Sync } from './facts.ts'
import { pollOrders } from './poll.server.ts'
import { readBack } from './read-back.server.ts'
import { residualsOf } from './residual.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

// What was refused, or is on its way, may be another in a while; many things are read for each try.
const AGAIN_MS = 10_000

// What stands at a place that no place of ours is any more: nothing, so that all its numbers are to go.
const NOBODY: MappedPlace = { locationId: 0, name: 'available' }

type Place = { right: 'ours' | 'theirs'; revision: number; standing: MappedPlace[]; places: ChannelMap }

/**
 * Brings the numbers of a channel's place and ours together after its mapping was changed, thing by thing: it is told
 * ours, or our books take over its own. Stopped anywhere and begun anew, it does what is left. Throws TryAgain while an
 * order or a write is on its way.
 */
export async function settlePlace(stocked: Stocked, given: Facts['place-settles']): Promise<void> {
  const { sync, account, connector } = stocked
  const place = await settlingPlace(stocked, given.externalId)
  if (!place) return
  await pollOrders(sync, { account, connector })
  let left = 0
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof connector.things>> = await connector.things(cursor)
    left += await settlePage(stocked, { given, place, things: page.rows })
    cursor = page.next
  } while (cursor !== null)
  if (left > 0) throw new TryAgain(AGAIN_MS, `Numbers of ${account.name} are still being brought together.`)
  const text = `UPDATE channel_place SET settling = NULL
    WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3 AND revision = $4`
  await sync.db.query({ text, values: [account.merchantId, account.id, given.externalId, place.revision] })
}

async function settlingPlace({ sync, account }: Stocked, externalId: string): Promise<Place | undefined> {
  const text = `SELECT settling AS right, revision FROM channel_place
    WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3 AND settling IS NOT NULL`
  const values = [account.merchantId, account.id, externalId]
  const [row] = (await sync.db.query<Pick<Place, 'right' | 'revision'>>({ text, values })).rows
  if (!row) return undefined
  const places = await mappedPlaces(sync.db, account)
  const standing = places.get(externalId)?.places ?? [NOBODY]
  places.set(externalId, { settling: true, places: standing })
  return { ...row, standing, places }
}

type Page = { given: Facts['place-settles']; place: Place; things: StockedThing[] }

/** Returns how many things are not settled yet. */
async function settlePage(stocked: Stocked, { given, place, things }: Page): Promise<number> {
  const { sync, account } = stocked
  const asked = { things, patient: true, settling: given.externalId, places: place.places }
  const { residuals, unsettled } = await residualsOf(sync.db, account, asked)
  const here = residuals.filter(({ locationId }) => place.standing.some((one) => one.locationId === locationId))
  const at = lastChange(things)
  if (here.length === 0 || !at) return unsettled.length
  if (place.right === 'theirs') {
    const refused = await bookResiduals(sync, { account, residuals: here, at, actor: given.actor })
    return unsettled.length + refused.length
  }
  const told = await tellOurs(stocked, { given, place, things, here, at })
  return unsettled.length + (told ? 0 : here.length)
}

/** Tells the channel by how much its numbers are not ours. False: nobody knows whether it was heard. */
async function tellOurs(
  { sync, account, connector }: Stocked,
  { given, place, things, here, at }: Page & { here: Residual[]; at: Date },
): Promise<boolean> {
  const refs = await refsOf({ sync, account }, here, things)
  const moves = here.flatMap((one): MirrorMove[] => {
    const ref = refs.get(one.itemId)
    const name = place.standing.find(({ locationId }) => locationId === one.locationId)?.name ?? 'available'
    const state = stateThere(name, one.state)
    if (!ref || one.state === 'reserved') return []
    const ends = one.quantity > 0 ? { from: state, to: null } : { from: null, to: state }
    return [{ ref, externalLocationId: given.externalId, quantity: Math.abs(one.quantity), ...ends }]
  })
  if (moves.length === 0) return true
  const cause = `mapping/${account.id}/${place.revision}`
  const said = here.map((one) => `${one.itemId}.${one.locationId}.${one.state}.${one.quantity}`).join(',')
  const key = `${cause}/${at.toISOString()}/${said}`
  const { outcome, reason } = await connector.mirror({ key, cause, reason: 'moved', moves })
  const about = { merchantId: account.merchantId, kind: 'refused-write' as const, subject: cause }
  if (outcome === 'rejected') {
    const sentence = `${account.name} refused the numbers of a place whose mapping was changed: ${reason ?? 'it did not say why'}.`
    await openIncident(sync.db, { ...about, sentence, accountId: account.id, at: sync.clock.now() })
  }
  if (outcome !== 'accepted') return false
  await closeIncident(sync.db, about, { actor: 'app', sentence: 'It took them.', at: sync.clock.now() })
  await readBack({ sync, account, connector }, [...refs.values()])
  return true
}

async function refsOf({ sync, account }: Pick<Stocked, 'sync' | 'account'>, here: Residual[], things: StockedThing[]) {
  const text = `SELECT item_id AS "itemId", external_id AS "externalId" FROM listing
    WHERE merchant_id = $1 AND account_id = $2 AND item_id = ANY ($3::int[])`
  const values = [account.merchantId, account.id, [...new Set(here.map(({ itemId }) => itemId))]]
  const { rows } = await sync.db.query<{ itemId: number; externalId: string }>({ text, values })
  const byId = new Map(things.map(({ ref }) => [ref.externalId, ref]))
  return new Map(
    rows.flatMap(({ itemId, externalId }) => {
      const ref = byId.get(externalId)
      return ref ? [[itemId, ref] as const] : []
    }),
  )
}
