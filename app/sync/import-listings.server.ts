import type { Connector } from '../channels/connector.ts'
import { keepListings, matchAccount } from '../catalog/listings.server.ts'
import type { Sql } from '../kernel/sql.ts'
import { setStatus, type Account } from '../merchant/account.server.ts'
import { learnSizes } from '../db.server.ts'
import type { Sync } from './facts.ts'
import { ingestOrder } from './ingest-order.server.ts'
import { beginProgress, keepProgress, type Progress } from './progress.server.ts'

// Everything listed is read and matched: what remains does not need it again.
const MATCHED = 'orders from before'

/**
 * Reads everything an account lists, says what is which item, and lists the orders from before that are still to be
 * shipped. Nothing is written to the channel, and no stock moves: a person looks first. Goes on where it was stopped.
 */
export async function importListings({ sync, account, connector }: Importing): Promise<void> {
  const began = await beginProgress(sync.db, account, sync.clock.now())
  if (began.finishedAt) return
  await setStatus(sync.db, account, 'importing')
  const owner = () => ({ merchantId: account.merchantId, accountId: account.id, at: sync.clock.now() })
  const done = began.stage === MATCHED ? began.done : await readListings({ sync, account, connector }, began)
  const { matched: same, asked } = await sync.inTransaction((tx) => matchAccount(tx, owner()))
  const matched = {
    stage: MATCHED,
    done,
    total: done,
    cursor: null,
    sentence: 'Reading the orders from before',
    at: sync.clock.now(),
  }
  await keepProgress(sync.db, account, matched)
  const waiting = await listUnshipped({ sync, account, connector })
  const sentence = `${done} ${done === 1 ? 'listing' : 'listings'} read, ${same} matched, ${asked} to look at, ${waiting} orders from before still to be shipped`
  await keepProgress(sync.db, account, {
    stage: 'done',
    done,
    total: done,
    cursor: null,
    sentence,
    at: sync.clock.now(),
    finished: true,
  })
  await learnSizes(sync.db)
  await setStatus(sync.db, account, 'review')
}

type Importing = { sync: Sync; account: Account; connector: Connector }

async function readListings(
  { sync, account, connector }: Importing,
  began: Progress & { startedAt: Date },
): Promise<number> {
  let { cursor, done } = began
  do {
    const page = await connector.listings(cursor)
    const at = sync.clock.now()
    await keepListings(sync.db, { merchantId: account.merchantId, accountId: account.id, at }, page.rows)
    done = await countSeen(sync.db, account, began.startedAt)
    cursor = page.next
    const of = page.total === null ? '' : ` of ${page.total}`
    await keepProgress(sync.db, account, {
      stage: 'listings',
      done,
      total: page.total,
      cursor,
      sentence: `${done}${of} listings read`,
      at,
    })
  } while (cursor !== null)
  return done
}

// Pages overlap, so that nothing slips between them: what came twice is one listing all the same.
async function countSeen(db: Sql, account: Account, since: Date): Promise<number> {
  const text = `SELECT count(*)::int AS n FROM listing WHERE merchant_id = $1 AND account_id = $2 AND seen_at >= $3`
  return (await db.query<{ n: number }>({ text, values: [account.merchantId, account.id, since] })).rows[0]?.n ?? 0
}

// Orders from before the connection are history and move nothing; of those still to be shipped a person is asked once.
async function listUnshipped({ sync, account, connector }: Importing): Promise<number> {
  let waiting = 0
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof connector.unshipped>> = await connector.unshipped(cursor)
    for (const order of page.rows.filter(({ placedAt }) => placedAt < account.connectedAt)) {
      await ingestOrder(sync, { account, capabilities: connector.capabilities }, order)
      waiting += await ask(sync.db, account, order.externalId)
    }
    cursor = page.next
  } while (cursor !== null)
  return waiting
}

async function ask(db: Sql, account: Account, externalId: string): Promise<number> {
  const text = `UPDATE channel_order SET taken_out = 'asked'
    WHERE merchant_id = $1 AND account_id = $2 AND external_id = $3 AND history AND taken_out IS NULL`
  return (await db.query({ text, values: [account.merchantId, account.id, externalId] })).rowCount ?? 0
}
