import type { Channel, ChannelModule, ChannelProcess, News } from '../channel.ts'
import type { LentLimit } from '../lent-limit.ts'
import { openLimiter } from '../limiter.server.ts'
import { beginConnect, type ConnectDeps, finishConnect, refreshEtsy, whoBegan } from './connect.server.ts'
import { openEtsy } from './connector.server.ts'
import { callsAtOnce, concurrencyOf, ETSY_CAPABILITIES, etsyLimits, NEW_APP_PER_SECOND } from './limits.ts'
import { verifyEtsyNotification } from './notification.server.ts'

/** The variables of the environment it reads (./settings). */
export type EtsySettings = {
  ETSY_API_URL: string
  ETSY_OAUTH_URL: string
  ETSY_KEYSTRING?: string | undefined
  ETSY_SHARED_SECRET?: string | undefined
  ETSY_WEBHOOK_SECRET?: string | undefined
  ETSY_CALLS_PER_SECOND?: number | undefined
  ETSY_CALLS_PER_DAY?: number | undefined
}

// Of a second's calls, how many are borrowed at a time: with a large grant four would mean to ask for more all the time.
const LOAN_SHARE = 0.05
const SMALLEST_LOAN = 4

type Process = ChannelProcess<EtsySettings>

function start(process: Process): Channel | null {
  const { ETSY_KEYSTRING: keystring, ETSY_SHARED_SECRET: sharedSecret } = process.settings
  if (!keystring || !sharedSecret) return null
  const { ETSY_API_URL: apiUrl, ETSY_OAUTH_URL: oauthUrl } = process.settings
  const { clock, sealer, random, appUrl } = process
  const network = { fetch: (request: Request) => process.fetch(request), clock }
  const app: ConnectDeps = {
    ...network,
    sealer,
    random,
    apiUrl,
    oauthUrl,
    keystring,
    sharedSecret,
    redirectUri: `${appUrl}/auth/etsy/callback`,
  }
  let limit: LentLimit | undefined
  return {
    access: {
      begin: (who) => beginConnect(app, who),
      whoBegan: (state) => whoBegan(sealer, state),
      finish: (who, consent) => finishConnect(app, who, consent),
      refresh: refreshEtsy(app),
      // Etsy has no call for it: the owner takes the app away in the settings there.
      revoke: async () => {},
    },
    news: newsWith(process.settings.ETSY_WEBHOOK_SECRET),
    open(account) {
      limit ??= shared(process)
      return openShop(process, { ...app, limit }, account)
    },
    close: async () => limit?.close(),
  }
}

const perSecondOf = ({ settings }: Process): number => settings.ETSY_CALLS_PER_SECOND ?? NEW_APP_PER_SECOND

// All of Etsy's limits are the app's, over all merchants and processes.
function shared(process: Process): LentLimit {
  const { ETSY_CALLS_PER_SECOND: perSecond, ETSY_CALLS_PER_DAY: perDay } = process.settings
  const block = Math.max(SMALLEST_LOAN, perSecondOf(process) * LOAN_SHARE)
  return process.lend({ limits: etsyLimits({ perSecond, perDay }), block })
}

type Opening = Parameters<Channel['open']>[0]

async function openShop(
  process: Process,
  { limit, ...app }: ConnectDeps & { limit: LentLimit },
  { externalId, tokens }: Opening,
) {
  const { clock, log, reserve } = process
  const concurrency = concurrencyOf(perSecondOf(process))
  const limiter = await openLimiter({ limits: [], appLimit: limit, reserve, concurrency, clock, log })
  const connector = openEtsy({
    shopId: externalId,
    callsAtOnce: callsAtOnce(perSecondOf(process)),
    deps: { ...app, limiter, tokens },
  })
  return { connector, limiter }
}

function newsWith(secret: string | undefined): News | null {
  if (!secret) return null
  return {
    verify: async (delivery) => verifyEtsyNotification({ ...delivery, secret }),
    refusedWith: 401,
    challenge: () => null,
  }
}

export const etsy: ChannelModule<EtsySettings> = { capabilities: ETSY_CAPABILITIES, start }
