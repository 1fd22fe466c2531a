import type { Clock, Random } from '#app/kernel/clock.ts'
import type { Answer } from './answer.ts'
import { callApi } from './api.ts'
import { storefront } from './storefront.ts'
import { type MerchantSeed, openMerchant } from './library.ts'
import { type Deliver, postman } from './notifications.ts'
import { forgetOrders } from './orders.ts'
import { type SavedWorld, restore, save } from './saved-world.ts'
import { type Seller, sellerHandle } from './seller.ts'
import { changed, DEFAULT_SETTINGS, type SettingsChange } from './settings.ts'
import { type Violation, validator } from './specification.ts'
import { type Metrics, now, type RegisteredApp, type Square } from './square.ts'
import { emptyWorld } from './world.ts'

export type SquareSandboxOptions = SettingsChange & {
  clock: Clock
  random: Random
  app: RegisteredApp
  /** Brings notifications to the app; `fetch` unless given. */
  deliver?: Deliver
  /** Path of Square's OpenAPI file. Given, every request and answer is checked against it. */
  specification?: string
  /** Told of every departure from the specification. Without it the call that departed is rejected with an Error. */
  onViolation?: (violation: Violation) => void
  /** Told when there is something new to save. */
  onChange?: () => void
}

/** Square on this machine: its API, its consent page, tills to sell at, and its webhooks. */
export type SquareSandbox = {
  fetch(request: Request): Promise<Response>
  addSeller(seed: MerchantSeed): Seller
  /** A Mistake when there is no such business. */
  seller(merchantId: string): Seller
  sellers(): Seller[]
  /** Changes limits, faults or switches; what is left out stays. */
  configure(change: SettingsChange): void
  /** Forgets every order last changed before `before`: a long replay's memory stays flat. */
  forgetOrders(before: Date): void
  metrics(): Readonly<Metrics>
  save(): SavedWorld
  /** Takes the place of everything there is; notifications on their way set out again. A Mistake for any other data. */
  load(state: unknown): void
}

export function createSquareSandbox(options: SquareSandboxOptions): SquareSandbox {
  const { clock, random, app, deliver = fetch, onChange = () => {} } = options
  const square: Square = {
    app,
    clock,
    random,
    world: emptyWorld(),
    settings: changed(DEFAULT_SETTINGS, options),
    metrics: { calls: 0, throttled: 0, notified: 0, undelivered: 0 },
    notify: (merchantId, news) => post.notify(merchantId, news),
    changed: onChange,
  }
  const post = postman(square, deliver)
  const check = options.specification === undefined ? undefined : validator(options.specification, options.onViolation)
  const seller = (merchantId: string) => sellerHandle(square, merchantId)
  return {
    async fetch(request) {
      const response = await answer(square, request, check)
      if (request.method !== 'GET') square.changed()
      return response
    },
    addSeller: (seed) => seller(openMerchant(square, seed).merchantId),
    seller,
    sellers: () => [...square.world.merchants.keys()].map(seller),
    configure: (change) => void (square.settings = changed(square.settings, change)),
    forgetOrders: (before) => forgetOrders(square, before.getTime()),
    metrics: () => square.metrics,
    save: () => save(square.world),
    load(state) {
      square.world = restore(state)
      post.resume()
    },
  }
}

const isApi = (pathname: string): boolean =>
  pathname.startsWith('/v2/') || (pathname.startsWith('/oauth2/') && pathname !== '/oauth2/authorize')

async function answer(
  square: Square,
  request: Request,
  check: ReturnType<typeof validator> | undefined,
): Promise<Response> {
  const { pathname, searchParams: params } = new URL(request.url)
  const { method, headers } = request
  const body = request.body === null ? '' : await request.text()
  if (!isApi(pathname)) {
    const fields = Object.fromEntries(new URLSearchParams(body))
    return storefront(square, { method, path: pathname, query: Object.fromEntries(params), fields })
  }
  const incoming = { method, path: pathname.slice(1), params, headers, body }
  const outgoing = callApi(square, incoming)
  if (check && outgoing.operation) {
    await check({ operation: outgoing.operation, incoming, pathname, answer: outgoing.answer })
  }
  return respond(square, outgoing)
}

// The time is Square's, in whole seconds, as every web server says it.
const respond = (square: Square, { answer, headers }: { answer: Answer; headers?: Record<string, string> }): Response =>
  Response.json(answer.body, {
    status: answer.status,
    headers: { ...headers, date: new Date(now(square)).toUTCString() },
  })
