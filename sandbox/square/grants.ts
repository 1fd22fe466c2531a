import { merchantOf, now, rfc3339, type Square } from './square.ts'
import { freshId, type Token } from './world.ts'

const DAY_MS = 86_400_000
export const ACCESS_LASTS_MS = 30 * DAY_MS
/** Of the PKCE flow alone: the code flow's refresh token "is multi-use and never expires" (schema ObtainTokenResponse). */
export const REFRESH_LASTS_MS = 90 * DAY_MS
/** "The authorization code expires after 5 minutes" (docs: "OAuth API: Receive authorization"). */
export const CODE_LASTS_MS = 5 * 60_000

/** Permissions the app may ask for, with what the consent page says about them. */
export const SCOPES: Record<string, string> = {
  MERCHANT_PROFILE_READ: 'See your business and its locations',
  ITEMS_READ: 'See your items',
  ITEMS_WRITE: 'Create and edit your items',
  INVENTORY_READ: 'See what you have in stock',
  INVENTORY_WRITE: 'Change what you have in stock',
  ORDERS_READ: 'See your orders',
  ORDERS_WRITE: 'Create and edit orders',
  PAYMENTS_READ: 'See your payments and refunds',
  PAYMENTS_WRITE: 'Take payments and refund them',
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A secret of `length` letters out of the sandbox's own chance. */
export const secret = (square: Square, length: number): string =>
  Array.from({ length }, () => LETTERS[Math.floor(square.random() * LETTERS.length)]).join('')

export type Tokens = { accessToken: string; refreshToken: string; expiresAt: Date; refreshExpiresAt: Date | null }

export type Grant = Pick<Token, 'merchantId' | 'scopes' | 'pkce'>

/** New tokens; `refreshToken`: the one there is, in the code flow, where it stays the same. */
export function issueTokens(square: Square, grant: Grant, refreshToken = `EQAA${secret(square, 60)}`): Tokens {
  const { accessTokens, refreshTokens } = square.world
  const at = now(square)
  const accessToken = `EAAA${secret(square, 60)}`
  accessTokens.set(accessToken, { ...grant, revoked: false, expiresAt: at + ACCESS_LASTS_MS })
  const refreshExpires = grant.pkce ? at + REFRESH_LASTS_MS : Number.MAX_SAFE_INTEGER
  refreshTokens.set(refreshToken, { ...grant, revoked: false, expiresAt: refreshExpires })
  forgetExpired(accessTokens, at)
  merchantOf(square, grant.merchantId).connected = true
  const refreshExpiresAt = grant.pkce ? new Date(refreshExpires) : null
  return { accessToken, refreshToken, expiresAt: new Date(at + ACCESS_LASTS_MS), refreshExpiresAt }
}

// A day's grace keeps "expired" apart from "unknown". All last as long: the oldest are in front.
export function forgetExpired(tokens: Map<string, Token>, at: number): void {
  for (const [name, { expiresAt }] of tokens) {
    if (expiresAt > at - DAY_MS) return
    tokens.delete(name)
  }
}

/** The app is thrown out: every token is dead at once. Its last notification says so. */
export function disconnect(square: Square, merchantId: string, by: 'MERCHANT' | 'APPLICATION'): void {
  const { accessTokens, refreshTokens, codes } = square.world
  const object = { revocation: { revoked_at: rfc3339(now(square)), revoker_type: by } }
  const id = freshId(square.world, 'REVOKED')
  square.notify(merchantId, { type: 'oauth.authorization.revoked', dataType: 'revocation', id, object })
  merchantOf(square, merchantId).connected = false
  for (const tokens of [accessTokens, refreshTokens, codes]) {
    for (const token of tokens.values()) if (token.merchantId === merchantId) token.revoked = true
  }
}
