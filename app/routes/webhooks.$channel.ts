import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { isRefusal } from '../kernel/refusal.ts'
import { systemClock } from '../kernel/system-clock.server.ts'
import { accountOf } from '../merchant/account.server.ts'
import { keepNotification } from '../sync/inbox.server.ts'
import { channels, sync } from '../web-resources.server.ts'

const newsOf = (channel = '') => channels.get(channel)?.news ?? null

/** The question by which a channel makes sure that this address is ours. */
export function loader({ request, params }: LoaderFunctionArgs) {
  const answer = newsOf(params['channel'])?.challenge(new URL(request.url))
  return answer ? Response.json(answer) : new Response(null, { status: 404 })
}

/** What its channel did not sign is turned away, and nothing is kept; 200 for all else, or it would be sent again. */
export async function action({ request, params }: ActionFunctionArgs) {
  const { channel = '' } = params
  const news = newsOf(channel)
  if (!news) return new Response(null, { status: 404 })
  const told = await news.verify({ body: await request.text(), headers: request.headers, now: systemClock.now() })
  if (isRefusal(told)) return new Response(null, { status: told.code === 'not-understood' ? 200 : news.refusedWith })
  const { shop, ...notification } = told
  const account = await accountOf(sync.db, channel, shop)
  if (account && account.status !== 'off') await keepNotification(sync, account, notification)
  return new Response()
}
