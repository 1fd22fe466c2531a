import { html, type Markup } from '../markup.ts'
import { CODE_LASTS_MS, forgetExpired, SCOPES, secret } from './grants.ts'
import { squarePage } from './page.ts'
import { now, type Square } from './square.ts'

type Asked = Record<string, string>

/** GET /oauth2/authorize: Square asks the seller whether the app may. */
export function askConsent(square: Square, asked: Asked): Response {
  return whyNot(square, asked) ?? squarePage('Connect an app', consentPage(square, asked))
}

/** POST /oauth2/authorize: the seller has answered. Sends her back to the app with a code, or with `access_denied`. */
export function consentGiven(square: Square, asked: Asked): Response {
  const refused = whyNot(square, asked)
  if (refused) return refused
  if (asked.decision !== 'allow') {
    return back(square, asked, { error: 'access_denied', error_description: 'user_denied' })
  }
  const merchant = square.world.merchants.get(asked.merchant_id ?? '')
  if (!merchant) return problem('The business that was chosen does not exist.')
  const code = `sq0cgp-${secret(square, 40)}`
  forgetExpired(square.world.codes, now(square))
  square.world.codes.set(code, {
    merchantId: merchant.merchantId,
    scopes: scopesOf(asked),
    expiresAt: now(square) + CODE_LASTS_MS,
    revoked: false,
    used: false,
    redirectUri: asked.redirect_uri || null,
    challenge: asked.code_challenge || null,
    pkce: Boolean(asked.code_challenge),
  })
  return back(square, asked, { code, response_type: 'code' })
}

const scopesOf = ({ scope = '' }: Asked): string[] => scope.split(/[ +]/).filter((name) => name !== '')

/** An unknown app or address is told to the person, never to an address that nobody registered. */
function whyNot(square: Square, asked: Asked): Response | undefined {
  const { client_id, redirect_uri } = asked
  if (client_id !== square.app.applicationId) return problem('The application that sent you here is unknown.')
  if (redirect_uri && !square.app.redirectUris.includes(redirect_uri)) {
    return problem('The redirect URL is not the one that is registered for this application.')
  }
  const unknown = scopesOf(asked).find((name) => !(name in SCOPES))
  if (unknown !== undefined || scopesOf(asked).length === 0) {
    return back(square, asked, {
      error: 'invalid_scope',
      error_description: `${unknown ?? 'None'} is not a permission`,
    })
  }
  return undefined
}

function back({ app }: Square, { redirect_uri, state }: Asked, answer: Record<string, string>): Response {
  const url = new URL(redirect_uri || (app.redirectUris[0] ?? ''))
  for (const [name, value] of Object.entries({ ...answer, ...(state && { state }) })) url.searchParams.set(name, value)
  return new Response(null, { status: 302, headers: { location: url.href } })
}

const problem = (sentence: string): Response =>
  squarePage('Something went wrong', html`<p role="alert" class="bad">${sentence}</p>`, 400)

const CARRIED = ['client_id', 'redirect_uri', 'state', 'code_challenge', 'scope', 'session']

function consentPage(square: Square, asked: Asked): Markup {
  const merchants = [...square.world.merchants.values()]
  const app = square.app.name ?? 'Vitrine'
  return html`<h1>${app} wants access to your Square account</h1>
    <p><strong>${app}</strong> will be able to:</p>
    <ul>
      ${scopesOf(asked).map((name) => html`<li>${SCOPES[name]} <small>(${name})</small></li>`)}
    </ul>
    <form method="post" action="/oauth2/authorize">
      ${CARRIED.map((name) => html`<input type="hidden" name="${name}" value="${asked[name] ?? ''}" />`)}
      <label for="business">Business</label>
      <select id="business" name="merchant_id">
        ${merchants.map(({ merchantId, name }) => html`<option value="${merchantId}">${name}</option>`)}
      </select>
      <button name="decision" value="allow">Allow</button>
      <button name="decision" value="deny" class="plain">Deny</button>
    </form>`
}
