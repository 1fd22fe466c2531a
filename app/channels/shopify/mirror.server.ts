import { createHash } from 'node:crypto'
import type { MirrorChange, MirrorOutcome } from '../connector.ts'
import type { Lane } from '../lane.ts'
import type { AdminApi } from './admin-api.server.ts'
import { planMirror, type PlannedCall } from './plan-mirror.ts'
import { ADJUST_QUANTITIES, MOVE_QUANTITIES } from './wire-moves.ts'

/**
 * Makes a change of ours happen in Shopify, once for its key within a day (IDEMPOTENCY_WINDOW_MS): whatever was
 * answered, the same change may be sent again. A change that takes several calls stops at the first that is not
 * accepted; sent again, those before it are repeats and do nothing.
 */
export async function mirror(api: AdminApi, change: MirrorChange): Promise<MirrorOutcome> {
  // What leaves the shop's shelves goes first: until then a buyer there can still have it.
  const lane: Lane = change.moves.some(({ from }) => from === 'available') ? 'urgent' : 'write'
  for (const call of planMirror(change)) {
    const outcome = await perform(api, call, { key: change.key, lane })
    if (outcome.outcome !== 'accepted') return outcome
  }
  return ACCEPTED
}

const ACCEPTED: MirrorOutcome = { outcome: 'accepted', reason: null }

// The same call is at work elsewhere, or nobody is: its key is good later.
const UNSETTLED = new Set(['IDEMPOTENCY_CONCURRENT_REQUEST', 'SERVICE_UNAVAILABLE'])
// "Try again", says Shopify; but a refused key is spent.
const ANEW = new Set(['MOVE_QUANTITIES_FAILED', 'ADJUST_QUANTITIES_FAILED'])
const SPENT = 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'
const MOST_KEYS = 20

async function perform(
  api: AdminApi,
  call: PlannedCall,
  { key, lane }: { key: string; lane: Lane },
): Promise<MirrorOutcome> {
  let anew = 1
  let reason = ''
  for (let n = 0; n < MOST_KEYS; n += 1) {
    const operation = call.does === 'move' ? MOVE_QUANTITIES : ADJUST_QUANTITIES
    const told = await api.tell(operation, { input: call.input, key: keyOf(`${key} ${call.label} ${n}`) }, lane)
    if ('unanswered' in told) return { outcome: 'unknown', reason: told.unanswered }
    const [error] = told.data
    if (!error) return ACCEPTED
    const code = error.code ?? ''
    if (UNSETTLED.has(code)) return { outcome: 'unknown', reason: error.message }
    // A spent key is one of an attempt that was refused, so nothing happened under it: the next is as good.
    if (code !== SPENT) reason = [...new Set(told.data.map(({ message }) => message))].join(' ')
    if (code !== SPENT && !(ANEW.has(code) && anew-- > 0)) break
  }
  return { outcome: 'rejected', reason: reason || 'Shopify has refused this too often today.' }
}

/** A UUID (version 8: of one's own making) that is always the same for the same text. */
function keyOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
