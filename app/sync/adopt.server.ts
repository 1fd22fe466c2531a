import type { StockedConnector } from '../channels/connector.ts'
import { openIncident } from '../incidents/incident.server.ts'
import { assert } from '../kernel/assert.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import { TryAgain } from '../kernel/outage.ts'
import type { Account } from '../merchant/account.server.ts'
import { fillShortfalls } from '../orders/shortfall.server.ts'
import { movesFor } from '../pool/difference.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change } from '../pool/movement.ts'
import { stockOf } from '../pool/stock.server.ts'
import type { Sync } from './facts.ts'
import { closeOversells } from './ingest-order.server.ts'
import { pollOrders } from './poll.server.ts'
import { readBack } from './read-back.server.ts'
import { type Residual, residualsOf } from './residual.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

const SETTLES_IN_MS = 2_000
// An order or a write that has not arrived by then will not: a person must look.
const PATIENCE_MS = 120_000

/**
 * Takes over what was changed in the channel itself: a count, a move, a delivery entered in Shopify's admin. Judged
 * only when every order up to then is booked; what remains is booked as done there by somebody we are not told.
 * Throws TryAgain while an order or a write is on its way.
 */
export async function adoptChanges({ sync, account, connector }: Stocked, refs: ListingRef[]): Promise<void> {
  const items = (await readBack({ sync, account, connector }, refs)).flatMap(({ itemId }) => (itemId === null ? [] : [itemId]))
  if (items.length === 0) return
  const before = await stockOf(sync.db, account.merchantId, items)
  const things = await connector.thingsOf(refs)
  await pollOrders(sync, { account, connector })
  const after = await stockOf(sync.db, account.merchantId, items)
  const moved = items.some((item) => before.get(item)?.seq !== after.get(item)?.seq)
  const { residuals, unsettled } = await residualsOf(sync.db, account, things)
  const seen = new Date(Math.max(...things.flatMap(({ levels }) => levels.map(({ updatedAt }) => updatedAt.getTime()))))
  const patient = sync.clock.now().getTime() - seen.getTime() < PATIENCE_MS
  if (patient && (moved || unsettled.length > 0)) {
    throw new TryAgain(SETTLES_IN_MS, `An order or a write is on its way at ${account.name}.`)
  }
  for (const itemId of unsettled) await noteDrift({ sync, account }, itemId)
  if (residuals.length === 0) return
  await bookResiduals(sync, { account, residuals, at: seen, actor: `${account.name}, person not told` })
  await readBack({ sync, account, connector }, refs)
}

async function noteDrift({ sync, account }: { sync: Sync; account: Account }, itemId: number): Promise<void> {
  const sentence = `What ${account.name} keeps aside for its orders is not what we know of its orders.`
  const about = { subject: `item/${itemId}/${account.id}`, itemId, accountId: account.id, at: sync.clock.now() }
  await openIncident(sync.db, { merchantId: account.merchantId, kind: 'drift', sentence, ...about })
}

/** Books what a channel shows beyond our ledger, one change an item, and gives what came free to orders that were short. */
export async function bookResiduals(
  sync: Sync,
  { account, residuals, at, actor }: { account: Account; residuals: Residual[]; at: Date; actor: string },
): Promise<void> {
  for (const [itemId, differences] of Map.groupBy(residuals, (one) => one.itemId)) {
    const now = sync.clock.now()
    const state = differences.map((one) => `${one.locationId}${one.state}${one.theirs}`).join('/')
    const change: Change = {
      merchantId: account.merchantId,
      key: `residual/${account.id}/${itemId}/${at.toISOString()}/${state}`,
      reason: `changed in ${account.name}`,
      actor,
      cause: `account/${account.id}`,
      accountId: account.id,
      occurredAt: at,
      recordedAt: now,
    }
    await sync.inTransaction(async (tx) => {
      const done = await append(tx, change, movesFor(differences))
      assert(typeof done === 'string', `what ${account.name} shows of item ${itemId} can be booked`)
      const whole = await fillShortfalls(tx, { merchantId: account.merchantId, itemIds: [itemId], at: now })
      await closeOversells(tx, { merchantId: account.merchantId, lineIds: whole, at: now })
    })
  }
}
