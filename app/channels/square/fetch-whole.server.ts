import type { Clock } from '../../kernel/clock.ts'
import { CALL_LASTS_MS } from './limits.ts'
import { wireError } from './wire.ts'

export type Network = { fetch: (request: Request) => Promise<Response>; clock: Clock }

export type RequestToMake = { url: URL; method: string; headers: Headers; body: string | null }

/** `body` is parsed JSON; null when it was none: a page for people, as a gateway sends it. */
export type WholeAnswer = { status: number; headers: Headers; body: unknown }

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
    return { status, headers, body: jsonOf(await response.text()) }
  } catch (error) {
    if (late.signal.aborted) return 'Square did not answer in time.'
    // What fetch throws when the network fails; a TypeError of our own making has no cause.
    if (error instanceof TypeError && error.cause !== undefined) return `Square cannot be reached: ${error.message}.`
    throw error
  } finally {
    callOff()
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export type Fault = { code: string; sentence: string; field: string | null }

/** What Square says is wrong; null when it says nothing. Of several errors the first is the cause. */
export function faultOf(body: unknown): Fault | null {
  const [first] = wireError.safeParse(body).data?.errors ?? []
  if (!first) return null
  return { code: first.code, sentence: first.detail ?? first.code, field: first.field ?? null }
}
