import type { AsideSeen, StockedConnector } from '../channels/connector.ts'
import { openIncident } from '../incidents/incident.server.ts'
import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { giveUpThere } from '../pool/hold-end.server.ts'
import { act, type Done } from './act.server.ts'
import type { Sync } from './facts.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }

const AT_ONCE = 100

/**
 * Looks at the drafts that keep the pieces of holds aside: of one that a person has made an order of, the order is read;
 * where a person has deleted one, the hold is given up, as its pieces are for sale there already.
 */
export async function lookAtDrafts({ sync, account, connector }: Stocked, holdId: number | null = null): Promise<void> {
  if (!connector.asides) return
  const text = `SELECT hold_id AS "holdId", external_id AS "externalId" FROM hold_draft
    WHERE account_id = $1 AND state = 'open' AND ($2::int IS NULL OR hold_id = $2) ORDER BY hold_id DESC LIMIT ${AT_ONCE}`
  type Open = { holdId: number; externalId: string }
  const { rows } = await sync.db.query<Open>({ name: 'open-drafts', text, values: [account.id, holdId] })
  if (rows.length === 0) return
  const seen = await connector.asides.look(rows.map(({ externalId }) => externalId))
  for (const [i, one] of seen.entries()) {
    const open = rows[i]
    if (!open || one.is === 'open') continue
    if (one.is === 'ordered') await ordered(sync, account, { ...open, seen: one })
    else await act(sync, account, (tx, at) => deletedThere(tx, { account, holdId: open.holdId, at }))
  }
}

type Ordered = { holdId: number; externalId: string; seen: AsideSeen }

async function ordered(sync: Sync, account: Account, { holdId, seen }: Ordered): Promise<void> {
  const { orderId } = seen
  if (orderId === null) return
  await sync.inTransaction(async (tx) => {
    const text = `UPDATE hold_draft SET order_external_id = $4
      WHERE merchant_id = $1 AND hold_id = $2 AND account_id = $3 AND state = 'open' AND order_external_id IS DISTINCT FROM $4`
    const noted = await tx.query({ text, values: [account.merchantId, holdId, account.id, orderId] })
    if (noted.rowCount === 0) return
    const payload = { merchantId: account.merchantId, accountId: account.id, externalId: orderId }
    await sync.outbox.record(tx, [{ name: 'order-received', payload, key: `${account.id}/${orderId}` }])
  })
}

type Deleted = { account: Account; holdId: number; at: Date }

async function deletedThere(tx: Sql, { account, holdId, at }: Deleted): Promise<Refusal | Done> {
  // We may have deleted it ourselves just now, when the hold was changed: then that change is still to be concluded, or
  // the draft has ended.
  const text = `SELECT FROM hold_draft d WHERE d.merchant_id = $1 AND d.hold_id = $2 AND d.account_id = $3 AND d.state = 'open'
    AND NOT EXISTS (SELECT FROM mirror_due w
      JOIN movement m ON m.merchant_id = w.merchant_id AND m.item_id = w.item_id AND m.id = w.movement_id
      WHERE w.account_id = $3 AND m.cause = 'hold/' || $2) FOR UPDATE`
  const still = await tx.query({ text, values: [account.merchantId, holdId, account.id] })
  if (still.rowCount === 0) return refuse('ended', 'It has ended already.')
  const given = await giveUpThere(tx, { merchantId: account.merchantId, at }, { holdId, account })
  if (isRefusal(given)) return given
  const end = `UPDATE hold_draft SET state = 'ended', end_key = $4 WHERE merchant_id = $1 AND hold_id = $2 AND account_id = $3`
  await tx.query({ text: end, values: [account.merchantId, holdId, account.id, given.key] })
  return given
}

type Late = { holdId: number; externalId: string; until: Date }

const RENEWED_AT_ONCE = 10

/** Tells the drafts of holds that last longer now until when. */
export async function renewDrafts({ sync, account, connector }: Stocked): Promise<void> {
  if (!connector.asides) return
  const text = `SELECT d.hold_id AS "holdId", d.external_id AS "externalId", h.until FROM hold_draft d
    JOIN hold h ON h.merchant_id = d.merchant_id AND h.id = d.hold_id AND h.status = 'active'
    WHERE d.account_id = $1 AND d.state = 'open' AND d.until <> h.until AND h.until > $2 ORDER BY d.until LIMIT ${RENEWED_AT_ONCE}`
  const { rows } = await sync.db.query<Late>({ name: 'late-drafts', text, values: [account.id, sync.clock.now()] })
  for (const one of rows) {
    const { outcome, reason } = await connector.asides.extend(one.externalId, one.until)
    if (outcome === 'unknown') continue
    const told = 'UPDATE hold_draft SET until = $4 WHERE merchant_id = $1 AND hold_id = $2 AND account_id = $3'
    await sync.db.query({ text: told, values: [account.merchantId, one.holdId, account.id, one.until] })
    if (outcome === 'rejected') await notExtended({ sync, account, connector }, { ...one, reason })
  }
}

async function notExtended(stocked: Stocked, { holdId, reason }: Late & { reason: string | null }): Promise<void> {
  const { sync, account } = stocked
  await lookAtDrafts(stocked, holdId)
  const text = `SELECT h.item_id AS "itemId" FROM hold_draft d JOIN hold h ON h.merchant_id = d.merchant_id AND h.id = d.hold_id
    WHERE d.merchant_id = $1 AND d.hold_id = $2 AND d.account_id = $3 AND d.state = 'open' AND d.order_external_id IS NULL`
  const values = [account.merchantId, holdId, account.id]
  const itemId = (await sync.db.query<{ itemId: number }>({ text, values })).rows[0]?.itemId
  if (itemId === undefined) return
  const sentence = `${account.name} did not extend the draft order of a hold: ${reason ?? 'it did not say why'}. There its pieces are for sale again when it ends.`
  const about = {
    merchantId: account.merchantId,
    kind: 'refused-write' as const,
    subject: `hold/${holdId}/${account.id}`,
  }
  await openIncident(sync.db, { ...about, itemId, accountId: account.id, sentence, at: sync.clock.now() })
}
