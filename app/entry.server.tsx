import { PassThrough } from 'node:stream'
import { createReadableStreamFromReadable, type EntryContext, type HandleErrorFunction } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { isbot } from 'isbot'
import { renderToPipeableStream } from 'react-dom/server'
import { systemClock } from './kernel/system-clock.server.ts'
import { log } from './log.server.ts'
import { addDocumentResponseHeaders } from './shopify.server.ts'

const GIVE_UP_AFTER_MS = 5_000

export default function handleRequest(request: Request, status: number, headers: Headers, context: EntryContext) {
  addDocumentResponseHeaders(request, headers)
  // A reader who does not run scripts gets the page whole; everybody else from its first complete frame on.
  const whole = isbot(request.headers.get('user-agent'))
  return new Promise<Response>((resolve, reject) => {
    const answer = () => {
      const body = new PassThrough()
      headers.set('Content-Type', 'text/html')
      resolve(new Response(createReadableStreamFromReadable(body), { headers, status }))
      pipe(body)
    }
    const { pipe, abort } = renderToPipeableStream(<RemixServer context={context} url={request.url} />, {
      onShellReady: () => !whole && answer(),
      onAllReady() {
        callOff()
        if (whole) answer()
      },
      onShellError: reject,
      onError: (error) => log.error({ err: error }, 'A page could not be drawn.'),
    })
    const callOff = systemClock.after(GIVE_UP_AFTER_MS, abort)
  })
}

/** Told of what a loader or an action threw. A reader who left is no error. */
export const handleError: HandleErrorFunction = (error, { request }) => {
  if (request.signal.aborted) return
  log.error({ err: error, method: request.method, path: new URL(request.url).pathname }, 'A request failed.')
}
