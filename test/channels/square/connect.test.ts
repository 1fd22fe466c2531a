import { describe, expect, test } from 'vitest'
import type { Consent } from '#app/channels/channel.ts'
import {
  beginConnect,
  type ConnectDeps,
  finishConnect,
  refreshSquare,
  revokeSquare,
  whoBegan,
} from '#app/channels/square/connect.server.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'
import { APP, openedSeller } from '#test/sandbox/square/opened-seller.ts'

const WHO = { merchantId: 1, subject: 'gid://shopify/StaffMember/1' }
const DAY_MS = 86_400_000

function connecting() {
  const world = openedSeller()
  const { sandbox, clock, seller } = world
  let broken: (() => Response) | undefined
  const deps: ConnectDeps = {
    fetch: async (request) => broken?.() ?? sandbox.fetch(request),
    clock,
    random: () => 0.5,
    url: 'https://connect.square.test',
    applicationId: APP.applicationId,
    applicationSecret: APP.applicationSecret,
    sealer: openSealer([new Uint8Array(32).fill(9)]),
    redirectUri: APP.redirectUris[0]!,
  }
  const consent = async (decision = 'allow'): Promise<Consent> => {
    const { searchParams, pathname } = new URL(beginConnect(deps, WHO).url)
    const fields = { ...Object.fromEntries(searchParams), decision, merchant_id: seller.merchantId }
    const request = new Request(`https://square.test${pathname}`, { method: 'POST', body: new URLSearchParams(fields) })
    const back = new URL((await sandbox.fetch(request)).headers.get('location') ?? '').searchParams
    return { state: back.get('state'), code: back.get('code'), error: back.get('error') }
  }
  const connected = async () => {
    const shop = await finishConnect(deps, WHO, await consent())
    if ('code' in shop) throw new Error(shop.sentence)
    return shop
  }
  return { ...world, deps, consent, connected, breaks: (how: typeof broken) => void (broken = how) }
}

describe('connecting a business', () => {
  test('leads to Square’s page, asks for what is needed, and never takes the account the browser is signed in to', () => {
    const { deps } = connecting()
    const { searchParams, pathname } = new URL(beginConnect(deps, WHO).url)
    expect(pathname).toBe('/oauth2/authorize')
    expect(searchParams.get('scope')).toContain('INVENTORY_WRITE')
    expect(searchParams.get('scope')).not.toContain('CUSTOMERS')
    expect(searchParams.get('session')).toBe('false')
    expect(whoBegan(deps.sealer, searchParams.get('state') ?? '')).toEqual(WHO)
    expect(whoBegan(deps.sealer, 'made up')).toBeNull()
  })

  test('ends with the business, by its own id and name, and tokens for thirty days', async () => {
    const { connected, seller, clock, call } = connecting()
    const { externalId, name, credentials } = await connected()
    expect([externalId, name]).toEqual([seller.merchantId, 'Moonstone Atelier'])
    expect(credentials.expiresAt.getTime()).toBe(clock.now().getTime() + 30 * DAY_MS)
    expect((await call('GET', 'v2/locations', undefined, credentials.accessToken)).status).toBe(200)
  })

  test('is declined, someone else’s, too late, or none of ours, in words', async () => {
    const { deps, consent, pass } = connecting()
    const finish = async (given: Consent, who = WHO) => finishConnect(deps, who, given)
    expect(await finish(await consent('deny'))).toMatchObject({ code: 'declined' })
    expect(await finish({ ...(await consent()), code: null })).toMatchObject({ code: 'declined' })
    expect(await finish(await consent(), { ...WHO, subject: 'else' })).toMatchObject({ code: 'someone-else' })
    expect(await finish(await consent(), { ...WHO, merchantId: 2 })).toMatchObject({ code: 'someone-else' })
    expect(await finish({ ...(await consent()), state: 'made up' })).toMatchObject({ code: 'unknown-state' })
    const late = await consent()
    await pass(11 * 60_000)
    expect(await finish(late)).toMatchObject({ code: 'too-late' })
  })

  test('cannot be done twice with one consent', async () => {
    const { deps, consent } = connecting()
    const once = await consent()
    expect(await finishConnect(deps, WHO, once)).toHaveProperty('externalId')
    expect(await finishConnect(deps, WHO, once)).toMatchObject({ code: 'not-granted' })
  })

  test('is to be tried again when Square is not well', async () => {
    const { deps, consent, breaks } = connecting()
    const given = await consent()
    breaks(() => new Response('', { status: 503 }))
    await expect(finishConnect(deps, WHO, given)).rejects.toBeInstanceOf(TryAgain)
    breaks(() => {
      throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
    })
    await expect(finishConnect(deps, WHO, given)).rejects.toBeInstanceOf(TryAgain)
  })
})

describe('staying connected', () => {
  test('a new access token comes for the same refresh token, as often as it is asked for', async () => {
    const { deps, connected, pass } = connecting()
    const { credentials } = await connected()
    await pass(29 * DAY_MS)
    const renewed = await refreshSquare(deps)(credentials.refreshToken)
    expect(renewed.refreshToken).toBe(credentials.refreshToken)
    expect(renewed.accessToken).not.toBe(credentials.accessToken)
    // Two processes that refresh at once lose nothing by it.
    expect((await refreshSquare(deps)(credentials.refreshToken)).refreshToken).toBe(credentials.refreshToken)
  })

  test('ends when its owner throws the app out', async () => {
    const { deps, connected, seller } = connecting()
    const { credentials } = await connected()
    seller.disconnectApp()
    await expect(refreshSquare(deps)(credentials.refreshToken)).rejects.toBeInstanceOf(GiveUp)
  })

  test('ends when we give it back, and giving it back twice is no matter', async () => {
    const { deps, connected, call } = connecting()
    const { credentials } = await connected()
    await revokeSquare(deps)(credentials)
    expect((await call('GET', 'v2/locations', undefined, credentials.accessToken)).status).toBe(401)
    await revokeSquare(deps)(credentials)
  })
})
