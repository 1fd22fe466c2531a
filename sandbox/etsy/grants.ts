import { type Etsy, now, shopOf } from './etsy.ts'
import { present } from '#app/kernel/assert.ts'
import type { Token } from './world.ts'

export const ACCESS_LASTS_MS = 3_600_000
export const REFRESH_LASTS_MS = 90 * 86_400_000
/** How long a consent's code is good for: not documented; short, as OAuth advises. */
export const CODE_LASTS_MS = 5 * 60_000

/** Scopes the documentation lists, with what the consent page says about them. */
export const SCOPES: Record<string, string> = {
  address_r: 'See your billing and shipping addresses',
  address_w: 'Update your billing and shipping addresses',
  email_r: 'Read your profile’s email address',
  listings_d: 'Delete your listings',
  listings_r: 'See all your listings, including inactive and expired ones',
  listings_w: 'Create and edit your listings and their stock',
  profile_r: 'See your profile',
  profile_w: 'Update your profile',
  shops_r: 'See your shop’s private information',
  shops_w: 'Update your shop',
  transactions_r: 'See your orders and payments',
  transactions_w: 'Update your orders',
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A secret of `length` letters out of the sandbox's own chance. */
export const secret = (etsy: Etsy, length: number): string =>
  Array.from({ length }, () => LETTERS[Math.floor(etsy.random() * LETTERS.length)]).join('')

export type Tokens = { accessToken: string; refreshToken: string; expiresAt: Date }

/** New tokens for a seller: an access token for an hour and a refresh token for 90 days, both led by the user's id. */
export function issueTokens(etsy: Etsy, userId: number, scopes: string[]): Tokens {
  const { accessTokens, refreshTokens, shopOfUser } = etsy.world
  const at = now(etsy)
  const grant = { userId, scopes, revoked: false }
  const accessToken = `${userId}.${secret(etsy, 86)}`
  const refreshToken = `${userId}.${secret(etsy, 86)}`
  forgetExpired(accessTokens, at)
  forgetExpired(refreshTokens, at)
  accessTokens.set(accessToken, { ...grant, expiresAt: at + ACCESS_LASTS_MS })
  refreshTokens.set(refreshToken, { ...grant, expiresAt: at + REFRESH_LASTS_MS })
  shopOf(etsy, present(shopOfUser.get(userId), `The shop of user ${userId}`)).connected = true
  return { accessToken, refreshToken, expiresAt: new Date(at + ACCESS_LASTS_MS) }
}

// Tokens of one kind all last as long: the oldest are in front. A day's grace keeps "expired" apart from "invalid".
export function forgetExpired(tokens: Map<string, Token>, at: number): void {
  for (const [name, { expiresAt }] of tokens) {
    if (expiresAt > at - 86_400_000) return
    tokens.delete(name)
  }
}

/** The seller throws the app out: every token of hers is dead at once, and no notification is sent any more. */
export function disconnect(etsy: Etsy, shopId: number): void {
  const shop = shopOf(etsy, shopId)
  shop.connected = false
  const { accessTokens, refreshTokens, codes } = etsy.world
  for (const tokens of [accessTokens, refreshTokens, codes]) {
    for (const token of tokens.values()) if (token.userId === shop.userId) token.revoked = true
  }
}
