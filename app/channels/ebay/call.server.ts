import type { z } from 'zod'
import { assert } from '../../kernel/assert.ts'
import type { Clock } from '../../kernel/clock.ts'
import { GiveUp, TryAgain } from '../../kernel/outage.ts'
import { childrenOf, type Element, readXml, tag, textAt, type Xml } from '../../kernel/xml.ts'
import type { Tokens } from '../connector.ts'
import type { Limiter } from '../limiter.server.ts'
import { jsonOf, type RequestToMake, type TextAnswer } from '../fetch-whole.server.ts'
import { fetchWhole, sentenceOf } from './fetch-whole.server.ts'
import { type Api, LONGEST_WAIT_MS, PATIENCE_MS, REST_MS } from './limits.ts'

export type EbayDeps = {
  fetch: (request: Request) => Promise<Response>
  /** Each API has a budget of its own. */
  limiters: Record<Api, Pick<Limiter, 'run'>>
  clock: Clock
  tokens: Tokens
  /** Such as https://api.ebay.com */
  apiUrl: string
}

export type Lane = Parameters<Limiter['run']>[0]['lane']

export type Ask = {
  api: Api
  lane: Lane
  method?: 'GET' | 'POST' | 'PUT'
  /** From its root: `/sell/inventory/v1/offer`. */
  path: string
  query?: Record<string, string | number>
  json?: unknown
}

export type TradingAsk = { lane: Lane; name: string; content: Xml[] }

/**
 * What became of a call. unsent: eBay, or our limiter, said later, and nothing was done. lost: no answer, or one that
 * does not tell whether it was done.
 */
export type Reply<T> =
  | { is: 'answer'; value: T; askedAt: Date }
  | { is: 'unsent'; afterMs: number; reason: string }
  | { is: 'lost'; reason: string }

export type RestAnswer = { status: number; body: unknown }

/** `askedAt`: eBay's own time when the question was put, or a little before. */
export type Read<T> = { value: T; askedAt: Date }

export type EbayCalls = {
  clock: Clock
  /** Makes a call and tells what became of it. Throws GiveUp when eBay no longer lets us in. */
  send(ask: Ask): Promise<Reply<RestAnswer>>
  /** Reads something; null when eBay does not know it. Throws TryAgain or GiveUp when it does not answer as it should. */
  read<T>(schema: z.ZodType<T>, ask: Ask): Promise<Read<T> | null>
  /** A call of the Trading API, with what it answered, errors in it and all. */
  trade(ask: TradingAsk): Promise<Reply<Element>>
  /** The same for a question. Throws TryAgain or GiveUp when it is not answered as it should be; null: the item is not there. */
  readTrading(ask: TradingAsk): Promise<Read<Element> | null>
}

/** Calls to one seller's eBay account: each passes its API's limiter, and carries a token that is good. */
export function openCalls(deps: EbayDeps): EbayCalls {
  const send = (ask: Ask) => asReply(withToken(deps, ask, restCall(deps, ask)))
  const trade = (ask: TradingAsk) => asReply(withToken(deps, { api: 'trading', ...ask }, tradingCall(deps, ask)))
  return {
    clock: deps.clock,
    send,
    trade,
    read: async (schema, ask) => readFrom(await send(ask), { schema, path: ask.path }),
    readTrading: async (ask) => tradingRead(await trade(ask), ask.name),
  }
}

async function asReply<T>(call: Promise<Reply<T>>): Promise<Reply<T>> {
  try {
    return await call
  } catch (error) {
    // The limiter's or the token's: in either case the call was not made.
    if (error instanceof TryAgain) return { is: 'unsent', afterMs: error.afterMs, reason: error.message }
    throw error
  }
}

/** One kind of call: how it is put, what its answer says, and whether that is that the token is not good. */
type Kind<T> = {
  request: (token: string) => RequestToMake
  understand: (answer: TextAnswer) => Reply<T> | T
  refused: (value: T) => boolean
}

async function withToken<T>(deps: EbayDeps, { api, lane }: { api: Api; lane: Lane }, kind: Kind<T>): Promise<Reply<T>> {
  const once = () => deps.limiters[api].run({ lane, patienceMs: PATIENCE_MS }, (learn) => exchange(deps, kind, learn))
  const isRefused = (reply: Reply<T>) => reply.is === 'answer' && kind.refused(reply.value)
  const first = await once()
  if (!isRefused(first)) return first
  await deps.tokens.refused()
  const second = await once()
  if (isRefused(second)) throw new GiveUp('eBay no longer lets us into this account.')
  return second
}

async function exchange<T>(
  deps: EbayDeps,
  kind: Kind<T>,
  learn: (lesson: { retryAfterMs: number }) => void,
): Promise<Reply<T>> {
  const request = kind.request(await deps.tokens.accessToken())
  const started = deps.clock.now()
  const answer = await fetchWhole(deps, request)
  if (typeof answer === 'string') return { is: 'lost', reason: answer }
  const understood = understoodBy(kind, answer)
  if (understood.is === 'unsent') learn({ retryAfterMs: understood.afterMs })
  if (understood.is !== 'answer') return understood
  // Its clock is in whole seconds, rounded down, and was read at the end of the call: what was changed while it lasted
  // may not be in the answer.
  const date = Date.parse(answer.headers.get('date') ?? '')
  const tookMs = deps.clock.now().getTime() - started.getTime()
  return { ...understood, askedAt: Number.isNaN(date) ? started : new Date(date - tookMs) }
}

function understoodBy<T>(kind: Kind<T>, answer: TextAnswer): Reply<T> {
  const { status, headers } = answer
  const sentence = () => sentenceOf(jsonOf(answer.text)) ?? `HTTP ${status}`
  if (status === 429) {
    const afterMs = Math.min(Number(headers.get('retry-after') ?? NaN) * 1_000 || REST_MS, LONGEST_WAIT_MS)
    return { is: 'unsent', afterMs, reason: `eBay asks us to wait: ${sentence()}` }
  }
  if (status >= 500) return { is: 'lost', reason: `eBay is not well: ${sentence()}` }
  const value = kind.understand(answer)
  return isReply(value) ? value : { is: 'answer', value, askedAt: new Date(0) }
}

const isReply = <T>(value: Reply<T> | T): value is Reply<T> =>
  typeof value === 'object' && value !== null && 'is' in value

// Node's fetch would send "*" by itself, which the Inventory API refuses (25709); a wrong content language is answered
// with an internal error and no word of why (https://github.com/hendt/ebay-api/issues/157).
const LANGUAGE = { 'accept-language': 'en-US', 'content-language': 'en-US' }

function restCall({ apiUrl }: EbayDeps, ask: Ask): Kind<RestAnswer> {
  return {
    request(token) {
      const url = new URL(ask.path, apiUrl)
      for (const [name, value] of Object.entries(ask.query ?? {})) url.searchParams.set(name, String(value))
      const headers = new Headers({ ...LANGUAGE, authorization: `Bearer ${token}`, accept: 'application/json' })
      if (ask.json !== undefined) headers.set('content-type', 'application/json')
      return {
        url,
        method: ask.method ?? 'GET',
        headers,
        body: ask.json === undefined ? null : JSON.stringify(ask.json),
      }
    },
    understand: ({ status, text }) => ({ status, body: jsonOf(text) }),
    // A token that has ended is 403 at the Inventory API, with the words of a missing scope (hendt/ebay-api issue 148).
    refused: ({ status }) => status === 401 || status === 403,
  }
}

const LEVEL = '1193'
const SITE = '0'

/** Codes of https://developer.ebay.com/devzone/xml/docs/reference/ebay/errors/errormessages.htm. */
const SPENT = ['518']
const NOT_WELL = ['10007', '21917091']
const TOKEN = ['931', '932', '16110', '21916984', '21917053']

export const codesOf = (answer: Element): string[] =>
  childrenOf(answer, 'Errors')
    .filter((error) => textAt(error, 'SeverityCode') !== 'Warning')
    .flatMap((error) => textAt(error, 'ErrorCode') ?? [])

export const tradingSentence = (answer: Element): string => {
  const error = childrenOf(answer, 'Errors')[0]
  return textAt(error, 'LongMessage') ?? textAt(error, 'ShortMessage') ?? 'eBay does not say why.'
}

function tradingCall({ apiUrl }: EbayDeps, { name, content }: TradingAsk): Kind<Element> {
  return {
    request(token) {
      const headers = new Headers({
        'content-type': 'text/xml',
        'x-ebay-api-call-name': name,
        'x-ebay-api-compatibility-level': LEVEL,
        'x-ebay-api-siteid': SITE,
        'x-ebay-api-iaf-token': token,
      })
      const { xml } = tag(`${name}Request`, content, { xmlns: 'urn:ebay:apis:eBLBaseComponents' })
      return {
        url: new URL('/ws/api.dll', apiUrl),
        method: 'POST',
        headers,
        body: `<?xml version="1.0" encoding="utf-8"?>${xml}`,
      }
    },
    understand({ text }) {
      const answer = readXml(text)
      if (answer?.name !== `${name}Response`)
        return { is: 'lost', reason: `eBay answered ${name} with something else.` }
      const codes = codesOf(answer)
      if (codes.some((code) => SPENT.includes(code))) {
        return { is: 'unsent', afterMs: LONGEST_WAIT_MS, reason: `eBay asks us to wait: ${tradingSentence(answer)}` }
      }
      if (codes.some((code) => NOT_WELL.includes(code)))
        return { is: 'lost', reason: `eBay is not well: ${tradingSentence(answer)}` }
      return answer
    },
    refused: (answer) => codesOf(answer).some((code) => TOKEN.includes(code)),
  }
}

function readFrom<T>(
  reply: Reply<RestAnswer>,
  { schema, path }: { schema: z.ZodType<T>; path: string },
): Read<T> | null {
  const { value, askedAt } = answered(reply)
  const { status, body } = value
  if (status === 404) return null
  assert(status === 200 || status === 207, `eBay did not understand ${path}: ${sentenceOf(body) ?? `HTTP ${status}`}`)
  const parsed = schema.safeParse(body)
  assert(parsed.success, `eBay answered ${path} in a form we do not know: ${parsed.error?.issues[0]?.message}`)
  return { value: parsed.data, askedAt }
}

function answered<T>(reply: Reply<T>): Extract<Reply<T>, { is: 'answer' }> {
  if (reply.is === 'unsent') throw new TryAgain(reply.afterMs, reply.reason)
  if (reply.is === 'lost') throw new TryAgain(REST_MS, reply.reason)
  return reply
}

/** The listing is not there, or not this seller's. */
const GONE = '17'

function tradingRead(reply: Reply<Element>, name: string): Read<Element> | null {
  const { value, askedAt } = answered(reply)
  const codes = codesOf(value)
  if (textAt(value, 'Ack') === 'Failure' && codes.includes(GONE)) return null
  assert(textAt(value, 'Ack') !== 'Failure', `eBay did not understand ${name}: ${tradingSentence(value)}`)
  return { value, askedAt }
}
