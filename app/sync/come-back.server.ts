import type { StockedConnector, StockedThing } from '../channels/connector.ts'
import type { Sql } from '../kernel/sql.ts'
import { openAccount, setStatus, type Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'
import { pollOrders } from './poll.server.ts'
import { beginProgress, keepProgress } from './progress.server.ts'
import type { Residual } from './compare.ts'
import { oursOf, type Residuals, residualsOf } from './residual.server.ts'

/**
 * A channel with a ledger of its own that was away comes back: its orders are booked, and what it shows beyond that is
 * listed for a person to look at. With nothing to look at it is open again.
 */
export async function comeBack({ sync, account, connector }: Stocked): Promise<void> {
  await beginProgress(sync.db, account, sync.clock.now())
  await setStatus(sync.db, account, 'importing')
  await pollOrders(sync, { account, connector })
  const { residuals: found, unsettled } = await compareAll({ sync, account, connector })
  await keepDifferences(sync, account, { found })
  const done = { stage: 'done', done: 1, total: 1, cursor: null, at: sync.clock.now(), finished: true }
  const sentence = found.length === 0 ? 'Nothing changed while it was away' : `${counted(found.length)} to look at`
  await keepProgress(sync.db, account, { ...done, sentence })
  if (found.length === 0) await openAccount(sync.db, account, sync.clock.now())
  else await setStatus(sync.db, account, 'review')
  // Looked at again when the account is open, and what is on its way has come.
  const { merchantId, id: accountId } = account
  const facts = unsettled.map(({ ref: { externalId } }) => ({
    name: 'thing-changed' as const,
    payload: { merchantId, accountId, externalId },
    key: `${accountId}/came-back/${externalId}`,
  }))
  await sync.inTransaction((tx) => sync.outbox.record(tx, facts))
}

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

async function compareAll({ sync, account, connector }: Stocked): Promise<Residuals> {
  const all: Residuals = { residuals: [], unsettled: [] }
  let done = 0
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof connector.things>> = await connector.things(cursor)
    const found = await residualsOf(sync.db, account, { things: page.rows, patient: false })
    all.residuals.push(...found.residuals)
    all.unsettled.push(...found.unsettled)
    done += page.rows.length
    cursor = page.next
    const sentence = `${done} items compared, ${counted(all.residuals.length)}`
    await keepProgress(sync.db, account, {
      stage: 'items',
      done,
      total: page.total,
      cursor,
      sentence,
      at: sync.clock.now(),
    })
  } while (cursor !== null)
  return all
}

const counted = (n: number) => (n === 1 ? '1 difference' : `${n} differences`)

/** Something changed there before a person has looked: what is to be looked at is as it is now. */
export async function compareAgain({ sync, account, connector }: Stocked, things: StockedThing[]): Promise<void> {
  await pollOrders(sync, { account, connector })
  const { residuals } = await residualsOf(sync.db, account, { things, patient: false })
  const items = [...(await oursOf(sync.db, account, things)).values()].map(({ itemId }) => itemId)
  await keepDifferences(sync, account, { found: residuals, only: items })
}

async function keepDifferences(
  sync: Sync,
  account: Account,
  { found, only }: { found: Residual[]; only?: number[] },
): Promise<void> {
  await sync.inTransaction(async (tx) => {
    await forgetDifferences(tx, account, only)
    const text = `INSERT INTO review_difference (merchant_id, account_id, item_id, location_id, state, ours, theirs, found_at)
      SELECT $1, $2, x."itemId", x."locationId", x.state::stock_state, x.ours, x.theirs, $4
      FROM jsonb_to_recordset($3) AS x ("itemId" int, "locationId" int, state text, ours int, theirs int)`
    await tx.query({ text, values: [account.merchantId, account.id, JSON.stringify(found), sync.clock.now()] })
  })
}

/** All of the account's, or those of certain items only. */
export async function forgetDifferences(
  db: Sql,
  account: { merchantId: number; id: number },
  only: number[] | null = null,
): Promise<void> {
  const text =
    'DELETE FROM review_difference WHERE merchant_id = $1 AND account_id = $2 AND ($3::int[] IS NULL OR item_id = ANY ($3))'
  await db.query({ text, values: [account.merchantId, account.id, only] })
}

/** What a person is to look at before a channel that was away is open again. */
export type DifferenceToReview = Residual & { title: string; location: string; foundAt: Date }

export async function differencesOf(
  db: Sql,
  account: { merchantId: number; id: number },
): Promise<DifferenceToReview[]> {
  const text = `SELECT d.item_id AS "itemId", d.location_id AS "locationId", d.state, d.ours, d.theirs, d.theirs - d.ours AS quantity,
      d.found_at AS "foundAt", concat_ws(' – ', i.title, NULLIF(i.variant, '')) AS title, l.name AS location
    FROM review_difference d
    JOIN item i ON i.merchant_id = d.merchant_id AND i.id = d.item_id
    JOIN location l ON l.merchant_id = d.merchant_id AND l.id = d.location_id
    WHERE d.merchant_id = $1 AND d.account_id = $2 ORDER BY title, location, d.state`
  return (await db.query<DifferenceToReview>({ text, values: [account.merchantId, account.id] })).rows
}
