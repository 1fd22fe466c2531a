import { createHash } from 'node:crypto'
import { TryAgain } from '../../kernel/outage.ts'
import type { MirrorChange, MirrorOutcome } from '../connector.ts'
import type { Lane } from '../lane.ts'
import type { Reply, SquareCalls } from './call.server.ts'
import { type Fault, faultOf } from './fetch-whole.server.ts'
import { OLDEST_CHANGE_MS, SIZES } from './limits.ts'
import { type Adjustment, type PlannedCall, planChanges, splitCall } from './plan-changes.ts'
import { wireChanges } from './wire.ts'

const ACCEPTED: MirrorOutcome = { outcome: 'accepted', reason: null }

/** The time with which a call that has had no answer was sent: the repeat of a key must be the same to the letter. */
export type SentTimes = Map<string, Date>

/** Tells Square of changes of ours; lasts as long as the connector. */
export type Teller = { calls: SquareCalls; times: SentTimes }

/**
 * Makes a change of ours happen in Square, once for its key: whatever was answered, the same change may be sent again.
 * Adjustments commute with what tills sell meanwhile, so nothing has to be known before they are sent. One thing that
 * Square refuses keeps none of the others from being told. Throws TryAgain when Square, or our limiter, says later.
 */
export async function mirror(teller: Teller, change: MirrorChange): Promise<MirrorOutcome> {
  const refused: string[] = []
  for (const call of planChanges(change)) {
    const outcome = await perform(teller, call)
    if (outcome.outcome === 'unknown') return outcome
    if (outcome.outcome === 'rejected') refused.push(outcome.reason ?? '')
  }
  return refused.length === 0 ? ACCEPTED : { outcome: 'rejected', reason: [...new Set(refused)].join(' ') }
}

async function perform(teller: Teller, call: PlannedCall): Promise<MirrorOutcome> {
  const reply = await send(teller, call)
  if (reply.is === 'unsent') throw new TryAgain(reply.afterMs, reply.reason)
  if (reply.is === 'lost') return { outcome: 'unknown', reason: reply.reason }
  teller.times.delete(call.label)
  if (reply.status < 300) return ACCEPTED
  const fault = faultOf(reply.body) ?? { code: '', sentence: `HTTP ${reply.status}`, field: null }
  if (fault.code === 'IDEMPOTENCY_KEY_REUSED') return afterAnother(teller, call)
  return inParts(teller, call, fault)
}

// Told before by a process that is gone, with another time: whether it was done, the changes Square keeps will say.
async function afterAnother(teller: Teller, call: PlannedCall): Promise<MirrorOutcome> {
  if (await isThere(teller, call)) return ACCEPTED
  const anew = `${call.label} anew`
  return call.label.endsWith('anew')
    ? { outcome: 'unknown', reason: 'Its key is spent.' }
    : perform(teller, { ...call, label: anew })
}

async function inParts(teller: Teller, call: PlannedCall, { sentence, field }: Fault): Promise<MirrorOutcome> {
  const outcomes: MirrorOutcome[] = []
  for (const part of splitCall(call, field) ?? []) outcomes.push(await perform(teller, part))
  const unknown = outcomes.find(({ outcome }) => outcome === 'unknown')
  if (unknown) return unknown
  const reasons = outcomes.flatMap(({ outcome, reason }) => (outcome === 'rejected' && reason ? [reason] : []))
  return { outcome: 'rejected', reason: reasons.join(' ') || sentence }
}

async function send({ calls, times }: Teller, call: PlannedCall): Promise<Reply> {
  // What leaves the shop goes first: until then somebody at the till takes it for being there.
  const lane: Lane = call.adjustments.some(({ from }) => from === 'IN_STOCK') ? 'urgent' : 'write'
  const now = calls.now()
  const before = times.get(call.label)
  const at = before && now.getTime() - before.getTime() < OLDEST_CHANGE_MS / 2 ? before : now
  times.set(call.label, at)
  const json = {
    idempotency_key: hashOf(call.label),
    changes: call.adjustments.map((one) => ({ type: 'ADJUSTMENT', adjustment: wireOf(one, hashOf(call.label), at) })),
  }
  return calls.send({ lane, method: 'POST', path: 'inventory/changes/batch-create', json })
}

/** Always the same for the same text, and shorter than Square takes: 128 of a key, 255 of a reference. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const wireOf = ({ variationId, locationId, quantity, from, to }: Adjustment, reference: string, at: Date) => ({
  reference_id: reference,
  catalog_object_id: variationId,
  location_id: locationId,
  quantity: String(quantity),
  from_state: from,
  to_state: to,
  occurred_at: at.toISOString(),
})

/** Whether Square has a change of this call among those of the last days. */
async function isThere({ calls }: Teller, call: PlannedCall): Promise<boolean> {
  const reference = hashOf(call.label)
  const ids = [...new Set(call.adjustments.map(({ variationId }) => variationId))]
  const since = new Date(calls.now().getTime() - 2 * OLDEST_CHANGE_MS).toISOString()
  let cursor: string | undefined
  do {
    const json = {
      catalog_object_ids: ids,
      types: ['ADJUSTMENT'],
      updated_after: since,
      limit: SIZES.changes,
      ...(cursor === undefined ? {} : { cursor }),
    }
    const path = 'inventory/changes/batch-retrieve'
    const read = await calls.read(wireChanges, { lane: 'read', method: 'POST', path, json })
    if (read?.value.changes.some(({ adjustment }) => adjustment?.reference_id === reference)) return true
    cursor = read?.value.cursor
  } while (cursor !== undefined)
  return false
}
