import { isOneOfOne } from './catalog/one-of-one.ts'
import { knowsThings, markUndecided } from './catalog/things.server.ts'
import { type Connector, keepsStock, type StockedConnector, type StockedThing } from './channels/connector.ts'
import { TryAgain } from './kernel/outage.ts'
import { accountById, type Account } from './merchant/account.server.ts'
import { claimsPast } from './orders/claim-time.server.ts'
import type { Handlers } from './queue/fact.ts'
import { adoptChanges, agrees } from './sync/adopt.server.ts'
import { takeThings } from './sync/category.server.ts'
import { comeBack, compareAgain } from './sync/come-back.server.ts'
import { expireCarts } from './sync/expire-carts.server.ts'
import { expireHolds } from './sync/expire-holds.server.ts'
import type { Facts, Sync } from './sync/facts.ts'
import { importListings } from './sync/import-listings.server.ts'
import { countPace } from './sync/item-pace.server.ts'
import { ingestOrder } from './sync/ingest-order.server.ts'
import { forgetListing, joinBooks, joins, takeInListings } from './sync/join-books.server.ts'
import { liftBelowZero } from './sync/lift.server.ts'
import { openBooks } from './sync/opening.server.ts'
import { hasNewPlace, takeInPlaces } from './sync/take-in-places.server.ts'
import { finishLeaving } from './sync/leave.server.ts'
import { lookAtMapping } from './sync/look-at-mapping.server.ts'
import { noteOverdue } from './sync/overdue.server.ts'
import { forgetThing } from './sync/forget-thing.server.ts'
import { sealHourly } from './sync/seal-hourly.server.ts'
import { runPreview } from './sync/rule-preview.server.ts'
import { settlePlace } from './sync/settle-place.server.ts'
import { ruleTimes } from './sync/rule-time.server.ts'
import { takenIn } from './sync/taken-in.server.ts'
import { fillPromised } from './sync/promised.server.ts'
import { verifyNightly } from './sync/verify-nightly.server.ts'
import type { Timed } from './sync/time-passes.server.ts'
import { wake } from './sync/wake.server.ts'

// News that comes while an account is being opened or imported is applied after it.
const AFTER_THE_IMPORT_MS = 2_000

/** Fact → what is done about it: every background path on one screen. */
export function handlers(
  sync: Sync,
  accounts: {
    open(account: Account): Promise<{ connector: Connector }>
    giveBack(account: Account): Promise<void>
  },
): Handlers<Facts> {
  const opened = async ({ accountId }: { accountId: number }) => {
    const account = await accountById(sync.db, accountId)
    if (!account || account.status === 'off') return null
    return { sync, account, connector: (await accounts.open(account)).connector }
  }
  const ready = async (payload: { accountId: number }) => {
    const open = await opened(payload)
    if (open && (open.account.status === 'importing' || open.account.status === 'connecting')) {
      throw new TryAgain(AFTER_THE_IMPORT_MS, `${open.account.name} is being read.`)
    }
    return open
  }
  return {
    async 'order-received'(payload) {
      const open = await ready(payload)
      const order = open && (await open.connector.order(payload.externalId))
      if (!order) return
      await ingestOrder(sync, { account: open.account, capabilities: open.connector.capabilities }, order)
      takenIn(open.connector).note(order)
      await wake(sync.db, payload.merchantId)
    },
    async 'thing-changed'(payload) {
      const open = await ready(payload)
      if (!open || !keepsStock(open.connector)) return
      const isNews = await takeInThing({ ...open, connector: open.connector }, payload.externalId)
      if (isNews) await wake(sync.db, payload.merchantId)
    },
    async 'places-changed'(payload) {
      const open = await ready(payload)
      if (open && keepsStock(open.connector)) await takeInPlaces({ ...open, connector: open.connector })
    },
    async 'mapping-asked'(payload) {
      const open = await ready(payload)
      if (open && keepsStock(open.connector))
        await lookAtMapping({ ...open, connector: open.connector }, payload.locationId)
    },
    async 'place-settles'(payload) {
      const open = await ready(payload)
      if (open && keepsStock(open.connector)) await settlePlace({ ...open, connector: open.connector }, payload)
      await wake(sync.db, payload.merchantId)
    },
    async 'account-connected'(payload) {
      const open = await opened(payload)
      if (open) await bringIn(open)
      await wake(sync.db, payload.merchantId)
    },
    async 'account-left'({ accountId }) {
      const account = await accountById(sync.db, accountId)
      // Connected again meanwhile, it has another way in.
      if (account?.status === 'off') await accounts.giveBack(account)
    },
    'preview-asked': (payload) => runPreview(sync, payload),
  }
}

/** What time alone brings: every such path, beside the facts. */
export function timed(sync: Sync): Timed[] {
  return [
    { name: 'holds run out', run: () => expireHolds(sync) },
    sealHourly(sync),
    { name: 'verify the books', run: () => verifyNightly(sync) },
    { name: 'overdue', run: () => noteOverdue(sync) },
    { name: 'channels are left', run: () => finishLeaving(sync) },
    { name: 'carts run out', run: () => expireCarts(sync) },
    fillPromised(sync),
    ...ruleTimes(sync),
    countPace(sync),
    { name: 'claims become final', run: () => claimsPast(sync.db, sync.clock.now()) },
  ]
}

async function bringIn({
  sync,
  account,
  connector,
}: {
  sync: Sync
  account: Account
  connector: Connector
}): Promise<void> {
  // A fact may come twice: an account that has been brought in is not taken from the person who looks at it.
  if (account.status !== 'connecting' && account.status !== 'importing') return
  if (!keepsStock(connector)) return importListings({ sync, account, connector })
  if (account.openedAt) return comeBack({ sync, account, connector })
  if (joins(connector)) return joinBooks({ sync, account, connector })
  return openBooks({ sync, account, connector })
}

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

/** False when it told nothing new. */
async function takeInThing({ sync, account, connector }: Stocked, externalId: string): Promise<boolean> {
  const things = await connector.thingsOf([{ externalId, variantId: '' }])
  if (joins(connector)) return takeInJoined({ sync, account, connector }, { things, externalId })
  const owner = { merchantId: account.merchantId, accountId: account.id, at: sync.clock.now() }
  if (things.length === 0) {
    await forgetThing(sync.db, owner, externalId)
    return true
  }
  const rows = things.map(({ ref, levels, ...thing }) => ({
    ...thing,
    ...ref,
    oneOfOne: isOneOfOne({ ...thing, levels }),
  }))
  const isKnown = await knowsThings(sync.db, owner, rows)
  if (!isKnown) {
    await sync.inTransaction(async (tx) => {
      await takeThings(tx, owner, rows)
      await markUndecided(tx, account.merchantId)
    })
  }
  if (await hasNewPlace({ sync, account, connector }, things)) await takeInPlaces({ sync, account, connector })
  if (account.status === 'review') {
    await compareAgain({ sync, account, connector }, things)
    return true
  }
  if (await agrees({ sync, account, connector }, things)) return !isKnown
  await adoptChanges(
    { sync, account, connector },
    things.map(({ ref }) => ref),
  )
  return true
}

type Told = { things: StockedThing[]; externalId: string }

/** The same for a channel that has joined our books: its things are listings of ours, and make none. */
async function takeInJoined({ sync, account, connector }: Stocked, { things, externalId }: Told): Promise<boolean> {
  if (things.length === 0) {
    await forgetListing({ sync, account }, externalId)
    return true
  }
  const isNews = await takeInListings({ sync, account }, things)
  if (account.status !== 'open') return isNews
  if (await hasNewPlace({ sync, account, connector }, things)) await takeInPlaces({ sync, account, connector })
  const refs = things.map(({ ref }) => ref)
  const agreed = await agrees({ sync, account, connector }, things)
  if (!agreed) await adoptChanges({ sync, account, connector }, refs)
  await liftBelowZero({ sync, account, connector }, things)
  return isNews || !agreed
}
