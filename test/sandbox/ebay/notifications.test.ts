import { createHash, createVerify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { given, openedAccount, type Opening } from './opened-account.ts'

const BASE = '/commerce/notification/v1'
const ENDPOINT = 'https://app.test/webhooks/ebay'
const TOKEN = 'a-verification-token-of-forty-letters-00'

/** An app whose address answers eBay's question, and takes news with `status`. */
function opened({ status = 204, ...opening }: Opening & { status?: number } = {}) {
  const received: Request[] = []
  const account = openedAccount({
    ...opening,
    deliver: async (request) => {
      const code = new URL(request.url).searchParams.get('challenge_code')
      if (code === null) {
        received.push(request)
        return new Response(null, { status })
      }
      const hash = createHash('sha256').update(code).update(TOKEN).update(ENDPOINT)
      return Response.json({ challengeResponse: hash.digest('hex') })
    },
  })
  const keys = Buffer.from('Vitrine-app-PRD-1:PRD-secret').toString('base64')
  const appToken = async () => {
    const form = { grant_type: 'client_credentials', scope: 'https://api.ebay.com/oauth/api_scope' }
    const request = new Request('https://api.ebay.test/identity/v1/oauth2/token', {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { authorization: `Basic ${keys}` },
    })
    const answer: { access_token: string } = await (await account.sandbox.fetch(request)).json()
    return answer.access_token
  }
  const put = async (token: string) =>
    account.call('PUT', `${BASE}/config`, { json: { alertEmail: 'ops@app.test' }, token })
  const destination = (token: string, verificationToken = TOKEN) =>
    account.call('POST', `${BASE}/destination`, {
      json: { name: 'Vitrine', status: 'ENABLED', deliveryConfig: { endpoint: ENDPOINT, verificationToken } },
      token,
    })
  const subscribe = (topicId: string, destinationId: string, token = account.accessToken) =>
    account.call('POST', `${BASE}/subscription`, {
      json: {
        topicId,
        status: 'ENABLED',
        payload: { format: 'JSON', schemaVersion: '1.0', deliveryProtocol: 'HTTPS' },
        destinationId,
      },
      token,
    })
  const setUp = async () => {
    const token = await appToken()
    await put(token)
    const made = await destination(token)
    const destinationId = made.headers.get('location')?.split('/').at(-1) ?? ''
    return { token, destinationId }
  }
  const sell = async () =>
    given(await account.seller.buy({ lines: [{ listingId: account.listingIds[1]!, quantity: 1 }] }))
  const wait = (ms: number) => account.clock.runTo(new Date(account.clock.now().getTime() + ms))
  return { ...account, received, appToken, put, destination, subscribe, setUp, sell, wait }
}

describe('a destination', () => {
  test('needs an address to complain to first, and answers a question', async () => {
    const { appToken, put, destination } = opened()
    const token = await appToken()
    expect((await destination(token)).status).toBe(409)
    await put(token)
    expect((await destination(token)).status).toBe(201)
    expect((await destination(token)).status).toBe(409)
  })

  test('that answers with another token is turned away', async () => {
    const { appToken, put, destination } = opened()
    const token = await appToken()
    await put(token)
    expect((await destination(token, 'another-token-of-forty-letters-0000000000')).status).toBe(400)
    expect((await destination(token, 'short')).status).toBe(400)
  })
})

describe('a subscription', () => {
  test('is a seller’s own, or the app’s, as its topic is', async () => {
    const { setUp, subscribe } = opened()
    const { token, destinationId } = await setUp()
    expect((await subscribe('ORDER_CONFIRMATION', destinationId, token)).status).toBe(403)
    expect((await subscribe('MARKETPLACE_ACCOUNT_DELETION', destinationId)).status).toBe(403)
    expect((await subscribe('ORDER_CONFIRMATION', destinationId)).status).toBe(201)
    expect((await subscribe('ORDER_CONFIRMATION', destinationId)).status).toBe(409)
    expect((await subscribe('NOTHING', destinationId)).status).toBe(400)
    expect((await subscribe('ITEM_MARKED_SHIPPED', 'nowhere')).status).toBe(400)
  })

  test('can be tried, stopped, begun again and ended', async () => {
    const { setUp, subscribe, call, received, sell, wait } = opened()
    const { destinationId } = await setUp()
    const made = await subscribe('ORDER_CONFIRMATION', destinationId)
    const path = `${BASE}/subscription/${made.headers.get('location')?.split('/').at(-1)}`
    expect((await call('POST', `${path}/test`)).status).toBe(202)
    await wait(1)
    expect(received).toHaveLength(1)
    await call('POST', `${path}/disable`)
    await sell()
    await wait(1)
    expect(received).toHaveLength(1)
    await call('POST', `${path}/enable`)
    await sell()
    await wait(1)
    expect(received).toHaveLength(2)
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await call('POST', `${path}/test`)).status).toBe(404)
  })
})

describe('a notification', () => {
  test('is signed over its bytes with the key that eBay publishes', async () => {
    const { setUp, subscribe, call, received, sell, wait } = opened()
    const { token, destinationId } = await setUp()
    await subscribe('ORDER_CONFIRMATION', destinationId)
    await sell()
    await wait(1)
    const body = await received[0]!.text()
    const signed = JSON.parse(Buffer.from(received[0]!.headers.get('x-ebay-signature')!, 'base64').toString())
    const { key } = (await call<{ key: string }>('GET', `${BASE}/public_key/${signed.kid}`, { token })).body
    const pem = key.replace('KEY-----', 'KEY-----\n').replace('-----END', '\n-----END')
    expect(createVerify('sha1').update(body).verify(pem, signed.signature, 'base64')).toBe(true)
    expect(createVerify('sha1').update(`${body} `).verify(pem, signed.signature, 'base64')).toBe(false)
    expect((await call('GET', `${BASE}/public_key/other`, { token })).status).toBe(404)
  })

  test('that is not taken is sent again with the same id, and in the end no more', async () => {
    const { setUp, subscribe, received, sell, wait, sandbox } = opened({ status: 500 })
    const { destinationId } = await setUp()
    await subscribe('ORDER_CONFIRMATION', destinationId)
    await sell()
    await wait(86_400_000)
    const told = await Promise.all(
      received.map(async (request) => JSON.parse(await request.clone().text()).notification),
    )
    expect(new Set(told.map(({ notificationId }) => notificationId)).size).toBe(1)
    expect(told.map(({ publishAttemptCount }) => publishAttemptCount)).toEqual([1, 2, 3, 4, 5, 6])
    expect(sandbox.metrics()).toMatchObject({ notified: 0, undelivered: 1 })
  })

  test.each([
    ['dropped', { drop: 1 }, 0],
    ['late', { delay: 1 }, 1],
    ['repeated', { repeat: 1 }, 2],
    ['twice, because a payment failed at first', { twice: 1 }, 2],
  ])('may be %s', async (_, notifications, times) => {
    const { setUp, subscribe, received, sell, wait } = opened({ faults: { notifications } })
    const { destinationId } = await setUp()
    await subscribe('ORDER_CONFIRMATION', destinationId)
    await sell()
    await wait(120_000)
    expect(received).toHaveLength(times)
  })

  test('is sent to nobody for a seller who has thrown the app out', async () => {
    const { setUp, subscribe, received, sell, wait, seller } = opened()
    const { destinationId } = await setUp()
    await subscribe('ORDER_CONFIRMATION', destinationId)
    seller.disconnectApp()
    await sell()
    await wait(1_000)
    expect(received).toEqual([])
  })

  test('tells of a parcel that left, and of an order when its payment came', async () => {
    const { setUp, subscribe, received, wait, seller, listingIds } = opened()
    const { destinationId } = await setUp()
    await subscribe('ORDER_CONFIRMATION', destinationId)
    await subscribe('ITEM_MARKED_SHIPPED', destinationId)
    const order = given(await seller.buy({ lines: [{ listingId: listingIds[1]!, quantity: 1 }], paid: false }))
    await wait(1)
    expect(received).toEqual([])
    given(seller.pay(order.orderId))
    given(seller.ship(order.orderId))
    await wait(1)
    const topics = await Promise.all(received.map(async (request) => JSON.parse(await request.text()).metadata.topic))
    expect(topics).toEqual(['ORDER_CONFIRMATION', 'ITEM_MARKED_SHIPPED'])
  })
})
