import { isRefusal } from '../kernel/refusal.ts'
import type { Account } from '../merchant/account.server.ts'
import { putBufferRight, wrongBuffers } from '../pool/rule-buffer.server.ts'
import { act } from './act.server.ts'
import type { Sync } from './facts.ts'

/**
 * Brings what is kept back from a channel with a ledger of its own to what its rules say: pieces go from available to
 * safety stock where they lie, in the merchant's order of places, and come back when the rule ends. Returns how many
 * items were put right; call again while it is not 0.
 */
export async function keepBuffers(sync: Sync, account: Account): Promise<number> {
  let right = 0
  for (const wrong of await wrongBuffers(sync.db, account, sync.clock.now())) {
    const done = await act(sync, account, (tx, at) => putBufferRight(tx, { ...wrong, account, at }))
    if (!isRefusal(done) && done.done) right += 1
  }
  return right
}
