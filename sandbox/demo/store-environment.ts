import { z } from 'zod'
import { CannotStart } from '../cannot-start.ts'
import type { Environment } from './environment.ts'

// What `shopify app dev` tells a process of shopify.web.toml (Shopify/cli 4.8.2, services/dev/processes/web.ts). Its
// HOST is the address of the tunnel, not of an interface, and SHOPIFY_APP_URL is not among them.
const told = z.object({
  SHOPIFY_API_KEY: z.string().min(1),
  SHOPIFY_API_SECRET: z.string().min(1),
  SCOPES: z.string().default(''),
  HOST: z.url({ protocol: /^https?$/ }),
  PORT: z.coerce.number().int().min(1).max(65_535),
})

export type Store = {
  /** Where the CLI's tunnel ends: the app must listen there. */
  port: number
  /** The app's whole environment; what is set already, such as Etsy's keys, is handed on. */
  environment: (own: { databaseUrl: string; credentialsKey: string }) => Environment
}

/** A real development store, as Shopify's CLI describes it. Throws CannotStart when it is not the CLI that asks. */
export function storeFromCli(source: Environment = process.env): Store {
  const read = told.safeParse(source)
  if (!read.success) {
    const missing = [...new Set(read.error.issues.map(({ path }) => path.join('.')))].join(', ')
    throw new CannotStart(`Start this by \`npm run dev:shopify\`: it is Shopify’s CLI that sets ${missing}.`)
  }
  const { HOST, PORT, SCOPES } = read.data
  return {
    port: PORT,
    environment: ({ databaseUrl, credentialsKey }) => ({
      ...source,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      CREDENTIALS_KEY: source.CREDENTIALS_KEY || credentialsKey,
      SHOPIFY_APP_URL: HOST,
      SHOPIFY_SCOPES: SCOPES,
      HOST: '127.0.0.1',
    }),
  }
}
