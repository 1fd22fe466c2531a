import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { build } from '#sandbox/demo/build.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export const KEYS = {
  SHOPIFY_API_KEY: 'test-key',
  SHOPIFY_API_SECRET: 'shpss_test',
  ETSY_KEYSTRING: 'etsy-key',
  ETSY_SHARED_SECRET: 'etsy-secret',
  ETSY_WEBHOOK_SECRET: `whsec_${Buffer.from('etsy-webhooks').toString('base64')}`,
  SQUARE_APPLICATION_ID: 'sq0idp-test',
  SQUARE_APPLICATION_SECRET: 'sq0csp-test',
  SQUARE_WEBHOOK_KEY: 'square-webhooks',
  CREDENTIALS_KEY: Buffer.alloc(32, 7).toString('base64'),
}

/** Builds the app unless it is built of just these sources. */
export const builtApp = (): Promise<void> =>
  build({
    root: ROOT,
    log: fileURLToPath(new URL('../../.data/logs/test-build.log', import.meta.url)),
    note: () => {},
    started: () => {},
  })

export type WebProcess = { origin: string; stop: () => Promise<void> }

/** A web process of the built app on any free port, as it runs in production, with nothing outside to talk to. */
export async function startWeb(databaseUrl: string): Promise<WebProcess> {
  const nowhere = 'http://127.0.0.1:9'
  const outside = {
    SHOPIFY_APP_URL: 'https://vitrine.example',
    SHOPIFY_ADDRESS: nowhere,
    ETSY_API_URL: nowhere,
    ETSY_OAUTH_URL: nowhere,
    SQUARE_URL: nowhere,
  }
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...KEYS,
    ...outside,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    PORT: '0',
  }
  const child = spawn(process.execPath, ['app/web.server.ts'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, origin] = /^web ready (\S+)/.exec(line) ?? []
    if (origin) return { origin, stop: async () => void (child.kill('SIGTERM'), await gone) }
  }
  throw new Error('The web process ended before it was ready.')
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

export type TokenOf = { shop: string; subject?: string; seconds?: number; now?: number }

/** A session token as App Bridge hands it out: for a shop and a person, good for a minute. */
export function sessionToken({
  shop,
  subject = '1',
  seconds = 60,
  now = systemClock.now().getTime(),
}: TokenOf): string {
  const at = Math.floor(now / 1000)
  const claims = {
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: KEYS.SHOPIFY_API_KEY,
    sub: subject,
    exp: at + seconds,
    nbf: at,
    iat: at,
  }
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...claims, jti: String(at), sid: 's' })}`
  return `${signed}.${createHmac('sha256', KEYS.SHOPIFY_API_SECRET).update(signed).digest('base64url')}`
}

/** The headers of a request that the app's own page makes. */
export const asPage = (of: TokenOf) => ({
  authorization: `Bearer ${sessionToken(of)}`,
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36',
})
