import { afterAll, expect, test } from 'vitest'
import '@shopify/shopify-app-remix/adapters/node'
import { ApiVersion, AppDistribution, LogSeverity, shopifyApp, type Session } from '@shopify/shopify-app-remix/server'
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime'
import type { SessionStorage } from '@shopify/shopify-app-session-storage'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox } from '#sandbox/shopify/sandbox.ts'
import { given, SCOPES, SEED } from './open-shop.ts'

// What the real library sends and expects, nothing of it replaced but the way to Shopify.

const APP = { apiKey: 'key', apiSecret: 'secret', url: 'https://app.test', scopes: SCOPES }
const webhooks: Request[] = []
const sandbox = createShopifySandbox({
  clock: systemClock,
  random: seeded(5),
  app: { ...APP, webhooks: [{ topics: ['orders/create'], uri: '/webhooks' }] },
  deliver: async (request) => {
    webhooks.push(request)
    arrived.resolve()
    return new Response(null)
  },
})
const arrived = Promise.withResolvers<void>()
const shop = sandbox.addShop(SEED)

const sessions = new Map<string, Session>()
const sessionStorage: SessionStorage = {
  storeSession: async (session) => (sessions.set(session.id, session), true),
  loadSession: async (id) => sessions.get(id),
  deleteSession: async (id) => sessions.delete(id),
  deleteSessions: async (ids) => ids.every((id) => sessions.delete(id)),
  findSessionsByShop: async (domain) => [...sessions.values()].filter((session) => session.shop === domain),
}

setAbstractFetchFunc((input, init) => sandbox.fetch(new Request(input, init)))
afterAll(() => setAbstractFetchFunc(fetch))

const library = shopifyApp({
  apiKey: APP.apiKey,
  apiSecretKey: APP.apiSecret,
  appUrl: APP.url,
  authPathPrefix: '/auth',
  sessionStorage,
  distribution: AppDistribution.AppStore,
  apiVersion: ApiVersion.October26,
  future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
  logger: { level: LogSeverity.Error },
})

const visit = () => {
  const authorization = `Bearer ${sandbox.sessionToken({ shop: shop.domain })}`
  return library.authenticate.admin(new Request('https://app.test/app', { headers: { authorization } }))
}

test('it exchanges a session token for one that ends, and reads the shop with it', async () => {
  const { admin, session } = await visit()
  expect(session.shop).toBe(shop.domain)
  expect(sessions.get(session.id)).toMatchObject({ isOnline: false, refreshToken: expect.stringMatching(/^shprt_/) })
  const answer = await (await admin.graphql('{ shop { name } }')).json()
  expect(answer.data).toEqual({ shop: { name: 'Ring Lab' } })
})

test('it renews a token that is over by its refresh token', async () => {
  const { session } = await visit()
  session.expires = new Date(0)
  const { session: renewed } = await library.unauthenticated.admin(shop.domain)
  expect(renewed.accessToken).not.toBe(session.accessToken ?? '')
  expect(renewed.expires?.getTime()).toBeGreaterThan(systemClock.now().getTime())
})

test('it takes a webhook as Shopify’s, and refuses it with one letter changed', async () => {
  given(shop.placeOrder({ source: 'web', lines: [{ sku: 'R-54', quantity: 1 }] }))
  await arrived.promise
  const body = await webhooks[0]!.clone().text()
  const { topic, payload } = await library.authenticate.webhook(webhooks[0]!)
  expect([topic, payload.name]).toEqual(['ORDERS_CREATE', '#1001'])
  const { headers } = webhooks[0]!
  const forged = new Request('https://app.test/webhooks', {
    method: 'POST',
    headers,
    body: body.replace('#1001', '#1002'),
  })
  await expect(library.authenticate.webhook(forged)).rejects.toMatchObject({ status: 401 })
})
