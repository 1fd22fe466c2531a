import { openIncident } from '../incidents/incident.server.ts'
import type { ChannelOrder, ChannelOrderLine } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'

type Noting = { account: Account; order: ChannelOrder; orderId: number; history: boolean; at: Date }

/** What an order of a channel is called in the store where it is made: for ever, and by nothing of ours. */
export const standsFor = (account: { channel: string; externalId: string }, externalId: string): string =>
  `${account.channel}/${account.externalId}/${externalId}`

const KNOWN = `SELECT m.account_id AS "accountId", k.state,
    m.since <= $3 AND NOT $4 AND k.order_id IS NULL AS wanted
  FROM (SELECT 1) one
  LEFT JOIN order_mirroring m ON m.merchant_id = $1 AND m.since IS NOT NULL
  LEFT JOIN order_mirror k ON k.merchant_id = $1 AND k.order_id = $2
  WHERE m.merchant_id IS NOT NULL OR k.order_id IS NOT NULL`

type Known = { accountId: number | null; state: string | null; wanted: boolean | null }

/**
 * A channel's order has changed: it is to be made in the merchant's store if they want that, or what was made is to be
 * brought in step. In the transaction that books it, so that neither is lost. `history`: placed before its channel was
 * connected, or while the app only watched it.
 */
export async function noteForMirror(tx: Sql, noting: Noting): Promise<void> {
  const { account, order, orderId } = noting
  const history = noting.history || account.status !== 'open'
  const values = [account.merchantId, orderId, order.placedAt, history]
  const known = (await tx.query<Known>({ name: 'mirror-known', text: KNOWN, values })).rows[0]
  if (!known || (known.state === null && !known.wanted) || known.accountId === account.id) return
  await keepMirror(tx, noting, known)
  await keepLines(tx, noting)
}

// What was sent to be made may be there, though nothing says so: only a look tells.
const KEEP = `INSERT INTO order_mirror AS m (merchant_id, order_id, account_id, stands_for, state, due_at, noted_at)
  VALUES ($1, $2, $3, $4, CASE WHEN $6 THEN 'not needed' WHEN $5 THEN 'waiting' ELSE 'unpaid' END,
    CASE WHEN $5 AND NOT $6 THEN $7::timestamptz END, $7)
  ON CONFLICT (merchant_id, order_id) DO UPDATE SET
    state = CASE WHEN m.state = 'unpaid' AND $5 AND NOT $6 THEN 'waiting'
      WHEN m.state IN ('unpaid', 'waiting', 'refused') AND $6 AND m.sent_at IS NULL THEN 'not needed' ELSE m.state END,
    due_at = CASE WHEN m.state = 'made' OR (m.state = 'waiting' AND m.sent_at IS NOT NULL) OR (m.state = 'unpaid' AND $5 AND NOT $6)
      THEN $7 WHEN $6 THEN NULL ELSE m.due_at END,
    reason = CASE WHEN m.state = 'refused' AND $6 AND m.sent_at IS NULL THEN NULL ELSE m.reason END`

const isGivenUp = ({ lines, cancelledAt }: ChannelOrder): boolean =>
  cancelledAt !== null || lines.every(({ currentQuantity }) => currentQuantity === 0)

async function keepMirror(tx: Sql, { account, order, orderId, at }: Noting, { accountId }: Known): Promise<void> {
  const stands = standsFor(account, order.externalId)
  // Off meanwhile: what is there already keeps its store.
  const store = accountId ?? account.id
  const values = [account.merchantId, orderId, store, stands, order.paidAt !== null, isGivenUp(order), at]
  await tx.query({ name: 'keep-mirror', text: KEEP, values })
}

async function keepLines(tx: Sql, { account, order, orderId }: Noting): Promise<void> {
  const text = `INSERT INTO order_mirror_line (merchant_id, order_id, external_id, quantity, current, shipped)
    SELECT $1, $2, x."externalId", x.quantity, x."currentQuantity", x.shipped
    FROM jsonb_to_recordset($3) AS x ("externalId" text, quantity int, "currentQuantity" int, shipped int)
    ON CONFLICT (merchant_id, order_id, external_id) DO UPDATE SET quantity = EXCLUDED.quantity, current = EXCLUDED.current,
      shipped = EXCLUDED.shipped`
  const rows = order.lines.map(({ externalId, quantity, currentQuantity, shipped }) => ({
    ...{ externalId, quantity, currentQuantity, shipped },
  }))
  await tx.query({ name: 'keep-mirror-lines', text, values: [account.merchantId, orderId, JSON.stringify(rows)] })
}

const IDENTIFIER = /^([a-z][a-z0-9_-]*)\/([^/]+)\/(.+)$/
// The store changes its numbers with the order, or seconds after it; what a person changes later is theirs.
const ECHO_LASTS_MS = 300_000
const SETTLES_IN_MS = 1_000

type Recognising = { account: Account; order: ChannelOrder; at: Date }

/**
 * Whether an order of a store is one that stands for another channel's: it is no sale, and books nothing. True even when
 * we have not heard yet that it was made. Notes what it tells: that it is there, and what has left it.
 */
export async function recognise(sync: Sync, tx: Sql, { account, order, at }: Recognising): Promise<boolean> {
  const [, channel, shop] = IDENTIFIER.exec(order.standsFor ?? '') ?? []
  if (!channel || !shop) return false
  const text = `SELECT m.order_id AS "orderId", m.external_id AS "externalId" FROM channel_account a
    LEFT JOIN order_mirror m ON m.merchant_id = a.merchant_id AND m.account_id = $2 AND m.stands_for = $5
    WHERE a.merchant_id = $1 AND a.channel = $3 AND a.external_id = $4 AND a.id <> $2 LIMIT 1`
  const values = [account.merchantId, account.id, channel, shop, order.standsFor]
  const found = await tx.query<{ orderId: number | null; externalId: string | null }>({
    name: 'recognise',
    text,
    values,
  })
  const mirror = found.rows[0]
  if (!mirror) return false
  if (mirror.orderId === null) return true
  const { orderId } = mirror
  if (mirror.externalId !== null && mirror.externalId !== order.externalId) await tellTwice(tx, { account, order, at })
  else {
    await keepMade(tx, { merchantId: account.merchantId, orderId }, { ...order, at })
    await noteLeft(sync, tx, { account, order, orderId, at })
  }
  return true
}

/** The order is there. Known already, it is looked at again: something of it has changed. */
export async function keepMade(
  tx: Sql,
  { merchantId, orderId }: { merchantId: number; orderId: number },
  { externalId, name, url, at }: { externalId: string; name: string; url: string | null; at: Date },
): Promise<void> {
  const text = `UPDATE order_mirror SET state = 'made', external_id = $3, name = $4, url = $5, due_at = $6,
      made_at = COALESCE(made_at, $6), reason = CASE WHEN state = 'made' THEN reason END
    WHERE merchant_id = $1 AND order_id = $2`
  await tx.query({ name: 'keep-made', text, values: [merchantId, orderId, externalId, name, url, at] })
}

async function tellTwice(tx: Sql, { account, order, at }: Recognising): Promise<void> {
  if (order.cancelledAt !== null) return
  await openIncident(tx, {
    merchantId: account.merchantId,
    kind: 'mirrored-order',
    subject: `made-twice/${account.id}/${order.externalId}`,
    sentence: `Order ${order.name} in ${account.name} stands for an order that another one there stands for already. Cancel ${order.name}, without putting its pieces back on sale.`,
    accountId: account.id,
    at,
  })
}

/** Pieces that have left a line: sent, some of which may have come back; and taken off before, or come back after that. */
const leftOf = ({ quantity, currentQuantity, shipped, restocked }: ChannelOrderLine) => ({
  sent: shipped + restocked.reduce((sum, one) => sum + one.quantity, 0),
  back: Math.max(0, quantity - currentQuantity),
})

const NOTE_LEFT = `
WITH told AS (
  SELECT x.*, x.sent - COALESCE(l.sent, 0) AS more_sent, x.back - COALESCE(l.back, 0) AS more_back
  FROM jsonb_to_recordset($4) AS x (line text, listing text, sent int, back int)
  LEFT JOIN order_mirror_left l ON l.merchant_id = $1 AND l.order_id = $3 AND l.external_id = x.line
), kept AS (
  INSERT INTO order_mirror_left AS k (merchant_id, order_id, external_id, sent, back)
  SELECT $1, $3, line, sent, back FROM told WHERE more_sent > 0 OR more_back > 0
  ON CONFLICT (merchant_id, order_id, external_id) DO UPDATE SET sent = GREATEST(k.sent, EXCLUDED.sent),
    back = GREATEST(k.back, EXCLUDED.back)
), echoes AS (
  INSERT INTO order_mirror_echo (merchant_id, account_id, order_id, item_id, back, quantity, until)
  SELECT $1, $2, $3, l.item_id, b.back, sum(b.n), $5
  FROM told t
  CROSS JOIN LATERAL (VALUES (false, t.more_sent), (true, t.more_back)) AS b (back, n)
  JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.external_id = t.listing AND l.item_id IS NOT NULL
  WHERE b.n > 0 GROUP BY l.item_id, b.back
  RETURNING item_id
)
SELECT DISTINCT l.external_id AS ref FROM echoes e
JOIN listing l ON l.merchant_id = $1 AND l.account_id = $2 AND l.item_id = e.item_id`

async function noteLeft(
  sync: Sync,
  tx: Sql,
  { account, order, orderId, at }: Recognising & { orderId: number },
): Promise<void> {
  const { merchantId, id: accountId } = account
  const lines = order.lines.flatMap((line) => {
    const left = leftOf(line)
    const isAny = left.sent + left.back > 0
    return isAny ? [{ line: line.externalId, listing: line.listing?.externalId ?? null, ...left }] : []
  })
  if (lines.length === 0) return
  const until = new Date(at.getTime() + ECHO_LASTS_MS)
  const values = [merchantId, accountId, orderId, JSON.stringify(lines), until]
  const { rows } = await tx.query<{ ref: string }>({ name: 'note-left', text: NOTE_LEFT, values })
  const runAt = new Date(at.getTime() + SETTLES_IN_MS)
  await sync.outbox.record(
    tx,
    rows.map(({ ref }) => ({
      name: 'thing-changed' as const,
      payload: { merchantId, accountId, externalId: ref },
      key: `${accountId}/echo/${ref}`,
      runAt,
    })),
  )
}
