import type { z } from 'zod'
import { assert } from '../../kernel/assert.ts'
import type { Clock, Random } from '../../kernel/clock.ts'
import { GiveUp, TryAgain } from '../../kernel/outage.ts'
import type { Reading } from '../bucket.ts'
import type { Tokens } from '../connector.ts'
import type { Lane } from '../lane.ts'
import type { Limiter } from '../limiter.server.ts'
import { type ChannelClock, openChannelClock } from './channel-clock.ts'
import type { RequestToMake } from '../fetch-whole.server.ts'
import { type Fault, faultOf, fetchWhole } from './fetch-whole.server.ts'
import { BACK_OFF, PATIENCE_MS, PER_SECOND, REST_MS, SECOND, SQUARE_VERSION } from './limits.ts'

export type SquareDeps = {
  fetch: (request: Request) => Promise<Response>
  limiter: Pick<Limiter, 'run'>
  clock: Clock
  random: Random
  tokens: Tokens
  /** Such as https://connect.squareup.com */
  url: string
  callsPerSecond?: number | undefined
}

export type Ask = {
  lane: Lane
  method?: 'GET' | 'POST'
  /** What follows `/v2/`. */
  path: string
  json?: unknown
}

/**
 * What became of a call. unsent: Square, or our limiter, said later, and nothing was done. lost: no answer, or one that
 * does not tell whether it was done.
 */
export type Reply =
  | { is: 'answer'; status: number; body: unknown; askedAt: Date }
  | { is: 'unsent'; afterMs: number; reason: string }
  | { is: 'lost'; reason: string }

/** `askedAt`: Square's own time when the question was put, or a little before. */
export type Read<T> = { value: T; askedAt: Date }

export type SquareCalls = {
  /** Makes a call and tells what became of it. Throws GiveUp when Square no longer lets us in. */
  send(ask: Ask): Promise<Reply>
  /** Reads something; null when Square does not know it. Throws TryAgain or GiveUp when it does not answer as it should. */
  read<T>(schema: z.ZodType<T>, ask: Ask): Promise<Read<T> | null>
  /** A time that has just passed on Square's clock. */
  now(): Date
}

type Calling = SquareDeps & { theirs: ChannelClock; pace: Pace }

/** Calls to one business: each passes the limiter, carries a token that is good, and teaches the limiter. */
export function openCalls(deps: SquareDeps): SquareCalls {
  const calling: Calling = { ...deps, theirs: openChannelClock(), pace: openPace(deps) }
  const send = async (ask: Ask): Promise<Reply> => {
    try {
      return await sendWithToken(calling, ask)
    } catch (error) {
      // The limiter's or the token's: in either case the call was not made.
      if (error instanceof TryAgain) return { is: 'unsent', afterMs: error.afterMs, reason: error.message }
      throw error
    }
  }
  return {
    send,
    read: async (schema, ask) => readFrom(await send(ask), { schema, path: ask.path }),
    now: () => calling.theirs.at(deps.clock.now()),
  }
}

async function sendWithToken(calling: Calling, ask: Ask): Promise<Reply> {
  const once = () =>
    calling.limiter.run({ lane: ask.lane, patienceMs: PATIENCE_MS }, (learn) => exchange(calling, ask, learn))
  const first = await once()
  if (!isRefused(first)) return first
  await calling.tokens.refused()
  const second = await once()
  if (isRefused(second)) throw new GiveUp('Square no longer lets us into this business.')
  return second
}

const isRefused = (reply: Reply): boolean => reply.is === 'answer' && reply.status === 401

async function exchange(calling: Calling, ask: Ask, learn: (reading: Reading) => void): Promise<Reply> {
  const { clock, theirs, pace } = calling
  const request = requestFor(calling, ask, await calling.tokens.accessToken())
  const started = clock.now()
  const answer = await fetchWhole(calling, request)
  if (typeof answer === 'string') return { is: 'lost', reason: answer }
  const received = clock.now()
  const said = new Date(answer.headers.get('date') ?? NaN)
  if (!Number.isNaN(said.getTime())) theirs.heard(said, received)
  const { code, sentence } = faultOf(answer.body) ?? { code: '', sentence: `HTTP ${answer.status}` }
  const limited = answer.status === 429 || code === 'RATE_LIMITED'
  const reading = limited ? pace.refused(answer.headers) : pace.taken()
  learn(reading)
  if (limited)
    return { is: 'unsent', afterMs: reading.retryAfterMs ?? REST_MS, reason: `Square asks us to wait: ${sentence}` }
  if (answer.status >= 500) return { is: 'lost', reason: `Square is not well: ${sentence}` }
  // The library is locked by somebody else's write: nothing was done.
  if (answer.status === 409) return { is: 'unsent', afterMs: REST_MS, reason: `Square asks us to wait: ${sentence}` }
  return { is: 'answer', status: answer.status, body: answer.body, askedAt: theirs.at(started) }
}

function requestFor({ url }: SquareDeps, ask: Ask, token: string): RequestToMake {
  const headers = new Headers({ authorization: `Bearer ${token}`, 'square-version': SQUARE_VERSION })
  if (ask.json !== undefined) headers.set('content-type', 'application/json')
  const body = ask.json === undefined ? null : JSON.stringify(ask.json)
  return { url: new URL(`/v2/${ask.path}`, url), method: ask.method ?? 'GET', headers, body }
}

function readFrom<T>(reply: Reply, { schema, path }: { schema: z.ZodType<T>; path: string }): Read<T> | null {
  if (reply.is === 'unsent') throw new TryAgain(reply.afterMs, reply.reason)
  if (reply.is === 'lost') throw new TryAgain(REST_MS, reply.reason)
  if (reply.status === 404) return null
  const { sentence }: Pick<Fault, 'sentence'> = faultOf(reply.body) ?? { sentence: `HTTP ${reply.status}` }
  if (reply.status === 403) throw new GiveUp(`Square does not allow it: ${sentence}`)
  assert(reply.status === 200, `Square did not understand ${path}: ${sentence}`)
  const parsed = schema.safeParse(reply.body)
  assert(parsed.success, `Square answered ${path} in a form we do not know: ${parsed.error?.issues[0]?.message}`)
  return { value: parsed.data, askedAt: reply.askedAt }
}

type Pace = { refused(headers: Headers): Reading; taken(): Reading }

const SLOWER = 0.7

/**
 * What Square's answers teach of a limit that nobody knows: turned away, we go slower at once and stay away for twice as
 * long as the last time, with chance in it, lest all who were turned away come back together. What is taken says that
 * the pace is good; the limiter believes that only after minutes.
 */
function openPace({ random, callsPerSecond = PER_SECOND }: SquareDeps): Pace {
  let inARow = 0
  let believed = callsPerSecond
  return {
    refused(headers) {
      const doubled = Math.min(BACK_OFF.mostMs, BACK_OFF.firstMs * 2 ** inARow)
      const said = Number(headers.get('retry-after') ?? 0) * 1_000
      inARow += 1
      believed = Math.max(1, believed * SLOWER)
      const retryAfterMs = Math.max(said || 0, doubled / 2 + (random() * doubled) / 2)
      return { limits: { [SECOND]: { limit: believed } }, retryAfterMs }
    },
    taken() {
      inARow = 0
      believed = callsPerSecond
      return { limits: { [SECOND]: { limit: callsPerSecond } } }
    },
  }
}
