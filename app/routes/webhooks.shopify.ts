import type { ActionFunctionArgs } from '@remix-run/node'
import { receiveShopify } from '../shopify-webhooks.server.ts'
import { authenticate } from '../shopify.server.ts'

/** Every topic of shopify.app.toml. The library answers 401 to what Shopify did not sign, before anything is kept. */
export async function action({ request }: ActionFunctionArgs) {
  const triggeredAt = request.headers.get('x-shopify-triggered-at') ?? undefined
  const { topic, shop, payload, eventId, webhookId } = await authenticate.webhook(request)
  await receiveShopify({ topic, shop, payload, eventId, webhookId, triggeredAt })
  return new Response()
}
