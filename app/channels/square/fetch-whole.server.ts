import { fetchJson, type Network, type RequestToMake } from '../fetch-whole.server.ts'
import { CALL_LASTS_MS } from './limits.ts'
import { wireError } from './wire.ts'

/** Asks Square, and reads the whole answer; the sentence that says why, when none came. */
export const fetchWhole = (network: Network, request: RequestToMake) =>
  fetchJson(network, request, { name: 'Square', lastsMs: CALL_LASTS_MS })

export type Fault = { code: string; sentence: string; field: string | null }

/** What Square says is wrong; null when it says nothing. Of several errors the first is the cause. */
export function faultOf(body: unknown): Fault | null {
  const [first] = wireError.safeParse(body).data?.errors ?? []
  if (!first) return null
  return { code: first.code, sentence: first.detail ?? first.code, field: first.field ?? null }
}
