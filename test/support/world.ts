import { onTestFinished } from 'vitest'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { type Fetch, serve } from '#sandbox/http.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import type { AppConfig } from '#sandbox/shopify/app-config.ts'
import { startWorld, type World } from '#sandbox/world.ts'
import type { RegisteredApp, WorldOptions } from '#sandbox/world-options.ts'

/** The app as the tests have it registered: it wants to hear of new orders. */
export const APP_CONFIG: AppConfig = {
  name: 'Vitrine',
  handle: 'vitrine',
  scopes: ['read_products', 'read_inventory', 'write_inventory', 'read_locations', 'read_orders'],
  webhooks: [{ topics: ['orders/create', 'app/uninstalled'], uri: '/webhooks/shopify' }],
}

export const KEYS = {
  apiKey: 'key-of-the-tests',
  apiSecret: 'shpss_of_the_tests',
  etsyKeystring: 'keystring',
  etsySharedSecret: 'shared',
  etsyWebhookSecret: `whsec_${Buffer.from('twenty-four bytes of it!').toString('base64')}`,
  squareApplicationId: 'sq0idp-of-the-tests',
  squareApplicationSecret: 'sq0csp-of-the-tests',
  squareWebhookKey: 'key-of-the-till',
}

export const registered = (url: string): RegisteredApp => ({ ...APP_CONFIG, ...KEYS, url })

/** A world on free ports with an app that `answers`, closed at the end of the test. */
export async function openWorld(answers: Fetch, more: Partial<WorldOptions> = {}): Promise<World & { appUrl: string }> {
  const app = await serve(answers, { port: 0, clock: systemClock })
  const world = await startWorld({
    clock: systemClock,
    random: seeded(99),
    app: registered(app.origin),
    ports: { shopify: 0, etsy: 0, square: 0 },
    seed: 1,
    quiet: true,
    onTrouble: (trouble) => {
      throw trouble
    },
    ...more,
  })
  let closed: Promise<unknown> | undefined
  const close = async () => void (await (closed ??= Promise.all([world.close(), app.close()])))
  onTestFinished(close)
  return { ...world, close, appUrl: app.origin }
}

/** An app that takes every notification and says nothing else. */
export const silentApp: Fetch = async () => new Response('ok')
