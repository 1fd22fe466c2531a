import { ETSY_LIMITS } from '#app/channels/etsy/limits.ts'
import type { AbsoluteConnector, Tokens } from '#app/channels/connector.ts'
import { present } from '#app/kernel/assert.ts'
import { createEtsySandbox } from '#sandbox/etsy/sandbox.ts'
import type { Shop } from '#sandbox/etsy/shop.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { channelAt } from './channel-at.ts'
import type { OpenPeer } from './peer.ts'
import { callsToTell } from './told-plan.ts'

const APP = { keystring: 'keystring', sharedSecret: 'shared' }
const FIRST_LISTING = 1_000_000

/** Etsy as it is for a new app: ten calls a second and ten thousand a day, over all merchants. */
export const openEtsyPeer: OpenPeer = async ({ clock, sync, goods }) => {
  const sandbox = createEtsySandbox({
    clock,
    random: seeded(1),
    app: { ...APP, redirectUris: [], webhook: { url: 'https://app.test/webhooks/etsy', secret: 'whsec_c2VjcmV0' } },
    deliver: () => Promise.resolve(new Response()),
  })
  const listings = goods.map(({ sku, shows }, i) => {
    return { title: sku, listingId: FIRST_LISTING + i, products: [{ sku, quantity: shows, priceCents: 10_000 }] }
  })
  const shop = sandbox.addShop({ name: 'Bench', listings })
  const fetch: typeof globalThis.fetch = (input, init) => sandbox.fetch(new Request(input, init))
  const settings = { ETSY_KEYSTRING: APP.keystring, ETSY_SHARED_SECRET: APP.sharedSecret }
  const channel = present(channelAt('etsy', { clock, sync, fetch, settings }), 'the channel')
  const tokens = tokensOf(shop, clock)
  const externalId = String(shop.shopId)
  const opened = await channel.open({ externalId, tokens, load: async () => null, save: async () => {} })
  const refs = goods.map((_, i) => ({ externalId: String(FIRST_LISTING + i), variantId: '' }))
  return {
    channel: 'etsy',
    externalId,
    refs,
    place: null,
    limits: ETSY_LIMITS,
    opened,
    cost: () => callsToTell(opened.connector as AbsoluteConnector, goods, { refs, perSecond: 10 }),
    spent: () => sandbox.metrics().calls,
    throttled: () => sandbox.metrics().throttled,
    shown: ({ externalId: id }) => shop.shown(Number(id)),
    close: () => channel.close(),
  }
}

function tokensOf(shop: Shop, clock: { now(): Date }): Tokens {
  let token = shop.signIn()
  return {
    async accessToken() {
      if (token.expiresAt.getTime() - clock.now().getTime() < 60_000) token = shop.signIn()
      return token.accessToken
    },
    refused: () => Promise.reject(new Error('The sandbox refuses a token that is good.')),
  }
}
