import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { APP, openedSeller, SPECIFICATION } from './opened-seller.ts'

const DAY_MS = 86_400_000
const [CALLBACK = ''] = APP.redirectUris
const VERIFIER = 'a-verifier-of-at-least-forty-three-letters-long'
const challenge = createHash('sha256').update(VERIFIER).digest('base64url')
const SECRET = { client_id: APP.applicationId, client_secret: APP.applicationSecret }

type World = ReturnType<typeof openedSeller>

function authorizing({ sandbox, seller }: World, asked: Record<string, string> = {}) {
  const query = {
    client_id: APP.applicationId,
    scope: 'ITEMS_READ ORDERS_READ',
    state: 'st',
    redirect_uri: CALLBACK,
    ...asked,
  }
  const visit = (how: RequestInit, search = '') =>
    sandbox.fetch(new Request(`https://square.test/oauth2/authorize${search}`, how))
  const decide = async (decision: string) => {
    const body = new URLSearchParams({ ...query, decision, merchant_id: seller.merchantId })
    const answer = await visit({ method: 'POST', body })
    return { answer, to: new URL(answer.headers.get('location') ?? 'about:blank') }
  }
  return { page: () => visit({}, `?${new URLSearchParams(query)}`), decide }
}

const codeOf = async (world: World, asked: Record<string, string> = {}) =>
  (await authorizing(world, asked).decide('allow')).to.searchParams.get('code') ?? ''

const token = ({ call }: World, form: Record<string, string>) => call('POST', 'oauth2/token', form, null)

describe('consent', () => {
  test('asks the seller in words, and may not be framed', async () => {
    const answer = await authorizing(openedSeller()).page()
    const text = await answer.text()
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    for (const words of ['Vitrine', 'Moonstone Atelier', 'See your orders']) expect(text).toContain(words)
  })

  test('sends back a code, or that it was denied, with the state', async () => {
    const allowed = await authorizing(openedSeller()).decide('allow')
    expect(allowed.to.href.startsWith(CALLBACK)).toBe(true)
    expect(allowed.to.searchParams.get('state')).toBe('st')
    const denied = await authorizing(openedSeller()).decide('deny')
    expect(denied.to.searchParams.get('error')).toBe('access_denied')
  })

  test('tells the person, and not an address, of an unknown app or address', async () => {
    const strange: Record<string, string>[] = [{ client_id: 'else' }, { redirect_uri: 'https://evil.test' }]
    for (const asked of strange) {
      const answer = await authorizing(openedSeller(), asked).page()
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    }
    const odd = await authorizing(openedSeller(), { scope: 'EVERYTHING' }).page()
    expect(odd.headers.get('location')).toContain('invalid_scope')
  })
})

describe('tokens of the code flow', () => {
  test('are for thirty days, and the refresh token stays the same', async () => {
    const world = openedSeller()
    const form = { ...SECRET, grant_type: 'authorization_code', code: await codeOf(world), redirect_uri: CALLBACK }
    const { body } = await token(world, form)
    expect(body).toMatchObject({ merchant_id: world.seller.merchantId, token_type: 'bearer' })
    expect(Date.parse(body.expires_at)).toBe(world.clock.now().getTime() + 30 * DAY_MS)
    expect(body.refresh_token_expires_at).toBeUndefined()
    await world.pass(200 * DAY_MS)
    const renewed = await token(world, { ...SECRET, grant_type: 'refresh_token', refresh_token: body.refresh_token })
    expect(renewed.body.refresh_token).toBe(body.refresh_token)
    expect(renewed.body.access_token).not.toBe(body.access_token)
  })

  test('are given once for a code, within five minutes, to the address it was for', async () => {
    const world = openedSeller()
    const form = { ...SECRET, grant_type: 'authorization_code', code: await codeOf(world), redirect_uri: CALLBACK }
    expect((await token(world, { ...form, redirect_uri: 'https://app.test/other' })).status).toBe(401)
    expect((await token(world, { ...form, client_secret: 'wrong' })).status).toBe(401)
    expect((await token(world, form)).status).toBe(200)
    expect((await token(world, form)).status).toBe(401)
    const late = { ...form, code: await codeOf(world) }
    await world.pass(6 * 60_000)
    expect((await token(world, late)).status).toBe(401)
  })

  test.each([
    [{}, 'client_id'],
    [{ client_id: APP.applicationId }, 'grant_type'],
    [{ ...SECRET, grant_type: 'authorization_code' }, 'code'],
    [{ ...SECRET, grant_type: 'refresh_token' }, 'refresh_token'],
  ])('are not given for %o', async (form, field) => {
    const { status, body } = await token(openedSeller({ badRequests: true }), form)
    expect([status, body.errors[0].field]).toEqual([400, field])
  })
})

describe('tokens of the PKCE flow', () => {
  test('need no secret but the verifier, and each refresh token is for one use within ninety days', async () => {
    const world = openedSeller({ badRequests: true })
    const pkce = { client_id: APP.applicationId, grant_type: 'authorization_code', redirect_uri: CALLBACK }
    const code = await codeOf(world, { code_challenge: challenge })
    expect((await token(world, { ...pkce, code, code_verifier: 'another' })).status).toBe(401)
    const first = (await token(world, { ...pkce, code, code_verifier: VERIFIER })).body
    expect(Date.parse(first.refresh_token_expires_at)).toBe(world.clock.now().getTime() + 90 * DAY_MS)
    const refresh = { client_id: APP.applicationId, grant_type: 'refresh_token' }
    const second = (await token(world, { ...refresh, refresh_token: first.refresh_token })).body
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await token(world, { ...refresh, refresh_token: first.refresh_token })).status).toBe(401)
    await world.pass(91 * DAY_MS)
    expect((await token(world, { ...refresh, refresh_token: second.refresh_token })).status).toBe(401)
  })
})

describe('the door', () => {
  test('is for tokens that are good, and says why another is not', async () => {
    const { call, seller, pass } = openedSeller()
    const codes = async (given: string | null) =>
      (await call('GET', 'v2/locations', undefined, given)).body.errors?.[0].code
    expect(await codes(null)).toBe('UNAUTHORIZED')
    const { accessToken } = seller.signIn()
    expect(await codes(accessToken)).toBeUndefined()
    await pass(30 * DAY_MS)
    expect(await codes(accessToken)).toBe('ACCESS_TOKEN_EXPIRED')
    const other = seller.signIn().accessToken
    seller.disconnectApp()
    expect(await codes(other)).toBe('ACCESS_TOKEN_REVOKED')
  })

  test('asks for the permission of each call', async () => {
    const { call, seller } = openedSeller()
    const { accessToken } = seller.signIn({ scopes: ['ITEMS_READ'] })
    const answer = await call('GET', 'v2/locations', undefined, accessToken)
    expect([answer.status, answer.body.errors[0].code]).toEqual([403, 'INSUFFICIENT_SCOPES'])
  })

  test('is closed by the app itself too, with its secret', async () => {
    const { sandbox, seller, call, delivered, pass, accessToken } = openedSeller()
    const revoke = (authorization: string) =>
      sandbox.fetch(
        new Request('https://square.test/oauth2/revoke', {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: JSON.stringify({ client_id: APP.applicationId, merchant_id: seller.merchantId }),
        }),
      )
    expect((await revoke('Client wrong')).status).toBe(401)
    expect((await call('POST', 'oauth2/token/status', {}, accessToken)).body.merchant_id).toBe(seller.merchantId)
    expect(await (await revoke(`Client ${APP.applicationSecret}`)).json()).toEqual({ success: true })
    expect((await call('GET', 'v2/locations')).status).toBe(401)
    await pass(1)
    expect(await delivered.at(-1)?.request.json()).toMatchObject({ type: 'oauth.authorization.revoked' })
  })

  test('lets ten calls a second through for a merchant, and does not say when to come again', async () => {
    const { sandbox, call, pass } = openedSeller({ limits: { perSecond: 10 } })
    for (let i = 0; i < 10; i++) expect((await call('GET', 'v2/locations')).status).toBe(200)
    const refused = await call('GET', 'v2/locations')
    expect([refused.status, refused.body.errors[0].code]).toEqual([429, 'RATE_LIMITED'])
    expect(refused.headers.get('retry-after')).toBeNull()
    await pass(1_000)
    sandbox.configure({ switches: { retryAfterSeconds: 3 } })
    for (let i = 0; i < 10; i++) await call('GET', 'v2/locations')
    expect((await call('GET', 'v2/locations')).headers.get('retry-after')).toBe('3')
    expect(sandbox.metrics()).toMatchObject({ calls: 22, throttled: 2 })
  })

  test('does not know every path', async () => {
    const { call } = openedSeller()
    expect((await call('GET', 'v2/customers')).status).toBe(404)
    expect((await call('GET', 'oauth2/token')).status).toBe(404)
  })

  test('is sometimes broken, before or after the work', async () => {
    const { call, sandbox, ring, main, seller, clock } = openedSeller()
    sandbox.configure({ faults: { calls: { serverError: 1 } } })
    expect((await call('GET', 'v2/locations')).status).toBe(500)
    sandbox.configure({ faults: { calls: { serverError: 0, lostAnswer: 1 } } })
    const place = { catalog_object_id: ring, location_id: main, occurred_at: clock.now().toISOString() }
    const adjustment = { ...place, quantity: '1', from_state: 'IN_STOCK', to_state: 'SOLD' }
    const body = { idempotency_key: 'k', changes: [{ type: 'ADJUSTMENT', adjustment }] }
    expect((await call('POST', 'v2/inventory/changes/batch-create', body)).status).toBe(500)
    expect(seller.inStock(ring, main)).toBe(2)
    sandbox.configure({ faults: null })
    expect((await call('POST', 'v2/inventory/changes/batch-create', body)).status).toBe(200)
    expect(seller.inStock(ring, main)).toBe(2)
  })

  test('tells Square’s own time, whatever ours is', async () => {
    const { call } = openedSeller({ switches: { clockSkewMs: -90_000 } })
    expect((await call('GET', 'v2/locations')).headers.get('date')).toBe('Sun, 01 Mar 2026 09:58:30 GMT')
  })
})

test.skipIf(!SPECIFICATION)('what departs from the specification is told of', async () => {
  const { call, violations, main } = openedSeller({ badRequests: true })
  await call('POST', 'v2/orders/search', { location_ids: [main], colour: 'red' })
  expect(violations).toMatchObject([{ operation: 'SearchOrders', side: 'request' }])
})

test.skipIf(!SPECIFICATION)('without anybody to tell, the call that departs is rejected', async () => {
  const { call } = openedSeller({ onViolation: undefined, badRequests: true })
  await expect(call('POST', 'v2/orders/batch-retrieve', {})).rejects.toThrow('departs from Square')
})
