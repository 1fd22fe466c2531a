import { createHash } from 'node:crypto'
import { TryAgain } from '../../kernel/outage.ts'
import type { MirrorOutcome } from '../connector.ts'
import type { SquareCalls } from './call.server.ts'
import { faultOf } from './fetch-whole.server.ts'
import { SIZES } from './limits.ts'
import { wireCounts } from './wire.ts'

/** "There are `quantity` of this at that place." `expected`: the number that was looked at when it was decided. */
export type Recount = { key: string; variationId: string; locationId: string; quantity: number; expected: number }

export type RecountOutcome = MirrorOutcome | { outcome: 'changed'; reason: string; shown: number }

/**
 * Sets Square's number, for repair alone: a count overwrites whatever happened before it, a sale that a till without
 * network has not told of yet too. So it is read in the same breath, and one that is not as expected is left alone.
 */
export async function recount(calls: SquareCalls, given: Recount): Promise<RecountOutcome> {
  const { key, variationId, locationId, quantity, expected } = given
  const shown = await countOf(calls, given)
  if (shown !== expected) return { outcome: 'changed', reason: `Square has ${shown}, ${expected} was expected.`, shown }
  const count = {
    catalog_object_id: variationId,
    location_id: locationId,
    state: 'IN_STOCK',
    quantity: String(quantity),
  }
  const json = {
    idempotency_key: createHash('sha256').update(key).digest('hex'),
    // Or a count equal to the last one is ignored, whatever was sold since.
    ignore_unchanged_counts: false,
    changes: [{ type: 'PHYSICAL_COUNT', physical_count: { ...count, occurred_at: calls.now().toISOString() } }],
  }
  const path = 'inventory/changes/batch-create'
  const reply = await calls.send({ lane: 'write', method: 'POST', path, json })
  if (reply.is === 'unsent') throw new TryAgain(reply.afterMs, reply.reason)
  if (reply.is === 'lost') return { outcome: 'unknown', reason: reply.reason }
  if (reply.status < 300) return { outcome: 'accepted', reason: null }
  return { outcome: 'rejected', reason: faultOf(reply.body)?.sentence ?? `HTTP ${reply.status}` }
}

async function countOf(calls: SquareCalls, { variationId, locationId }: Recount): Promise<number> {
  const asked = { catalog_object_ids: [variationId], location_ids: [locationId], states: ['IN_STOCK'] }
  const path = 'inventory/counts/batch-retrieve'
  const json = { ...asked, limit: SIZES.counts }
  const read = await calls.read(wireCounts, { lane: 'write', method: 'POST', path, json })
  return read?.value.counts[0]?.quantity ?? 0
}
