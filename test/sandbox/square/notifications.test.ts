import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { APP, given, openedSeller } from './opened-seller.ts'

type Event = { type: string; event_id: string; data: { id: string; object: Record<string, unknown> } }

const eventsOf = (delivered: { request: Request }[]): Promise<Event[]> =>
  Promise.all(delivered.map(({ request }) => request.clone().json()))

test('a sale is told of, its order and its counts, signed over the address and the body', async () => {
  const { seller, ring, main, pass, delivered } = openedSeller()
  const { orderId } = given(seller.sell({ locationId: main, lines: [{ variationId: ring }] }))
  await pass(1)
  const events = await eventsOf(delivered)
  expect(events.map(({ type }) => type)).toEqual(['order.created', 'inventory.count.updated'])
  expect(events[0]!.data).toMatchObject({ id: orderId, object: { order_created: { order_id: orderId } } })
  expect(events[1]!.data.object).toMatchObject({ inventory_counts: [{ catalog_object_id: ring, quantity: '2' }] })
  const { request } = delivered[0]!
  const text = await request.text()
  const { url, signatureKey } = APP.webhook
  const signed = createHmac('sha256', signatureKey)
    .update(url + text)
    .digest('base64')
  expect(request.headers.get('x-square-hmacsha256-signature')).toBe(signed)
})

test('a return, a change of the library and a cancelled order are told of', async () => {
  const { seller, ring, main, pass, delivered } = openedSeller()
  const lines = [{ variationId: ring }]
  const sold = given(seller.sell({ locationId: main, lines }))
  given(seller.takeBack(sold.orderId, { restock: true }))
  given(seller.cancel(given(seller.orderOnline({ locationId: main, lines })).orderId))
  seller.rename(ring, 'R2')
  await pass(1)
  const types = (await eventsOf(delivered)).map(({ type }) => type)
  for (const type of ['refund.created', 'order.updated', 'catalog.version.updated']) expect(types).toContain(type)
})

test('nobody is told who is not connected', async () => {
  const { sandbox, pass, delivered } = openedSeller()
  const stranger = sandbox.addSeller({ name: 'Somebody else' })
  given(stranger.sell({ locationId: stranger.locations()[0]!.locationId, lines: [{ amount: 100 }] }))
  await pass(1)
  expect(delivered).toEqual([])
})

test('what does not arrive comes again, later and later, with the same event id, and in the end no more', async () => {
  let refusals = 0
  const tried: Request[] = []
  const deliver = async (request: Request) => (
    tried.push(request),
    new Response('', { status: refusals-- > 0 ? 500 : 200 })
  )
  const { seller, main, pass, sandbox } = openedSeller({ deliver })
  refusals = 2
  given(seller.sell({ locationId: main, lines: [{ amount: 100 }] }))
  await pass(10 * 60_000)
  const ids = await Promise.all(tried.map(async (request) => ((await request.clone().json()) as Event).event_id))
  expect([ids.length, new Set(ids).size]).toEqual([3, 1])
  expect(tried.map(({ headers }) => headers.get('square-retry-number'))).toEqual([null, '1', '2'])
  refusals = 1_000
  given(seller.sell({ locationId: main, lines: [{ amount: 100 }] }))
  await pass(48 * 3_600_000)
  expect(sandbox.metrics()).toMatchObject({ notified: 1, undelivered: 1 })
  expect(tried).toHaveLength(3 + 12)
})

test('it may be dropped, be late, or come twice', async () => {
  const { seller, main, pass, sandbox, delivered } = openedSeller()
  const sell = () => given(seller.sell({ locationId: main, lines: [{ amount: 100 }] }))
  sandbox.configure({ faults: { notifications: { drop: 1 } } })
  sell()
  await pass(3_600_000)
  expect(delivered).toHaveLength(0)
  sandbox.configure({ faults: { notifications: { drop: 0, repeat: 1, delay: 1 } } })
  sell()
  await pass(1)
  expect(delivered).toHaveLength(0)
  await pass(3_600_000)
  const events = await eventsOf(delivered)
  expect([events.length, new Set(events.map(({ event_id }) => event_id)).size]).toEqual([2, 1])
})

test('what is on its way sets out again after a world was loaded', async () => {
  const { seller, main, pass, sandbox, delivered } = openedSeller()
  given(seller.sell({ locationId: main, lines: [{ amount: 100 }] }))
  sandbox.load(sandbox.save())
  await pass(1)
  expect(delivered).toHaveLength(1)
})
