import { createHash } from 'node:crypto'
import { type Answer, fail, ok } from './answer.ts'
import { type Etsy, now } from './etsy.ts'
import { ACCESS_LASTS_MS, type Tokens, issueTokens } from './grants.ts'

type Form = Record<string, string>

const invalidRequest = (sentence: string) => fail(400, 'invalid_request', sentence)
const invalidGrant = (sentence: string) => fail(400, 'invalid_grant', sentence)

/** POST /v3/public/oauth/token, form-encoded or JSON (both have been seen to work). */
export function tokenEndpoint(etsy: Etsy, form: Form): Answer {
  if (!form.grant_type) return invalidRequest('grant_type is required')
  if (!form.client_id) return invalidRequest('client_id is required')
  if (form.client_id !== etsy.app.keystring) return fail(401, 'invalid_client', 'client_id is invalid')
  if (form.grant_type === 'authorization_code') return exchange(etsy, form)
  if (form.grant_type === 'refresh_token') return refresh(etsy, form)
  return fail(400, 'unsupported_grant_type', `grant_type ${form.grant_type} is not supported`)
}

function exchange(etsy: Etsy, { code: name = '', redirect_uri, code_verifier }: Form): Answer {
  if (!name) return invalidRequest('code is required')
  if (!redirect_uri) return invalidRequest('redirect_uri is required')
  if (!code_verifier) return invalidRequest('code_verifier is required')
  const code = etsy.world.codes.get(name)
  if (!code || code.revoked) return invalidGrant('code is invalid')
  if (code.used) return invalidGrant('code has been used previously')
  if (code.expiresAt <= now(etsy)) return invalidGrant('code is expired')
  if (code.redirectUri !== redirect_uri) {
    return invalidGrant('redirect_uri does not match the one the code was issued to')
  }
  // RFC 7636: base64url, without padding, of the SHA-256 of the verifier.
  const challenge = createHash('sha256').update(code_verifier).digest('base64url')
  if (challenge !== code.challenge) return invalidGrant('code_verifier is invalid')
  code.used = true
  return tokens(issueTokens(etsy, code.userId, code.scopes))
}

function refresh(etsy: Etsy, { refresh_token: name = '' }: Form): Answer {
  if (!name) return invalidRequest('refresh_token is required')
  const token = etsy.world.refreshTokens.get(name)
  if (!token) return invalidGrant('refresh_token is invalid')
  if (token.revoked) return invalidGrant('refresh_token is revoked')
  if (token.expiresAt <= now(etsy)) return invalidGrant('refresh_token is expired')
  token.revoked = true
  return tokens(issueTokens(etsy, token.userId, token.scopes))
}

const tokens = ({ accessToken, refreshToken }: Tokens): Answer =>
  ok({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: ACCESS_LASTS_MS / 1_000,
    refresh_token: refreshToken,
  })
