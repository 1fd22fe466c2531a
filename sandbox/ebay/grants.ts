import { type Ebay, now, secret, sellerOf } from './ebay.ts'
import type { Token } from './world.ts'

/** https://developer.ebay.com/api-docs/static/oauth-authorization-code-grant.html */
export const ACCESS_LASTS_MS = 7_200_000
export const REFRESH_LASTS_MS = 18 * 30 * 86_400_000 + 9 * 86_400_000
export const CODE_LASTS_MS = 299_000

const SCOPE = 'https://api.ebay.com/oauth/api_scope'

/** Scopes with what the consent page says about them. */
export const SCOPES: Record<string, string> = {
  [SCOPE]: 'View public data from eBay',
  [`${SCOPE}/sell.inventory`]: 'View and manage your inventory and offers',
  [`${SCOPE}/sell.inventory.readonly`]: 'View your inventory and offers',
  [`${SCOPE}/sell.fulfillment`]: 'View and manage your order fulfillments',
  [`${SCOPE}/sell.account`]: 'View and manage your account settings',
  [`${SCOPE}/commerce.identity.readonly`]: 'View your basic information, such as your user name',
  [`${SCOPE}/commerce.notification.subscription`]: 'View and manage your event notification subscriptions',
}

/** `sell.inventory` and so on, as a whole. */
export const scope = (name: string): string => (name === '' ? SCOPE : `${SCOPE}/${name}`)

export type Tokens = { accessToken: string; refreshToken: string; expiresAt: Date }

export const EVERY_SCOPE = Object.keys(SCOPES)

const newToken = (ebay: Ebay, letter: string): string => `v^1.1#i^1#${letter}^3#t^${secret(ebay, 80)}==`

/** An access token for two hours: of a seller, or ('' ) of the app itself. */
export function issueAccess(ebay: Ebay, userId: string, scopes: string[]): { accessToken: string; expiresAt: Date } {
  const { accessTokens } = ebay.world
  const accessToken = newToken(ebay, 'p')
  const expiresAt = now(ebay) + ACCESS_LASTS_MS
  forgetExpired(accessTokens, now(ebay))
  accessTokens.set(accessToken, { userId, scopes, revoked: false, expiresAt })
  return { accessToken, expiresAt: new Date(expiresAt) }
}

/** What a consent gives: an access token and a refresh token that stays the same for eighteen months. */
export function issueTokens(ebay: Ebay, userId: string, scopes: string[]): Tokens {
  const refreshToken = newToken(ebay, 'r')
  ebay.world.refreshTokens.set(refreshToken, {
    userId,
    scopes,
    revoked: false,
    expiresAt: now(ebay) + REFRESH_LASTS_MS,
  })
  sellerOf(ebay, userId).connected = true
  return { ...issueAccess(ebay, userId, scopes), refreshToken }
}

// Tokens of one kind all last as long: the oldest are in front. A day's grace keeps "expired" apart from "invalid".
export function forgetExpired(tokens: Map<string, Token>, at: number): void {
  for (const [name, { expiresAt }] of tokens) {
    if (expiresAt > at - 86_400_000) return
    tokens.delete(name)
  }
}

/** The seller throws the app out: every token of hers is dead at once, and no notification is sent any more. */
export function disconnect(ebay: Ebay, userId: string): void {
  sellerOf(ebay, userId).connected = false
  const { accessTokens, refreshTokens, codes } = ebay.world
  for (const tokens of [accessTokens, refreshTokens, codes]) {
    for (const token of tokens.values()) if (token.userId === userId) token.revoked = true
  }
}
