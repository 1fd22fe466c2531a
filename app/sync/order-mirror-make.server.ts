import type { MadeOutcome, OrderToMake } from '../channels/order-desk.ts'
import { closeIncident, openIncident } from '../incidents/incident.server.ts'
import { present } from '../kernel/assert.ts'
import type { WholeOrder } from '../kernel/whole-order.ts'
import { accountById, type Account } from '../merchant/account.server.ts'
import { backoffMs, type Claimed, type Mirroring, type Verdict } from './order-mirroring.ts'
import { keepMade } from './order-mirror-rows.server.ts'

// A store's search knows a new order some seconds after it was made: only then does finding none say that there is none.
const SEARCH_SETTLES_MS = 120_000
const LOOK_AGAIN_MS = 10_000
// What one call may still take must end before somebody else could begin.
const CALL_LASTS_MS = 40_000

/**
 * Makes an order in the store, once whatever happens: it is looked for before every try, and after one without an answer
 * for as long as the store's search may not know it. Its buyer is read for this and forgotten.
 */
export async function makeMirror(mirroring: Mirroring, claimed: Claimed): Promise<Verdict> {
  const { sync, connector } = mirroring
  const found = await connector.findMade(claimed.standsFor)
  if (found) return made(mirroring, claimed, found)
  const sent = claimed.sentAt?.getTime()
  if (sent !== undefined && sync.clock.now().getTime() < sent + SEARCH_SETTLES_MS) return { againMs: LOOK_AGAIN_MS }
  const source = present(await accountById(sync.db, claimed.sourceId), 'the channel of the order')
  const other = await mirroring.openOther(source)
  if (!other.wholeOrder) return refused(mirroring, claimed, `${source.name} does not tell us who bought it.`)
  const whole = await other.wholeOrder(claimed.sourceExternalId)
  if (!whole) return refused(mirroring, claimed, `${source.name} does not know this order any more.`)
  const order = await toMake(mirroring, { claimed, whole, source })
  if (!(await markSent(mirroring, claimed))) return { againMs: null }
  return conclude(mirroring, claimed, await connector.makeOrder(order))
}

type Making = { claimed: Claimed; whole: WholeOrder; source: Account }

/** The store's own thing for each line whose item it has; one that it computes from others is a line of its own. */
async function toMake({ sync, account }: Mirroring, { claimed, whole, source }: Making): Promise<OrderToMake> {
  const text = `SELECT ol.external_id AS line, l.external_id AS thing FROM order_line ol
    JOIN item i ON i.merchant_id = ol.merchant_id AND i.id = ol.item_id AND NOT i.computed_there
    JOIN listing l ON l.merchant_id = ol.merchant_id AND l.account_id = $3 AND l.item_id = ol.item_id AND l.status <> 'dead'
    WHERE ol.merchant_id = $1 AND ol.order_id = $2`
  const values = [claimed.merchantId, claimed.orderId, account.id]
  const { rows } = await sync.db.query<{ line: string; thing: string }>({ name: 'own-things', text, values })
  const things = new Map(rows.map(({ line, thing }) => [line, thing]))
  const lines = whole.lines.map((line) => ({ ...line, ownThing: things.get(line.externalId) ?? null }))
  return { ...whole, lines, channel: source.name, standsFor: claimed.standsFor }
}

/** From here on it may be there. False when it is not to be made any more, or is not ours to make. */
async function markSent({ sync }: Mirroring, claimed: Claimed): Promise<boolean> {
  const at = sync.clock.now()
  const text = `UPDATE order_mirror m SET sent_at = $4 FROM order_mirroring s
    WHERE m.merchant_id = $1 AND m.order_id = $2 AND m.claimed_until = $3 AND m.state = 'waiting' AND $3 > $5
      AND s.merchant_id = m.merchant_id AND s.since IS NOT NULL
      AND EXISTS (SELECT FROM order_mirror_line l WHERE l.merchant_id = m.merchant_id AND l.order_id = m.order_id AND l.current > 0)`
  const values = [claimed.merchantId, claimed.orderId, claimed.claimedUntil, at, new Date(at.getTime() + CALL_LASTS_MS)]
  return (await sync.db.query({ name: 'mark-order-sent', text, values })).rowCount === 1
}

async function conclude(mirroring: Mirroring, claimed: Claimed, outcome: MadeOutcome): Promise<Verdict> {
  if (outcome.outcome === 'made') return made(mirroring, claimed, outcome)
  if (outcome.outcome === 'rejected') return refused(mirroring, claimed, outcome.reason)
  if (outcome.outcome === 'unknown') return { againMs: LOOK_AGAIN_MS }
  // It said no for now, so nothing was made.
  await notSent(mirroring, claimed)
  return { againMs: backoffMs(claimed.attempts) }
}

async function notSent({ sync }: Mirroring, { merchantId, orderId, sentAt }: Claimed): Promise<void> {
  const text = 'UPDATE order_mirror SET sent_at = $3 WHERE merchant_id = $1 AND order_id = $2'
  await sync.db.query({ name: 'order-not-sent', text, values: [merchantId, orderId, sentAt] })
}

const about = ({ merchantId, orderId }: Claimed) => ({
  merchantId,
  kind: 'mirrored-order' as const,
  subject: `order-mirror/${orderId}/made`,
})

async function made(
  { sync }: Mirroring,
  claimed: Claimed,
  order: { externalId: string; name: string; url: string | null },
): Promise<Verdict> {
  const at = sync.clock.now()
  await keepMade(sync.db, claimed, { ...order, at })
  await closeIncident(sync.db, about(claimed), { actor: 'app', sentence: `It is order ${order.name} now.`, at })
  // Looked at again at once: it may have been sent or cancelled meanwhile.
  return { againMs: 0 }
}

async function refused({ sync, account }: Mirroring, claimed: Claimed, reason: string): Promise<Verdict> {
  const at = sync.clock.now()
  const text = `UPDATE order_mirror SET state = 'refused', reason = $3, sent_at = NULL WHERE merchant_id = $1 AND order_id = $2
    AND state = 'waiting'`
  await sync.db.query({ text, values: [claimed.merchantId, claimed.orderId, reason] })
  const sentence = `Order ${claimed.orderName} could not be made in ${account.name}: ${reason} Try again on the order’s page.`
  await openIncident(sync.db, { ...about(claimed), sentence, accountId: claimed.sourceId, at })
  return { againMs: null }
}
