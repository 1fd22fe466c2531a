import { readSessionToken } from './session-token.ts'
import { numberOf } from './gid.ts'
import type { Store } from './store.ts'
import {
  offlineToken,
  OFFLINE_SECONDS,
  onlineToken,
  ONLINE_SECONDS,
  refreshWith,
  REFRESH_SECONDS,
  type Grant,
} from './tokens.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const KIND = 'urn:shopify:params:oauth:token-type:'

export type Answer = { status: number; body: object }

const refused = (error: string, description?: string): Answer => ({
  status: 400,
  body: description ? { error, error_description: description } : { error },
})

/** `POST /admin/oauth/access_token`: token exchange and refresh (docs: "Exchange a session token for an access token"). */
export function grantAccess(store: Store, asked: Record<string, unknown>): Answer {
  const { app } = store.env
  if (asked.client_id !== app.apiKey || asked.client_secret !== app.apiSecret)
    return refused('application_cannot_be_found')
  if (!store.installation.installed) return refused('app_not_installed')
  if (asked.grant_type === 'refresh_token') {
    const grant = refreshWith(store, String(asked.refresh_token))
    if (!grant) return refused('invalid_request', 'This request requires an active refresh_token')
    return { status: 200, body: offlineAnswer(store, grant) }
  }
  if (asked.grant_type !== EXCHANGE) return refused('invalid_request', 'The grant_type is not supported')
  return exchange(store, asked)
}

function exchange(store: Store, asked: Record<string, unknown>): Answer {
  const claims = readSessionToken(store.env, store.facts.domain, String(asked.subject_token))
  if (!claims) return refused('invalid_subject_token')
  if (asked.requested_token_type === `${KIND}offline-access-token`) {
    const grant = offlineToken(store, { expiring: String(asked.expiring) === '1', replaces: null })
    return { status: 200, body: offlineAnswer(store, grant) }
  }
  if (asked.requested_token_type === `${KIND}online-access-token`) return onlineAnswer(store, claims.sub)
  return refused('invalid_request', 'The requested_token_type is not supported')
}

// Comma-separated, as the library compares it with its own list.
const scopesOf = ({ installation }: Store): string => installation.scopes.join(',')

function offlineAnswer(store: Store, { access, refresh }: Grant): object {
  const token = { access_token: access.token, scope: scopesOf(store) }
  if (!refresh) return token
  return {
    ...token,
    expires_in: OFFLINE_SECONDS,
    refresh_token: refresh.token,
    refresh_token_expires_in: REFRESH_SECONDS,
  }
}

// Online tokens carry the person; what they may do is not told apart from what the app may.
function onlineAnswer(store: Store, userId: string): Answer {
  const person = store.staff.find(({ id }) => String(numberOf(id)) === userId)
  if (!person) return refused('invalid_subject_token')
  const user = {
    id: numberOf(person.id),
    first_name: person.firstName,
    last_name: person.lastName,
    email: person.email,
    email_verified: true,
    account_owner: person.isShopOwner,
    locale: person.locale,
    collaborator: false,
  }
  const scope = scopesOf(store)
  const { token } = onlineToken(store, userId)
  const body = {
    access_token: token,
    scope,
    expires_in: ONLINE_SECONDS,
    associated_user_scope: scope,
    associated_user: user,
  }
  return { status: 200, body }
}
