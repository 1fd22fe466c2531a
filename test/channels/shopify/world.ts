import type { OrderTaker } from '#app/channels/order-desk.ts'
import type { StockedConnector, StockedThing, Tokens } from '#app/channels/connector.ts'
import type { Lane } from '#app/channels/lane.ts'
import type { Lesson, Limiter } from '#app/channels/limiter.server.ts'
import { openShopify } from '#app/channels/shopify/connector.server.ts'
import { assert, present } from '#app/kernel/assert.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox, type ShopifySandbox } from '#sandbox/shopify/sandbox.ts'
import type { LocationSeed, ProductSeed } from '#sandbox/shopify/seed.ts'
import type { Limits } from '#sandbox/shopify/settings.ts'
import type { Shop } from '#sandbox/shopify/shop.ts'

export const OPENED_AT = new Date('2026-11-23T09:00:00Z')
export const DOMAIN = 'northlight.myshopify.com'
const SCOPES =
  'read_products,read_inventory,write_inventory,read_locations,write_orders,write_draft_orders,write_merchant_managed_fulfillment_orders'

/** One call as it went out: which operation, with what, how it was announced, and what its answer taught. */
export type Sent = {
  operation: string
  variables: Record<string, unknown>
  token: string | null
  lane: Lane
  cost: number
  learned: Lesson | null
}

/** Stands between the connector and the shop. Undefined: the shop answers. */
type Trouble = (request: Request) => Promise<Response | undefined> | Response | undefined

export type World = {
  clock: VirtualClock
  sandbox: ShopifySandbox
  shop: Shop
  connector: StockedConnector & OrderTaker
  sent: Sent[]
  trouble: (trouble: Trouble | null) => void
  place: (name: string) => string
  thing: (sku: string) => Promise<StockedThing>
}

type Opening = {
  products?: ProductSeed[]
  locations?: LocationSeed[]
  limits?: Partial<Limits>
  /** by default one that lets everything go at once, and remembers */
  limiter?: (clock: VirtualClock) => Pick<Limiter, 'run'>
}

const LOCATIONS: LocationSeed[] = [{ name: 'Safe' }, { name: 'Window' }, { name: 'Bench', fulfillsOnlineOrders: false }]

/** A jeweler's shop on a Shopify of its own, and a connector to it, on a clock that stands still. */
export function openWorld({ products = [], locations = LOCATIONS, limits, limiter }: Opening = {}): World {
  const clock = new VirtualClock(OPENED_AT)
  const app = { apiKey: 'key', apiSecret: 'secret', url: 'https://app.test', scopes: SCOPES.split(',') }
  const sandbox = createShopifySandbox({ clock, random: seeded(7), app, ...(limits && { limits }) })
  const shop = sandbox.addShop({ domain: DOMAIN, name: 'Northlight', locations, products })
  const sent: Sent[] = []
  let trouble: Trouble | null = null
  const carry = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    return (await trouble?.(request.clone())) ?? sandbox.fetch(request)
  }
  const deps = {
    fetch: noting(carry, sent),
    limiter: limiter?.(clock) ?? noLimit(sent),
    clock,
    tokens: tokensOf(sandbox),
  }
  const connector = openShopify({ shop: DOMAIN, deps })
  return {
    clock,
    sandbox,
    shop,
    connector,
    sent,
    trouble: (next) => void (trouble = next),
    place: (name) => shop.location(name).id,
    thing: async (sku) => {
      const ref = { externalId: shop.item(sku).id, variantId: '' }
      return present((await connector.thingsOf([ref]))[0], `the thing ${sku}`)
    },
  }
}

function noLimit(sent: Sent[]): Pick<Limiter, 'run'> {
  return {
    run({ lane, cost = 1 }, send) {
      const call: Sent = { operation: '', variables: {}, token: null, lane, cost, learned: null }
      sent.push(call)
      return send((lesson) => void (call.learned = lesson))
    },
  }
}

function noting(carry: typeof fetch, sent: Sent[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const { operationName, variables } = JSON.parse(await request.clone().text())
    Object.assign(sent.at(-1) ?? {}, {
      operation: operationName,
      variables,
      token: request.headers.get('x-shopify-access-token'),
    })
    return carry(request)
  }
}

function tokensOf(sandbox: ShopifySandbox): Tokens {
  let token: string | null = null
  return {
    async accessToken() {
      token ??= await exchangeToken(sandbox)
      return token
    },
    async refused() {
      token = null
    },
  }
}

async function exchangeToken(sandbox: ShopifySandbox): Promise<string> {
  const body = {
    client_id: 'key',
    client_secret: 'secret',
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: sandbox.sessionToken({ shop: DOMAIN }),
    requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
    expiring: '1',
  }
  const answer = await sandbox.fetch(
    new Request(`https://${DOMAIN}/admin/oauth/access_token`, { method: 'POST', body: JSON.stringify(body) }),
  )
  const { access_token } = await answer.json()
  return access_token ?? 'none'
}

/** What was asked for, where a test is not about refusals. */
export function granted<T>(result: T | Refusal): T {
  assert(!isRefusal(result), isRefusal(result) ? result.sentence : '')
  return result
}

/** A ring in two sizes, a pair of studs, and what is no merchandise. */
export const RING: ProductSeed = {
  title: 'Signet ring',
  options: ['Size', 'Metal'],
  variants: [
    {
      sku: 'SIG-54',
      choice: ['54', 'Gold'],
      price: '480.00',
      stock: [
        { location: 'Safe', available: 3, committed: 1, reserved: 2, damaged: 1 },
        { location: 'Bench', available: 4, quality_control: 1, safety_stock: 2, incoming: 5 },
      ],
    },
    { sku: 'SIG-56', choice: ['56', 'Gold'], price: '480.00', stock: [{ location: 'Window', available: 2 }] },
  ],
}
export const STUDS: ProductSeed = {
  title: 'Pearl studs',
  variants: [
    {
      sku: 'STUD',
      price: '95.50',
      stock: [
        { location: 'Safe', available: 10 },
        { location: 'Window', available: 5 },
      ],
    },
  ],
}
export const GIFT_CARD: ProductSeed = {
  title: 'Gift card',
  isGiftCard: true,
  variants: [{ sku: 'GIFT', price: '50.00', tracked: false }],
}
