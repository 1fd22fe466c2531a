import { isRefusal } from '../kernel/refusal.ts'
import type { Account } from '../merchant/account.server.ts'
import { putCart } from '../pool/cart.server.ts'
import { holdPolicyOf } from '../pool/hold-policy.server.ts'
import { act } from './act.server.ts'
import { itemsOf } from './cart-calls.server.ts'
import type { Sync } from './facts.ts'

export type CheckoutSaid = { token: string; version: number; over: boolean; lines: { sku: string; quantity: number }[] }

/**
 * Keeps aside on the other channels what lies in a checkout of a channel's own, where the merchant wants that. What we do
 * not know, or is not there, is left out: nobody can be told. One that has been paid is told of by its order.
 */
export async function sayCheckout(sync: Sync, account: Account, checkout: CheckoutSaid): Promise<void> {
  const owner = { merchantId: account.merchantId, accountId: account.id }
  const { checkouts } = await holdPolicyOf(sync.db, owner.merchantId)
  if (!checkouts || checkout.over) return
  const known = await Promise.all(checkout.lines.map((line) => itemsOf(sync.db, owner, [line])))
  const sums = new Map<number, number>()
  for (const { itemId, quantity } of known.flatMap((one) => (isRefusal(one) ? [] : one)))
    sums.set(itemId, (sums.get(itemId) ?? 0) + quantity)
  const lines = [...sums].map(([itemId, quantity]) => ({ itemId, quantity }))
  const asked = { externalId: checkout.token, version: checkout.version, lines }
  await act(sync, owner, (tx, at) => putCart(tx, { ...owner, at }, asked))
}
