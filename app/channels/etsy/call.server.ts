import type { z } from 'zod'
import { assert } from '../../kernel/assert.ts'
import type { Clock } from '../../kernel/clock.ts'
import { GiveUp, TryAgain } from '../../kernel/outage.ts'
import type { Reading } from '../bucket.ts'
import type { Tokens } from '../connector.ts'
import type { Limiter } from '../limiter.server.ts'
import type { RequestToMake } from '../fetch-whole.server.ts'
import { fetchWhole, sentenceOf } from './fetch-whole.server.ts'
import { LONGEST_WAIT_MS, PATIENCE_MS, REST_MS } from './limits.ts'
import { type WireHeaders, wireHeaders } from './wire.ts'

// Plain fetch, and of etsy-ts its types alone. It can be pointed at another address and given our fetch, but then axios
// stands between: 0.15 ms of CPU a call in place of 0.04 (a replay makes hundreds of thousands), and an answer that
// never came is an AxiosError among others, where we must know whether a write may have happened.

export type EtsyDeps = {
  fetch: (request: Request) => Promise<Response>
  limiter: Pick<Limiter, 'run'>
  clock: Clock
  tokens: Tokens
  /** Such as https://openapi.etsy.com */
  apiUrl: string
  keystring: string
  sharedSecret: string
}

export type Lane = Parameters<Limiter['run']>[0]['lane']

export type Ask = {
  lane: Lane
  method?: 'GET' | 'PUT' | 'PATCH' | 'POST'
  /** What follows `/v3/application/`. */
  path: string
  query?: Record<string, string | number | boolean>
  json?: unknown
  form?: Record<string, string>
}

/**
 * What became of a call. unsent: Etsy, or our limiter, said later, and nothing was done. lost: no answer, or one that
 * does not tell whether it was done.
 */
export type Reply =
  | { is: 'answer'; status: number; body: unknown; askedAt: Date }
  | { is: 'unsent'; afterMs: number; reason: string }
  | { is: 'lost'; reason: string }

/** `askedAt`: Etsy's own time when the question was put, or a little before. */
export type Read<T> = { value: T; askedAt: Date }

export type EtsyCalls = {
  /** Makes a call and tells what became of it. Throws GiveUp when Etsy no longer lets us in. */
  send(ask: Ask): Promise<Reply>
  /** Reads something; null when Etsy does not know it. Throws TryAgain or GiveUp when it does not answer as it should. */
  read<T>(schema: z.ZodType<T>, ask: Ask): Promise<Read<T> | null>
}

/** Calls to one shop's Etsy account: each passes the limiter, carries a token that is good, and teaches the limiter. */
export function openCalls(deps: EtsyDeps): EtsyCalls {
  const send = async (ask: Ask): Promise<Reply> => {
    try {
      return await sendWithToken(deps, ask)
    } catch (error) {
      // The limiter's or the token's: in either case the call was not made.
      if (error instanceof TryAgain) return { is: 'unsent', afterMs: error.afterMs, reason: error.message }
      throw error
    }
  }
  return { send, read: async (schema, ask) => readFrom(await send(ask), { schema, path: ask.path }) }
}

async function sendWithToken(deps: EtsyDeps, ask: Ask): Promise<Reply> {
  const once = () =>
    deps.limiter.run({ lane: ask.lane, patienceMs: PATIENCE_MS }, (learn) => exchange(deps, ask, learn))
  const first = await once()
  if (!isRefused(first)) return first
  await deps.tokens.refused()
  const second = await once()
  if (isRefused(second)) throw new GiveUp('Etsy no longer lets us into this shop.')
  return second
}

const isRefused = (reply: Reply): boolean => reply.is === 'answer' && reply.status === 401

async function exchange(deps: EtsyDeps, ask: Ask, learn: (reading: Reading) => void): Promise<Reply> {
  const request = requestFor(deps, ask, await deps.tokens.accessToken())
  const started = deps.clock.now()
  const answer = await fetchWhole(deps, request)
  if (typeof answer === 'string') return { is: 'lost', reason: answer }
  const headers = headersOf(answer.headers)
  const reading = readingOf(answer.status, headers)
  learn(reading)
  const sentence = sentenceOf(answer.body) ?? `HTTP ${answer.status}`
  if (answer.status === 429) {
    return { is: 'unsent', afterMs: reading.retryAfterMs ?? REST_MS, reason: `Etsy asks us to wait: ${sentence}` }
  }
  if (answer.status >= 500) return { is: 'lost', reason: `Etsy is not well: ${sentence}` }
  // Etsy's clock is in whole seconds, rounded down, and was read at the end of the call: what was changed while it
  // lasted may not be in the answer.
  const tookMs = deps.clock.now().getTime() - started.getTime()
  const askedAt = headers.date ? new Date(headers.date.getTime() - tookMs) : started
  return { is: 'answer', status: answer.status, body: answer.body, askedAt }
}

function requestFor({ apiUrl, keystring, sharedSecret }: EtsyDeps, ask: Ask, token: string): RequestToMake {
  const url = new URL(`/v3/application/${ask.path}`, apiUrl)
  for (const [name, value] of Object.entries(ask.query ?? {})) url.searchParams.set(name, String(value))
  // The secret is part of the key since February 2026 (specification, securitySchemes.api_key).
  const headers = new Headers({ 'x-api-key': `${keystring}:${sharedSecret}`, authorization: `Bearer ${token}` })
  if (ask.json !== undefined) headers.set('content-type', 'application/json')
  const body = ask.form ? new URLSearchParams(ask.form) : ask.json === undefined ? null : JSON.stringify(ask.json)
  return { url, method: ask.method ?? 'GET', headers, body }
}

const headersOf = (headers: Headers): WireHeaders =>
  wireHeaders.parse(
    Object.fromEntries(Object.keys(wireHeaders.shape).map((name) => [name, headers.get(name) ?? undefined])),
  )

/** What the limiter is to learn: https://developers.etsy.com/documentation/essentials/rate-limits. */
function readingOf(status: number, headers: WireHeaders): Reading {
  const limits = {
    second: { limit: headers['x-limit-per-second'], remaining: headers['x-remaining-this-second'] },
    day: { limit: headers['x-limit-per-day'], remaining: headers['x-remaining-today'] },
  }
  if (status !== 429) return { limits }
  return { limits, retryAfterMs: Math.min((headers['retry-after'] ?? 1) * 1_000, LONGEST_WAIT_MS) }
}

function readFrom<T>(reply: Reply, { schema, path }: { schema: z.ZodType<T>; path: string }): Read<T> | null {
  if (reply.is === 'unsent') throw new TryAgain(reply.afterMs, reply.reason)
  if (reply.is === 'lost') throw new TryAgain(REST_MS, reply.reason)
  if (reply.status === 404) return null
  const sentence = sentenceOf(reply.body) ?? `HTTP ${reply.status}`
  if (reply.status === 403) throw new GiveUp(`Etsy does not allow it: ${sentence}`)
  assert(reply.status === 200, `Etsy did not understand ${path}: ${sentence}`)
  const parsed = schema.safeParse(reply.body)
  assert(parsed.success, `Etsy answered ${path} in a form we do not know: ${parsed.error?.issues[0]?.message}`)
  return { value: parsed.data, askedAt: reply.askedAt }
}
