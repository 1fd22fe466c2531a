import type { Answer } from './answer.ts'
import { type Ebay, now } from './ebay.ts'
import { ACCESS_LASTS_MS, REFRESH_LASTS_MS, issueAccess, issueTokens } from './grants.ts'

type Form = Record<string, string>

const no = (error: string, error_description: string, status = 400): Answer => ({
  status,
  body: { error, error_description },
})
const invalidGrant = (sentence: string) => no('invalid_grant', sentence)

/** POST /identity/v1/oauth2/token, form-encoded, with the app's keys by Basic. */
export function tokenEndpoint(ebay: Ebay, form: Form, headers: Headers): Answer {
  const { clientId, clientSecret } = ebay.app
  const expected = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  if (headers.get('authorization') !== expected) return no('invalid_client', 'client authentication failed', 401)
  if (form.grant_type === 'authorization_code') return exchange(ebay, form)
  if (form.grant_type === 'refresh_token') return refresh(ebay, form)
  if (form.grant_type === 'client_credentials') return forApp(ebay, form)
  return no('unsupported_grant_type', 'the grant type in the request is not supported by the authorization server')
}

const scopesOf = ({ scope = '' }: Form): string[] => scope.split(' ').filter((name) => name !== '')

function exchange(ebay: Ebay, { code: name = '', redirect_uri }: Form): Answer {
  const code = ebay.world.codes.get(name)
  if (!code || code.revoked || code.used)
    return invalidGrant('the provided authorization grant code is invalid or was issued to another client')
  if (code.expiresAt <= now(ebay)) return invalidGrant('the provided authorization grant code is expired')
  if (redirect_uri !== ebay.app.ruName) return no('invalid_request', 'the RuName does not match')
  code.used = true
  const { accessToken, refreshToken } = issueTokens(ebay, code.userId, code.scopes)
  const refreshing = { refresh_token: refreshToken, refresh_token_expires_in: REFRESH_LASTS_MS / 1_000 }
  return { status: 200, body: { ...access(accessToken), ...refreshing } }
}

/** The refresh token stays as it is, and is not repeated in the answer. */
function refresh(ebay: Ebay, form: Form): Answer {
  const token = ebay.world.refreshTokens.get(form.refresh_token ?? '')
  if (!token || token.revoked)
    return invalidGrant('the provided authorization refresh token is invalid or was issued to another client')
  if (token.expiresAt <= now(ebay)) return invalidGrant('the provided authorization refresh token is expired')
  const wanted = scopesOf(form)
  if (wanted.some((name) => !token.scopes.includes(name))) return no('invalid_scope', 'the requested scope is invalid')
  return {
    status: 200,
    body: access(issueAccess(ebay, token.userId, wanted.length > 0 ? wanted : token.scopes).accessToken),
  }
}

function forApp(ebay: Ebay, form: Form): Answer {
  const { accessToken } = issueAccess(ebay, '', scopesOf(form))
  return { status: 200, body: { ...access(accessToken), token_type: 'Application Access Token' } }
}

const access = (access_token: string) => ({
  access_token,
  token_type: 'User Access Token',
  expires_in: ACCESS_LASTS_MS / 1_000,
})
