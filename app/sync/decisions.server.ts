import { settleAuthoritative } from '../catalog/authoritative.server.ts'
import { closeIncident } from '../incidents/incident.server.ts'
import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { accountById, openAccount, setStatus, type Account } from '../merchant/account.server.ts'
import { type AtLocation, pick } from '../orders/allocation.ts'
import { yieldPromised } from '../orders/yield-promised.server.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change, Move } from '../pool/movement.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { bookResiduals } from './adopt.server.ts'
import { differencesOf, forgetDifferences } from './come-back.server.ts'
import { deriveDue } from './due-listings.server.ts'
import type { Sync } from './facts.ts'
import { wake } from './wake.server.ts'

/** Who decides: a merchant's person, as "person/7". */
export type Decider = { merchantId: number; actor: string }

type Answer = Promise<Refusal | undefined>

async function accountIn(db: Sql, { merchantId }: Decider, accountId: number): Promise<Account | undefined> {
  const account = await accountById(db, accountId)
  return account?.merchantId === merchantId ? account : undefined
}

const NO_ACCOUNT = refuse('unknown-account', 'There is no such channel.')

/** The listings of an account were looked at: from now on they are told our numbers. */
export async function goLive(sync: Sync, who: Decider, { accountId }: { accountId: number }): Answer {
  const account = await accountIn(sync.db, who, accountId)
  if (!account) return NO_ACCOUNT
  if (account.status !== 'review') return refuse('not-in-review', `${account.name} is not waiting to go live.`)
  // What it shows beyond our books must be booked, or we would write beside it for ever.
  if (STOCKED_CHANNELS.includes(account.channel))
    return refuse('differences', `Book what changed in ${account.name} first.`)
  const at = sync.clock.now()
  await sync.inTransaction(async (tx) => {
    await openAccount(tx, account, at)
    await deriveDue(tx, { ...account, status: 'open' }, at)
  })
  await wake(sync.db, who.merchantId)
  return undefined
}

/** Is this listing that item? A no is remembered; a yes maps it, and reads its orders again that nobody could book. */
export async function answerProposal(
  sync: Sync,
  who: Decider,
  given: { listingId: number; itemId: number; answer: 'accepted' | 'refused' },
): Answer {
  const at = sync.clock.now()
  const refusal = await sync.inTransaction(async (tx) => {
    const answered = await tx.query<{ accountId: number }>({
      text: `UPDATE match_proposal p SET answer = $4, answered_by = $5, answered_at = $6 FROM listing l
        WHERE p.merchant_id = $1 AND p.listing_id = $2 AND p.item_id = $3 AND p.answer IS NULL
          AND l.merchant_id = p.merchant_id AND l.id = p.listing_id
        RETURNING l.account_id AS "accountId"`,
      values: [who.merchantId, given.listingId, given.itemId, given.answer, who.actor, at],
    })
    const accountId = answered.rows[0]?.accountId
    if (accountId === undefined) return refuse('no-such-question', 'This question is not open any more.')
    if (given.answer === 'accepted') await mapListing(sync, tx, { ...given, ...who, accountId })
    return undefined
  })
  await wake(sync.db, who.merchantId)
  return refusal
}

type Mapping = Decider & { accountId: number; listingId: number; itemId: number }

async function mapListing(
  sync: Sync,
  tx: Sql,
  { merchantId, actor, accountId, listingId, itemId }: Mapping,
): Promise<void> {
  await tx.query({
    text: 'UPDATE listing SET item_id = $3 WHERE merchant_id = $1 AND id = $2 AND item_id IS NULL',
    values: [merchantId, listingId, itemId],
  })
  await settleAuthoritative(tx, { merchantId, itemIds: [itemId] })
  await tx.query({
    text: `INSERT INTO listing_due (merchant_id, account_id, listing_id, since, not_before) VALUES ($1, $2, $3, $4, $4)
      ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1`,
    values: [merchantId, accountId, listingId, sync.clock.now()],
  })
  const { rows } = await tx.query<{ externalId: string; line: string }>({
    text: `SELECT o.external_id AS "externalId", l.external_id AS line FROM order_line l
      JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
      WHERE l.merchant_id = $1 AND l.listing_id = $2 AND l.item_id IS NULL AND NOT o.history`,
    values: [merchantId, listingId],
  })
  const facts = [...new Set(rows.map(({ externalId }) => externalId))].map((externalId) => ({
    name: 'order-received' as const,
    payload: { merchantId, accountId, externalId },
    key: `${accountId}/${externalId}`,
  }))
  await sync.outbox.record(tx, facts)
  const how = { actor, sentence: 'The listing is matched now.', at: sync.clock.now() }
  for (const { externalId, line } of rows) {
    const subject = `order/${accountId}/${externalId}/line/${line}`
    await closeIncident(tx, { merchantId, kind: 'unmapped-line', subject }, how)
  }
}

/** "Already taken out of Shopify?", asked of an order from before the connection. No: it is booked now. */
export async function answerTakenOut(
  sync: Sync,
  who: Decider,
  given: { orderId: number; answer: 'yes' | 'no' },
): Answer {
  const refusal = await sync.inTransaction(async (tx) => {
    const text = `UPDATE channel_order SET taken_out = $3, history = ($3 = 'yes') WHERE merchant_id = $1 AND id = $2 AND taken_out = 'asked'
      RETURNING account_id AS "accountId", external_id AS "externalId"`
    const { rows } = await tx.query<{ accountId: number; externalId: string }>({
      text,
      values: [who.merchantId, given.orderId, given.answer],
    })
    const [order] = rows
    if (!order) return refuse('no-such-question', 'This question is not open any more.')
    const payload = { merchantId: who.merchantId, ...order }
    if (given.answer === 'no') {
      await sync.outbox.record(tx, [{ name: 'order-received', payload, key: `${order.accountId}/${order.externalId}` }])
    }
    return undefined
  })
  await wake(sync.db, who.merchantId)
  return refusal
}

/** An item that was not published until a person decides. */
export async function decideItem(sync: Sync, who: Decider, given: { itemId: number; publish: boolean }): Answer {
  const refusal = await sync.inTransaction(async (tx) => {
    const decided = await tx.query({
      text: `UPDATE item SET undecided = CASE WHEN $3 THEN NULL ELSE 'a person decided that it is not published' END, decided_at = $4
        WHERE merchant_id = $1 AND id = $2 AND half_of IS NULL AND (tracked OR kind = 'bundle' AND composition > 0 OR NOT $3)
          AND NOT EXISTS (SELECT FROM retired_sku r WHERE $3 AND r.merchant_id = $1 AND r.sku = item.sku AND r.item_id <> item.id)`,
      values: [who.merchantId, given.itemId, given.publish, sync.clock.now()],
    })
    if (decided.rowCount !== 1)
      return refuse(
        'cannot-publish',
        'There is no such item, its stock is not tracked in Shopify, or its SKU is a one-of-one piece’s.',
      )
    const text = `INSERT INTO listing_due (merchant_id, account_id, listing_id, since, not_before)
      SELECT l.merchant_id, l.account_id, l.id, $3, $3::timestamptz FROM listing l
      JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id AND a.channel <> 'shopify'
      WHERE l.merchant_id = $1 AND l.item_id = $2
      ON CONFLICT (account_id, listing_id) DO UPDATE SET asked = listing_due.asked + 1, not_before = EXCLUDED.not_before`
    await tx.query({ text, values: [who.merchantId, given.itemId, sync.clock.now()] })
    return undefined
  })
  await wake(sync.db, who.merchantId)
  return refusal
}

/** A listing showed less than it should and no order says why: our number is right, or the channel's is. */
export async function settleDrift(
  sync: Sync,
  who: Decider,
  given: { listingId: number; right: 'ours' | 'theirs' },
): Answer {
  const at = sync.clock.now()
  const refusal = await sync.inTransaction(async (tx) => {
    const text = `UPDATE listing l SET unexplained = 0 FROM listing was
      WHERE l.merchant_id = $1 AND l.id = $2 AND was.merchant_id = l.merchant_id AND was.id = l.id AND was.unexplained > 0
      RETURNING was.unexplained AS missing, l.item_id AS "itemId", l.account_id AS "accountId"`
    type Row = { missing: number; itemId: number; accountId: number }
    const [drift] = (await tx.query<Row>({ text, values: [who.merchantId, given.listingId] })).rows
    if (!drift) return refuse('no-such-question', 'This listing shows what it should.')
    if (given.right === 'theirs') await writeOff(tx, { ...drift, ...who, ...given, at })
    await tx.query({
      text: `INSERT INTO listing_due (merchant_id, account_id, listing_id, since, not_before) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (account_id, listing_id) DO UPDATE SET not_before = EXCLUDED.not_before, attempts = 0, asked = listing_due.asked + 1`,
      values: [who.merchantId, drift.accountId, given.listingId, at],
    })
    const which = { merchantId: who.merchantId, kind: 'drift' as const, subject: `listing/${given.listingId}` }
    const sentence = given.right === 'ours' ? 'Our number was right.' : 'The number there was right.'
    await closeIncident(tx, which, { actor: who.actor, sentence, at })
    return undefined
  })
  await wake(sync.db, who.merchantId)
  return refusal
}

type WriteOff = Decider & { itemId: number; listingId: number; accountId: number; missing: number; at: Date }

// The pieces are gone: from the first places that have them, in the merchant's order; whoever was promised them loses.
async function writeOff(tx: Sql, off: WriteOff): Promise<void> {
  const { merchantId, actor, itemId, listingId, accountId, missing, at } = off
  const key = `drift/${listingId}/${at.toISOString()}`
  const cause = `listing/${accountId}/${listingId}`
  const free = (await forSale(tx, off)).reduce((sum, { quantity }) => sum + quantity, 0)
  const gone = { merchantId, at, key, cause, lost: 'is gone, a person says' }
  if (free < missing) await yieldPromised(tx, gone, { itemId, quantity: missing - free })
  const there = await forSale(tx, off)
  const most = there.reduce((sum, { quantity }) => sum + quantity, 0)
  const moves = pick(there, Math.min(missing, most)).map(({ locationId, quantity }): Move => {
    const from = { locationId, state: 'available' as const }
    return { itemId, quantity, from, to: { outside: 'lost' } }
  })
  if (moves.length === 0) return
  const change: Change = {
    merchantId,
    key,
    reason: 'gone, a person says',
    actor,
    cause,
    accountId: null,
    occurredAt: at,
    recordedAt: at,
  }
  await append(tx, change, moves)
}

async function forSale(tx: Sql, { merchantId, itemId }: WriteOff): Promise<AtLocation[]> {
  const text = `SELECT b.location_id AS "locationId", b.available AS quantity FROM balance b
    JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id
    WHERE b.merchant_id = $1 AND b.item_id = $2 AND l.sellable AND b.available > 0 ORDER BY l.rank, l.id FOR UPDATE OF b`
  return (await tx.query<AtLocation>({ text, values: [merchantId, itemId] })).rows
}

/** After a channel that was away came back: books what it shows beyond our ledger, and opens it. */
export async function bookDifferences(sync: Sync, who: Decider, { accountId }: { accountId: number }): Answer {
  const account = await accountIn(sync.db, who, accountId)
  if (!account) return NO_ACCOUNT
  if (account.status !== 'review') return refuse('not-in-review', `${account.name} is not waiting for a review.`)
  const differences = await differencesOf(sync.db, account)
  const found = differences[0]?.foundAt ?? sync.clock.now()
  await bookResiduals(sync, { account, residuals: differences, at: found, actor: who.actor })
  await sync.inTransaction(async (tx) => {
    await forgetDifferences(tx, account)
    await openAccount(tx, account, sync.clock.now())
    const text = 'UPDATE import_run SET sentence = $3 WHERE merchant_id = $1 AND account_id = $2'
    const sentence = `Open again; ${differences.length} ${differences.length === 1 ? 'difference' : 'differences'} booked`
    await tx.query({ text, values: [account.merchantId, account.id, sentence] })
  })
  await wake(sync.db, who.merchantId)
  return undefined
}

/** Stops every write to an account at once: it was uninstalled, or a person disconnected it. What was booked stays. */
export async function disconnect(sync: Sync, account: Account): Promise<void> {
  await setStatus(sync.db, account, 'off')
  await wake(sync.db, account.merchantId)
}
