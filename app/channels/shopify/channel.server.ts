import type { ChannelModule, ChannelProcess } from '../channel.ts'
import { openLimiter } from '../limiter.server.ts'
import { openShopify } from './connector.server.ts'
import { CAPABILITIES, shopifyLimits } from './limits.ts'

/** The variables of the environment it reads (./settings). */
export type ShopifySettings = { SHOPIFY_POINTS?: number | undefined; SHOPIFY_POINTS_PER_SECOND?: number | undefined }

const CONCURRENCY = 8

/** A store is connected by installing the app there, and its webhooks come by the app's own library: both at the edge. */
export const shopify: ChannelModule<ShopifySettings> = {
  capabilities: CAPABILITIES,
  start: (process: ChannelProcess<ShopifySettings>) => ({
    access: null,
    news: null,
    async open({ externalId, tokens, load, save }) {
      const { fetch, clock, log, reserve, settings } = process
      const points = { points: settings.SHOPIFY_POINTS, perSecond: settings.SHOPIFY_POINTS_PER_SECOND }
      const limits = shopifyLimits(points)
      const limiter = await openLimiter({ limits, reserve, concurrency: CONCURRENCY, load, save, clock, log })
      return { connector: openShopify({ shop: externalId, deps: { fetch, limiter, clock, tokens } }), limiter }
    },
    close: async () => {},
  }),
}
