import type { Clock } from '../../kernel/clock.ts'
import { CALL_LASTS_MS } from './limits.ts'
import { wireErrors, wireTokenError } from './wire.ts'

export type Network = { fetch: (request: Request) => Promise<Response>; clock: Clock }

export type RequestToMake = { url: URL; method: string; headers: Headers; body: URLSearchParams | string | null }

export type WholeAnswer = { status: number; headers: Headers; text: string }

/** Makes a request and reads the whole answer; the sentence that says why, when none came. */
export async function fetchWhole(
  { fetch, clock }: Network,
  { url, ...init }: RequestToMake,
): Promise<WholeAnswer | string> {
  const late = new AbortController()
  const callOff = clock.after(CALL_LASTS_MS, () => late.abort())
  try {
    const response = await fetch(new Request(url, { ...init, signal: late.signal }))
    const { status, headers } = response
    return { status, headers, text: await response.text() }
  } catch (error) {
    if (late.signal.aborted) return 'eBay did not answer in time.'
    // What fetch throws when the network fails; a TypeError of our own making has no cause.
    if (error instanceof TypeError && error.cause !== undefined) return `eBay cannot be reached: ${error.message}.`
    throw error
  } finally {
    callOff()
  }
}

/** Parsed JSON; null when it was none: a page for people, as a gateway sends it. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What eBay says is wrong, in its own words; null when it says nothing. */
export function sentenceOf(body: unknown): string | null {
  const first = wireErrors.safeParse(body).data?.errors[0]
  if (first) return first.longMessage ?? first.message
  const token = wireTokenError.safeParse(body).data
  return token ? [token.error, token.error_description].filter(Boolean).join(': ') : null
}
