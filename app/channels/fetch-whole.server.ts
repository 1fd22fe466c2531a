import type { Clock } from '../kernel/clock.ts'

export type Network = { fetch: (request: Request) => Promise<Response>; clock: Clock }

export type RequestToMake = { url: URL; method: string; headers: Headers; body: URLSearchParams | string | null }

/** An answer as it came, to its end. */
export type TextAnswer = { status: number; headers: Headers; text: string }

/** `body` is parsed JSON; null when it was none: a page for people, as a gateway sends it. */
export type JsonAnswer = { status: number; headers: Headers; body: unknown }

/** Whom it is asked of, as people call them, and after how long without an answer there is none, in milliseconds. */
export type Asked = { name: string; lastsMs: number }

/** Makes a request and reads the whole answer; the sentence that says why, when none came. */
export async function fetchText(
  { fetch, clock }: Network,
  { url, ...init }: RequestToMake,
  { name, lastsMs }: Asked,
): Promise<TextAnswer | string> {
  const late = new AbortController()
  const callOff = clock.after(lastsMs, () => late.abort())
  try {
    const response = await fetch(new Request(url, { ...init, signal: late.signal }))
    const { status, headers } = response
    return { status, headers, text: await response.text() }
  } catch (error) {
    if (late.signal.aborted) return `${name} did not answer in time.`
    // What fetch throws when the network fails; a TypeError of our own making has no cause.
    if (error instanceof TypeError && error.cause !== undefined) return `${name} cannot be reached: ${error.message}.`
    throw error
  } finally {
    callOff()
  }
}

/** The same, of a channel that answers in JSON. */
export async function fetchJson(network: Network, request: RequestToMake, asked: Asked): Promise<JsonAnswer | string> {
  const answer = await fetchText(network, request, asked)
  if (typeof answer === 'string') return answer
  const { status, headers, text } = answer
  return { status, headers, body: jsonOf(text) }
}

/** Parsed JSON; null when it was none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
