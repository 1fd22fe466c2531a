import type { Clock, Random } from '#app/kernel/clock.ts'
import type { Answer } from './answer.ts'
import { callApi, type Incoming, isApi } from './api.ts'
import { type Ebay, happens, type Metrics, now, type RegisteredApp } from './ebay.ts'
import { postman } from './notifications.ts'
import { restore, save, type SavedWorld } from './saved-world.ts'
import { type Seller, sellerHandle } from './seller.ts'
import { openAccount, type SellerSeed } from './selling.ts'
import { changed, DEFAULT_SETTINGS, type SettingsChange } from './settings.ts'
import { validator, type Violation } from './specification.ts'
import { settle } from './stock.ts'
import { storefront } from './storefront.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { callTrading } from './trading.ts'
import { emptyWorld } from './world.ts'

export type EbaySandboxOptions = SettingsChange & {
  clock: Clock
  random: Random
  app: RegisteredApp
  /** Brings notifications, challenges and inventory checks to the app; `fetch` unless given. */
  deliver?: (request: Request) => Promise<Response>
  /** The folder of eBay's OpenAPI files. Given, every request and answer of the REST APIs is checked against them. */
  specifications?: string
  /** Told of every departure from them. Without it the call that departed is rejected with an Error. */
  onViolation?: (violation: Violation) => void
  /** Told when there is something new to save. */
  onChange?: () => void
}

/** eBay on this machine: its REST APIs, the Trading API, its consent page, a small storefront and its notifications. */
export type EbaySandbox = {
  fetch(request: Request): Promise<Response>
  addSeller(seed: SellerSeed): Seller
  /** A Mistake when there is no such account. */
  seller(userId: string): Seller
  sellers(): Seller[]
  /** Changes limits, faults or switches; what is left out stays. */
  configure(change: SettingsChange): void
  metrics(): Readonly<Metrics>
  save(): SavedWorld
  /** Takes the place of everything there is; notifications on their way set out again. A Mistake for any other data. */
  load(state: unknown): void
  /** A person closes their account at eBay: every app must forget them. */
  closeAccountOf(person: { username: string; userId: string }): void
}

export function createEbaySandbox(options: EbaySandboxOptions): EbaySandbox {
  const { clock, random, app, deliver = fetch, onChange = () => {} } = options
  const ebay: Ebay = {
    app,
    clock,
    random,
    world: emptyWorld(),
    settings: changed(DEFAULT_SETTINGS, options),
    metrics: { calls: 0, throttled: 0, notified: 0, undelivered: 0, checked: 0, refused: 0, unanswered: 0 },
    deliver,
    notify: (topic, news) => post.notify(topic, news),
    changed: onChange,
    recent: [],
  }
  const post = postman(ebay)
  const check =
    options.specifications === undefined ? undefined : validator(options.specifications, options.onViolation)
  const seller = (userId: string) => sellerHandle(ebay, userId)
  return {
    async fetch(request) {
      settle(ebay)
      const response = await answer({ ebay, test: post.test, check }, request)
      if (request.method !== 'GET') ebay.changed()
      return response
    },
    addSeller: (seed) => seller(openAccount(ebay, seed).userId),
    seller,
    sellers: () => [...ebay.world.sellers.keys()].map(seller),
    configure: (change) => void (ebay.settings = changed(ebay.settings, change)),
    metrics: () => ebay.metrics,
    save: () => save(ebay.world),
    load(state) {
      ebay.world = restore(state)
      post.resume()
    },
    closeAccountOf: (person) =>
      ebay.notify('MARKETPLACE_ACCOUNT_DELETION', {
        userId: null,
        data: { ...person, eiasToken: 'nY+sHZ2PrBmdj6wVnY==' },
      }),
  }
}

type Serving = Parameters<typeof callApi>[0] & { check: ReturnType<typeof validator> | undefined }

async function answer(serving: Serving, request: Request): Promise<Response> {
  const { ebay, check } = serving
  const { pathname, searchParams } = new URL(request.url)
  const { method, headers } = request
  const body = request.body === null ? '' : await request.text()
  if (pathname === '/identity/v1/oauth2/token' && method === 'POST') {
    return respond(ebay, tokenEndpoint(ebay, Object.fromEntries(new URLSearchParams(body)), headers))
  }
  if (pathname === '/ws/api.dll' && method === 'POST') {
    const { response, writes } = callTrading(ebay, headers, body)
    const lost = writes && happens(ebay, ebay.settings.faults.calls.lostAnswer)
    return lost ? new Response('', { status: 500 }) : response
  }
  if (!isApi(pathname)) return storefront(ebay, { request, body })
  const incoming: Incoming = { method, path: pathname, params: searchParams, headers, body }
  const { operation, answer } = await callApi(serving, incoming)
  if (check && operation) await check({ operation: operation.id, incoming, answer })
  return respond(ebay, answer)
}

function respond(ebay: Ebay, { status, body, headers = {} }: Answer): Response {
  const date = new Date(now(ebay)).toUTCString()
  const init = { status, headers: { ...headers, date } }
  return body === undefined ? new Response(null, init) : Response.json(body, init)
}
