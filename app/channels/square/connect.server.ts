import { present } from '../../kernel/assert.ts'
import type { Random } from '../../kernel/clock.ts'
import { GiveUp, TryAgain } from '../../kernel/outage.ts'
import { isRefusal, refuse, type Refusal } from '../../kernel/refusal.ts'
import type { ConnectedShop, Connecting, Consent, OAuthCredentials, StateSealer } from '../channel.ts'
import { openCalls } from './call.server.ts'
import { begunBy, stateFor, whoBeganIn } from '../consent-state.ts'
import type { Network } from '../fetch-whole.server.ts'
import { faultOf, fetchWhole } from './fetch-whole.server.ts'
import { REST_MS, SCOPES, SQUARE_VERSION } from './limits.ts'
import { wireMerchant, wireTokens } from './wire.ts'

// OAuth by code with the app's secret, which stays with the server: docs "OAuth API: code flow". PKCE is for apps that
// cannot keep one; its refresh tokens end after ninety days, and a lost answer to a refresh would lose the account.

export type SquareApp = Network & {
  /** Such as https://connect.squareup.com */
  url: string
  applicationId: string
  applicationSecret: string
}

export type ConnectDeps = SquareApp & {
  sealer: StateSealer
  random: Random
  /** Letter for letter as it is registered with Square. */
  redirectUri: string
}

const ABOUT = 'square-connect'

/** The address of Square's consent page. The `state` carries who asked, until when (ten minutes), sealed. */
export function beginConnect(deps: ConnectDeps, who: Connecting): { url: string } {
  const url = new URL('/oauth2/authorize', deps.url)
  const query = {
    client_id: deps.applicationId,
    scope: SCOPES.join(' '),
    // Always ask which account: the one this browser is signed in to need not be the shop's.
    session: 'false',
    redirect_uri: deps.redirectUri,
    state: stateFor({ ...deps, about: ABOUT }, who),
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { url: url.href }
}

/** Who began the connection that a `state` belongs to; null when it is not of our making. */
export const whoBegan = (sealer: StateSealer, state: string): Connecting | null => whoBeganIn(sealer, ABOUT, state)

/** Turns a consent into a connected business. `who` must come from the session of the request (channels/channel). */
export async function finishConnect(
  deps: ConnectDeps,
  who: Connecting,
  consent: Consent,
): Promise<ConnectedShop | Refusal> {
  if (consent.error) return refuse('declined', 'Square was not allowed to share the business.')
  const begun = begunBy({ ...deps, about: ABOUT }, who, consent.state)
  if (isRefusal(begun)) return begun
  if (!consent.code) return refuse('declined', 'Square did not confirm the connection. Start again from Channels.')
  const form = { grant_type: 'authorization_code', code: consent.code, redirect_uri: deps.redirectUri }
  const granted = await credentialsFor(deps, form)
  return isRefusal(granted) ? granted : businessOf(deps, granted.credentials)
}

/** Asks for a new access token; the refresh token stays the same. Throws GiveUp when access was withdrawn. */
export const refreshSquare =
  (app: SquareApp) =>
  async (refreshToken: string): Promise<OAuthCredentials> => {
    const granted = await credentialsFor(app, { grant_type: 'refresh_token', refresh_token: refreshToken })
    if (isRefusal(granted)) throw new GiveUp(`${granted.sentence} Connect the business again.`)
    return granted.credentials
  }

async function credentialsFor(app: SquareApp, form: Record<string, string>) {
  const answer = await post(app, '/oauth2/token', {
    json: { client_id: app.applicationId, client_secret: app.applicationSecret, ...form },
  })
  if (answer.status !== 200) {
    return refuse('not-granted', `Square does not let us in (${faultOf(answer.body)?.sentence ?? answer.status}).`)
  }
  const { access_token, refresh_token, expires_at, merchant_id } = wireTokens.parse(answer.body)
  const credentials = { accessToken: access_token, refreshToken: refresh_token, expiresAt: expires_at }
  return { credentials, merchantId: merchant_id }
}

/** Gives our access back as a whole, with the app's secret (docs "OAuth API: revoke"). What is gone already is gone. */
export const revokeSquare =
  (app: SquareApp) =>
  async ({ accessToken }: OAuthCredentials): Promise<void> => {
    const json = { client_id: app.applicationId, access_token: accessToken }
    await post(app, '/oauth2/revoke', { json, authorization: `Client ${app.applicationSecret}` })
  }

type Posting = { json: unknown; authorization?: string }

async function post(app: SquareApp, path: string, { json, authorization }: Posting) {
  const headers = new Headers({ 'content-type': 'application/json', 'square-version': SQUARE_VERSION })
  if (authorization) headers.set('authorization', authorization)
  const request = { url: new URL(path, app.url), method: 'POST', headers, body: JSON.stringify(json) }
  const answer = await fetchWhole(app, request)
  if (typeof answer === 'string') throw new TryAgain(REST_MS, answer)
  if (answer.status === 429 || answer.status >= 500) {
    throw new TryAgain(REST_MS, `Square is not well: HTTP ${answer.status}.`)
  }
  return answer
}

async function businessOf(deps: ConnectDeps, credentials: OAuthCredentials): Promise<ConnectedShop> {
  // A call past the limiter: the account that has one does not exist yet.
  const tokens = { accessToken: async () => credentials.accessToken, refused: async () => {} }
  const calls = openCalls({ ...deps, limiter: { run: (_, send) => send(() => {}) }, tokens })
  const read = present(await calls.read(wireMerchant, { lane: 'read', path: 'merchants/me' }), 'The Square business')
  const { id, business_name } = read.value.merchant
  return { externalId: id, name: business_name ?? 'Square', credentials }
}
