import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { APP, openedShop } from './opened-shop.ts'

const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-it-is'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const REDIRECT = APP.redirectUris[0]!

const ASKED = {
  response_type: 'code',
  client_id: 'keystring',
  redirect_uri: REDIRECT,
  scope: 'listings_r listings_w transactions_r shops_r',
  state: 'a state of ours',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

type Form = Record<string, string>

function opened() {
  const shop = openedShop()
  const send = (path: string, fields: Form, json = false) => {
    const body = json ? JSON.stringify(fields) : new URLSearchParams(fields)
    const headers = json ? { 'content-type': 'application/json' } : undefined
    return shop.sandbox.fetch(
      new Request(`https://etsy.test${path}`, { method: 'POST', body, ...(headers && { headers }) }),
    )
  }
  const ask = (asked: Form) =>
    shop.sandbox.fetch(new Request(`https://etsy.test/oauth/connect?${new URLSearchParams(asked)}`))
  const decide = (decision: string, asked: Form = ASKED) =>
    send('/oauth/connect', { ...asked, shop_id: String(shop.shop.shopId), decision })
  const token = async (fields: Form, json = false) => {
    const response = await send('/v3/public/oauth/token', fields, json)
    const body: Form = await response.json()
    return { status: response.status, body }
  }
  const code = async () => locationOf(await decide('allow')).get('code')!
  const exchange = (fields: Form) =>
    token({
      grant_type: 'authorization_code',
      client_id: 'keystring',
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
      ...fields,
    })
  const refresh = (refresh_token: string) =>
    token({ grant_type: 'refresh_token', client_id: 'keystring', refresh_token })
  return { ...shop, ask, decide, token, code, exchange, refresh }
}

function locationOf(response: Response): URLSearchParams {
  const location = new URL(response.headers.get('location')!)
  expect(response.status).toBe(302)
  expect(location.origin + location.pathname).toBe(REDIRECT)
  return location.searchParams
}

describe('the consent page', () => {
  test('names the app, the shop and what is asked for, and cannot be framed', async () => {
    const { ask } = opened()
    const response = await ask(ASKED)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get('x-frame-options')).toBe('DENY')
    for (const word of ['Vitrine', 'Moonstone Atelier', 'listings_w', 'transactions_r', 'Allow', 'Deny'])
      expect(text).toContain(word)
  })

  test('lets a seller of several shops choose', async () => {
    const { ask, sandbox } = opened()
    sandbox.addShop({ name: 'Second Shop' })
    const text = await (await ask(ASKED)).text()
    expect(text).toContain('<select id="shop" name="shop_id">')
    expect(text).toContain('Second Shop')
  })

  test.each([
    ['an unknown app', { client_id: 'other' }],
    ['an address nobody registered', { redirect_uri: 'https://evil.test/' }],
    ['a registered address with something added', { redirect_uri: `${REDIRECT}/` }],
  ])('tells the person, and sends her nowhere, with %s', async (_, wrong) => {
    const { ask, decide } = opened()
    for (const response of [await ask({ ...ASKED, ...wrong }), await decide('allow', { ...ASKED, ...wrong })]) {
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expect(await response.text()).toContain('An error occurred')
    }
  })

  test.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['no state', { state: '' }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no challenge', { code_challenge: '' }, 'invalid_request'],
    ['an unknown scope', { scope: 'listings_r everything' }, 'invalid_scope'],
    ['no scope', { scope: '' }, 'invalid_scope'],
  ])('sends the error back to the app with %s', async (_, wrong, error) => {
    const { ask } = opened()
    const answer = locationOf(await ask({ ...ASKED, ...wrong }))
    expect(answer.get('error')).toBe(error)
    expect(answer.get('code')).toBeNull()
  })

  test('sends a refusal back to the app, with its state', async () => {
    const { decide } = opened()
    const answer = locationOf(await decide('deny'))
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'access_denied', state: 'a state of ours' })
    expect(answer.get('code')).toBeNull()
  })

  test('escapes what it was given', async () => {
    const { ask } = opened()
    expect(await (await ask({ ...ASKED, state: '"><script>' })).text()).not.toContain('<script>')
  })
})

describe('from the code to tokens', () => {
  test('the verifier turns a code into tokens that open the seller’s shop', async () => {
    const { code, exchange, call, shop } = opened()
    const { status, body } = await exchange({ code: await code() })
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
    expect(body.access_token).toMatch(new RegExp(`^${shop.userId}\\.`))
    expect((await call('GET', 'users/me', { token: body.access_token! })).body).toMatchObject({ shop_id: shop.shopId })
  })

  test('a code is good once', async () => {
    const { code, exchange } = opened()
    const once = await code()
    await exchange({ code: once })
    expect(await exchange({ code: once })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'code has been used previously' },
    })
  })

  test('a code is good for five minutes', async () => {
    const { code, exchange, clock } = opened()
    const late = await code()
    await clock.runTo(new Date(clock.now().getTime() + 5 * 60_000))
    expect(await exchange({ code: late })).toMatchObject({
      status: 400,
      body: { error_description: 'code is expired' },
    })
  })

  test.each([
    ['another verifier', { code_verifier: 'x'.repeat(50) }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_request'],
    ['another address', { redirect_uri: 'https://app.test/' }, 'invalid_grant'],
    ['no address', { redirect_uri: '' }, 'invalid_request'],
    ['an invented code', { code: 'invented' }, 'invalid_grant'],
    ['no code', { code: '' }, 'invalid_request'],
    ['no grant type', { grant_type: '' }, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no app', { client_id: '' }, 'invalid_request'],
    ['another app', { client_id: 'other' }, 'invalid_client'],
  ])('no tokens with %s, and the code is still good', async (_, wrong, error) => {
    const { code, exchange } = opened()
    const fields = { code: await code() }
    const refused = await exchange({ ...fields, ...wrong })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(refused.body.error).toBe(error)
    expect((await exchange(fields)).status).toBe(200)
  })

  test('a verifier that is not SHA-256 of the challenge but the challenge itself is refused', async () => {
    const { code, exchange } = opened()
    expect((await exchange({ code: await code(), code_verifier: CHALLENGE })).status).toBe(400)
  })
})

describe('refreshing', () => {
  test('gives a new pair, and the old refresh token is used up', async () => {
    const { refresh, refreshToken, call } = opened()
    const { body } = await refresh(refreshToken)
    expect(body.refresh_token).not.toBe(refreshToken)
    expect((await call('GET', 'users/me', { token: body.access_token! })).status).toBe(200)
    expect(await refresh(refreshToken)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'refresh_token is revoked' },
    })
    expect((await refresh(body.refresh_token!)).status).toBe(200)
  })

  test('works for ninety days', async () => {
    const { refresh, refreshToken, clock } = opened()
    await clock.runTo(new Date(clock.now().getTime() + 90 * 86_400_000))
    expect(await refresh(refreshToken)).toMatchObject({
      status: 400,
      body: { error_description: 'refresh_token is expired' },
    })
  })

  test('keeps the scopes of the grant', async () => {
    const { refresh, shop, call } = opened()
    const { body } = await refresh(shop.signIn(['shops_r']).refreshToken)
    expect((await call('GET', `shops/${shop.shopId}/receipts`, { token: body.access_token! })).status).toBe(403)
  })

  test('is over once the seller has thrown the app out, and a new consent begins anew', async () => {
    const { refresh, refreshToken, shop, code, exchange } = opened()
    const pending = await code()
    shop.disconnectApp()
    expect(await refresh(refreshToken)).toMatchObject({
      status: 400,
      body: { error_description: 'refresh_token is revoked' },
    })
    expect((await exchange({ code: pending })).status).toBe(400)
    expect((await exchange({ code: await code() })).status).toBe(200)
  })

  test('takes JSON as well as a form, and nothing of either is an error', async () => {
    const { token, refreshToken } = opened()
    const fields = { grant_type: 'refresh_token', client_id: 'keystring', refresh_token: refreshToken }
    expect((await token(fields, true)).status).toBe(200)
    expect(await token({})).toMatchObject({ status: 400, body: { error_description: 'grant_type is required' } })
    expect((await token({ ...fields, refresh_token: 'invented' })).body.error_description).toBe(
      'refresh_token is invalid',
    )
    expect((await token({ ...fields, refresh_token: '' })).body.error).toBe('invalid_request')
  })
})
