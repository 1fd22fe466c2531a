import { redirect, type LoaderFunctionArgs } from '@remix-run/node'
import { storeThatBegan } from '../channel-connection.server.ts'
import { env } from '../env.server.ts'

/**
 * A channel's consent comes back here, in a window of its own and without a session. It is only sent on into the admin,
 * where the person's session is: what it says is used there, or not at all.
 */
export async function loader({ request, params }: LoaderFunctionArgs) {
  const { channel = '' } = params
  const { searchParams } = new URL(request.url)
  const store = await storeThatBegan(channel, searchParams.get('state'))
  if (!store)
    return new Response('This connection was not started from Vitrine. Start again from Channels.', { status: 400 })
  const consent = new URLSearchParams()
  for (const name of ['state', 'code', 'error']) {
    const value = searchParams.get(name)
    if (value) consent.set(name, value)
  }
  const admin = `https://admin.shopify.com/store/${store}/apps/${env().SHOPIFY_API_KEY}`
  return redirect(`${admin}/app/connect/${encodeURIComponent(channel)}?${consent}`)
}
