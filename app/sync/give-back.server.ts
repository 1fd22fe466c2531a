import { closeIncident } from '../incidents/incident.server.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { giveBack } from '../orders/give-back.server.ts'
import { attempted } from './act.server.ts'
import type { Decider } from './decisions.server.ts'
import type { Sync } from './facts.ts'
import { wake } from './wake.server.ts'

const NOTHING = {}

/** A person says which pieces of an order came back, where the channel cannot. Every other channel sees them at once. */
export async function giveBackPieces(
  sync: Sync,
  who: Decider,
  given: { orderId: number; token?: string; lines: { lineId: number; quantity: number }[] },
): Promise<Refusal | undefined> {
  const at = sync.clock.now()
  const done = await attempted(sync, async (tx) => {
    const given_ = await giveBack(tx, { merchantId: who.merchantId, ...given, at })
    if (isRefusal(given_)) return given_
    const text = `SELECT 'order/' || account_id || '/' || external_id AS subject FROM channel_order WHERE merchant_id = $1 AND id = $2`
    const { rows } = await tx.query<{ subject: string }>({ text, values: [who.merchantId, given.orderId] })
    const which = { merchantId: who.merchantId, kind: 'unclear-order' as const, subject: rows[0]?.subject ?? '' }
    await closeIncident(tx, which, { actor: who.actor, sentence: 'A person said which pieces came back.', at })
    return NOTHING
  })
  await wake(sync.db, who.merchantId)
  return isRefusal(done) ? done : undefined
}
