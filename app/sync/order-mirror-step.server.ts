import { createHash } from 'node:crypto'
import type { MadeOrder } from '../channels/order-desk.ts'
import { closeIncident, openIncident } from '../incidents/incident.server.ts'
import { present } from '../kernel/assert.ts'
import type { SentParcel, ToldOutcome } from '../kernel/whole-order.ts'
import { accountById, type Account } from '../merchant/account.server.ts'
import { type KnownParcel, type LineThere, type Plan, planFor } from './order-mirror-plan.ts'
import { backoffMs, type Claimed, type Mirroring, type Verdict } from './order-mirroring.ts'

type Parcel = KnownParcel & { tracking: string | null; sentAt: Date | null }
type Told = { claimed: Claimed; made: MadeOrder; source: Account; plan: Plan; parcels: Parcel[] }

// What was just asked for shows in the next look: a cancellation there ends some seconds after its answer.
const LOOK_AGAIN_MS = 10_000

/**
 * Brings an order and the one that stands for it in step: what its channel cancelled or sent is done in the store, what
 * was sent in the store is told the channel, and what neither can do for the other is a person's. From how both are now,
 * so that it may be done again after anything.
 */
export async function bringInStep(mirroring: Mirroring, claimed: Claimed): Promise<Verdict> {
  const { sync, connector } = mirroring
  const made = await connector.madeOrder(present(claimed.externalId, 'the id of a made order'))
  const source = present(await accountById(sync.db, claimed.sourceId), 'the channel of the order')
  if (!made) return isGone(mirroring, claimed)
  const { lines, parcels } = await linesAndParcels(mirroring, claimed)
  const plan = planFor(lines, made, parcels)
  await keepParcels(mirroring, claimed, plan)
  const told: Told = { claimed, made, source, plan, parcels: withNew(parcels, plan) }
  const done = await tellStore(mirroring, told)
  if (done === null || done.outcome === 'accepted') await keepCarried(mirroring, claimed)
  const parcelsEnd = await tellParcels(mirroring, told)
  const reason = [done?.outcome === 'rejected' ? done.reason : null, parcelsEnd.reason, givenUpSentence(told)]
  await keepReason(mirroring, told, reason.filter(Boolean).join(' ') || null)
  if (done?.outcome === 'unknown' || parcelsEnd.unknown) return { againMs: backoffMs(claimed.attempts) }
  return { againMs: done?.outcome === 'accepted' ? LOOK_AGAIN_MS : null }
}

async function linesAndParcels(
  { sync }: Mirroring,
  { merchantId, orderId }: Claimed,
): Promise<{ lines: LineThere[]; parcels: Parcel[] }> {
  const values = [merchantId, orderId]
  const lines = `SELECT external_id AS line, quantity, current, shipped, carried_sent AS "carriedSent" FROM order_mirror_line
    WHERE merchant_id = $1 AND order_id = $2 ORDER BY external_id`
  const parcels = `SELECT external_id AS "externalId", state, tracking, sent_at AS "sentAt" FROM order_mirror_parcel
    WHERE merchant_id = $1 AND order_id = $2`
  return {
    lines: (await sync.db.query<LineThere>({ name: 'mirror-lines', text: lines, values })).rows,
    parcels: (await sync.db.query<Parcel>({ name: 'mirror-parcels', text: parcels, values })).rows,
  }
}

const withNew = (parcels: Parcel[], { due, known }: Plan): Parcel[] => {
  const fresh = (state: 'due' | 'known') => (externalId: string) => ({
    externalId,
    state,
    tracking: null,
    sentAt: null,
  })
  return [...parcels, ...due.map(fresh('due')), ...known.map(fresh('known'))]
}

async function keepParcels({ sync }: Mirroring, { merchantId, orderId }: Claimed, { due, known }: Plan): Promise<void> {
  if (due.length + known.length === 0) return
  const text = `INSERT INTO order_mirror_parcel (merchant_id, order_id, external_id, state)
    SELECT $1::int, $2::bigint, id, 'due' FROM unnest($3::text[]) id UNION ALL SELECT $1, $2, id, 'known' FROM unnest($4::text[]) id
    ON CONFLICT DO NOTHING`
  await sync.db.query({ name: 'keep-parcels', text, values: [merchantId, orderId, due, known] })
}

/** Null when there is nothing to do there. */
async function tellStore({ connector }: Mirroring, { claimed, made, plan }: Told): Promise<ToldOutcome | null> {
  if (plan.cancel) return connector.cancelMade(made.externalId)
  if (plan.takeOff.length > 0) {
    // What is to be taken off follows from what is there: after it was, it is another.
    const state = made.lines.map(({ externalId, current }) => `${externalId}:${current}`).join(',')
    return connector.takeOffMade(made.externalId, plan.takeOff, `${claimed.standsFor} ${state}`)
  }
  return plan.fulfil.length > 0 ? connector.fulfilMade(made.externalId, plan.fulfil) : null
}

async function keepCarried({ sync }: Mirroring, { merchantId, orderId }: Claimed): Promise<void> {
  const text = `UPDATE order_mirror_line SET carried_sent = shipped WHERE merchant_id = $1 AND order_id = $2 AND carried_sent < shipped`
  await sync.db.query({ name: 'keep-carried', text, values: [merchantId, orderId] })
}

const printOf = (parcel: Pick<SentParcel, 'carrier' | 'trackingNumber'>): string =>
  createHash('sha256').update(`${parcel.carrier}|${parcel.trackingNumber}`).digest('base64url')

type ParcelsEnd = { reason: string | null; unknown: boolean }

/** Tells the channel of parcels: one after the other, each marked before it goes, so that none is told twice unawares. */
async function tellParcels(mirroring: Mirroring, told: Told): Promise<ParcelsEnd> {
  const { made, source, plan, parcels, claimed } = told
  const waiting = made.fulfilments.flatMap((fulfilment) => {
    const parcel = parcels.find(({ externalId }) => externalId === fulfilment.externalId)
    const isAnother = parcel?.state === 'refused' && parcel.tracking !== printOf(fulfilment)
    return parcel && (parcel.state === 'due' || isAnother) ? [{ fulfilment, parcel }] : []
  })
  const stillRefused = parcels.some(({ state }) => state === 'refused')
  const end: ParcelsEnd = { reason: null, unknown: false }
  if (waiting.length === 0) return { ...end, reason: stillRefused ? await lastReason(mirroring, claimed) : null }
  const other = await mirroring.openOther(source)
  if (!other.tellSent)
    return { ...end, reason: `It was sent. Mark it as sent on ${source.name}, which takes that from nobody else.` }
  if (other.sendsWhole && !plan.allSent) return end
  const lineOf = new Map(made.lines.map(({ externalId, line }) => [externalId, line]))
  for (const { fulfilment, parcel } of waiting) {
    const lines = fulfilment.lines.flatMap(({ externalId, quantity }) => {
      const line = lineOf.get(externalId)
      return line ? [{ externalId: line, quantity }] : []
    })
    const { carrier, trackingNumber } = fulfilment
    const sent = { externalId: claimed.sourceExternalId, lines, carrier, trackingNumber, again: parcel.sentAt !== null }
    await markParcel(mirroring, { claimed, parcel })
    const outcome = await other.tellSent(sent)
    await concludeParcel(mirroring, { claimed, parcel, outcome, print: printOf(fulfilment) })
    if (outcome.outcome === 'unknown') return { ...end, unknown: true }
    if (outcome.outcome === 'rejected')
      end.reason = `${source.name} does not take that it was sent: ${outcome.reason ?? ''}`
  }
  return end
}

async function lastReason({ sync }: Mirroring, { merchantId, orderId }: Claimed): Promise<string | null> {
  const text = 'SELECT reason FROM order_mirror WHERE merchant_id = $1 AND order_id = $2'
  return (
    (await sync.db.query<{ reason: string | null }>({ text, values: [merchantId, orderId] })).rows[0]?.reason ?? null
  )
}

type OfParcel = { claimed: Claimed; parcel: Parcel }

async function markParcel({ sync }: Mirroring, { claimed, parcel }: OfParcel): Promise<void> {
  const text = `UPDATE order_mirror_parcel SET sent_at = $4 WHERE merchant_id = $1 AND order_id = $2 AND external_id = $3`
  const values = [claimed.merchantId, claimed.orderId, parcel.externalId, sync.clock.now()]
  await sync.db.query({ name: 'mark-parcel', text, values })
}

async function concludeParcel(
  { sync }: Mirroring,
  { claimed, parcel, outcome, print }: OfParcel & { outcome: ToldOutcome; print: string },
): Promise<void> {
  if (outcome.outcome === 'unknown') return
  const isTold = outcome.outcome === 'accepted'
  // What was refused was not done: the next try need not look whether it was.
  const text = `UPDATE order_mirror_parcel SET state = $4, tracking = $5, sent_at = CASE WHEN $4 = 'told' THEN sent_at END
    WHERE merchant_id = $1 AND order_id = $2 AND external_id = $3`
  const values = [
    claimed.merchantId,
    claimed.orderId,
    parcel.externalId,
    isTold ? 'told' : 'refused',
    isTold ? null : print,
  ]
  await sync.db.query({ name: 'conclude-parcel', text, values })
}

function givenUpSentence({ plan, source, made }: Told): string | null {
  const n = plan.givenUpHere.reduce((sum, { quantity }) => sum + quantity, 0)
  if (n === 0) return null
  const what = n === 1 ? 'A piece of it was' : `${n} pieces of it were`
  return `${what} cancelled or refunded in ${made.name}, and ${source.name} takes that from nobody but you: do the same there. What came back is received on the order’s page.`
}

const about = ({ merchantId, orderId }: Claimed) => ({
  merchantId,
  kind: 'mirrored-order' as const,
  subject: `order-mirror/${orderId}/in-step`,
})

async function keepReason({ sync }: Mirroring, { claimed, source }: Told, reason: string | null): Promise<void> {
  const at = sync.clock.now()
  const text = `UPDATE order_mirror SET reason = $3 WHERE merchant_id = $1 AND order_id = $2 AND reason IS DISTINCT FROM $3`
  await sync.db.query({ name: 'mirror-reason', text, values: [claimed.merchantId, claimed.orderId, reason] })
  const sentence = 'Both orders are in step again.'
  if (reason === null) return closeIncident(sync.db, about(claimed), { actor: 'app', sentence, at })
  const told = { ...about(claimed), sentence: `Order ${claimed.orderName} of ${source.name}: ${reason}` }
  await openIncident(sync.db, { ...told, accountId: claimed.sourceId, at })
}

async function isGone({ sync, account }: Mirroring, claimed: Claimed): Promise<Verdict> {
  const reason = `It was deleted in ${account.name}.`
  const text = `UPDATE order_mirror SET state = 'refused', reason = $3, external_id = NULL, sent_at = NULL
    WHERE merchant_id = $1 AND order_id = $2`
  await sync.db.query({ text, values: [claimed.merchantId, claimed.orderId, reason] })
  return { againMs: null }
}
