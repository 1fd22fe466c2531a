import { fetchText, type Network, type RequestToMake } from '../fetch-whole.server.ts'
import { CALL_LASTS_MS } from './limits.ts'
import { wireErrors, wireTokenError } from './wire.ts'

/** Asks eBay, and reads the whole answer; the sentence that says why, when none came. */
export const fetchWhole = (network: Network, request: RequestToMake) =>
  fetchText(network, request, { name: 'eBay', lastsMs: CALL_LASTS_MS })

/** What eBay says is wrong, in its own words; null when it says nothing. */
export function sentenceOf(body: unknown): string | null {
  const first = wireErrors.safeParse(body).data?.errors[0]
  if (first) return first.longMessage ?? first.message
  const token = wireTokenError.safeParse(body).data
  return token ? [token.error, token.error_description].filter(Boolean).join(': ') : null
}
