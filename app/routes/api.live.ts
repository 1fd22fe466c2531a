import type { LoaderFunctionArgs } from '@remix-run/node'
import { liveStream } from '../live-stream.server.ts'
import { visit } from '../visit.server.ts'
import { changes } from '../web-resources.server.ts'
import { systemClock } from '../kernel/system-clock.server.ts'

// Only fetch carries the session token (EventSource cannot), and it is looked at once, when the stream is opened: so
// the stream ends when the token does, and the page opens another with a new one.
export async function loader({ request }: LoaderFunctionArgs) {
  const { merchant, until } = await visit(request)
  const body = liveStream({
    subscribe: (tell) => changes.subscribe(merchant.id, tell),
    until,
    clock: systemClock,
    left: request.signal,
  })
  // Not no-store: Chromium then tells of every stream that ends as of a failed request.
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' } })
}
