/**
 * The world outside, at the addresses the environment gives it: requests to https://<shop>.myshopify.com/… go to
 * `shopifyAddress` when there is one, with the shop's name in a header, and all others where they are addressed to.
 */
export function outside(shopifyAddress: string | undefined): typeof fetch {
  if (!shopifyAddress) return fetch
  return async (input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input)
    if (!asked.hostname.endsWith('.myshopify.com')) return fetch(input, init)
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
    headers.set('x-forwarded-host', asked.hostname)
    return fetch(new URL(asked.pathname + asked.search, shopifyAddress), { ...init, headers })
  }
}
