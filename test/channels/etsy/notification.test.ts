import { describe, expect, test } from 'vitest'
import { verifyEtsyNotification } from '#app/channels/etsy/notification.server.ts'
import { present } from '#app/kernel/assert.ts'
import { SECRET, given } from '#test/sandbox/etsy/opened-shop.ts'
import { Webhook } from 'standardwebhooks'
import { connectedShop } from './connected-shop.ts'

const NOW = new Date('2026-03-01T10:00:00Z')

/** What Etsy itself sends when something is bought. */
async function delivered(signature: 'v1' | 'bare' = 'v1') {
  const { shop, first, clock, delivered } = connectedShop({ switches: { signature } })
  const { receiptId } = given(shop.buy({ lines: [{ listingId: first, sku: 'R1-7-Y', quantity: 1 }] }))
  await clock.runTo(clock.now())
  const { request } = present(delivered[0], 'A notification')
  return { receiptId, shopId: shop.shopId, headers: request.headers, body: await request.text() }
}

function signed(content: unknown, told: { id?: string; at?: Date } = {}) {
  const { id = 'msg_1', at = NOW } = told
  const body = typeof content === 'string' ? content : JSON.stringify(content)
  const headers = new Headers({
    'webhook-id': id,
    'webhook-timestamp': String(at.getTime() / 1000),
    'webhook-signature': new Webhook(SECRET).sign(id, at, body),
  })
  return { body, headers }
}

const RECEIPT = 'https://openapi.etsy.com/v3/application/shops/12/receipts/34'
const PAID = { event_type: 'order.paid', resource_url: RECEIPT, shop_id: 12 }

const verify = ({ body, headers }: { body: string; headers: Headers }, now = NOW) =>
  verifyEtsyNotification({ body, headers, secret: SECRET, now })

describe('a notification of Etsy’s', () => {
  test.each(['v1', 'bare'] as const)('is believed to come from Etsy when its signature is %s', async (signature) => {
    const { receiptId, shopId, ...request } = await delivered(signature)
    expect(verify(request)).toEqual({
      eventId: request.headers.get('webhook-id'),
      topic: 'order.paid',
      subject: String(receiptId),
      shop: String(shopId),
      occurredAt: NOW,
    })
  })

  test('may carry several signatures, of which one is right', () => {
    const request = signed(PAID)
    request.headers.set('webhook-signature', `v1,bm90IHRoaXM= ${request.headers.get('webhook-signature')}`)
    expect(verify(request)).toMatchObject({ subject: '34' })
  })

  test('may name the shop as text', () => {
    expect(verify(signed({ ...PAID, shop_id: '12' }))).toMatchObject({ shop: '12' })
  })

  test.each([
    ['five minutes old', 300_000, null],
    ['older', 301_000, 'stale'],
    ['five minutes from the future', -300_000, null],
    ['from a later future', -301_000, 'stale'],
  ])('that is %s', (_, ageMs, code) => {
    const answer = verify(signed(PAID), new Date(NOW.getTime() + ageMs))
    expect('code' in answer ? answer.code : null).toBe(code)
  })

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s is not signed', (name) => {
    const request = signed(PAID)
    request.headers.delete(name)
    expect(verify(request)).toMatchObject({ refused: true, code: 'unsigned' })
  })
})

describe('a forgery', () => {
  test.each([
    ['another body', (request: ReturnType<typeof signed>) => (request.body = request.body.replace('34', '35'))],
    ['another id', ({ headers }: ReturnType<typeof signed>) => headers.set('webhook-id', 'msg_2')],
    [
      'another time',
      ({ headers }: ReturnType<typeof signed>) => headers.set('webhook-timestamp', String(NOW.getTime() / 1000 + 1)),
    ],
    ['a signature cut short', ({ headers }: ReturnType<typeof signed>) => headers.set('webhook-signature', 'v1,AAAA')],
    [
      'a signature by another scheme',
      ({ headers }: ReturnType<typeof signed>) =>
        headers.set('webhook-signature', String(headers.get('webhook-signature')).replace('v1,', 'v0,')),
    ],
  ])('with %s is found out', (_, forge) => {
    const request = signed(PAID)
    expect(verify(request)).not.toMatchObject({ refused: true })
    forge(request)
    expect(verify(request)).toMatchObject({ refused: true, code: 'forged' })
  })

  test('with a time that is none is not signed', () => {
    const request = signed(PAID)
    request.headers.set('webhook-timestamp', 'now')
    expect(verify(request)).toMatchObject({ code: 'unsigned' })
  })
})

test.each([
  ['no JSON', 'hello'],
  [
    'something else than an order',
    { ...PAID, resource_url: 'https://openapi.etsy.com/v3/application/shops/12/listings/34' },
  ],
  ['an order of another shop than it says', { ...PAID, shop_id: 13 }],
  ['nothing', {}],
])('what Etsy signed but is about %s is not understood', (_, content) => {
  expect(verify(signed(content))).toMatchObject({ refused: true, code: 'not-understood' })
})
