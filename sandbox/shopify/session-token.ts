import { createHmac, timingSafeEqual } from 'node:crypto'
import { hex, uuid, type AppSettings, type Env } from './settings.ts'

/** Claims of the token App Bridge hands the app. Times are seconds since 1970. */
export type SessionClaims = {
  iss: string
  dest: string
  aud: string
  sub: string
  exp: number
  nbf: number
  iat: number
  jti: string
  sid: string
}

export type SessionTokenFor = {
  domain: string
  /** Number of the signed-in member of staff. */
  userId: string
  /** How long it is good for. Shopify's live one minute. Negative: already over. */
  seconds: number
}

/** Signs a session token (HS256 with the app's secret), as the admin does for an embedded app. */
export function signSessionToken({ clock, random, app }: Env, { domain, userId, seconds }: SessionTokenFor): string {
  const now = Math.floor(clock.now().getTime() / 1_000)
  // One that is already over was good once: it starts before it ends.
  const from = Math.min(now, now + seconds - 60)
  const claims: SessionClaims = {
    iss: `https://${domain}/admin`,
    dest: `https://${domain}`,
    aud: app.apiKey,
    sub: userId,
    exp: now + seconds,
    nbf: seconds < 0 ? from : now,
    iat: seconds < 0 ? from : now,
    jti: uuid(random),
    sid: hex(random, 64),
  }
  const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${head}.${sign(app, head)}`
}

/** The claims of a token that is well signed, meant for this app and shop, and good now; else undefined. */
export function readSessionToken(env: Env, domain: string, token: string): SessionClaims | undefined {
  const [header, payload, signature, ...more] = token.split('.')
  if (!header || !payload || !signature || more.length > 0) return undefined
  if (!equal(signature, sign(env.app, `${header}.${payload}`))) return undefined
  const claims = decode(payload)
  const now = env.clock.now().getTime() / 1_000
  if (!claims || claims.aud !== env.app.apiKey || claims.dest !== `https://${domain}`) return undefined
  return claims.exp > now && claims.nbf <= now ? claims : undefined
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const sign = ({ apiSecret }: AppSettings, text: string): string =>
  createHmac('sha256', apiSecret).update(text).digest('base64url')

function decode(payload: string): SessionClaims | undefined {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as SessionClaims
  } catch {
    return undefined
  }
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
