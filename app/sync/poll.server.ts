import type { Connector } from '../channels/connector.ts'
import { raiseWatermark, type Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'
import { ingestOrder } from './ingest-order.server.ts'
import { takenIn } from './taken-in.server.ts'

// The channel's clock against ours, and its whole seconds: what changed this shortly before the last poll is read again.
const OVERLAP_MS = 5_000

/**
 * Reads every order that changed since the account's watermark, takes them in, and raises the watermark to the moment
 * the channel was asked. Orders known already change nothing. Returns how many brought something new. `asOwed`: false where something may
 * be written meanwhile, so that the read owed after that is still to be made.
 */
export async function pollOrders(
  sync: Sync,
  { account, connector, asOwed = true }: { account: Account; connector: Connector; asOwed?: boolean },
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
      if (typeof done !== 'string' && done.changed) news += 1
    }
    cursor = page.next
  } while (cursor !== null)
  await raiseWatermark(sync.db, account, { to: asOf, asOwed })
  account.watermark = asOf
  if (asOwed) account.readOwed = false
  return news
}
