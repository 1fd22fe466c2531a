import { z } from 'zod'
import type { Clock, Random } from '#app/kernel/clock.ts'
import { callApi } from './api.ts'
import { fromJson, queryOf } from './call.ts'
import { type Etsy, type Metrics, type RegisteredApp } from './etsy.ts'
import { settle } from './lagged-write.ts'
import { type Deliver, postman } from './notifications.ts'
import { forgetReceipts } from './receipts.ts'
import { type SavedWorld, restore, save } from './saved-world.ts'
import { DEFAULT_SETTINGS, type SettingsChange, changed } from './settings.ts'
import { type Shop, shopHandle } from './shop.ts'
import { type ShopSeed, openShop } from './shop-manager.ts'
import { type Violation, validator } from './specification.ts'
import { type Visit, storefront } from './storefront.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { emptyWorld } from './world.ts'
import type { Answer } from './answer.ts'

export type EtsySandboxOptions = SettingsChange & {
  clock: Clock
  random: Random
  app: RegisteredApp
  /** Brings notifications to the app; `fetch` unless given. */
  deliver?: Deliver
  /** Path of Etsy's OpenAPI file. Given, every request and answer is checked against it; that costs about a millisecond. */
  specification?: string
  /** Told of every departure from the specification. Without it the call that departed is rejected with an Error. */
  onViolation?: (violation: Violation) => void
  /** Told when there is something new to save. */
  onChange?: () => void
}

/** Etsy on this machine: its Open API v3, its consent page, a small storefront and its webhooks. */
export type EtsySandbox = {
  fetch(request: Request): Promise<Response>
  addShop(seed: ShopSeed): Shop
  /** A Mistake when there is no such shop. */
  shop(shopId: number): Shop
  shops(): Shop[]
  /** Changes limits, faults or switches; what is left out stays. */
  configure(change: SettingsChange): void
  /** Forgets every order last changed before `before`: a long replay's memory stays flat. */
  forgetReceipts(before: Date): void
  metrics(): Readonly<Metrics>
  save(): SavedWorld
  /** Takes the place of everything there is; notifications on their way set out again. A Mistake for any other data. */
  load(state: unknown): void
}

export function createEtsySandbox(options: EtsySandboxOptions): EtsySandbox {
  const { clock, random, app, deliver = fetch, onChange = () => {} } = options
  const etsy: Etsy = {
    app,
    clock,
    random,
    world: emptyWorld(),
    settings: changed(DEFAULT_SETTINGS, options),
    metrics: { calls: 0, throttled: 0, notified: 0, undelivered: 0 },
    notify: (event, receipt) => post.notify(event, receipt),
    changed: onChange,
  }
  const post = postman(etsy, deliver)
  const check = options.specification === undefined ? undefined : validator(options.specification, options.onViolation)
  const shop = (shopId: number) => shopHandle(etsy, shopId)
  return {
    async fetch(request) {
      const response = await answer(etsy, request, check)
      if (request.method !== 'GET') etsy.changed()
      return response
    },
    addShop: (seed) => shop(openShop(etsy, seed).shopId),
    shop,
    shops: () => [...etsy.world.shops.keys()].map(shop),
    configure: (change) => void (etsy.settings = changed(etsy.settings, change)),
    forgetReceipts: (before) => forgetReceipts(etsy, before.getTime()),
    metrics: () => etsy.metrics,
    save: () => save(etsy.world),
    load(state) {
      etsy.world = restore(state)
      post.resume()
    },
  }
}

const API = '/v3/application/'

async function answer(
  etsy: Etsy,
  request: Request,
  check: ReturnType<typeof validator> | undefined,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const method = request.method
  const body = request.body === null ? '' : await request.text()
  settle(etsy)
  if (pathname === '/v3/public/oauth/token' && method === 'POST') {
    return respond(tokenEndpoint(etsy, fields(request, body)))
  }
  if (!pathname.startsWith(API)) return storefront(etsy, visitOf(request, body))
  const incoming = { method, path: pathname.slice(API.length), params: searchParams, headers: request.headers, body }
  const { operation, answer, headers } = callApi(etsy, incoming)
  if (check && operation) await check({ operation, incoming, pathname, answer })
  return respond(answer, headers)
}

const respond = ({ status, body }: Answer, headers?: Record<string, string>): Response =>
  Response.json(body, headers ? { status, headers } : { status })

function visitOf(request: Request, body: string): Visit {
  const { pathname, searchParams } = new URL(request.url)
  const json = request.headers.get('accept')?.startsWith('application/json') ?? false
  return { method: request.method, path: pathname, query: queryOf(searchParams), fields: fields(request, body), json }
}

/** The fields of a form or of a flat JSON body, as text. */
function fields(request: Request, body: string): Record<string, string> {
  if (!request.headers.get('content-type')?.startsWith('application/json')) return queryOf(new URLSearchParams(body))
  const parsed = z.record(z.string(), z.unknown()).safeParse(fromJson(body))
  return Object.fromEntries(Object.entries(parsed.data ?? {}).map(([name, value]) => [name, String(value)]))
}
