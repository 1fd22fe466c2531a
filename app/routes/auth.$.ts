import type { LoaderFunctionArgs } from '@remix-run/node'
import { authenticate } from '../shopify.server.ts'

// Serves the library's own pages: /auth/session-token (the bounce page) and /auth/exit-iframe.
export async function loader({ request }: LoaderFunctionArgs) {
  await authenticate.admin(request)
  return null
}
