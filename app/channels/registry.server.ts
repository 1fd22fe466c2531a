import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { assert } from '../kernel/assert.ts'
import type { Connector, Tokens } from './connector.ts'
import { openEtsy } from './etsy/connector.server.ts'
import { ETSY_LIMITS } from './etsy/limits.ts'
import type { LentLimit } from './lent-limit.ts'
import { openLimiter, type Limiter } from './limiter.server.ts'
import { openShopify } from './shopify/connector.server.ts'
import { SHOPIFY_LIMITS } from './shopify/limits.ts'

/** What a channel needs of the process, whichever it is. */
export type ChannelDeps = {
  fetch: typeof fetch
  clock: Clock
  log: Log
  etsy: { apiUrl: string; keystring: string; sharedSecret: string; limit: LentLimit } | null
}

/** An account as a connector needs it. */
export type AccountToOpen = {
  channel: string
  externalId: string
  tokens: Tokens
  /** the limiter's state on the account's row */
  load: () => Promise<unknown>
  save: (state: unknown) => Promise<void>
}

export type OpenChannel = { connector: Connector; limiter: Limiter }

type Opener = (account: AccountToOpen, deps: ChannelDeps) => Promise<OpenChannel>

const etsy: Opener = async ({ externalId, tokens }, { fetch, clock, log, etsy: app }) => {
  assert(app, 'an Etsy account needs the app’s Etsy key')
  // All of Etsy's limits are the app's, over all merchants and processes.
  const limiter = await openLimiter({ limits: [], appLimit: app.limit, concurrency: 4, clock, log })
  const connector = openEtsy({
    shopId: externalId,
    deps: { ...app, fetch: (request) => fetch(request), limiter, clock, tokens },
  })
  return { connector, limiter }
}

const shopify: Opener = async ({ externalId, tokens, load, save }, { fetch, clock, log }) => {
  const limiter = await openLimiter({ limits: SHOPIFY_LIMITS, concurrency: 8, load, save, clock, log })
  return { connector: openShopify({ shop: externalId, deps: { fetch, limiter, clock, tokens } }), limiter }
}

/** The channels there are. Adding one is its folder and a line here. */
const CHANNELS: Record<string, Opener> = { etsy, shopify }

export { ETSY_LIMITS }

/** Opens an account's connector and its limiter. */
export function openChannel(account: AccountToOpen, deps: ChannelDeps): Promise<OpenChannel> {
  const opener = Object.hasOwn(CHANNELS, account.channel) ? CHANNELS[account.channel] : undefined
  assert(opener, `there is no channel ${account.channel}`)
  return opener(account, deps)
}
