import { fetchJson, type Network, type RequestToMake } from '../fetch-whole.server.ts'
import { CALL_LASTS_MS } from './limits.ts'
import { wireError } from './wire.ts'

/** Asks Etsy, and reads the whole answer; the sentence that says why, when none came. */
export const fetchWhole = (network: Network, request: RequestToMake) =>
  fetchJson(network, request, { name: 'Etsy', lastsMs: CALL_LASTS_MS })

/** What Etsy says is wrong, in its own words; null when it says nothing. */
export function sentenceOf(body: unknown): string | null {
  const { data } = wireError.safeParse(body)
  return data ? [data.error, data.error_description].filter(Boolean).join(': ') : null
}
