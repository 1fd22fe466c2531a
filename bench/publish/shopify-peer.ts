import { shopifyLimits } from '#app/channels/shopify/limits.ts'
import { present } from '#app/kernel/assert.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox } from '#sandbox/shopify/sandbox.ts'
import { offline } from '../in-process-world.ts'
import { channelAt } from './channel-at.ts'
import type { OpenPeer } from './peer.ts'

const SCOPES = 'read_products,read_inventory,write_inventory,read_locations,read_orders'
const DOMAIN = 'bench.myshopify.com'
const MUTATION_POINTS = 10
const CHANGES_A_READ = 25

/** A store on the standard plan: 2,000 points, of which 100 come back in a second. */
export const openShopifyPeer: OpenPeer = async ({ clock, sync, goods }) => {
  const app = { apiKey: 'key', apiSecret: 'secret', url: 'https://app.test', scopes: SCOPES.split(','), webhooks: [] }
  const sandbox = createShopifySandbox({
    clock,
    random: seeded(1),
    app,
    deliver: () => Promise.resolve(new Response()),
  })
  const shop = sandbox.addShop({
    domain: DOMAIN,
    name: 'Bench',
    locations: [{ name: 'Safe' }],
    products: goods.map(({ sku, shows }) => {
      return { title: sku, variants: [{ sku, price: '100.00', stock: [{ location: 'Safe', available: shows }] }] }
    }),
  })
  const seen = { spent: 0, read: Infinity, throttled: 0 }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const isWrite = request.clone()
    const answer = await sandbox.fetch(request)
    const text = await answer.text()
    if (text.includes('"THROTTLED"')) seen.throttled += 1
    const points = Number(/"actualQueryCost":(\d+)/.exec(text)?.[1] ?? 0)
    seen.spent += points
    if (points > 0 && !(await isWrite.text()).includes('mutation')) seen.read = Math.min(seen.read, points)
    return new Response(text, answer)
  }
  const channel = present(channelAt('shopify', { clock, sync, fetch, settings: {} }), 'the channel')
  const tokens = offline(sandbox, DOMAIN)
  const opened = await channel.open({ externalId: DOMAIN, tokens, load: async () => null, save: async () => {} })
  const refs = goods.map(({ sku }) => ({ externalId: shop.levels(sku)[0]!.itemId, variantId: '' }))
  // A move each, and each round reads back what it moved.
  const reads = () => Math.ceil(goods.length / CHANGES_A_READ) * (seen.read === Infinity ? 0 : seen.read)
  return {
    channel: 'shopify',
    externalId: DOMAIN,
    refs,
    place: shop.levels(goods[0]!.sku)[0]!.locationId,
    limits: shopifyLimits({}),
    opened,
    cost: () => goods.length * MUTATION_POINTS + reads(),
    spent: () => seen.spent,
    throttled: () => seen.throttled,
    shown: ({ externalId }) => shop.available(externalId),
    close: async () => {
      await opened.limiter.close()
      await channel.close()
    },
  }
}
