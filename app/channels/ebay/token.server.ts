import type { z } from 'zod'
import { GiveUp, TryAgain } from '../../kernel/outage.ts'
import { type Refusal, refuse } from '../../kernel/refusal.ts'
import type { OAuthCredentials } from '../channel.ts'
import { jsonOf, type Network } from '../fetch-whole.server.ts'
import { fetchWhole, sentenceOf } from './fetch-whole.server.ts'
import { APP_SCOPE, REST_MS } from './limits.ts'
import { wireTokens } from './wire.ts'

/** The app as eBay has it registered, and the way to eBay. */
export type EbayApp = Network & { apiUrl: string; clientId: string; clientSecret: string }

type Answered = z.infer<typeof wireTokens> & { expiresAt: Date }

/** Asks the token endpoint. Throws TryAgain when eBay is not well; a refusal is eBay's no. */
export async function tokensFor(app: EbayApp, form: Record<string, string>): Promise<Answered | Refusal> {
  const url = new URL('/identity/v1/oauth2/token', app.apiUrl)
  const basic = Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64')
  const headers = new Headers({ authorization: `Basic ${basic}` })
  const startedAt = app.clock.now().getTime()
  const answer = await fetchWhole(app, { url, method: 'POST', headers, body: new URLSearchParams(form) })
  if (typeof answer === 'string') throw new TryAgain(REST_MS, answer)
  const { status, text } = answer
  if (status === 429 || status >= 500) throw new TryAgain(REST_MS, `eBay is not well: HTTP ${status}.`)
  if (status !== 200) return refuse('not-granted', `eBay does not let us in (${sentenceOf(jsonOf(text)) ?? status}).`)
  const tokens = wireTokens.parse(jsonOf(text))
  return { ...tokens, expiresAt: new Date(startedAt + tokens.expires_in * 1_000) }
}

/** A new access token. The refresh token stays as it is, for eighteen months: the answer does not repeat it. */
export const refreshEbay =
  (app: EbayApp) =>
  async (refreshToken: string): Promise<OAuthCredentials> => {
    const tokens = await tokensFor(app, { grant_type: 'refresh_token', refresh_token: refreshToken })
    if ('refused' in tokens) throw new GiveUp(`${tokens.sentence} Connect the account again.`)
    const { access_token: accessToken, refresh_token: another = refreshToken, expiresAt } = tokens
    return { accessToken, refreshToken: another, expiresAt }
  }

const FRESH_FOR_MS = 120_000

/** The app's own token, for what is nobody's: public keys, and where notifications go. */
export function appToken(app: EbayApp): () => Promise<string> {
  let held: Answered | null = null
  return async () => {
    if (held && held.expiresAt.getTime() - app.clock.now().getTime() > FRESH_FOR_MS) return held.access_token
    const tokens = await tokensFor(app, { grant_type: 'client_credentials', scope: APP_SCOPE })
    if ('refused' in tokens) throw new GiveUp(tokens.sentence)
    held = tokens
    return tokens.access_token
  }
}
