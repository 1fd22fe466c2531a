import { checkoutGone, checkoutOf } from './channels/shopify/checkout.ts'
import { topicOf } from './channels/shopify/notification.ts'
import { accountOf } from './merchant/account.server.ts'
import { sayCheckout } from './sync/checkouts.server.ts'
import type { Sync } from './sync/facts.ts'

type Received = { topic: string; shop: string; payload: unknown; triggeredAt?: string | undefined }

/**
 * What a verified webhook tells of a checkout. Shopify does not let one be read, so what its news says is all there is. It
 * is a wish, and books nothing but a reservation with an end.
 */
export async function takeInCheckout(sync: Sync, { topic, shop, payload, triggeredAt }: Received): Promise<void> {
  const account = await accountOf(sync.db, 'shopify', shop)
  if (!account || account.status === 'off') return
  if (topicOf(topic) !== 'checkouts/delete') {
    const checkout = checkoutOf(payload)
    if (checkout) await sayCheckout(sync, account, checkout)
    return
  }
  const token = checkoutGone(payload)
  const version = Date.parse(triggeredAt ?? '') || sync.clock.now().getTime()
  if (token) await sayCheckout(sync, account, { token, version, over: false, lines: [] })
}
