import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type ConnectDeps,
  beginConnect,
  finishConnect,
  refreshEtsy,
  whoBegan,
} from '#app/channels/etsy/connect.server.ts'
import type { Consent } from '#app/channels/channel.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'
import { APP, openedShop } from '#test/sandbox/etsy/opened-shop.ts'

const ADA = { merchantId: 1, subject: 'ada' }

/** The app, and a seller who decides on Etsy's consent page. */
function opened() {
  const shop = openedShop()
  const { sandbox, clock } = shop
  const deps: ConnectDeps = {
    fetch: (request) => sandbox.fetch(request),
    clock,
    apiUrl: 'https://openapi.etsy.com',
    oauthUrl: 'https://www.etsy.com',
    keystring: 'keystring',
    sharedSecret: 'shared',
    redirectUri: APP.redirectUris[0]!,
    sealer: openSealer([new Uint8Array(32).fill(5)]),
    random: randomBytes,
  }
  const decide = async (url: string, decision: 'allow' | 'deny' = 'allow'): Promise<Consent> => {
    const asked = new URL(url)
    const shopId = String(shop.shop.shopId)
    const body = new URLSearchParams({ ...Object.fromEntries(asked.searchParams), shop_id: shopId, decision })
    const answer = await sandbox.fetch(new Request(new URL(asked.pathname, asked), { method: 'POST', body }))
    const back = new URL(answer.headers.get('location')!).searchParams
    return { code: back.get('code'), state: back.get('state'), error: back.get('error') }
  }
  return { ...shop, deps, decide }
}

describe('connecting a shop', () => {
  test('asks for what the app needs, by PKCE, and says nothing that would let another finish', () => {
    const { deps } = opened()
    const url = new URL(beginConnect(deps, ADA).url)
    expect(url.origin + url.pathname).toBe('https://www.etsy.com/oauth/connect')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'keystring',
      redirect_uri: deps.redirectUri,
      scope: 'listings_r listings_w transactions_r transactions_w shops_r',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(url.searchParams.get('state')).not.toContain('ada')
    expect(new URL(beginConnect(deps, ADA).url).searchParams.get('state')).not.toBe(url.searchParams.get('state'))
  })

  test('gives the shop, and tokens that are good for an hour', async () => {
    const { deps, decide, shop, clock } = opened()
    const connected = await finishConnect(deps, ADA, await decide(beginConnect(deps, ADA).url))
    expect(connected).toEqual({
      externalId: String(shop.shopId),
      name: 'Moonstone Atelier',
      credentials: {
        accessToken: expect.stringContaining(`${shop.userId}.`),
        refreshToken: expect.stringContaining(`${shop.userId}.`),
        expiresAt: new Date(clock.now().getTime() + 3_600_000),
      },
    })
  })

  test('is not finished when the owner says no', async () => {
    const { deps, decide } = opened()
    const answer = await finishConnect(deps, ADA, await decide(beginConnect(deps, ADA).url, 'deny'))
    expect(answer).toMatchObject({ refused: true, code: 'declined' })
  })

  test.each([
    ['another person of the same store', { merchantId: 1, subject: 'eve' }],
    ['the same person in another store', { merchantId: 2, subject: 'ada' }],
  ])('is not finished by %s', async (_, who) => {
    const { deps, decide } = opened()
    const consent = await decide(beginConnect(deps, ADA).url)
    expect(await finishConnect(deps, who, consent)).toMatchObject({ refused: true, code: 'someone-else' })
    expect(await finishConnect(deps, ADA, consent)).not.toMatchObject({ refused: true })
  })

  test.each([
    ['none', null],
    ['one of our own making', 's1.00000000.AAAA'],
  ])('is not finished with %s for a state', async (_, state) => {
    const { deps, decide } = opened()
    const consent = await decide(beginConnect(deps, ADA).url)
    expect(await finishConnect(deps, ADA, { ...consent, state })).toMatchObject({ code: 'unknown-state' })
  })

  test('is not finished after ten minutes', async () => {
    const { deps, clock, decide } = opened()
    const { url } = beginConnect(deps, ADA)
    await clock.runTo(new Date(clock.now().getTime() + 600_001))
    expect(await finishConnect(deps, ADA, await decide(url))).toMatchObject({ code: 'too-late' })
  })

  test('is not finished twice', async () => {
    const { deps, decide } = opened()
    const consent = await decide(beginConnect(deps, ADA).url)
    await finishConnect(deps, ADA, consent)
    const again = await finishConnect(deps, ADA, consent)
    expect(again).toMatchObject({ code: 'not-granted', sentence: expect.stringContaining('used previously') })
  })

  test('knows, of a consent that comes back without a session, who began', async () => {
    const { deps, decide } = opened()
    const { state } = await decide(beginConnect(deps, ADA).url)
    expect(whoBegan(deps.sealer, state ?? '')).toEqual(ADA)
    expect(whoBegan(deps.sealer, 's1.00000000.AAAA')).toBeNull()
  })

  test('without a code is not finished', async () => {
    const { deps, decide } = opened()
    const { state } = await decide(beginConnect(deps, ADA).url)
    expect(await finishConnect(deps, ADA, { state: state ?? null })).toMatchObject({ code: 'declined' })
  })

  test('needs a shop', async () => {
    const { deps, decide, sandbox } = opened()
    const consent = await decide(beginConnect(deps, ADA).url)
    deps.fetch = async (request) =>
      request.url.endsWith('users/me') ? Response.json({ user_id: 5, shop_id: null }) : sandbox.fetch(request)
    expect(await finishConnect(deps, ADA, consent)).toMatchObject({ code: 'no-shop' })
  })
})

describe('new tokens', () => {
  test('are had for a refresh token, once', async () => {
    const { deps, refreshToken } = opened()
    const refresh = refreshEtsy(deps)
    const second = await refresh(refreshToken)
    expect(isRefusal(second)).toBe(false)
    expect(second.refreshToken).not.toBe(refreshToken)
    await expect(refresh(refreshToken)).rejects.toBeInstanceOf(GiveUp)
    expect(await refresh(second.refreshToken)).toMatchObject({ accessToken: expect.any(String) })
  })

  test('are not had once the owner has thrown the app out', async () => {
    const { deps, refreshToken, shop } = opened()
    shop.disconnectApp()
    await expect(refreshEtsy(deps)(refreshToken)).rejects.toThrow('Connect the shop again.')
  })

  test.each([
    ['is down', () => new Response('', { status: 503 })],
    ['says later', () => Response.json({ error: 'Too many' }, { status: 429 })],
    [
      'cannot be reached',
      () => {
        throw new TypeError('fetch failed', { cause: new Error('ENOTFOUND') })
      },
    ],
  ])('are asked for again when Etsy %s', async (_, answer) => {
    const { deps, refreshToken } = opened()
    deps.fetch = async () => answer()
    await expect(refreshEtsy(deps)(refreshToken)).rejects.toBeInstanceOf(TryAgain)
  })
})
