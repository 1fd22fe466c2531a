import { redirect, type LoaderFunctionArgs } from '@remix-run/node'
import { env } from '../env.server.ts'
import { storeThatBegan } from '../etsy-connection.server.ts'

/**
 * Etsy's consent comes back here, in a window of its own and without a session. It is only sent on into the admin, where
 * the person's session is: what it says is used there, or not at all.
 */
export async function loader({ request }: LoaderFunctionArgs) {
  const { searchParams } = new URL(request.url)
  const store = await storeThatBegan(searchParams.get('state'))
  if (!store)
    return new Response('This connection was not started from Vitrine. Start again from Channels.', { status: 400 })
  const consent = new URLSearchParams()
  for (const name of ['state', 'code', 'error']) {
    const value = searchParams.get(name)
    if (value) consent.set(name, value)
  }
  return redirect(`https://admin.shopify.com/store/${store}/apps/${env().SHOPIFY_API_KEY}/app/channels/etsy?${consent}`)
}
