import { present } from '../../kernel/assert.ts'
import { type Refusal, isRefusal, refuse } from '../../kernel/refusal.ts'
import type { ConnectedShop, Connecting, Consent, StateSealer } from '../channel.ts'
import { begunBy, stateFor, whoBeganIn } from '../consent-state.ts'
import { type EbayDeps, openCalls } from './call.server.ts'
import { SCOPES } from './limits.ts'
import { type EbayApp, tokensFor } from './token.server.ts'
import { wireUser } from './wire.ts'

// OAuth 2, without PKCE: https://developer.ebay.com/api-docs/static/oauth-authorization-code-grant.html.

export type ConnectDeps = EbayApp & {
  sealer: StateSealer
  /** Such as https://auth.ebay.com */
  oauthUrl: string
  /** Such as https://apiz.ebay.com */
  identityUrl: string
  ruName: string
}

const ABOUT = 'ebay-connect'

/**
 * The address of eBay's consent page for this person. Nothing is kept on our side: the `state` carries who asked, and
 * until when (ten minutes), sealed.
 */
export function beginConnect(deps: ConnectDeps, who: Connecting): { url: string } {
  const url = new URL('/oauth2/authorize', deps.oauthUrl)
  const query = {
    client_id: deps.clientId,
    response_type: 'code',
    // Not an address: eBay's name for the two that it sends people back to.
    redirect_uri: deps.ruName,
    scope: SCOPES.join(' '),
    state: stateFor({ ...deps, about: ABOUT }, who),
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { url: url.href }
}

/** Who began the connection that a `state` belongs to; null when it is not of our making. */
export const whoBegan = (sealer: StateSealer, state: string): Connecting | null => whoBeganIn(sealer, ABOUT, state)

/**
 * Turns a consent into a connected account. `who` must come from the session of the request, not from the consent: only
 * the person who began may finish. Throws TryAgain when eBay is not well; the code is then spent.
 */
export async function finishConnect(
  deps: ConnectDeps,
  who: Connecting,
  consent: Consent,
): Promise<ConnectedShop | Refusal> {
  if (consent.error) return refuse('declined', 'eBay was not allowed to share the account.')
  const begun = begunBy({ ...deps, about: ABOUT }, who, consent.state)
  if (isRefusal(begun)) return begun
  if (!consent.code) return refuse('declined', 'eBay did not confirm the connection. Start again from Channels.')
  const tokens = await tokensFor(deps, {
    grant_type: 'authorization_code',
    code: consent.code,
    redirect_uri: deps.ruName,
  })
  if (isRefusal(tokens)) return tokens
  const { access_token: accessToken, expiresAt } = tokens
  const refreshToken = present(tokens.refresh_token, 'The refresh token of a consent')
  const { userId, username } = await userOf(deps, accessToken)
  return { externalId: userId, name: username ?? 'eBay', credentials: { accessToken, refreshToken, expiresAt } }
}

/** Calls past the limiter, for an account that does not exist yet. */
export function callsWith(app: EbayApp, { apiUrl, accessToken }: { apiUrl: string; accessToken: string }) {
  const free: EbayDeps['limiters']['inventory'] = { run: (_, send) => send(() => {}) }
  const limiters = { inventory: free, fulfillment: free, trading: free, notification: free }
  return openCalls({
    ...app,
    apiUrl,
    limiters,
    tokens: { accessToken: async () => accessToken, refused: async () => {} },
  })
}

async function userOf(deps: ConnectDeps, accessToken: string) {
  const ebay = callsWith(deps, { apiUrl: deps.identityUrl, accessToken })
  const read = await ebay.read(wireUser, { api: 'notification', lane: 'read', path: '/commerce/identity/v1/user/' })
  return present(read, 'The eBay user').value
}
