import { type Etsy, now } from './etsy.ts'
import { CODE_LASTS_MS, SCOPES, forgetExpired, secret } from './grants.ts'
import { type Html, html, page } from './html.ts'
import type { ShopState } from './world.ts'

type Asked = Record<string, string>

/** GET /oauth/connect: Etsy asks the seller whether the app may. */
export function askConsent(etsy: Etsy, asked: Asked): Response {
  const refused = whyNot(etsy, asked)
  return refused ?? page('Connect an app', consentPage(etsy, asked))
}

/** POST /oauth/connect: the seller has answered. Sends her back to the app with a code, or with `access_denied`. */
export function consentGiven(etsy: Etsy, asked: Asked): Response {
  const refused = whyNot(etsy, asked)
  if (refused) return refused
  if (asked.decision !== 'allow') {
    return back(asked, { error: 'access_denied', error_description: 'The user denied access' })
  }
  const shop = etsy.world.shops.get(Number(asked.shop_id))
  if (!shop) return problem('The shop that was chosen does not exist.')
  const code = secret(etsy, 64)
  forgetExpired(etsy.world.codes, now(etsy))
  etsy.world.codes.set(code, {
    userId: shop.userId,
    scopes: scopesOf(asked),
    expiresAt: now(etsy) + CODE_LASTS_MS,
    revoked: false,
    used: false,
    redirectUri: asked.redirect_uri!,
    challenge: asked.code_challenge!,
  })
  return back(asked, { code })
}

const scopesOf = ({ scope = '' }: Asked): string[] => scope.split(' ').filter((name) => name !== '')

/**
 * What is wrong with a request. An unknown app or address is told to the person: sending her, or a code, to an address
 * nobody registered would be the hole OAuth warns of. Everything else is told to the app.
 */
function whyNot(etsy: Etsy, asked: Asked): Response | undefined {
  const { client_id, redirect_uri, response_type, state, code_challenge = '', code_challenge_method } = asked
  if (client_id !== etsy.app.keystring) return problem('The application that sent you here is unknown.')
  if (!etsy.app.redirectUris.includes(redirect_uri ?? '')) {
    return problem('The requested redirect URL is not permitted.')
  }
  const invalid = (sentence: string) => back(asked, { error: 'invalid_request', error_description: sentence })
  if (response_type !== 'code') {
    return back(asked, { error: 'unsupported_response_type', error_description: 'response_type must be code' })
  }
  if (!state) return invalid('state is required')
  if (code_challenge_method !== 'S256') return invalid('code_challenge_method must be S256')
  if (!/^[\w-]{43}$/.test(code_challenge)) return invalid('code_challenge is required')
  const unknown = scopesOf(asked).find((name) => !(name in SCOPES))
  if (unknown !== undefined) {
    return back(asked, { error: 'invalid_scope', error_description: `${unknown} is not a scope` })
  }
  return scopesOf(asked).length === 0
    ? back(asked, { error: 'invalid_scope', error_description: 'scope is required' })
    : undefined
}

function back({ redirect_uri, state }: Asked, answer: Record<string, string>): Response {
  const url = new URL(redirect_uri!)
  for (const [name, value] of Object.entries({ ...answer, ...(state && { state }) })) url.searchParams.set(name, value)
  return new Response(null, { status: 302, headers: { location: url.href } })
}

const problem = (sentence: string): Response =>
  page(
    'An error occurred',
    html`<div class="panel">
      <h1>An error occurred</h1>
      <p role="alert">${sentence}</p>
    </div>`,
    400,
  )

const CARRIED = [
  'client_id',
  'redirect_uri',
  'response_type',
  'state',
  'code_challenge',
  'code_challenge_method',
  'scope',
]

function consentPage(etsy: Etsy, asked: Asked): Html {
  const shops = [...etsy.world.shops.values()]
  const app = etsy.app.name ?? 'Vitrine'
  const whose = shops.length === 1 ? html`your shop <strong>${shops[0]!.name}</strong>` : html`one of your shops`
  return html`<div class="panel">
    <h1>${app} would like to connect</h1>
    <p><strong>${app}</strong> asks for access to ${whose}. It will be able to:</p>
    <ul>
      ${scopesOf(asked).map((name) => html`<li>${SCOPES[name]} <span class="soft">(${name})</span></li>`)}
    </ul>
    <form method="post" action="/oauth/connect">
      ${CARRIED.map((name) => html`<input type="hidden" name="${name}" value="${asked[name]}" />`)} ${shopChoice(shops)}
      <div class="row">
        <button name="decision" value="allow">Allow</button>
        <button name="decision" value="deny" class="plain">Deny</button>
      </div>
    </form>
    <p class="soft">You can take this back at any time.</p>
  </div>`
}

function shopChoice(shops: ShopState[]): Html {
  if (shops.length === 1) return html`<input type="hidden" name="shop_id" value="${shops[0]!.shopId}" />`
  return html`<label for="shop">Shop</label>
    <select id="shop" name="shop_id">
      ${shops.map((shop) => html`<option value="${shop.shopId}">${shop.name}</option>`)}
    </select>`
}
