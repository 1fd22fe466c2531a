import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openShop, tokenExchange } from './open-shop.ts'

type Tokens = {
  access_token: string
  expires_in?: number
  refresh_token: string
  scope: string
  refresh_token_expires_in?: number
}

async function door() {
  const opened = await openShop()
  const { sandbox, shop, post } = opened
  const grant = async (body: object) => {
    const response = await post('/admin/oauth/access_token', body)
    return { status: response.status, body: (await response.json()) as Tokens & { error?: string } }
  }
  const credentials = { client_id: 'key', client_secret: 'secret' }
  const refresh = (refresh_token: string) => grant({ ...credentials, grant_type: 'refresh_token', refresh_token })
  const opens = async (token: string) =>
    (await post('/admin/api/2026-10/graphql.json', { query: '{ shop { name } }' }, { 'x-shopify-access-token': token }))
      .status
  const sessionToken = (more: object = {}) => sandbox.sessionToken({ shop: shop.domain, ...more })
  return { ...opened, grant, refresh, opens, sessionToken }
}

describe('exchanging a session token', () => {
  test('for an offline token that ends in an hour, with one to renew it', async () => {
    const { grant, sessionToken, opens, passing } = await door()
    const { status, body } = await grant(tokenExchange(sessionToken()))
    expect({ status, ...body }).toMatchObject({ status: 200, expires_in: 3_600, refresh_token_expires_in: 7_776_000 })
    expect(body.scope.split(',')).toContain('write_inventory')
    expect(await opens(body.access_token)).toBe(200)
    await passing(3_600_000)
    expect(await opens(body.access_token)).toBe(401)
  })

  test('for a lasting offline token, which is the same every time', async () => {
    const { grant, sessionToken } = await door()
    const lasting = { ...tokenExchange(sessionToken()), expiring: '0' }
    const { body } = await grant(lasting)
    expect(body).not.toHaveProperty('expires_in')
    expect((await grant(lasting)).body.access_token).toBe(body.access_token)
  })

  test('for an online token, which says who it is for', async () => {
    const { grant, sessionToken, shop } = await door()
    const requested_token_type = 'urn:shopify:params:oauth:token-type:online-access-token'
    const { body } = await grant({ ...tokenExchange(sessionToken()), requested_token_type })
    expect(body).toMatchObject({
      expires_in: 86_400,
      associated_user: { id: Number(shop.ownerId), first_name: 'Ada', account_owner: true },
    })
  })

  const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forged = (claims: object, secret: string) => {
    const head = `${b64({ alg: 'HS256', typ: 'JWT' })}.${b64(claims)}`
    return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`
  }
  const good = { aud: 'key', dest: 'https://ring-lab.myshopify.com', exp: 4_000_000_000, nbf: 0, sub: '1' }

  test.each([
    { wrong: 'nothing (the control)', token: forged(good, 'secret'), status: 200 },
    { wrong: 'its signature', token: forged(good, 'guess'), status: 400 },
    { wrong: 'the app it is for', token: forged({ ...good, aud: 'other' }, 'secret'), status: 400 },
    {
      wrong: 'the shop it is of',
      token: forged({ ...good, dest: 'https://other.myshopify.com' }, 'secret'),
      status: 400,
    },
    { wrong: 'its time: over', token: forged({ ...good, exp: 1 }, 'secret'), status: 400 },
    { wrong: 'its time: not yet', token: forged({ ...good, nbf: 3_999_999_999 }, 'secret'), status: 400 },
    { wrong: 'its shape', token: 'a.b', status: 400 },
    {
      wrong: 'its claims',
      token: `a.b.${createHmac('sha256', 'secret').update('a.b').digest('base64url')}`,
      status: 400,
    },
  ])('that is wrong in $wrong answers $status', async ({ token, status }) => {
    const { grant } = await door()
    const answer = await grant(tokenExchange(token))
    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.body).toEqual({ error: 'invalid_subject_token' })
  })

  test('that is a minute old is refused', async () => {
    const { grant, sessionToken, passing } = await door()
    const token = sessionToken()
    const stale = sessionToken({ seconds: -1 })
    expect((await grant(tokenExchange(stale))).body.error).toBe('invalid_subject_token')
    await passing(61_000)
    expect((await grant(tokenExchange(token))).body.error).toBe('invalid_subject_token')
  })

  test('needs the app’s own secret', async () => {
    const { grant, sessionToken } = await door()
    const answer = await grant({ ...tokenExchange(sessionToken()), client_secret: 'guess' })
    expect(answer).toMatchObject({ status: 400, body: { error: 'application_cannot_be_found' } })
  })
})

describe('renewing a token', () => {
  test('leaves the one before good until the new one is used', async () => {
    const { grant, refresh, sessionToken } = await door()
    const first = (await grant(tokenExchange(sessionToken()))).body.refresh_token
    const lost = await refresh(first)
    const second = await refresh(first)
    expect([lost.status, second.status, second.body.expires_in]).toEqual([200, 200, 3_600])
    expect((await refresh(second.body.refresh_token)).status).toBe(200)
    expect(await refresh(first)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('ends after ninety days', async () => {
    const { grant, refresh, sessionToken, passing } = await door()
    const { refresh_token } = (await grant(tokenExchange(sessionToken()))).body
    await passing(90 * 86_400_000)
    expect((await refresh(refresh_token)).status).toBe(400)
  })
})

describe('who is let in', () => {
  test.each(['', 'shpat_guess'])('nobody with the token "%s"', async (token) => {
    const { opens } = await door()
    expect(await opens(token)).toBe(401)
  })

  test('nobody once the tokens are revoked, until a new one is got', async () => {
    const { opens, shop, grant, sessionToken, token } = await door()
    expect(await opens(token)).toBe(200)
    shop.revokeTokens()
    expect(await opens(token)).toBe(401)
    expect(await opens((await grant(tokenExchange(sessionToken()))).body.access_token)).toBe(200)
  })

  test('nobody of an app that was taken off, and no new token either', async () => {
    const { opens, shop, grant, refresh, sessionToken } = await door()
    const { access_token, refresh_token } = (await grant(tokenExchange(sessionToken()))).body
    shop.uninstallApp()
    expect(await opens(access_token)).toBe(401)
    expect((await refresh(refresh_token)).status).toBe(400)
    shop.installApp()
    expect(await opens(access_token)).toBe(401)
    expect((await grant(tokenExchange(sessionToken()))).status).toBe(200)
  })
})

describe('two shops', () => {
  test('know nothing of each other: neither token nor id nor session token crosses over', async () => {
    const { sandbox, shop, token, sessionToken } = await door()
    const other = sandbox.addShop({ domain: 'other.myshopify.com', name: 'Other', locations: [{ name: 'Safe' }] })
    const call = (path: string, body: object, headers: Record<string, string> = {}) =>
      sandbox.fetch(
        new Request(`http://127.0.0.1:4000${path}`, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'x-forwarded-host': other.domain, ...headers },
        }),
      )
    const query = `{ node(id: "${shop.variant('R-54').id}") { id } }`
    const path = '/admin/api/2026-10/graphql.json'
    expect((await call(path, { query }, { 'x-shopify-access-token': token })).status).toBe(401)
    expect((await call('/admin/oauth/access_token', tokenExchange(sessionToken()))).status).toBe(400)
    const own = sandbox.sessionToken({ shop: other.domain })
    const { access_token } = (await (await call('/admin/oauth/access_token', tokenExchange(own))).json()) as Tokens
    const answer = await (await call(path, { query }, { 'x-shopify-access-token': access_token })).json()
    expect(answer).toMatchObject({ data: { node: null } })
  })

  test.each([
    'https://nobody.myshopify.com/admin/oauth/access_token',
    'https://ring-lab.myshopify.com/admin/api/2025-01/graphql.json',
  ])('there is nothing at %s', async (url) => {
    const { sandbox } = await door()
    expect((await sandbox.fetch(new Request(url, { method: 'POST', body: '{}' }))).status).toBe(404)
  })
})
