import type { StockedConnector, StockedThing } from '../channels/connector.ts'
import { keepThings, markUndecided } from '../catalog/things.server.ts'
import { assert } from '../kernel/assert.ts'
import { openAccount, setStatus, type Account } from '../merchant/account.server.ts'
import { locationsByPlace, keepPlaces } from '../merchant/location.server.ts'
import { append } from '../pool/ledger.server.ts'
import type { Move } from '../pool/movement.ts'
import { learnSizes } from '../db.server.ts'
import type { Sync } from './facts.ts'
import { ingestOrder } from './ingest-order.server.ts'
import { pollOrders } from './poll.server.ts'
import { beginProgress, keepProgress, type Progress } from './progress.server.ts'

export type Opening = { sync: Sync; account: Account; connector: StockedConnector }

// Every thing is opened: what remains does not read them again.
const OPEN_ORDERS = 'open orders'

/** Units of the channel's open orders, by thing and place. */
type Owned = Map<string, number>

/**
 * Opens a merchant's books from a channel that has kept them so far: a cut-over. Every state of every thing at every
 * place is taken as of its own `updatedAt`; the channel's unshipped orders own what it keeps aside for them. It shows
 * how far it is, goes on where it was stopped, and done twice it is done once. News that comes meanwhile waits.
 */
export async function openBooks({ sync, account, connector }: Opening): Promise<void> {
  const began = await beginProgress(sync.db, account, sync.clock.now())
  if (began.finishedAt) return
  const tell = (progress: Progress, finished = false) =>
    keepProgress(sync.db, account, { ...progress, at: sync.clock.now(), finished })
  await setStatus(sync.db, account, 'importing')
  await keepPlaces(sync.db, account, await connector.places())
  if (began.stage !== OPEN_ORDERS) {
    await tell({ ...began, stage: 'orders', sentence: 'Reading the orders still to be shipped' })
    await openThings({ sync, account, connector }, { owned: await ownedByOrders(connector), began, tell })
    await markUndecided(sync.db, account.merchantId)
  }
  await tell({ stage: OPEN_ORDERS, done: 0, total: null, cursor: null, sentence: 'Taking over the orders still to be shipped' })
  const taken = await takeOverOrders({ sync, account, connector })
  account.watermark ??= began.startedAt
  await pollOrders(sync, { account, connector })
  const sentence = `Opened, with ${taken} ${taken === 1 ? 'order' : 'orders'} still to be shipped`
  await tell({ stage: 'done', done: 1, total: 1, cursor: null, sentence }, true)
  await learnSizes(sync.db)
  await openAccount(sync.db, account, sync.clock.now())
}

async function ownedByOrders(connector: StockedConnector): Promise<Owned> {
  const owned: Owned = new Map()
  for await (const order of unshipped(connector)) {
    for (const { listing, sources } of order.lines) {
      for (const { externalLocationId, quantity } of sources) {
        const key = `${listing?.externalId}/${externalLocationId}`
        owned.set(key, (owned.get(key) ?? 0) + quantity)
      }
    }
  }
  return owned
}

async function* unshipped(connector: StockedConnector) {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof connector.unshipped>> = await connector.unshipped(cursor)
    yield* page.rows
    cursor = page.next
  } while (cursor !== null)
}

type Run = { owned: Owned; began: Progress; tell: (progress: Progress) => Promise<void> }

async function openThings(opening: Opening, { owned, began, tell }: Run): Promise<void> {
  const places = await locationsByPlace(opening.sync.db, opening.account)
  let cursor = began.cursor
  let done = began.done
  do {
    const page = await opening.connector.things(cursor)
    await openPage(opening, { things: page.rows, owned, places })
    done += page.rows.length
    cursor = page.next
    const of = page.total === null ? '' : ` of ${page.total}`
    await tell({ stage: 'items', done, total: page.total, cursor, sentence: `${done}${of} items read` })
  } while (cursor !== null)
}

async function openPage(
  { sync, account }: Opening,
  { things, owned, places }: { things: StockedThing[]; owned: Owned; places: Map<string, number> },
): Promise<void> {
  const at = sync.clock.now()
  await sync.inTransaction(async (tx) => {
    const rows = things.map(({ ref, levels: _, ...thing }) => ({ ...thing, ...ref }))
    const kept = await keepThings(tx, { merchantId: account.merchantId, accountId: account.id, at }, rows)
    const items = new Map(kept.map((row) => [`${row.externalId}/${row.variantId}`, row.itemId]))
    for (const thing of things) {
      const itemId = items.get(`${thing.ref.externalId}/${thing.ref.variantId}`)
      assert(itemId !== undefined, 'every thing has become an item')
      const moves = thing.tracked && !thing.bundleParent ? openingMoves({ thing, itemId, owned, places }) : []
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
  reason: 'opening',
  actor: `channel/${account.id}`,
  cause: `account/${account.id}`,
  accountId: account.id,
  occurredAt: seen,
  recordedAt: at,
})

/**
 * What the orders we can see have taken opens as available, and is reserved when they are taken over: so a number
 * below zero opens as their shortfall. What is kept aside for orders we cannot see opens as reserved.
 */
export function openingMoves(of: { thing: StockedThing; itemId: number; owned: Owned; places: Map<string, number> }): Move[] {
  return of.thing.levels.flatMap(({ externalLocationId, quantities }) => {
    const locationId = of.places.get(externalLocationId)
    if (locationId === undefined) return []
    const { available = 0, reserved = 0, ...others } = quantities
    const seen = Math.min(reserved, of.owned.get(`${of.thing.ref.externalId}/${externalLocationId}`) ?? 0)
    const states = { ...others, available: available + seen, reserved: reserved - seen }
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
    const opened = { ...account, connectedAt: order.placedAt < account.connectedAt ? order.placedAt : account.connectedAt }
    await ingestOrder(sync, { account: opened, capabilities: connector.capabilities }, order)
    taken += 1
  }
  return taken
}
