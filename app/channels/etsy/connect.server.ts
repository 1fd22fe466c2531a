import { createHash } from 'node:crypto'
import { present } from '../../kernel/assert.ts'
import { GiveUp, TryAgain } from '../../kernel/outage.ts'
import { type Refusal, isRefusal, refuse } from '../../kernel/refusal.ts'
import type { ConnectedShop, Connecting, Consent, OAuthCredentials, StateSealer } from '../channel.ts'
import { type EtsyDeps, openCalls } from './call.server.ts'
import { begunBy, stateFor, whoBeganIn } from '../consent-state.ts'
import type { Network } from '../fetch-whole.server.ts'
import { fetchWhole, sentenceOf } from './fetch-whole.server.ts'
import { REST_MS, SCOPES } from './limits.ts'
import { wireMe, wireShop, wireTokens } from './wire.ts'

// OAuth 2 with PKCE: https://developers.etsy.com/documentation/essentials/authentication.

export type EtsyApp = Network & {
  /** Such as https://openapi.etsy.com */
  apiUrl: string
  keystring: string
  sharedSecret: string
}

export type ConnectDeps = EtsyApp & {
  sealer: StateSealer
  /** Such as https://www.etsy.com */
  oauthUrl: string
  /** Letter for letter as it is registered with Etsy. */
  redirectUri: string
  /** Unpredictable bytes. */
  random: (bytes: number) => Uint8Array
}

const ABOUT = 'etsy-connect'
// RFC 7636, 4.1: 32 bytes make a verifier of 43 letters, the shortest allowed.
const VERIFIER_BYTES = 32

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

/**
 * The address of Etsy's consent page for this person. Nothing is kept on our side: the `state` carries who asked, until
 * when (ten minutes) and the PKCE verifier, sealed.
 */
export function beginConnect(deps: ConnectDeps, who: Connecting): { url: string } {
  const verifier = base64url(deps.random(VERIFIER_BYTES))
  const url = new URL('/oauth/connect', deps.oauthUrl)
  const query = {
    response_type: 'code',
    client_id: deps.keystring,
    redirect_uri: deps.redirectUri,
    scope: SCOPES.join(' '),
    state: stateFor({ ...deps, about: ABOUT }, { ...who, verifier }),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { url: url.href }
}

/** Who began the connection that a `state` belongs to; null when it is not of our making. */
export const whoBegan = (sealer: StateSealer, state: string): Connecting | null => whoBeganIn(sealer, ABOUT, state)

/**
 * Turns a consent into a connected shop. `who` must come from the session of the request, not from the consent: only the
 * person who began may finish, or else one could be led to give one's shop to somebody else's store. Throws TryAgain
 * when Etsy is not well; the code is then spent, and the person begins again.
 */
export async function finishConnect(
  deps: ConnectDeps,
  who: Connecting,
  consent: Consent,
): Promise<ConnectedShop | Refusal> {
  if (consent.error) return refuse('declined', 'Etsy was not allowed to share the shop.')
  const begun = begunBy({ ...deps, about: ABOUT }, who, consent.state)
  if (isRefusal(begun)) return begun
  if (!consent.code) return refuse('declined', 'Etsy did not confirm the connection. Start again from Channels.')
  const code_verifier = present(begun.verifier, 'The verifier of a connection with Etsy')
  const form = { grant_type: 'authorization_code', redirect_uri: deps.redirectUri, code: consent.code, code_verifier }
  const credentials = await credentialsFor(deps, form)
  return isRefusal(credentials) ? credentials : shopOf(deps, credentials)
}

/** Asks for new tokens with a refresh token, which is then spent. Throws GiveUp when the shop's owner has withdrawn access. */
export const refreshEtsy =
  (app: EtsyApp) =>
  async (refreshToken: string): Promise<OAuthCredentials> => {
    const credentials = await credentialsFor(app, { grant_type: 'refresh_token', refresh_token: refreshToken })
    if (isRefusal(credentials)) throw new GiveUp(`${credentials.sentence} Connect the shop again.`)
    return credentials
  }

async function credentialsFor(app: EtsyApp, form: Record<string, string>): Promise<OAuthCredentials | Refusal> {
  const url = new URL('/v3/public/oauth/token', app.apiUrl)
  const body = new URLSearchParams({ ...form, client_id: app.keystring })
  const startedAt = app.clock.now().getTime()
  const answer = await fetchWhole(app, { url, method: 'POST', headers: new Headers(), body })
  if (typeof answer === 'string') throw new TryAgain(REST_MS, answer)
  if (answer.status === 429 || answer.status >= 500)
    throw new TryAgain(REST_MS, `Etsy is not well: HTTP ${answer.status}.`)
  if (answer.status !== 200)
    return refuse('not-granted', `Etsy does not let us in (${sentenceOf(answer.body) ?? answer.status}).`)
  const { access_token, refresh_token, expires_in } = wireTokens.parse(answer.body)
  const expiresAt = new Date(startedAt + expires_in * 1_000)
  return { accessToken: access_token, refreshToken: refresh_token, expiresAt }
}

async function shopOf(app: EtsyApp, credentials: OAuthCredentials): Promise<ConnectedShop | Refusal> {
  // Two calls past the limiter: the account that has one does not exist yet.
  const limiter: EtsyDeps['limiter'] = { run: (_, send) => send(() => {}) }
  const tokens = { accessToken: async () => credentials.accessToken, refused: async () => {} }
  const etsy = openCalls({ ...app, limiter, tokens })
  const me = present(await etsy.read(wireMe, { lane: 'read', path: 'users/me' }), 'The Etsy user').value
  if (!me.shop_id) return refuse('no-shop', 'This Etsy user has no shop.')
  const shop = present(await etsy.read(wireShop, { lane: 'read', path: `shops/${me.shop_id}` }), 'The Etsy shop').value
  return { externalId: String(shop.shop_id), name: shop.shop_name, credentials }
}
