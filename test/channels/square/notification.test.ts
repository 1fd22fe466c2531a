import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifySquareNotification } from '#app/channels/square/notification.server.ts'
import { APP, given } from '#test/sandbox/square/opened-seller.ts'
import { connectedTill } from './connected-till.ts'

const { url, signatureKey: key } = APP.webhook
const now = new Date('2026-03-01T10:00:00Z')

async function news(what: (world: ReturnType<typeof connectedTill>) => void) {
  const world = connectedTill()
  what(world)
  await world.pass(1)
  const told = world.delivered.map(async ({ request }) => {
    const { headers } = request
    return verifySquareNotification({ body: await request.text(), headers, now, url, key })
  })
  return { ...world, told: await Promise.all(told) }
}

test('a sale names its order, and the thing whose count it changed', async () => {
  const { told, seller, ring } = await news(({ seller, main, lines }) =>
    given(seller.sell({ locationId: main, lines: lines() })),
  )
  const shop = seller.merchantId
  expect(told).toMatchObject([
    { topic: 'order.created', subject: seller.orders()[0]!.orderId, shop },
    { topic: 'inventory_levels/update', subject: ring, shop },
  ])
})

test('a refund names the order of the return, which leads to the one that was sold', async () => {
  const { told, connector, seller } = await news(({ seller, main, lines }) => {
    const sold = given(seller.sell({ locationId: main, lines: lines() }))
    given(seller.takeBack(sold.orderId, { restock: true }))
  })
  const refund = told.find((one) => 'topic' in one && one.topic.startsWith('refunds/'))
  expect(refund).toMatchObject({ topic: 'refunds/created', subject: seller.orders()[1]!.orderId })
  expect((await connector.order(seller.orders()[1]!.orderId))?.externalId).toBe(seller.orders()[0]!.orderId)
})

test('what we read nothing for is Square’s all the same', async () => {
  const { told } = await news(({ seller, ring }) => seller.rename(ring, 'R2'))
  expect(told).toMatchObject([{ code: 'not-understood' }])
})

function signed(body: string, how: { url?: string; key?: string } = {}) {
  const signature = createHmac('sha256', how.key ?? key)
    .update((how.url ?? url) + body)
    .digest('base64')
  return verifySquareNotification({
    body,
    headers: new Headers({ 'x-square-hmacsha256-signature': signature }),
    now,
    url,
    key,
  })
}

const event = (more: Record<string, unknown> = {}) =>
  JSON.stringify({
    merchant_id: 'M',
    type: 'order.updated',
    event_id: 'E',
    created_at: '2026-03-01T10:00:00Z',
    data: { id: 'ORDER1' },
    ...more,
  })

test('it is believed over the address and the bytes as they came, and over nothing else', () => {
  expect(signed(event())).toMatchObject({ eventId: 'E', subject: 'ORDER1', occurredAt: now })
  expect(signed(event(), { url: 'https://app.test/webhooks/other' })).toMatchObject({ code: 'forged' })
  expect(signed(event(), { key: 'another' })).toMatchObject({ code: 'forged' })
  const { headers } = new Request('https://app.test', { headers: { 'x-square-hmacsha256-signature': 'AAAA' } })
  expect(verifySquareNotification({ body: event(), headers, now, url, key })).toMatchObject({ code: 'forged' })
  expect(verifySquareNotification({ body: event(), headers: new Headers(), now, url, key })).toMatchObject({
    code: 'unsigned',
  })
})

test.each([
  ['no JSON', 'not json'],
  ['another kind', event({ type: 'payment.created' })],
  ['no order', event({ data: {} })],
  ['no count', event({ type: 'inventory.count.updated', data: { object: { inventory_counts: [] } } })],
  ['no order of a refund', event({ type: 'refund.created', data: { object: {} } })],
])('signed, but of %s, it is not understood', (_, body) => {
  expect(signed(body)).toMatchObject({ code: 'not-understood' })
})
