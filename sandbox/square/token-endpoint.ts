import { createHash } from 'node:crypto'
import { type Answer, badRequest, fail, ok } from './answer.ts'
import { disconnect, issueTokens, type Tokens } from './grants.ts'
import { now, type Square } from './square.ts'
import type { Code } from './world.ts'

type Form = Record<string, string>

const missing = (field: string) => badRequest('MISSING_REQUIRED_PARAMETER', `${field} is required.`, field)
const denied = (detail: string) => fail({ status: 401, code: 'UNAUTHORIZED', detail })

/** POST /oauth2/token: a code, or a refresh token, for tokens. With the app's secret, or with PKCE without it. */
export function tokenEndpoint(square: Square, form: Form): Answer {
  const { app } = square
  if (!form.client_id) return missing('client_id')
  if (!form.grant_type) return missing('grant_type')
  if (form.client_id !== app.applicationId) return denied('The client_id is not that of an application.')
  if (form.client_secret && form.client_secret !== app.applicationSecret) return denied('The client_secret is wrong.')
  if (form.grant_type === 'authorization_code') return exchange(square, form)
  if (form.grant_type === 'refresh_token') return refresh(square, form)
  return badRequest('INVALID_VALUE', `grant_type ${form.grant_type} is not supported.`, 'grant_type')
}

function exchange(square: Square, form: Form): Answer {
  if (!form.code) return missing('code')
  const code = square.world.codes.get(form.code)
  if (!code || code.revoked || code.used) return denied('The authorization code is invalid, or has been used.')
  if (code.expiresAt <= now(square)) return denied('The authorization code is expired.')
  if (code.redirectUri !== null && code.redirectUri !== form.redirect_uri) {
    return denied('The redirect_uri is not that of the authorization.')
  }
  const wrong = wrongProof(code, form)
  if (wrong) return wrong
  code.used = true
  return tokens(code.merchantId, issueTokens(square, code))
}

/** PKCE takes the place of the secret (RFC 7636: base64url of the SHA-256 of the verifier). */
function wrongProof(code: Code, { client_secret, code_verifier = '' }: Form): Answer | undefined {
  if (code.challenge === null) return client_secret ? undefined : missing('client_secret')
  const challenge = createHash('sha256').update(code_verifier).digest('base64url')
  return challenge === code.challenge ? undefined : denied('The code_verifier is wrong.')
}

function refresh(square: Square, form: Form): Answer {
  if (!form.refresh_token) return missing('refresh_token')
  const token = square.world.refreshTokens.get(form.refresh_token)
  if (!token || token.revoked) return denied('The refresh token is invalid or revoked.')
  if (token.expiresAt <= now(square)) return denied('The refresh token is expired.')
  if (!token.pkce && !form.client_secret) return missing('client_secret')
  if (!token.pkce) return tokens(token.merchantId, issueTokens(square, token, form.refresh_token))
  token.revoked = true
  return tokens(token.merchantId, issueTokens(square, token))
}

const tokens = (merchantId: string, { accessToken, refreshToken, expiresAt, refreshExpiresAt }: Tokens): Answer =>
  ok({
    access_token: accessToken,
    token_type: 'bearer',
    expires_at: expiresAt.toISOString(),
    merchant_id: merchantId,
    refresh_token: refreshToken,
    short_lived: false,
    ...(refreshExpiresAt ? { refresh_token_expires_at: refreshExpiresAt.toISOString() } : {}),
  })

/** POST /oauth2/revoke, with the app's secret as `Authorization: Client …`: the whole of what was granted ends. */
export function revoke(square: Square, form: Form, authorization: string | null): Answer {
  if (authorization !== `Client ${square.app.applicationSecret}`) return denied('This request could not be authorized.')
  if (form.client_id !== square.app.applicationId) return denied('The client_id is not that of an application.')
  const merchantId = form.merchant_id ?? square.world.accessTokens.get(form.access_token ?? '')?.merchantId
  if (!merchantId || !square.world.merchants.has(merchantId)) return denied('There is no such authorization.')
  disconnect(square, merchantId, 'APPLICATION')
  return ok({ success: true })
}

/** POST /oauth2/token/status. */
export function tokenStatus(square: Square, authorization: string | null): Answer {
  const token = square.world.accessTokens.get(authorization?.replace(/^Bearer /i, '') ?? '')
  if (!token || token.revoked || token.expiresAt <= now(square)) return denied('The access token is not valid.')
  const { scopes, expiresAt, merchantId } = token
  const expires_at = new Date(expiresAt).toISOString()
  return ok({ scopes, expires_at, client_id: square.app.applicationId, merchant_id: merchantId })
}
