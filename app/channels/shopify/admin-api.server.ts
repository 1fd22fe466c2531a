import { ClientError, GraphQLClient } from 'graphql-request'
import { Mistake } from '../../kernel/assert.ts'
import type { Clock } from '../../kernel/clock.ts'
import { GiveUp, TryAgain } from '../../kernel/outage.ts'
import type { Tokens } from '../connector.ts'
import type { Lane } from '../lane.ts'
import type { Lesson, Limiter } from '../limiter.server.ts'
import { costIn, meaningOf, type Heard, type Meaning } from './answer.ts'
import type { Variables } from './cost.ts'
import { ANSWER_MS, API_VERSION, POINTS } from './limits.ts'
import type { Operation } from './operation.ts'

/** What a connector to a Shopify store works with. The limiter counts points. */
export type ShopifyDeps = { fetch: typeof fetch; limiter: Pick<Limiter, 'run'>; clock: Clock; tokens: Tokens }

/** `at`: Shopify's own time of the answer; null when it did not say. */
export type Answer<T> = { data: T; at: Date | null }

/** One shop's Admin API. */
export type AdminApi = {
  /** Reads. Throws TryAgain or GiveUp (kernel/outage). */
  ask<T>(operation: Operation<T>, variables: Variables, lane: Lane): Promise<Answer<T>>
  /** Writes. `unanswered`: it may have been done, and nothing tells. Throws TryAgain only when nothing was done. */
  tell<T>(operation: Operation<T>, variables: Variables, lane: Lane): Promise<{ data: T } | { unanswered: string }>
  /**
   * Writes what holds a person's data, or what the app may not be allowed to: `refused` says that nothing was done, in
   * words of ours, since Shopify's may repeat what it was told.
   */
  tellQuietly<T>(operation: Operation<T>, variables: Variables, lane: Lane): Promise<Told<T>>
}

export type Told<T> = { data: T } | { unanswered: string } | { refused: string }

type Call = { operation: Operation<unknown>; variables: Variables; lane: Lane }
type Exchange = { meaning: Meaning; at: Date | null }

/** Opens the Admin API of `shop` (`name.myshopify.com`). Every call passes the limiter; nothing is retried here. */
export function openAdminApi(shop: string, deps: ShopifyDeps): AdminApi {
  const url = `https://${shop}/admin/api/${API_VERSION}/graphql.json`
  const client = new GraphQLClient(url, { fetch: deps.fetch, errorPolicy: 'all' })

  const once = (call: Call): Promise<Exchange> =>
    deps.limiter.run({ lane: call.lane, cost: call.operation.cost(call.variables) }, async (learn) => {
      const { heard, at } = await exchange(client, call, deps)
      const meaning = meaningOf(heard)
      learn(lessonOf(heard, meaning))
      return { meaning, at }
    })

  const speak = async (call: Call): Promise<Exchange> => {
    const first = await once(call)
    if (first.meaning.is !== 'unauthorized') return first
    await deps.tokens.refused()
    return once(call)
  }

  return {
    async ask(operation, variables, lane) {
      const { meaning, at } = await speak({ operation, variables, lane })
      return { data: operation.answer.parse(dataOf(meaning)), at }
    },
    async tell(operation, variables, lane) {
      const { meaning } = await speak({ operation, variables, lane })
      if (meaning.is === 'later' && meaning.done) return { unanswered: meaning.reason }
      return { data: operation.answer.parse(dataOf(meaning)) }
    },
    async tellQuietly(operation, variables, lane) {
      const { meaning } = await speak({ operation, variables, lane })
      if (meaning.is === 'later' && meaning.done) return { unanswered: meaning.reason }
      if (meaning.is === 'mistake') return { refused: 'Shopify does not understand what we tell it of this order.' }
      if (meaning.is === 'over' && meaning.only)
        return {
          refused:
            'Shopify has not allowed the app to change orders. Open the app in Shopify and accept what it asks for.',
        }
      return { data: operation.answer.parse(dataOf(meaning)) }
    },
  }
}

function dataOf(meaning: Meaning): unknown {
  if (meaning.is === 'answer') return meaning.data
  if (meaning.is === 'later') throw new TryAgain(meaning.afterMs, meaning.reason)
  if (meaning.is === 'mistake') throw new Mistake(meaning.reason)
  throw new GiveUp(meaning.is === 'over' ? meaning.reason : 'Shopify does not take our access to the store any more.')
}

type Exchanged = { heard: Heard; at: Date | null }

// The token is asked for when the call goes, not when it begins to wait: it lives for an hour.
async function exchange(client: GraphQLClient, call: Call, { tokens, clock }: ShopifyDeps): Promise<Exchanged> {
  const requestHeaders = { 'x-shopify-access-token': await tokens.accessToken() }
  const { text: query } = call.operation
  const deadline = new AbortController()
  const callOff = clock.after(ANSWER_MS, () => deadline.abort())
  try {
    const answer = await client.rawRequest({
      query,
      variables: call.variables,
      requestHeaders,
      signal: deadline.signal,
    })
    return read(answer)
  } catch (error) {
    if (error instanceof ClientError) return read(error.response)
    return { heard: { status: null, body: null, retryAfterS: null }, at: null }
  } finally {
    callOff()
  }
}

type Response = { status: number; headers: Headers; data?: unknown; errors?: unknown; extensions?: unknown }

function read({ status, headers, data, errors, extensions }: Response): Exchanged {
  const retryAfter = Number(headers.get('retry-after'))
  const date = headers.get('date')
  return {
    heard: { status, body: { data, errors, extensions }, retryAfterS: retryAfter > 0 ? retryAfter : null },
    at: date === null ? null : new Date(date),
  }
}

/** What the limiter is to learn from an answer: how many points are left, and how many the call took after all. */
function lessonOf({ body }: Heard, meaning: Meaning): Lesson {
  const cost = costIn(body)
  const { throttleStatus } = cost ?? { throttleStatus: null }
  const throttled = meaning.is === 'later' && !meaning.done
  return {
    ...(throttleStatus && { limits: { [POINTS]: reading(throttleStatus) } }),
    ...(throttled && { retryAfterMs: meaning.afterMs, cost: 0 }),
    ...(cost?.actualQueryCost != null && { cost: cost.actualQueryCost }),
  }
}

const reading = (status: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }) => ({
  limit: status.maximumAvailable,
  remaining: status.currentlyAvailable,
  restorePerSecond: status.restoreRate,
})
