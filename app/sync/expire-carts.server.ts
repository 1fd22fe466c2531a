import { isRefusal, refuse } from '../kernel/refusal.ts'
import { expireCart } from '../pool/cart.server.ts'
import { act } from './act.server.ts'
import type { Sync } from './facts.ts'

type Due = { merchantId: number; accountId: number; id: number; externalId: string }

const AT_ONCE = 50
// One that its shop front is at is looked at again.
const BUSY_MS = 100

/** Gives back the pieces of carts that were silent for too long. Returns when the next one is. */
export async function expireCarts(sync: Sync): Promise<Date | null> {
  const text = `SELECT merchant_id AS "merchantId", account_id AS "accountId", id, external_id AS "externalId" FROM cart
    WHERE status = 'active' AND until <= $1 ORDER BY until LIMIT ${AT_ONCE}`
  const due = (await sync.db.query<Due>({ name: 'carts-due', text, values: [sync.clock.now()] })).rows
  let left = false
  for (const { id, ...cart } of due) {
    const done = await act(sync, cart, async (tx, at) => {
      const lock = `SELECT FROM cart WHERE merchant_id = $1 AND id = $2 AND status = 'active' FOR UPDATE SKIP LOCKED`
      const free = await tx.query({ name: 'cart-to-expire', text: lock, values: [cart.merchantId, id] })
      return free.rowCount === 0 ? refuse('busy', 'Somebody is at it.') : expireCart(tx, { ...cart, at }, cart)
    })
    left ||= isRefusal(done)
  }
  const next = `SELECT min(until) AS at FROM cart WHERE status = 'active'`
  const at = (await sync.db.query<{ at: Date | null }>({ name: 'next-cart-due', text: next })).rows[0]?.at ?? null
  const soon = new Date(sync.clock.now().getTime() + BUSY_MS)
  return at && left && at < soon ? soon : at
}
