import { appLimitRow } from './channels/app-limit.server.ts'
import { refreshEtsy } from './channels/etsy/connect.server.ts'
import { openLentLimit } from './channels/lent-limit.ts'
import {
  type AccountToOpen,
  type ChannelDeps,
  etsyLimits,
  NEW_APP_PER_SECOND,
  openChannel,
  type OpenChannel,
  shopifyLimits,
} from './channels/registry.server.ts'
import type { Env } from './env.server.ts'
import type { Log } from './kernel/log.ts'
import type { Account } from './merchant/account.server.ts'
import { accountTokens } from './merchant/credentials.server.ts'
import type { Sealer } from './merchant/sealed.server.ts'
import { outside } from './outside.server.ts'
import { shopifyTokens } from './shopify-tokens.server.ts'
import type { SessionStorage } from '@shopify/shopify-app-session-storage'
import type { Sync } from './sync/facts.ts'

export type AccountsOptions = { env: Env; sync: Sync; sealer: Sealer; sessions: SessionStorage; log: Log }

/** The channel accounts that a process works with, each opened once. */
export type ChannelAccounts = {
  open(account: Account): Promise<OpenChannel>
  close(): Promise<void>
}

/** Joins accounts to their connectors with what the environment says of the world outside. */
export function channelAccounts(options: AccountsOptions): ChannelAccounts {
  const { env, sync, log } = options
  const fetch = outside(env.SHOPIFY_ADDRESS)
  const points = { points: env.SHOPIFY_POINTS, perSecond: env.SHOPIFY_POINTS_PER_SECOND }
  const shopify = { limits: shopifyLimits(points) }
  const reserve = env.BUDGET_RESERVE_PERCENT / 100
  const deps: ChannelDeps = { fetch, clock: sync.clock, log, reserve, shopify, etsy: etsyApp(options) }
  const opened = new Map<number, Promise<OpenChannel>>()
  return {
    open(account) {
      const known = opened.get(account.id) ?? openChannel(describe(account, { ...options, fetch }), deps)
      opened.set(account.id, known)
      known.catch(() => opened.delete(account.id))
      return known
    },
    async close() {
      for (const channel of opened.values()) await (await channel).limiter.close()
      await deps.etsy?.limit.close()
    },
  }
}

// Of a second's calls, how many are borrowed at a time: with a large grant four would mean to ask for more all the time.
const LOAN_SHARE = 0.05

function etsyApp({ env, sync, log }: AccountsOptions): ChannelDeps['etsy'] {
  const { ETSY_API_URL: apiUrl, ETSY_KEYSTRING: keystring, ETSY_SHARED_SECRET: sharedSecret } = env
  if (!keystring || !sharedSecret) return null
  const row = appLimitRow({ name: 'etsy', transaction: sync.inTransaction, clock: sync.clock })
  const limits = etsyLimits({ perSecond: env.ETSY_CALLS_PER_SECOND, perDay: env.ETSY_CALLS_PER_DAY })
  const callsPerSecond = env.ETSY_CALLS_PER_SECOND ?? NEW_APP_PER_SECOND
  const block = Math.max(4, callsPerSecond * LOAN_SHARE)
  const limit = openLentLimit({ row, limits, block, clock: sync.clock, log })
  return { apiUrl, keystring, sharedSecret, limit, callsPerSecond }
}

function describe(account: Account, options: AccountsOptions & { fetch: typeof fetch }): AccountToOpen {
  const { sync } = options
  const { merchantId, id, channel, externalId } = account
  return {
    channel,
    externalId,
    tokens: tokensOf(account, options),
    async load() {
      const text = 'SELECT limiter FROM channel_account WHERE merchant_id = $1 AND id = $2'
      return (await sync.db.query<{ limiter: unknown }>({ text, values: [merchantId, id] })).rows[0]?.limiter
    },
    async save(state) {
      const text = 'UPDATE channel_account SET limiter = $3 WHERE merchant_id = $1 AND id = $2'
      await sync.db.query({ text, values: [merchantId, id, JSON.stringify(state)] })
    },
  }
}

function tokensOf(
  account: Account,
  { env, sync, sealer, sessions, fetch }: AccountsOptions & { fetch: typeof globalThis.fetch },
) {
  if (account.channel === 'shopify') {
    const app = { apiKey: env.SHOPIFY_API_KEY, apiSecret: env.SHOPIFY_API_SECRET }
    return shopifyTokens({ shop: account.externalId, sessions, fetch, ...app, ...sync })
  }
  const app = {
    apiUrl: env.ETSY_API_URL,
    keystring: env.ETSY_KEYSTRING ?? '',
    sharedSecret: env.ETSY_SHARED_SECRET ?? '',
  }
  const refresh = refreshEtsy({ fetch: (request) => fetch(request), ...app, clock: sync.clock })
  return accountTokens({ ...sync, sealer, account, refresh })
}
