import type { Connector } from '../channels/connector.ts'
import { TryAgain } from '../kernel/outage.ts'
import type { Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'
import { makeMirror } from './order-mirror-make.server.ts'
import { backoffMs, type Claimed, type Mirroring, type Verdict } from './order-mirroring.ts'
import { bringInStep } from './order-mirror-step.server.ts'
import type { Step } from './publisher.ts'

// Longer than everything that is asked for one order, so that no two work at it; the account's lock sees to that before.
const LEASE_MS = 120_000

/**
 * One round of bringing orders into a store: the one that has waited longest is made, or what was made of it is brought
 * in step. One at a time, so that moves of stock never wait for more than that.
 */
export async function mirrorOrdersStep(mirroring: Mirroring): Promise<Step> {
  const { sync, account, connector } = mirroring
  const rest = { waits: false, written: 0, news: 0 }
  const next = await nextDue(mirroring)
  if (next === null || next > 0) return { ...rest, againMs: next }
  const waitMs = mirroring.waitMs(connector.makingCost)
  if (waitMs > 0) return { ...rest, againMs: waitMs }
  const claimed = await claim(sync, account)
  if (!claimed) return { ...rest, againMs: null }
  try {
    const verdict = await work(mirroring, claimed)
    await letGo(sync, claimed, verdict)
  } finally {
    // Also when the store did not answer: whoever looks next need not wait for the lease to end.
    await release(sync, claimed)
  }
  return { ...rest, written: 1, againMs: 0 }
}

/** In milliseconds; null: nothing waits. */
async function nextDue({ sync, account }: Mirroring): Promise<number | null> {
  const text = `SELECT min(GREATEST(due_at, claimed_until)) AS at FROM order_mirror WHERE account_id = $1 AND due_at IS NOT NULL`
  const { rows } = await sync.db.query<{ at: Date | null }>({ name: 'mirror-orders-next', text, values: [account.id] })
  const at = rows[0]?.at
  return at ? Math.max(0, at.getTime() - sync.clock.now().getTime()) : null
}

// A channel that is away cannot be read; its orders wait until it is back. Turned off, none is begun.
const CLAIM = `
WITH next AS (
  SELECT m.merchant_id, m.order_id, o.account_id, o.external_id, o.name FROM order_mirror m
  JOIN channel_order o ON o.merchant_id = m.merchant_id AND o.id = m.order_id
  JOIN channel_account a ON a.merchant_id = o.merchant_id AND a.id = o.account_id AND a.status = 'open'
  WHERE m.account_id = $1 AND m.due_at <= $2 AND (m.claimed_until IS NULL OR m.claimed_until <= $2)
    AND (m.state = 'made' OR EXISTS (SELECT FROM order_mirroring s WHERE s.merchant_id = m.merchant_id AND s.since IS NOT NULL))
  ORDER BY m.due_at LIMIT 1 FOR UPDATE OF m SKIP LOCKED
)
UPDATE order_mirror m SET claimed_until = $3, attempts = m.attempts + 1 FROM next n
WHERE m.merchant_id = n.merchant_id AND m.order_id = n.order_id
RETURNING m.merchant_id AS "merchantId", m.order_id AS "orderId", m.stands_for AS "standsFor", m.state,
  m.external_id AS "externalId", m.sent_at AS "sentAt", m.attempts, m.due_at AS "dueAt", m.claimed_until AS "claimedUntil",
  n.account_id AS "sourceId", n.external_id AS "sourceExternalId", n.name AS "orderName"`

async function claim(sync: Sync, account: Account): Promise<Claimed | undefined> {
  const at = sync.clock.now()
  const values = [account.id, at, new Date(at.getTime() + LEASE_MS)]
  return (await sync.db.query<Claimed>({ name: 'claim-mirror', text: CLAIM, values })).rows[0]
}

// An outage of the channel that sold it must not keep the store's other work: that order is put off, and no more.
async function work(mirroring: Mirroring, claimed: Claimed): Promise<Verdict> {
  const { openOther } = mirroring
  const trouble: { error?: TryAgain } = {}
  const quietly = async (account: Account): Promise<Connector> => softened(await openOther(account), trouble)
  try {
    const on = { ...mirroring, openOther: quietly }
    return await (claimed.state === 'made' ? bringInStep(on, claimed) : makeMirror(on, claimed))
  } catch (error) {
    if (error !== trouble.error || !trouble.error) throw error
    return { againMs: Math.max(backoffMs(claimed.attempts), trouble.error.afterMs) }
  }
}

/** The connector as it is, remembering which outage was its own. */
function softened(connector: Connector, trouble: { error?: TryAgain }): Connector {
  const noting =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await call(...args)
      } catch (error) {
        if (error instanceof TryAgain) trouble.error = error
        throw error
      }
    }
  const { wholeOrder, tellSent } = connector
  return {
    ...connector,
    ...(wholeOrder && { wholeOrder: noting((id: string) => wholeOrder.call(connector, id)) }),
    ...(tellSent && { tellSent: noting((parcel: Parameters<typeof tellSent>[0]) => tellSent.call(connector, parcel)) }),
  }
}

/** News that came meanwhile has set another time, which stands. */
async function letGo(sync: Sync, claimed: Claimed, { againMs }: Verdict): Promise<void> {
  const next = againMs === null ? null : new Date(sync.clock.now().getTime() + againMs)
  const text = `UPDATE order_mirror SET due_at = CASE WHEN due_at = $3 THEN $4 ELSE due_at END,
      attempts = CASE WHEN $4::timestamptz IS NULL THEN 0 ELSE attempts END
    WHERE merchant_id = $1 AND order_id = $2`
  await sync.db.query({
    name: 'mirror-looked-at',
    text,
    values: [claimed.merchantId, claimed.orderId, claimed.dueAt, next],
  })
}

async function release(sync: Sync, { merchantId, orderId, claimedUntil }: Claimed): Promise<void> {
  const text = `UPDATE order_mirror SET claimed_until = NULL WHERE merchant_id = $1 AND order_id = $2 AND claimed_until = $3`
  await sync.db.query({ name: 'mirror-release', text, values: [merchantId, orderId, claimedUntil] })
}
