import type { Connector } from '../channels/connector.ts'
import { raiseWatermark, type Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'
import { ingestOrder } from './ingest-order.server.ts'
import { takenIn } from './taken-in.ts'

// The channel's clock against ours, and its whole seconds: what changed this shortly before the last poll is read again.
const OVERLAP_MS = 5_000

/**
 * Reads every order that changed since the account's watermark, takes them in, and raises the watermark to the moment
 * the channel was asked. Orders known already change nothing. Returns how many brought something new.
 */
export async function pollOrders(
  sync: Sync,
  { account, connector }: { account: Account; connector: Connector },
): Promise<number> {
  const since = new Date((account.watermark ?? account.connectedAt).getTime() - OVERLAP_MS)
  const known = takenIn(connector)
  let news = 0
  let asOf: Date | undefined
  let cursor: string | null = null
  do {
    const page = await connector.ordersSince(since, cursor)
    asOf ??= page.asOf
    for (const order of page.rows.filter((one) => !known.has(one))) {
      const done = await ingestOrder(sync, { account, capabilities: connector.capabilities }, order)
      known.note(order)
      if (done !== 'stale' && done.changed) news += 1
    }
    cursor = page.next
  } while (cursor !== null)
  await raiseWatermark(sync.db, account, asOf)
  account.watermark = asOf
  account.readOwed = false
  return news
}
