import type { StockedConnector, StockedThing } from '../channels/connector.ts'
import { closeIncident, openIncident, openOf } from '../incidents/incident.server.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import { TryAgain } from '../kernel/outage.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { gatherAt, makeWay } from '../orders/make-way.server.ts'
import { fillShortfalls } from '../orders/shortfall.server.ts'
import { movesFor } from '../pool/difference.ts'
import { type Appended, append } from '../pool/ledger.server.ts'
import type { Change } from '../pool/movement.ts'
import { attempted } from './act.server.ts'
import type { Sync } from './facts.ts'
import { closeOversells } from './ingest-order.server.ts'
import { hasEchoes, settleEchoes } from './order-mirror-echo.server.ts'
import { pollOrders } from './poll.server.ts'
import { keepSeen, readBack } from './read-back.server.ts'
import type { Residual } from './compare.ts'
import { oursOf, residualsOf } from './residual.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

const SETTLES_IN_MS = 2_000
// An order or a write that has not arrived by then will not: a person must look.
const PATIENCE_MS = 120_000

// A change this young is looked at again before anything more is read for it: its order is most probably on its way.
const YOUNG_MS = 5_000
const SETTLES_AT_MOST_IN_MS = 10_000

/**
 * Whether things that were just read are what our books say, as they nearly always are: a channel that tells of every
 * change tells of our own writes and of its own sales too. Costs no call. Throws TryAgain while an order or a write is on
 * its way and the channel's orders need not be read for it: it has just been sold, or they were read since.
 */
export async function agrees({ sync, account, connector }: Stocked, things: StockedThing[]): Promise<boolean> {
  // What a made order has done to the numbers is put right before they are judged.
  if (await hasEchoes(sync, account, things)) return false
  const { residuals, unsettled } = await residualsOf(sync.db, account, { things, patient: true })
  const at = lastChange(things)
  const age = at ? sync.clock.now().getTime() - at.getTime() : Infinity
  const polled = at && account.watermark && account.watermark > at
  if (unsettled.length > 0 && age < (polled ? PATIENCE_MS : YOUNG_MS)) throw onItsWay(account, age)
  if (residuals.length + unsettled.length > 0) return false
  const refs = things.map(({ ref }) => ref)
  const seen = await keepSeen({ sync, account, connector }, { refs, snapshots: things })
  await closeDrifts(
    { sync, account },
    seen.flatMap(({ itemId }) => (itemId === null ? [] : [itemId])),
  )
  return true
}

/**
 * Takes over what was changed in the channel itself: a count, a move, a delivery entered in Shopify's admin. Judged
 * only when every order up to then is booked; what remains is booked as done there by somebody we are not told.
 * Throws TryAgain while an order or a write is on its way.
 */
export async function adoptChanges({ sync, account, connector }: Stocked, refs: ListingRef[]): Promise<void> {
  const seen = await readBack({ sync, account, connector }, refs)
  if (seen.every(({ itemId }) => itemId === null)) return
  const { things, moved } = await readSteadily({ sync, account, connector }, refs)
  if (moved) throw onItsWay(account)
  if (await settleEchoes({ sync, account, connector }, things)) throw onItsWay(account)
  const at = lastChange(things)
  const patient = at !== undefined && sync.clock.now().getTime() - at.getTime() < PATIENCE_MS
  const { residuals, unsettled } = await residualsOf(sync.db, account, { things, patient })
  if (patient && unsettled.length > 0) throw onItsWay(account)
  for (const { itemId } of unsettled) await noteDrift({ sync, account }, itemId)
  await closeDrifts(
    { sync, account },
    seen.flatMap(({ itemId }) => (itemId === null || unsettled.some((one) => one.itemId === itemId) ? [] : [itemId])),
  )
  if (residuals.length === 0 || !at) return
  const refused = await bookResiduals(sync, {
    account,
    residuals,
    at,
    actor: `channel/${account.id}/person`,
    insists: !patient,
  })
  if (patient && refused.length > 0) throw onItsWay(account)
  await readBack({ sync, account, connector }, refs)
}

// The longer it has taken, the longer the next look is put off: when everything is late, looking makes it later.
function onItsWay(account: Account, age = 0): TryAgain {
  const afterMs = Math.min(SETTLES_AT_MOST_IN_MS, Math.max(SETTLES_IN_MS, age))
  return new TryAgain(afterMs, `An order or a write is on its way at ${account.name}.`)
}

/**
 * Reads things with everything known that had happened until then. `moved`: something happened in between (a sale, a
 * write that arrived), so that what was read cannot be compared with what we have.
 */
async function readSteadily(
  { sync, account, connector }: Stocked,
  refs: ListingRef[],
): Promise<{ things: StockedThing[]; moved: boolean }> {
  const ours = async () =>
    JSON.stringify(
      [
        ...(await oursOf(
          sync.db,
          account,
          refs.map((ref) => ({ ref })),
        )),
      ].toSorted(),
    )
  const before = await ours()
  const things = await connector.thingsOf(refs)
  await pollOrders(sync, { account, connector })
  return { things, moved: (await ours()) !== before }
}

/** When the newest number of these things changed. */
export function lastChange(things: StockedThing[]): Date | undefined {
  const moments = things.flatMap(({ levels }) => levels.map(({ updatedAt }) => updatedAt.getTime()))
  return moments.length === 0 ? undefined : new Date(Math.max(...moments))
}

const aboutDrift = (account: Account, itemId: number) => ({
  merchantId: account.merchantId,
  kind: 'drift' as const,
  subject: `item/${itemId}/${account.id}`,
})

const KEEPS_ASIDE = 'keeps aside for orders is not what we know of its orders and ours'
const SHOWS_A_SECOND = 'shows of a one-of-one piece is more than one: there can never be two of it'

async function noteDrift(
  { sync, account }: { sync: Sync; account: Account },
  itemId: number,
  what = KEEPS_ASIDE,
): Promise<void> {
  const sentence = `What ${account.name} ${what}.`
  await openIncident(sync.db, {
    ...aboutDrift(account, itemId),
    sentence,
    itemId,
    accountId: account.id,
    at: sync.clock.now(),
  })
}

async function closeDrifts({ sync, account }: { sync: Sync; account: Account }, itemIds: number[]): Promise<void> {
  const { merchantId, name } = account
  const open = await openOf(
    sync.db,
    { merchantId, kind: 'drift' },
    itemIds.map((id) => aboutDrift(account, id).subject),
  )
  const how = { actor: 'app', sentence: `${name} and our books agree again.`, at: sync.clock.now() }
  for (const subject of open) await closeIncident(sync.db, { merchantId, kind: 'drift', subject }, how)
}

type Booking = {
  account: Account
  residuals: Residual[]
  at: Date
  actor: string
  /** it has been waited for long enough: what was promised meanwhile and is gone makes way */
  insists?: boolean
}

/**
 * Books what a channel shows beyond our ledger, one change an item, and gives what came free to orders that were short.
 * Returns the items of which something has moved meanwhile, so that it cannot be booked; a person is told of them.
 */
export async function bookResiduals(
  sync: Sync,
  { account, residuals, at, actor, insists = false }: Booking,
): Promise<number[]> {
  const refused = new Map<number, string>()
  for (const [itemId, differences] of Map.groupBy(residuals, (one) => one.itemId)) {
    const now = sync.clock.now()
    const state = differences.map((one) => `${one.locationId}${one.state}${one.theirs}`).join('/')
    const change: Change = {
      merchantId: account.merchantId,
      key: `residual/${account.id}/${itemId}/${at.toISOString()}/${state}`,
      reason: 'changed there',
      actor,
      cause: `account/${account.id}`,
      accountId: account.id,
      occurredAt: at,
      recordedAt: now,
    }
    const outcome = await attempted(sync, async (tx) => {
      const moves = movesFor(differences)
      const first = await append(tx, change, moves)
      const must = insists && typeof first !== 'string' && !first.twice
      const done = must ? await insistOn(tx, { account, change, differences }) : first
      if (typeof done !== 'string') return refuse('not-there', done.twice ? SHOWS_A_SECOND : KEEPS_ASIDE)
      const whole = await fillShortfalls(tx, { merchantId: account.merchantId, itemIds: [itemId], at: now })
      await closeOversells(tx, { merchantId: account.merchantId, lineIds: whole, at: now })
      return undefined
    })
    if (outcome) refused.set(itemId, outcome.sentence)
  }
  for (const [itemId, what] of refused) await noteDrift({ sync, account }, itemId, what)
  return [...refused.keys()]
}

// A person took it away there before we saw that it is gone: whoever was promised it meanwhile does not get it. What is more
// at one place and less at another, where we have nothing to take, we have booked at the wrong one of the two: what is more is
// booked first, and laid where it is missing; the channel is told so.
async function insistOn(
  tx: Sql,
  { account, change, differences }: { account: Account; change: Change; differences: Residual[] },
): Promise<Appended> {
  const { merchantId, key, cause, recordedAt: at } = change
  const lost = `is not there any more, says ${account.name}`
  const missing = differences
    .filter(({ state, quantity }) => state === 'available' && quantity < 0)
    .map(({ itemId, locationId, quantity }) => ({ itemId, locationId, quantity: -quantity }))
  const gone = (locationId: number) => ({ merchantId, at, key: `${key}/${locationId}`, cause, lost })
  for (const one of missing) await makeWay(tx, gone(one.locationId), one)
  const done = await append(tx, change, movesFor(differences))
  if (typeof done === 'string') return done
  const more = movesFor(differences.filter(({ quantity }) => quantity > 0))
  const come = more.length > 0 ? await append(tx, { ...change, key: `${key}/more` }, more) : 'done'
  if (typeof come !== 'string') return come
  for (const one of missing) await gatherAt(tx, gone(one.locationId), one)
  return append(tx, { ...change, key: `${key}/less` }, movesFor(differences.filter(({ quantity }) => quantity < 0)))
}
