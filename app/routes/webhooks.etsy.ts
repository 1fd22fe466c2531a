import type { ActionFunctionArgs } from '@remix-run/node'
import { verifyEtsyNotification } from '../channels/etsy/notification.server.ts'
import { env } from '../env.server.ts'
import { isRefusal } from '../kernel/refusal.ts'
import { systemClock } from '../kernel/system-clock.server.ts'
import { accountOf } from '../merchant/account.server.ts'
import { keepNotification } from '../sync/inbox.server.ts'
import { sync } from '../web-resources.server.ts'

/** 401 for what Etsy did not sign, and then nothing is kept; 200 for all else, or Etsy would send it again. */
export async function action({ request }: ActionFunctionArgs) {
  const secret = env().ETSY_WEBHOOK_SECRET
  if (!secret) return new Response(null, { status: 404 })
  const delivered = { body: await request.text(), headers: request.headers, secret, now: systemClock.now() }
  const notification = verifyEtsyNotification(delivered)
  if (isRefusal(notification)) return new Response(null, { status: notification.code === 'not-understood' ? 200 : 401 })
  const account = await accountOf(sync.db, 'etsy', notification.shopId)
  if (account && account.status !== 'off') await keepNotification(sync, account, notification)
  return new Response()
}
