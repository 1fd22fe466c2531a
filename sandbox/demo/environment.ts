import type { AppConfig } from '../shopify/app-config.ts'
import type { Keys } from './keys.ts'

/** Names and values; undefined is not set. */
export type Environment = Record<string, string | undefined>

export type EnvironmentOf = { port: number; config: AppConfig; keys: Keys; databaseUrl: string }

/**
 * The whole difference between the sandbox and production: what the app is told of the outside world. `port` is
 * Shopify's, the app has the next, then come Etsy and Square.
 */
export function environmentOf({ port, config, keys, databaseUrl }: EnvironmentOf): Environment {
  const shopify = `http://127.0.0.1:${port}`
  const etsy = `http://127.0.0.1:${port + 2}`
  return {
    ...process.env,
    ...keys,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    SHOPIFY_APP_URL: `http://127.0.0.1:${port + 1}`,
    SHOPIFY_SCOPES: config.scopes.join(','),
    SHOPIFY_ADDRESS: shopify,
    ADMIN_ORIGIN: shopify,
    APP_BRIDGE_URL: `${shopify}/app-bridge.js`,
    ETSY_API_URL: etsy,
    ETSY_OAUTH_URL: etsy,
    SQUARE_URL: `http://127.0.0.1:${port + 3}`,
  }
}
