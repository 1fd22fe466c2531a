import { z } from 'zod'
import { buyerAsked } from './buyers-asked.server.ts'
import { shopifyNotification, topicOf, type ShopifyWebhook } from './channels/shopify/notification.ts'
import { systemClock } from './kernel/system-clock.server.ts'
import { log } from './log.server.ts'
import { accountOf, accountsOf } from './merchant/account.server.ts'
import { forgetShop } from './merchant/compliance.server.ts'
import { takeInCheckout } from './shopify-checkouts.server.ts'
import { disconnect } from './sync/decisions.server.ts'
import { keepNotification } from './sync/inbox.server.ts'
import { sync } from './web-resources.server.ts'

type Received = Omit<ShopifyWebhook, 'receivedAt'>

/** Does what a verified webhook of Shopify's asks for: at once where the law or the merchant asks, else by the inbox. */
export async function receiveShopify(received: Received): Promise<void> {
  const { shop } = received
  switch (topicOf(received.topic)) {
    case 'app/uninstalled':
      return leave(shop)
    case 'app/scopes_update':
      return keepScopes(received)
    case 'shop/redact':
      return forgetShop(sync.db, shop)
    // Orders hold what was sold and where, and a notification only ids; a remark may name somebody.
    case 'customers/data_request':
    case 'customers/redact':
      return buyerAsked(sync, { shop, topic: topicOf(received.topic), payload: received.payload }, log)
    case 'checkouts/create':
    case 'checkouts/update':
    case 'checkouts/delete':
      return takeInCheckout(sync, received)
    default:
      return keep(received)
  }
}

/** Stops every write at once, on every channel: nobody is left to look at them. The tokens are useless now, and go. */
async function leave(shop: string): Promise<void> {
  await sync.db.query({ text: 'DELETE FROM "Session" WHERE shop = $1', values: [shop] })
  const account = await accountOf(sync.db, 'shopify', shop)
  for (const each of account ? await accountsOf(sync.db, account.merchantId) : []) await disconnect(sync, each)
}

const scopesUpdate = z.object({ current: z.array(z.string()) })

/** What the merchant lets us do from now on; the session says so to whoever asks. */
async function keepScopes({ shop, payload }: Received): Promise<void> {
  const scope = scopesUpdate.parse(payload).current.join(',')
  await sync.db.query({ text: 'UPDATE "Session" SET scope = $2 WHERE shop = $1', values: [shop, scope] })
}

async function keep(received: Received): Promise<void> {
  const notification = shopifyNotification({ ...received, receivedAt: systemClock.now() })
  const account = await accountOf(sync.db, 'shopify', received.shop)
  if (notification && account && account.status !== 'off') await keepNotification(sync, account, notification)
}
