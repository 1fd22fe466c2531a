import { isRefusal } from '../../kernel/refusal.ts'
import type { Access, AccountToOpen, Channel, ChannelModule, ChannelProcess, News } from '../channel.ts'
import type { LentLimit } from '../lent-limit.ts'
import { type Limiter, openLimiter } from '../limiter.server.ts'
import { beginConnect, type ConnectDeps, finishConnect, whoBegan } from './connect.server.ts'
import { openEbay } from './connector.server.ts'
import { ACCOUNT_LIMITS, type Api, CONCURRENCY, EBAY_CAPABILITIES, ebayLimits } from './limits.ts'
import { notesIn } from './notes.ts'
import { challengeAnswer, publicKeys, verifyEbayNotification } from './notification.server.ts'
import { type Endpoint, subscribe } from './subscribe.server.ts'
import { appToken, refreshEbay } from './token.server.ts'

/** The variables of the environment it reads (./settings). */
export type EbaySettings = {
  EBAY_API_URL: string
  EBAY_IDENTITY_URL: string
  EBAY_OAUTH_URL: string
  EBAY_CLIENT_ID?: string | undefined
  EBAY_CLIENT_SECRET?: string | undefined
  EBAY_RUNAME?: string | undefined
  EBAY_VERIFICATION_TOKEN?: string | undefined
  EBAY_ALERT_EMAIL?: string | undefined
  EBAY_INVENTORY_CALLS_PER_DAY?: number | undefined
  EBAY_FULFILLMENT_CALLS_PER_DAY?: number | undefined
  EBAY_TRADING_CALLS_PER_DAY?: number | undefined
}

type Process = ChannelProcess<EbaySettings>

function start(process: Process): Channel | null {
  const app = appOf(process)
  if (!app) return null
  const shared = new Map<Api, LentLimit>()
  const limitOf = (api: Api): LentLimit => {
    const limit = shared.get(api) ?? lent(process, api)
    shared.set(api, limit)
    return limit
  }
  return {
    access: accessTo(process, app),
    news: newsTo(process, app),
    open: (account) => openSeller({ process, app, limitOf }, account),
    close: async () => void (await Promise.all([...shared.values()].map((limit) => limit.close()))),
  }
}

function appOf({ settings, fetch, clock, sealer }: Process): ConnectDeps | null {
  const { EBAY_CLIENT_ID: clientId, EBAY_CLIENT_SECRET: clientSecret, EBAY_RUNAME: ruName } = settings
  if (!clientId || !clientSecret || !ruName) return null
  const { EBAY_API_URL: apiUrl, EBAY_OAUTH_URL: oauthUrl, EBAY_IDENTITY_URL: identityUrl } = settings
  return {
    fetch: (request) => fetch(request),
    clock,
    sealer,
    apiUrl,
    oauthUrl,
    identityUrl,
    clientId,
    clientSecret,
    ruName,
  }
}

const BORROWED_AT_ONCE = 8

// Every budget of eBay's is the app's, over all merchants and processes; each API has one of its own.
function lent({ settings, lend }: Process, api: Api): LentLimit {
  const granted: Record<Api, number | undefined> = {
    inventory: settings.EBAY_INVENTORY_CALLS_PER_DAY,
    fulfillment: settings.EBAY_FULFILLMENT_CALLS_PER_DAY,
    trading: settings.EBAY_TRADING_CALLS_PER_DAY,
    notification: undefined,
  }
  return lend({ of: api, limits: ebayLimits(api, granted[api]), block: BORROWED_AT_ONCE })
}

function accessTo(process: Process, app: ConnectDeps): Access {
  const endpoint = endpointOf(process)
  const token = appToken(app)
  return {
    begin: (who) => beginConnect(app, who),
    whoBegan: (state) => whoBegan(app.sealer, state),
    async finish(who, consent) {
      const shop = await finishConnect(app, who, consent)
      if (isRefusal(shop) || !endpoint) return shop
      const told = await subscribe(app, endpoint, { ofApp: await token(), ofSeller: shop.credentials.accessToken })
      if (!told)
        process.log.warn({ channel: 'ebay' }, 'eBay does not take our address for notifications: orders are polled.')
      return shop
    },
    refresh: refreshEbay(app),
    // eBay has no call for it: the seller takes the app away in the settings of the account there.
    revoke: async () => {},
  }
}

function endpointOf({ appUrl, settings }: Process): Endpoint | null {
  const { EBAY_VERIFICATION_TOKEN: verificationToken, EBAY_ALERT_EMAIL: alertEmail } = settings
  if (!verificationToken || !alertEmail) return null
  return { endpoint: `${appUrl}/webhooks/ebay`, verificationToken, alertEmail }
}

function newsTo({ appUrl, settings }: Process, app: ConnectDeps): News | null {
  const { EBAY_VERIFICATION_TOKEN: verificationToken } = settings
  if (!verificationToken) return null
  const keys = publicKeys(app, appToken(app))
  return {
    verify: (delivery) => verifyEbayNotification(delivery, keys),
    refusedWith: 412,
    challenge: (asked) => challengeAnswer({ asked, endpoint: `${appUrl}/webhooks/ebay`, verificationToken }),
  }
}

type Opening = { process: Process; app: ConnectDeps; limitOf: (api: Api) => LentLimit }

async function openSeller({ process: { clock, log }, app, limitOf }: Opening, { tokens, memory }: AccountToOpen) {
  const open = (api: Api) =>
    openLimiter({ limits: ACCOUNT_LIMITS, appLimit: limitOf(api), concurrency: CONCURRENCY, clock, log })
  const limiters: Record<Api, Limiter> = {
    inventory: await open('inventory'),
    fulfillment: await open('fulfillment'),
    trading: await open('trading'),
    notification: await open('notification'),
  }
  const connector = openEbay({ deps: { ...app, limiters, tokens }, notes: notesIn(memory) })
  return { connector, limiter: together(limiters) }
}

/** For who asks how long calls would wait: as long as where they would wait longest. */
function together(limiters: Record<Api, Limiter>): Limiter {
  const all = Object.values(limiters)
  return {
    run: limiters.inventory.run,
    waitMs: (cost, lane) => Math.max(limiters.inventory.waitMs(cost, lane), limiters.fulfillment.waitMs(1, 'orders')),
    // What is written there has a budget far above what Trading has, which its own limiter keeps.
    budgetLeft: limiters.inventory.budgetLeft,
    close: async () => void (await Promise.all(all.map((limiter) => limiter.close()))),
  }
}

export const ebay: ChannelModule<EbaySettings> = { capabilities: EBAY_CAPABILITIES, start }
