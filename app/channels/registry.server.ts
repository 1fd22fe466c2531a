import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { assert } from '../kernel/assert.ts'
import type { Limit } from './bucket.ts'
import type { Connector, Tokens } from './connector.ts'
import { openEtsy } from './etsy/connector.server.ts'
import { callsAtOnce, concurrencyOf, etsyLimits, NEW_APP_PER_SECOND } from './etsy/limits.ts'
import type { LentLimit } from './lent-limit.ts'
import { openLimiter, type Limiter } from './limiter.server.ts'
import { openShopify } from './shopify/connector.server.ts'
import { shopifyLimits } from './shopify/limits.ts'

/** What a channel needs of the process, whichever it is. */
export type ChannelDeps = {
  fetch: typeof fetch
  clock: Clock
  log: Log
  shopify: { limits: readonly Limit[] }
  /** the share of a budget for a day that is kept for orders and for reading back */
  reserve?: number | undefined
  /** `callsPerSecond`: what `limit` allows, for how much is done at once */
  etsy: { apiUrl: string; keystring: string; sharedSecret: string; limit: LentLimit; callsPerSecond: number } | null
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

const etsy: Opener = async ({ externalId, tokens }, { fetch, clock, log, reserve, etsy: app }) => {
  assert(app, 'an Etsy account needs the app’s Etsy key')
  // All of Etsy's limits are the app's, over all merchants and processes.
  const concurrency = concurrencyOf(app.callsPerSecond)
  const limiter = await openLimiter({ limits: [], appLimit: app.limit, reserve, concurrency, clock, log })
  const connector = openEtsy({
    shopId: externalId,
    callsAtOnce: callsAtOnce(app.callsPerSecond),
    deps: { ...app, fetch: (request) => fetch(request), limiter, clock, tokens },
  })
  return { connector, limiter }
}

const shopify: Opener = async ({ externalId, tokens, load, save }, deps) => {
  const {
    fetch,
    clock,
    log,
    reserve,
    shopify: { limits },
  } = deps
  const limiter = await openLimiter({ limits, reserve, concurrency: 8, load, save, clock, log })
  return { connector: openShopify({ shop: externalId, deps: { fetch, limiter, clock, tokens } }), limiter }
}

/** The channels there are. Adding one is its folder and a line here. */
const CHANNELS: Record<string, Opener> = { etsy, shopify }

export { etsyLimits, NEW_APP_PER_SECOND, shopifyLimits }

/** Opens an account's connector and its limiter. */
export function openChannel(account: AccountToOpen, deps: ChannelDeps): Promise<OpenChannel> {
  const opener = Object.hasOwn(CHANNELS, account.channel) ? CHANNELS[account.channel] : undefined
  assert(opener, `there is no channel ${account.channel}`)
  return opener(account, deps)
}
