import { describe, expect, test } from 'vitest'
import type { ChannelProcess } from '#app/channels/channel.ts'
import { ebay, type EbaySettings } from '#app/channels/ebay/channel.server.ts'
import { assert, present } from '#app/kernel/assert.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'
import { APP, given, openedAccount, type Opening } from '#test/sandbox/ebay/opened-account.ts'
import { keptLog } from '#test/support/kept-log.ts'

const ADA = { merchantId: 1, subject: 'ada' }
const TOKEN = 'a-verification-token-of-forty-letters-00'

const SETTINGS: EbaySettings = {
  EBAY_API_URL: 'https://api.ebay.test',
  EBAY_IDENTITY_URL: 'https://apiz.ebay.test',
  EBAY_OAUTH_URL: 'https://auth.ebay.test',
  EBAY_CLIENT_ID: APP.clientId,
  EBAY_CLIENT_SECRET: APP.clientSecret,
  EBAY_RUNAME: APP.ruName,
  EBAY_VERIFICATION_TOKEN: TOKEN,
  EBAY_ALERT_EMAIL: 'ops@app.test',
}

/** eBay and the app, joined: what eBay sends is answered by the channel itself. */
function opened({ settings = {}, ...opening }: Opening & { settings?: Partial<EbaySettings> } = {}) {
  const news: unknown[] = []
  const answers: number[] = []
  const account = openedAccount({
    ...opening,
    deliver: async (request) => {
      const url = new URL(request.url)
      if (request.method === 'GET') return Response.json(channel.news?.challenge(url))
      const told = await present(channel.news, 'News').verify({
        body: await request.text(),
        headers: request.headers,
        now: account.clock.now(),
      })
      news.push(told)
      answers.push(isRefusal(told) && told.code !== 'not-understood' ? present(channel.news, 'News').refusedWith : 200)
      return new Response(null, { status: answers.at(-1)! })
    },
  })
  const log = keptLog()
  const process: ChannelProcess<EbaySettings> = {
    settings: { ...SETTINGS, ...settings },
    appUrl: 'https://app.test',
    fetch: (request) => account.sandbox.fetch(new Request(request)),
    clock: account.clock,
    log,
    sealer: openSealer([new Uint8Array(32).fill(1)]),
    random: (bytes) => new Uint8Array(bytes),
    lend: () => {
      throw new Error('no account is opened here')
    },
  }
  const channel = present(ebay.start(process), 'The channel')
  const access = present(channel.access, 'Access')
  const consent = async (decision = 'allow') => {
    const page = new URL(access.begin(ADA).url)
    const fields = { ...Object.fromEntries(page.searchParams), user_id: account.seller.userId, decision }
    const answer = await account.sandbox.fetch(
      new Request(`${page.origin}/oauth2/authorize`, { method: 'POST', body: new URLSearchParams(fields) }),
    )
    const back = new URL(answer.headers.get('location')!)
    return {
      back,
      consent: {
        state: back.searchParams.get('state'),
        code: back.searchParams.get('code'),
        error: back.searchParams.get('error'),
      },
    }
  }
  const connected = async () => given(await access.finish(ADA, (await consent()).consent))
  return { ...account, channel, access, consent, connected, news, answers, log }
}

describe('connecting', () => {
  test('leads to eBay’s consent page, and back to the address behind the RuName', async () => {
    const { access, consent, sandbox } = opened()
    const page = await sandbox.fetch(new Request(access.begin(ADA).url))
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('moonstone-atelier')
    expect((await consent()).back.href.startsWith(`${APP.acceptUrl}?`)).toBe(true)
  })

  test('gives the account by its own id, and tokens that are good for two hours', async () => {
    const { connected, seller, clock, call } = opened()
    const shop = await connected()
    expect(shop).toMatchObject({ externalId: seller.userId, name: 'moonstone-atelier' })
    expect(shop.credentials.expiresAt.getTime() - clock.now().getTime()).toBe(7_200_000)
    expect(
      (await call('GET', '/sell/inventory/v1/inventory_item', { token: shop.credentials.accessToken })).status,
    ).toBe(200)
  })

  test('is refused when she declines, when somebody else finishes, and when it took too long', async () => {
    const { access, consent, clock } = opened()
    expect(await access.finish(ADA, (await consent('deny')).consent)).toMatchObject({ code: 'declined' })
    expect(await access.finish({ ...ADA, subject: 'eve' }, (await consent()).consent)).toMatchObject({
      code: 'someone-else',
    })
    expect(await access.finish(ADA, { state: 'invented', code: 'x' })).toMatchObject({ code: 'unknown-state' })
    const { consent: late } = await consent()
    await clock.runTo(new Date(clock.now().getTime() + 600_001))
    expect(await access.finish(ADA, late)).toMatchObject({ code: 'too-late' })
  })

  test('a code is good once, and for five minutes', async () => {
    const { access, consent, clock } = opened()
    const { consent: once } = await consent()
    given(await access.finish(ADA, once))
    expect(await access.finish(ADA, once)).toMatchObject({ code: 'not-granted' })
    const { consent: late } = await consent()
    await clock.runTo(new Date(clock.now().getTime() + 300_000))
    expect(await access.finish(ADA, late)).toMatchObject({ code: 'not-granted' })
  })

  test('without keys it is not offered, and without a token of ours it believes no news', () => {
    const { channel } = opened({ settings: { EBAY_VERIFICATION_TOKEN: undefined } })
    expect(channel.news).toBeNull()
    expect(() => opened({ settings: { EBAY_CLIENT_SECRET: undefined } })).toThrow('The channel')
  })
})

describe('a refreshed token', () => {
  test('is good, and the refresh token stays, though the answer does not repeat it', async () => {
    const { access, connected, call } = opened()
    const { credentials } = await connected()
    const renewed = await access.refresh(credentials.refreshToken)
    expect(renewed.refreshToken).toBe(credentials.refreshToken)
    expect(renewed.accessToken).not.toBe(credentials.accessToken)
    expect((await call('GET', '/sell/fulfillment/v1/order', { token: renewed.accessToken })).status).toBe(200)
  })

  test('is not to be had once she has thrown the app out', async () => {
    const { access, connected, seller } = opened()
    const { credentials } = await connected()
    seller.disconnectApp()
    await expect(access.refresh(credentials.refreshToken)).rejects.toMatchObject({ name: 'GiveUp' })
  })

  test('is not to be had after eighteen months', async () => {
    const { access, connected, clock } = opened()
    const { credentials } = await connected()
    await clock.runTo(new Date('2027-10-01T00:00:00Z'))
    await expect(access.refresh(credentials.refreshToken)).rejects.toMatchObject({ name: 'GiveUp' })
  })
})

describe('news', () => {
  const sold = async (world: ReturnType<typeof opened>, lines = 1) => {
    const order = { lines: world.listingIds.slice(1, 1 + lines).map((listingId) => ({ listingId, quantity: 1 })) }
    const placed = given(await world.seller.buy(order))
    await world.clock.runTo(new Date(world.clock.now().getTime() + 120_000))
    return placed.orderId
  }

  test.each(['flat', 'nested'] as const)(
    'of an order comes once for each of its lines, and names the order (%s)',
    async (orderPayload) => {
      const world = opened({ switches: { orderPayload } })
      await world.connected()
      const orderId = await sold(world, 2)
      expect(world.news).toMatchObject([
        { topic: 'order.confirmation', subject: orderId, shop: world.seller.userId },
        { topic: 'order.confirmation', subject: orderId },
      ])
      expect(new Set(world.news.map((one) => JSON.stringify(one))).size).toBe(2)
      expect(world.sandbox.metrics().notified).toBe(2)
    },
  )

  test('may come twice for one line, with another id each time; a repeated one has the same', async () => {
    const world = opened({ faults: { notifications: { twice: 1 } } })
    await world.connected()
    await sold(world)
    const ids = (world.news as { eventId: string }[]).map(({ eventId }) => eventId)
    expect(new Set(ids).size).toBe(2)
    world.sandbox.configure({ faults: { notifications: { twice: 0, repeat: 1 } } })
    world.news.length = 0
    await sold(world)
    expect(new Set((world.news as { eventId: string }[]).map(({ eventId }) => eventId)).size).toBe(1)
    expect(world.news).toHaveLength(2)
  })

  test('that is subscribed to already is not subscribed to again', async () => {
    const world = opened()
    await world.connected()
    await world.connected()
    expect(world.sandbox.save().subscriptions).toHaveLength(3)
    expect(world.sandbox.save().destinations).toHaveLength(1)
  })

  test('of somebody who closed an eBay account is eBay’s own, and nothing of ours is about it', async () => {
    const world = opened()
    await world.connected()
    world.sandbox.closeAccountOf({ username: 'ring-lover', userId: 'buyer1' })
    await world.clock.runTo(new Date(world.clock.now().getTime() + 60_000))
    expect(world.news).toMatchObject([{ refused: true, code: 'not-understood' }])
  })

  test('eBay turns away an address that does not answer its question; orders are then only polled', async () => {
    const world = opened()
    assert(world.channel.news, 'News')
    world.channel.news.challenge = () => ({ challengeResponse: 'wrong' })
    await world.connected()
    expect(world.sandbox.save().destinations).toEqual([])
    expect(world.log.said).toMatchObject([{ level: 'warn', sentence: expect.stringContaining('polled') }])
  })
})

describe('a signature', () => {
  const signedNews = async (world: ReturnType<typeof opened>) => {
    const requests: Request[] = []
    await world.connected()
    world.channel.news!.verify = async (delivery) => {
      requests.push(new Request('https://app.test', { method: 'POST', body: delivery.body, headers: delivery.headers }))
      return { refused: true, code: 'not-understood', sentence: '' }
    }
    const genuine = world.channel.news!
    given(await world.seller.buy({ lines: [{ listingId: world.listingIds[1]!, quantity: 1 }] }))
    await world.clock.runTo(new Date(world.clock.now().getTime() + 1_000))
    return { request: requests[0]!, genuine }
  }

  test('is over the bytes as they came: the same thing written otherwise is forged', async () => {
    const first = opened()
    const { request } = await signedNews(first)
    const body = await request.text()
    const { verifyEbayNotification, publicKeys } = await import('#app/channels/ebay/notification.server.ts')
    const { appToken } = await import('#app/channels/ebay/token.server.ts')
    let asked = 0
    const app = {
      fetch: (one: Request) => {
        asked += one.url.includes('public_key') ? 1 : 0
        return first.sandbox.fetch(one)
      },
      clock: first.clock,
      apiUrl: 'https://api.ebay.test',
      clientId: APP.clientId,
      clientSecret: APP.clientSecret,
    }
    const keys = publicKeys(app, appToken(app))
    const verify = (text: string, headers = request.headers) =>
      verifyEbayNotification({ body: text, headers, now: first.clock.now() }, keys)
    expect(await verify(body)).toMatchObject({ topic: 'order.confirmation' })
    expect(await verify(JSON.stringify(JSON.parse(body), null, 1))).toMatchObject({ code: 'forged' })
    expect(await verify(body.replace('ORDER_CONFIRMATION', 'ORDER_CONFIRMATIOM'))).toMatchObject({ code: 'forged' })
    expect(asked).toBe(1)
    await first.clock.runTo(new Date(first.clock.now().getTime() + 3_600_001))
    await verify(body)
    expect(asked).toBe(2)
    const header = (change: object) => {
      const said = {
        ...JSON.parse(Buffer.from(request.headers.get('x-ebay-signature')!, 'base64').toString()),
        ...change,
      }
      return new Headers({ 'x-ebay-signature': Buffer.from(JSON.stringify(said)).toString('base64') })
    }
    expect(await verify(body, header({ kid: 'invented' }))).toMatchObject({ code: 'forged' })
    expect(await verify(body, header({ kid: '../../sell/inventory/v1' }))).toMatchObject({ code: 'unsigned' })
    expect(await verify(body, header({ alg: 'none' }))).toMatchObject({ code: 'unsigned' })
    expect(await verify(body, header({ digest: 'MD5' }))).toMatchObject({ code: 'forged' })
    expect(await verify(body, new Headers())).toMatchObject({ code: 'unsigned' })
    expect(await verify(body, new Headers({ 'x-ebay-signature': 'nonsense' }))).toMatchObject({ code: 'unsigned' })
  })
})
