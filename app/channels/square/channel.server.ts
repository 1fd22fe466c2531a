import type { Channel, ChannelModule, ChannelProcess, News } from '../channel.ts'
import { openLimiter } from '../limiter.server.ts'
import {
  beginConnect,
  type ConnectDeps,
  finishConnect,
  refreshSquare,
  revokeSquare,
  whoBegan,
} from './connect.server.ts'
import { openSquare } from './connector.server.ts'
import { SQUARE_CAPABILITIES, squareLimits } from './limits.ts'
import { verifySquareNotification } from './notification.server.ts'

/** The variables of the environment it reads (./settings). */
export type SquareSettings = {
  SQUARE_URL: string
  SQUARE_APPLICATION_ID?: string | undefined
  SQUARE_APPLICATION_SECRET?: string | undefined
  SQUARE_WEBHOOK_KEY?: string | undefined
  SQUARE_CALLS_PER_SECOND?: number | undefined
}

const CONCURRENCY = 4

function start(process: ChannelProcess<SquareSettings>): Channel | null {
  const { SQUARE_APPLICATION_ID: applicationId, SQUARE_APPLICATION_SECRET: applicationSecret } = process.settings
  if (!applicationId || !applicationSecret) return null
  const { clock, sealer, appUrl, settings } = process
  const app: ConnectDeps = {
    fetch: (request: Request) => process.fetch(request),
    clock,
    sealer,
    random: () => fractionOf(process.random(4)),
    url: settings.SQUARE_URL,
    applicationId,
    applicationSecret,
    redirectUri: `${appUrl}/auth/square/callback`,
  }
  return {
    access: {
      begin: (who) => beginConnect(app, who),
      whoBegan: (state) => whoBegan(sealer, state),
      finish: (who, consent) => finishConnect(app, who, consent),
      refresh: refreshSquare(app),
      revoke: revokeSquare(app),
    },
    news: newsWith(settings.SQUARE_WEBHOOK_KEY, `${appUrl}/webhooks/square`),
    open: (account) => openBusiness(process, app, account),
    close: async () => {},
  }
}

/** Four bytes as a number in [0, 1). */
const fractionOf = (bytes: Uint8Array): number => Buffer.from(bytes).readUInt32BE() / 2 ** 32

type Opening = Parameters<Channel['open']>[0]

async function openBusiness(
  process: ChannelProcess<SquareSettings>,
  app: ConnectDeps,
  { tokens, load, save }: Opening,
) {
  const { clock, log, settings } = process
  const callsPerSecond = settings.SQUARE_CALLS_PER_SECOND
  const limits = squareLimits(callsPerSecond)
  const limiter = await openLimiter({ limits, concurrency: CONCURRENCY, load, save, clock, log })
  return { connector: openSquare({ ...app, limiter, tokens, callsPerSecond }), limiter }
}

function newsWith(key: string | undefined, url: string): News | null {
  if (!key) return null
  return {
    verify: async (delivery) => verifySquareNotification({ ...delivery, key, url }),
    refusedWith: 403,
    challenge: () => null,
  }
}

export const square: ChannelModule<SquareSettings> = { capabilities: SQUARE_CAPABILITIES, start }
