import type { StockedConnector, StockedThing } from '../channels/connector.ts'
import { isOneOfOne } from '../catalog/one-of-one.ts'
import { keepThings, markUndecided } from '../catalog/things.server.ts'
import { assert } from '../kernel/assert.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import { openAccount, setStatus, type Account } from '../merchant/account.server.ts'
import { locationsByPlace, keepPlaces } from '../merchant/location.server.ts'
import { knowOrder } from '../orders/know-order.server.ts'
import { append } from '../pool/ledger.server.ts'
import type { Move } from '../pool/movement.ts'
import { learnSizes } from '../db.server.ts'
import type { Sync } from './facts.ts'
import { ingestOrder } from './ingest-order.server.ts'
import { reserveKeptAside } from './kept-aside.server.ts'
import { recognise } from './order-mirror-rows.server.ts'
import { pollOrders } from './poll.server.ts'
import { confirmAll } from './read-back.server.ts'
import { beginProgress, keepProgress, type Progress } from './progress.server.ts'

export type Opening = { sync: Sync; account: Account; connector: StockedConnector }

// Every thing is opened: what remains does not read them again.
const OPEN_ORDERS = 'open orders'

/**
 * Opens a merchant's books from a channel that has kept them so far: a cut-over. Every state of every thing at every
 * place is taken as of its own `updatedAt`, and what is kept aside for orders as if it were for sale: then the orders
 * still to be shipped take it, those too that came while things were read. It shows how far it is, goes on where it was
 * stopped, and done twice it is done once. News that comes meanwhile waits.
 */
export async function openBooks({ sync, account, connector }: Opening): Promise<void> {
  const began = await beginProgress(sync.db, account, sync.clock.now())
  if (began.finishedAt) return
  const tell = (progress: Progress, finished = false) =>
    keepProgress(sync.db, account, { ...progress, at: sync.clock.now(), finished })
  await setStatus(sync.db, account, 'importing')
  await keepPlaces(sync.db, account, { places: await connector.places(), at: sync.clock.now() })
  let aside: ListingRef[] | undefined
  if (began.stage !== OPEN_ORDERS) {
    await tell({ ...began, stage: 'orders', sentence: 'Reading the orders still to be shipped' })
    await knowOrders({ sync, account, connector }, began.startedAt)
    aside = await openThings({ sync, account, connector }, { began, tell })
    await markUndecided(sync.db, account.merchantId)
  }
  await tell({
    stage: OPEN_ORDERS,
    done: 0,
    total: null,
    cursor: null,
    sentence: 'Taking over the orders still to be shipped',
  })
  const taken = await takeOverOrders({ sync, account, connector })
  account.watermark ??= began.startedAt
  await pollOrders(sync, { account, connector })
  const resumed = began.stage === OPEN_ORDERS || began.cursor !== null
  await reserveKeptAside({ sync, account, connector }, aside && !resumed ? aside : await thingsAside(connector))
  const sentence = `Opened, with ${taken} ${taken === 1 ? 'order' : 'orders'} still to be shipped`
  await tell({ stage: 'done', done: 1, total: 1, cursor: null, sentence }, true)
  await learnSizes(sync.db)
  await confirmAll(sync, account)
  await openAccount(sync.db, account, sync.clock.now())
}

// Those of before: what they have sent is not in the stock that is counted after this, and what they hold is.
async function knowOrders({ sync, account, connector }: Opening, before: Date): Promise<void> {
  const { merchantId, id: accountId } = account
  for await (const order of unshipped(connector)) {
    if (order.placedAt > before) continue
    const lines = order.lines.map((told) => ({ told, listingId: null, itemId: null }))
    await sync.inTransaction(async (tx) => {
      const at = sync.clock.now()
      if (order.standsFor && (await recognise(sync, tx, { account, order, at }))) return
      await knowOrder(tx, { merchantId, accountId, order, lines, at })
    })
  }
}

async function* unshipped(connector: StockedConnector) {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof connector.unshipped>> = await connector.unshipped(cursor)
    yield* page.rows
    cursor = page.next
  } while (cursor !== null)
}

type Run = { began: Progress; tell: (progress: Progress) => Promise<void> }

/** Returns the things of which something is kept aside for orders. */
async function openThings(opening: Opening, { began, tell }: Run): Promise<ListingRef[]> {
  const places = await locationsByPlace(opening.sync.db, opening.account)
  let cursor = began.cursor
  const aside: ListingRef[] = []
  let done = began.done
  do {
    const page = await opening.connector.things(cursor)
    await openPage(opening, { things: page.rows, places })
    aside.push(...page.rows.filter(keptAside).map(({ ref }) => ref))
    done += page.rows.length
    cursor = page.next
    const of = page.total === null ? '' : ` of ${page.total}`
    await tell({ stage: 'items', done, total: page.total, cursor, sentence: `${done}${of} items read` })
  } while (cursor !== null)
  return aside
}

const keptAside = ({ levels }: StockedThing) => levels.some(({ quantities }) => isPositive(quantities.reserved))

// Which they were is not known any more when the opening was stopped.
async function thingsAside(connector: StockedConnector): Promise<ListingRef[]> {
  const aside: ListingRef[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof connector.things>> = await connector.things(cursor)
    aside.push(...page.rows.filter(keptAside).map(({ ref }) => ref))
    cursor = page.next
  } while (cursor !== null)
  return aside
}

async function openPage(
  { sync, account }: Opening,
  { things, places }: { things: StockedThing[]; places: Map<string, number> },
): Promise<void> {
  const at = sync.clock.now()
  await sync.inTransaction(async (tx) => {
    const rows = things.map(({ ref, levels, ...thing }) => ({
      ...thing,
      ...ref,
      oneOfOne: isOneOfOne({ ...thing, levels }),
    }))
    const kept = await keepThings(tx, { merchantId: account.merchantId, accountId: account.id, at }, rows)
    const items = new Map(kept.map((row) => [`${row.externalId}/${row.variantId}`, row.itemId]))
    for (const thing of things) {
      const itemId = items.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
      assert(itemId !== undefined, 'every thing has become an item')
      const moves = thing.tracked && !thing.bundleParent ? openingMoves({ thing, itemId, places }) : []
      if (moves.length === 0) continue
      const seen = Math.max(...thing.levels.map(({ updatedAt }) => updatedAt.getTime()))
      const done = await append(tx, openingChange(account, { thing, seen: new Date(seen), at }), moves)
      assert(typeof done === 'string', 'an opening only brings stock in')
    }
  })
}

const openingChange = (account: Account, { thing, seen, at }: { thing: StockedThing; seen: Date; at: Date }) => ({
  merchantId: account.merchantId,
  key: `opening/${account.id}/${thing.ref.externalId}`,
  reason: 'opening' as const,
  actor: `channel/${account.id}`,
  cause: `account/${account.id}`,
  accountId: account.id,
  occurredAt: seen,
  recordedAt: at,
})

/**
 * Each state as it is, but that what is kept aside for orders opens as available: they reserve it when they are taken
 * over, and a number below zero becomes their shortfall.
 */
export function openingMoves(of: { thing: StockedThing; itemId: number; places: Map<string, number> }): Move[] {
  return of.thing.levels.flatMap(({ externalLocationId, quantities }) => {
    const locationId = of.places.get(externalLocationId)
    if (locationId === undefined) return []
    const { available = 0, reserved = 0, ...others } = quantities
    const states = { ...others, available: available + reserved }
    return Object.entries(states).flatMap(([state, quantity]): Move[] => {
      if (!isPositive(quantity)) return []
      const to = { locationId, state: state as keyof typeof states }
      return [{ itemId: of.itemId, quantity, from: { outside: 'opening' }, to }]
    })
  })
}

const isPositive = (quantity: number | undefined): quantity is number => (quantity ?? 0) > 0

async function takeOverOrders({ sync, account, connector }: Opening): Promise<number> {
  let taken = 0
  for await (const order of unshipped(connector)) {
    const opened = {
      ...account,
      connectedAt: order.placedAt < account.connectedAt ? order.placedAt : account.connectedAt,
    }
    await ingestOrder(sync, { account: opened, capabilities: connector.capabilities }, order)
    taken += 1
  }
  return taken
}
