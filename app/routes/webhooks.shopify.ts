import type { ActionFunctionArgs } from '@remix-run/node'
import { receiveShopify } from '../shopify-webhooks.server.ts'
import { authenticate } from '../shopify.server.ts'

/** Every topic of shopify.app.toml. 401 to what Shopify did not sign, before anything is kept. */
export async function action({ request }: ActionFunctionArgs) {
  // To the library it lacks a header, 400; to us it is as good as forged.
  if (!request.headers.get('x-shopify-hmac-sha256')) return new Response(null, { status: 401 })
  const triggeredAt = request.headers.get('x-shopify-triggered-at') ?? undefined
  const { topic, shop, payload, eventId, webhookId } = await authenticate.webhook(request)
  await receiveShopify({ topic, shop, payload, eventId, webhookId, triggeredAt })
  return new Response()
}
