import type { GetToken } from './id-token.ts'

const ASK_AGAIN = 'x-shopify-retry-invalid-session-request'
const ELSEWHERE = 'x-shopify-api-request-failure-reauthorize-url'

/**
 * Replaces `fetch`: the token goes with every request to the app's own origin or a name below it, and nowhere else; a
 * 401 that asks for it is repeated once with a new token. (Shopify: App Bridge, "automatic authorization".)
 */
export function wrapFetch(idToken: GetToken): void {
  const plain = window.fetch.bind(window)
  window.fetch = async (input, init) => {
    if (String(input instanceof Request ? input.url : input).startsWith('shopify:'))
      throw new TypeError('The sandbox admin has no direct API access: ask through the app.')
    const request = new Request(input, init)
    if (!isOurs(new URL(request.url)) || request.headers.has('authorization')) return plain(input, init)
    const send = async (fresh: boolean) => {
      const copy = request.clone()
      copy.headers.set('authorization', `Bearer ${await idToken({ fresh })}`)
      return plain(copy)
    }
    const response = await send(false)
    if (response.status === 401 && response.headers.has(ASK_AGAIN)) {
      // Chromium reports a response whose body nobody read as a failed request.
      await response.text()
      return follow(await send(true))
    }
    return follow(response)
  }
}

function isOurs(url: URL): boolean {
  return url.origin === location.origin || (url.protocol === 'https:' && url.hostname.endsWith(`.${location.hostname}`))
}

function follow(response: Response): Response {
  const elsewhere = response.headers.get(ELSEWHERE)
  if (elsewhere) window.open(elsewhere, '_top')
  return response
}
