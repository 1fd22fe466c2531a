import '@shopify/shopify-app-remix/adapters/node'
import { ApiVersion, AppDistribution, LogSeverity, shopifyApp } from '@shopify/shopify-app-remix/server'
// After the two above: they install the platform's fetch when they load.
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime'
import { env } from './env.server.ts'
import { log } from './log.server.ts'
import { outside } from './outside.server.ts'
import { sessionStorage } from './session-storage.server.ts'
import { prisma, sealer } from './web-resources.server.ts'

const { SHOPIFY_ADDRESS, SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SHOPIFY_APP_URL } = env()

if (SHOPIFY_ADDRESS) setAbstractFetchFunc(outside(SHOPIFY_ADDRESS))

const LEVELS = {
  [LogSeverity.Error]: 'error',
  [LogSeverity.Warning]: 'warn',
  [LogSeverity.Info]: 'info',
  [LogSeverity.Debug]: 'debug',
} as const

const shopify = shopifyApp({
  apiKey: SHOPIFY_API_KEY,
  apiSecretKey: SHOPIFY_API_SECRET,
  appUrl: SHOPIFY_APP_URL,
  authPathPrefix: '/auth',
  apiVersion: ApiVersion.October26,
  distribution: AppDistribution.AppStore,
  sessionStorage: sessionStorage(prisma, sealer),
  future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
  logger: { level: LogSeverity.Warning, log: (severity, message) => log[LEVELS[severity]]({}, message) },
})

export const { addDocumentResponseHeaders, authenticate } = shopify
