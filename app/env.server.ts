import { z } from 'zod'
import { CHANNEL_SETTINGS } from './channels/registry.ts'
import { address, secret } from './kernel/setting.ts'

const sealingKey = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')

const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** 0: any free port */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** the interface to listen on; 0.0.0.0 in a container */
  HOST: z.string().default('127.0.0.1'),
  SHOPIFY_API_KEY: secret,
  SHOPIFY_API_SECRET: secret,
  SHOPIFY_APP_URL: address,
  /** as in shopify.app.toml: "read_products,write_inventory" */
  SHOPIFY_SCOPES: z.string().default(''),
  /** where requests to https://<shop>/… go instead; unset: to the shop */
  SHOPIFY_ADDRESS: address.optional(),
  /** one more origin that may frame the app; unset: Shopify's admin only */
  ADMIN_ORIGIN: address.optional(),
  APP_BRIDGE_URL: address.optional(),
  ...CHANNEL_SETTINGS,
  /** of what a channel allows in a day, how much is kept for orders and for reading back */
  BUDGET_RESERVE_PERCENT: z.coerce.number().int().min(0).max(90).default(20),
  CREDENTIALS_KEY: sealingKey,
})

/** Everything the app is told from outside. */
export type Env = z.infer<typeof environment>

/**
 * Reads the environment. Throws one error that names each variable that is missing or wrong, and never its value: it
 * may be a secret.
 */
export function readEnv(source: Record<string, string | undefined>): Env {
  // A variable set to nothing is one that is not set: launchers and CI files cannot always leave it out.
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const read = environment.safeParse(given)
  if (read.success) return read.data
  const wrong = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new Error(`The environment is not complete. ${[...new Set(wrong)].join('; ')}`)
}

let known: Env | undefined

/** The process's environment, read once. The only place in app/ that looks at it. */
export const env = (): Env => (known ??= readEnv(process.env))
