import '@shopify/shopify-app-remix/adapters/node'
import { ApiVersion, AppDistribution, LogSeverity, shopifyApp } from '@shopify/shopify-app-remix/server'
// After the two above: they install the platform's fetch when they load.
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime'
import { env } from './env.server.ts'
import { log } from './log.server.ts'
import { sealWith } from './merchant/sealed.server.ts'
import { sessionStorage } from './session-storage.server.ts'
import { prisma } from './web-resources.server.ts'

const { SHOPIFY_ADDRESS, SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SHOPIFY_APP_URL, CREDENTIALS_KEY } = env()

// The library knows https://<shop>/… only. This sends those requests to another address, with the shop in a header.
if (SHOPIFY_ADDRESS) {
  setAbstractFetchFunc((input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    headers.set('x-forwarded-host', asked.hostname)
    return fetch(new URL(asked.pathname + asked.search, SHOPIFY_ADDRESS), { ...init, headers })
  })
}

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
  sessionStorage: sessionStorage(prisma, sealWith(CREDENTIALS_KEY)),
  future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
  logger: { level: LogSeverity.Warning, log: (severity, message) => log[LEVELS[severity]]({}, message) },
})

export const { addDocumentResponseHeaders, authenticate } = shopify
