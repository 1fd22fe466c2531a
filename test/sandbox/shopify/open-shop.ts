import { onTestFinished } from 'vitest'
import { assert } from '#app/kernel/assert.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox, type ShopifySandboxOptions } from '#sandbox/shopify/sandbox.ts'
import type { ShopSeed } from '#sandbox/shopify/seed.ts'

export const START = new Date('2026-11-23T10:00:00.400Z')
export const SCOPES = [
  'write_products',
  'write_inventory',
  'read_locations',
  'write_orders',
  'read_merchant_managed_fulfillment_orders',
]

/** Three rings in two sizes, a necklace sold on without stock, an engraving nobody counts. */
export const SEED: ShopSeed = {
  domain: 'ring-lab.myshopify.com',
  name: 'Ring Lab',
  locations: [{ name: 'Safe' }, { name: 'Window' }, { name: 'Bench', fulfillsOnlineOrders: false }],
  products: [
    {
      title: 'Band',
      options: ['Size'],
      variants: [
        { sku: 'R-54', choice: ['54'], price: '100.00', stock: [{ location: 'Safe', available: 5 }] },
        {
          sku: 'R-56',
          choice: ['56'],
          price: '110.00',
          stock: [
            { location: 'Safe', available: 1 },
            { location: 'Window', available: 2 },
            { location: 'Bench', available: 4, quality_control: 1 },
          ],
        },
      ],
    },
    {
      title: 'Name necklace',
      variants: [
        { sku: 'N-1', price: '80.00', inventoryPolicy: 'CONTINUE', stock: [{ location: 'Window', available: 1 }] },
      ],
    },
    { title: 'Engraving', variants: [{ sku: 'ENG', price: '25.00', tracked: false, requiresShipping: false }] },
    { title: 'Gift card', isGiftCard: true, variants: [{ sku: 'GIFT', price: '50.00', tracked: false }] },
  ],
}

export type Sent = { headers: Headers; body: Record<string, unknown>; raw: string; url: string }
export type Answer = {
  data: never
  errors?: { message: string; extensions?: Record<string, unknown> }[]
  extensions?: Cost
}
type Cost = {
  cost: { requestedQueryCost: number; actualQueryCost: number | null; throttleStatus: Record<string, number> }
}

type Opening = Partial<ShopifySandboxOptions> & { seed?: Partial<ShopSeed>; scopes?: string[]; topics?: string[] }

/** A sandbox with one shop, its clock, the webhooks it sent, and an app that is let in. */
export async function openShop({ seed, scopes = SCOPES, topics = [], ...options }: Opening = {}) {
  const clock = new VirtualClock(START)
  const sent: Sent[] = []
  const sandbox = createShopifySandbox({
    clock,
    random: seeded(7),
    app: {
      apiKey: 'key',
      apiSecret: 'secret',
      url: 'https://app.test',
      scopes,
      webhooks: [{ topics, uri: '/webhooks' }],
    },
    deliver: async (request) => {
      const raw = await request.clone().text()
      sent.push({ headers: request.headers, body: JSON.parse(raw) as Sent['body'], raw, url: request.url })
      return new Response(null, { status: 200 })
    },
    ...options,
  })
  const shop = sandbox.addShop({ ...SEED, ...seed })
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    sandbox.fetch(
      new Request(`https://${shop.domain}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    )
  const exchange = async (more: object = {}) =>
    post('/admin/oauth/access_token', { ...tokenExchange(sandbox.sessionToken({ shop: shop.domain })), ...more })
  const { access_token: token } = (await (await exchange()).json()) as { access_token: string }
  const ask = async <T = never>(query: string, variables: object = {}) => {
    const response = await post(
      '/admin/api/2026-10/graphql.json',
      { query, variables },
      { 'x-shopify-access-token': token },
    )
    return (await response.json()) as Omit<Answer, 'data'> & { data: T }
  }
  const passing = (ms: number) => clock.runTo(new Date(clock.now().getTime() + ms))
  onTestFinished(() => clock.runOut(new Date(clock.now().getTime() + 1)))
  return { sandbox, shop, clock, sent, post, exchange, ask, passing, token }
}

export const tokenExchange = (subject_token: string) => ({
  client_id: 'key',
  client_secret: 'secret',
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token,
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
  expiring: '1',
})

/** What was asked for, where a refusal would be a fault of the test. */
export function given<T>(result: T | Refusal): T {
  assert(!isRefusal(result), `refused: ${isRefusal(result) ? result.sentence : ''}`)
  return result
}

/** A shop's numbers of one variant at a location, those that are not 0. */
export function numbers(shop: Awaited<ReturnType<typeof openShop>>['shop'], sku: string, location: string) {
  const level = shop.levels(sku).find(({ locationId }) => locationId === shop.location(location).id)
  return Object.fromEntries(Object.entries(level?.quantities ?? {}).filter(([, quantity]) => quantity !== 0))
}
