import { assert } from '#app/kernel/assert.ts'
import type { Clock, Random } from '#app/kernel/clock.ts'
import { startBulk } from './bulk.ts'
import { awaitExpiries } from './draft-orders.ts'
import { resumeDeliveries } from './delivery.ts'
import { runGraphQL, type GraphQLRequest } from './graphql.ts'
import { awaitRedaction } from './installing.ts'
import { grantAccess } from './oauth.ts'
import { openStore } from './opening.ts'
import { loadStore, saveStore, type SavedStore } from './saved.ts'
import { API_VERSION } from './schema.ts'
import type { ShopSeed } from './seed.ts'
import { signSessionToken } from './session-token.ts'
import {
  DEFAULT_SWITCHES,
  NO_FAULTS,
  STANDARD_LIMITS,
  uuid,
  type AppSettings,
  type Deliver,
  type Env,
  type Faults,
  type Limits,
  type Switches,
} from './settings.ts'
import { shopOver, type Shop } from './shop.ts'
import type { Store } from './store.ts'
import { accessWith } from './tokens.ts'

export type ShopifySandboxOptions = {
  clock: Clock
  random: Random
  app: AppSettings
  /** Carries webhooks to the app; by default they are fetched over the network. */
  deliver?: Deliver
  limits?: Partial<Limits>
  faults?: Partial<Faults>
  switches?: Partial<Switches>
  /** The sandbox's own address, for links to files; by default the shop's. */
  publicUrl?: string
  /** Called after anything that `save()` would write differently. */
  onChange?: () => void
}

export type SavedSandbox = { shops: SavedStore[] }

/** A Shopify with several shops and one app, in memory. */
export type ShopifySandbox = {
  /** Every endpoint of Shopify's API. `x-forwarded-host`, else the host, names the shop. */
  fetch(request: Request): Promise<Response>
  addShop(seed: ShopSeed): Shop
  /** The shop of this domain. Throws a Mistake where there is none. */
  shop(domain: string): Shop
  hasShop(domain: string): boolean
  shops(): Shop[]
  /** A session token as App Bridge hands it to the app, by default for a minute. `userId` is a staff member's number. */
  sessionToken(options: { shop: string; userId?: string; seconds?: number }): string
  setLimits(limits: Partial<Limits>): void
  setFaults(faults: Partial<Faults>): void
  setSwitches(switches: Partial<Switches>): void
  /** Everything, as plain JSON data. */
  save(): SavedSandbox
  /** Puts back what `save()` gave, in place of all that is there. Webhooks that waited are sent again. */
  load(saved: SavedSandbox): void
}

/** Starts an empty Shopify. Time, chance and the way to the app are the caller's. */
export function createShopifySandbox(options: ShopifySandboxOptions): ShopifySandbox {
  const env = environment(options)
  const stores = new Map<string, Store>()
  const shops = new Map<string, Shop>()
  const keep = (store: Store): Shop => {
    const shop = shopOver(store)
    stores.set(store.facts.domain, store)
    shops.set(store.facts.domain, shop)
    return shop
  }
  const shopOf = (domain: string): Shop => {
    const shop = shops.get(domain)
    assert(shop, `the sandbox has no shop ${domain}`)
    return shop
  }
  return {
    fetch: (request) => answer(stores, request),
    addShop(seed) {
      assert(!stores.has(seed.domain), `the sandbox has a shop ${seed.domain} already`)
      const shop = keep(openStore(env, seed, stores.size))
      env.changed()
      return shop
    },
    shop: shopOf,
    hasShop: (domain) => shops.has(domain),
    shops: () => [...shops.values()],
    sessionToken: ({ shop, userId, seconds = 60 }) =>
      signSessionToken(env, { domain: shopOf(shop).domain, userId: userId ?? shopOf(shop).ownerId, seconds }),
    setLimits: (limits) => void (env.limits = { ...env.limits, ...limits }),
    setFaults: (faults) => void (env.faults = { ...env.faults, ...faults }),
    setSwitches: (switches) => void (env.switches = { ...env.switches, ...switches }),
    save: () => ({ shops: [...stores.values()].map(saveStore) }),
    load(saved) {
      stores.clear()
      shops.clear()
      for (const shop of saved.shops) {
        const store = loadStore(env, shop)
        keep(store)
        resume(store)
      }
    },
  }
}

// Everything a shop was waiting for when it was saved.
function resume(store: Store): void {
  startBulk(store)
  resumeDeliveries(store)
  awaitRedaction(store)
  awaitExpiries(store)
}

function environment({
  clock,
  random,
  app,
  deliver = fetch,
  limits,
  faults,
  switches,
  publicUrl,
  onChange,
}: ShopifySandboxOptions): Env {
  return {
    clock,
    random,
    app,
    deliver,
    limits: { ...STANDARD_LIMITS, ...limits },
    faults: { ...NO_FAULTS, ...faults },
    switches: { ...DEFAULT_SWITCHES, ...switches },
    publicUrl: publicUrl ?? null,
    changed: onChange ?? (() => {}),
  }
}

async function answer(stores: Map<string, Store>, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const domain = request.headers.get('x-forwarded-host') ?? request.headers.get('host') ?? url.hostname
  const store = stores.get(domain)
  const file = /^\/bulk-operation-outputs\/([\w-]+\.jsonl)$/.exec(url.pathname)?.[1]
  if (file && request.method === 'GET') return bulkFile(store ? [store] : [...stores.values()], file)
  if (!store) return json(404, { errors: 'Not Found' })
  if (request.method !== 'POST') return json(404, { errors: 'Not Found' }, store)
  if (url.pathname === '/admin/oauth/access_token') {
    const { status, body } = grantAccess(store, await fields(request))
    return json(status, body, store)
  }
  if (url.pathname !== `/admin/api/${API_VERSION}/graphql.json`) return json(404, { errors: 'Not Found' }, store)
  const caller = accessWith(store, request.headers.get('x-shopify-access-token'))
  if (!caller) return json(401, { errors: UNKNOWN_TOKEN }, store)
  const asked = await fields(request)
  if (typeof asked.query !== 'string')
    return json(400, { errors: { query: 'Required parameter missing or invalid' } }, store)
  return json(200, runGraphQL(store, caller, asked as GraphQLRequest), store)
}

const UNKNOWN_TOKEN = '[API] Invalid API key or access token (unrecognized login or wrong password)'

/** The body's fields, sent as JSON or as a form. */
async function fields(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text()
  if (request.headers.get('content-type')?.includes('x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text))
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function bulkFile(stores: Store[], file: string): Response {
  const found = stores.flatMap(({ files }) => files.get(file) ?? [])[0]
  if (found === undefined) return json(404, { errors: 'Not Found' })
  return new Response(found, { headers: { 'content-type': 'application/jsonl' } })
}

function json(status: number, body: object, store?: Store): Response {
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'x-shopify-api-version': API_VERSION,
  }
  if (store) headers['x-request-id'] = uuid(store.env.random)
  return new Response(JSON.stringify(body), { status, headers })
}
