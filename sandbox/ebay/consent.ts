import { type Markup, html } from '../markup.ts'
import { type Ebay, now, secret } from './ebay.ts'
import { CODE_LASTS_MS, SCOPES, forgetExpired } from './grants.ts'
import { page } from './page.ts'

type Asked = Record<string, string>

/** GET /oauth2/authorize: eBay asks the seller whether the app may. */
export function askConsent(ebay: Ebay, asked: Asked): Response {
  return whyNot(ebay, asked) ?? page('Sign in and consent', consentPage(ebay, asked))
}

/** POST /oauth2/authorize: the seller has answered, and is sent to one of the two addresses behind the RuName. */
export function consentGiven(ebay: Ebay, asked: Asked): Response {
  const refused = whyNot(ebay, asked)
  if (refused) return refused
  const { acceptUrl, declineUrl } = ebay.app
  if (asked.decision !== 'allow') return back(declineUrl, asked, { error: 'access_denied' })
  const seller = ebay.world.sellers.get(asked.user_id ?? '')
  if (!seller) return problem('The account that was chosen does not exist.')
  const code = `v^1.1#i^1#I^3#r^1#t^${secret(ebay, 60)}==`
  forgetExpired(ebay.world.codes, now(ebay))
  const expiresAt = now(ebay) + CODE_LASTS_MS
  ebay.world.codes.set(code, { userId: seller.userId, scopes: scopesOf(asked), expiresAt, revoked: false, used: false })
  return back(acceptUrl, asked, { code, expires_in: String(CODE_LASTS_MS / 1_000) })
}

const scopesOf = ({ scope = '' }: Asked): string[] => scope.split(' ').filter((name) => name !== '')

/** What is wrong with a request. All of it is told to the person: where an unknown RuName leads, nobody knows. */
function whyNot(ebay: Ebay, asked: Asked): Response | undefined {
  const { client_id, redirect_uri, response_type } = asked
  if (client_id !== ebay.app.clientId) return problem('unauthorized_client: the OAuth client was not found.')
  if (redirect_uri !== ebay.app.ruName)
    return problem('invalid_request: the RuName is not registered for this application.')
  if (response_type !== 'code') return problem('unsupported_response_type: response_type must be code.')
  const unknown = scopesOf(asked).find((name) => !(name in SCOPES))
  if (unknown !== undefined || scopesOf(asked).length === 0)
    return problem(`invalid_scope: ${unknown ?? 'a scope is required'}.`)
  return undefined
}

function back(address: string, { state }: Asked, answer: Record<string, string>): Response {
  const url = new URL(address)
  for (const [name, value] of Object.entries({ ...answer, ...(state && { state }) })) url.searchParams.set(name, value)
  return new Response(null, { status: 302, headers: { location: url.href } })
}

const problem = (sentence: string): Response =>
  page(
    'An error occurred',
    html`<h1>An error occurred</h1>
      <p role="alert">${sentence}</p>`,
    400,
  )

const CARRIED = ['client_id', 'redirect_uri', 'response_type', 'state', 'scope']

function consentPage(ebay: Ebay, asked: Asked): Markup {
  const sellers = [...ebay.world.sellers.values()]
  const app = ebay.app.name ?? 'Vitrine'
  return html`<div class="panel">
    <h1>Grant application access: ${app}</h1>
    <p><strong>${app}</strong> asks to act for an eBay account. It will be able to:</p>
    <ul>
      ${scopesOf(asked).map((name) => html`<li>${SCOPES[name]} <span class="soft">(${name.split('/').at(-1)})</span></li>`)}
    </ul>
    <form method="post" action="/oauth2/authorize">
      ${CARRIED.map((name) => html`<input type="hidden" name="${name}" value="${asked[name]}" />`)}
      <label for="user">Account</label>
      <select id="user" name="user_id">
        ${sellers.map(({ userId, username }) => html`<option value="${userId}">${username}</option>`)}
      </select>
      <button name="decision" value="allow">Agree and continue</button>
      <button name="decision" value="deny" class="plain">Not now</button>
    </form>
  </div>`
}
