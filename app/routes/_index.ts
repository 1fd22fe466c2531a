import { redirect, type LoaderFunctionArgs } from '@remix-run/node'

// Shopify opens the application's address itself; only its query says for which shop.
export function loader({ request }: LoaderFunctionArgs) {
  const { searchParams } = new URL(request.url)
  if (searchParams.has('shop')) throw redirect(`/app?${searchParams}`)
  return new Response('Open this app from the Shopify admin.', { status: 400 })
}
