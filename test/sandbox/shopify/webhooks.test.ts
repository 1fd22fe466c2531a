import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Clock } from '#app/kernel/clock.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox } from '#sandbox/shopify/sandbox.ts'
import { topicOf } from '#sandbox/shopify/webhooks.ts'
import { given, openShop, SEED, START, type Sent } from './open-shop.ts'

const topicsOf = (sent: Sent[]) => sent.map(({ headers }) => headers.get('x-shopify-topic'))
const header = ({ headers }: Sent, name: string) => headers.get(`x-shopify-${name}`)
const ring = { source: 'web' as const, lines: [{ sku: 'R-54', quantity: 1 }] }
const HOUR = 3_600_000

describe('a webhook', () => {
  test('is signed with the app’s secret, and says what, where and when', async () => {
    const { shop, sent, passing } = await openShop({ topics: ['orders/create'] })
    given(shop.placeOrder(ring))
    await passing(0)
    const [first] = sent
    expect(first?.url).toBe('https://app.test/webhooks')
    expect(header(first!, 'hmac-sha256')).toBe(createHmac('sha256', 'secret').update(first!.raw).digest('base64'))
    expect(header(first!, 'shop-domain')).toBe('ring-lab.myshopify.com')
    expect(header(first!, 'api-version')).toBe('2026-10')
    expect(header(first!, 'triggered-at')).toBe(START.toISOString())
    expect(header(first!, 'webhook-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('of one act shares its event with the others, and has an id of its own', async () => {
    const { shop, sent, passing } = await openShop({ topics: ['orders/create', 'inventory_levels/update'] })
    given(shop.placeOrder(ring))
    given(shop.placeOrder(ring))
    await passing(0)
    expect(topicsOf(sent)).toHaveLength(4)
    expect(new Set(sent.map((one) => header(one, 'event-id'))).size).toBe(2)
    expect(new Set(sent.map((one) => header(one, 'webhook-id'))).size).toBe(4)
  })

  test('nobody asked for is not sent, nor one of an act that was refused', async () => {
    const { shop, sent, passing } = await openShop({ topics: ['orders/create'] })
    shop.placeOrder({ ...ring, lines: [{ sku: 'R-54', quantity: 99 }] })
    shop.editByStaff({
      idOrSku: 'R-54',
      locationId: shop.location('Safe').id,
      kind: 'adjust',
      name: 'available',
      delta: 1,
    })
    await passing(0)
    expect(sent).toEqual([])
  })
})

type Opened = Awaited<ReturnType<typeof openShop>>

describe('what happens is told as', () => {
  const order = ({ shop }: Opened) => given(shop.placeOrder(ring))
  const line = (opened: Opened) => {
    const { id, lines } = order(opened)
    return { id, pieces: [{ lineId: lines[0]!.id, quantity: 1 }] }
  }
  const acts: [string, string[], (opened: Opened) => unknown][] = [
    ['an order', ['inventory_levels/update', 'products/update', 'orders/create'], order],
    [
      'a sale at the till',
      ['inventory_levels/update', 'products/update', 'orders/create', 'orders/updated', 'orders/fulfilled'],
      ({ shop }) => shop.placeOrder({ ...ring, source: 'pos' }),
    ],
    [
      'a cancellation',
      ['inventory_levels/update', 'products/update', 'refunds/create', 'orders/updated', 'orders/cancelled'],
      (opened) => opened.shop.cancelOrder(order(opened).id, { restock: true }),
    ],
    [
      'a refund',
      ['inventory_levels/update', 'products/update', 'orders/updated', 'refunds/create'],
      (opened) => {
        const { id, pieces } = line(opened)
        opened.shop.refund(id, [{ ...pieces[0]!, restock: 'CANCEL' }])
      },
    ],
    [
      'an edit',
      ['inventory_levels/update', 'products/update', 'orders/updated', 'orders/edited'],
      (opened) => {
        const { id, pieces } = line(opened)
        opened.shop.editOrder(id, pieces, { restock: true })
      },
    ],
    [
      'a parcel sent',
      ['inventory_levels/update', 'orders/updated', 'orders/fulfilled'],
      (opened) => opened.shop.fulfill(order(opened).id),
    ],
    ['an archived product', ['products/update'], ({ shop }) => shop.archiveProduct(shop.products()[0]!.id)],
    [
      'a new product',
      ['products/create'],
      ({ shop }) => shop.addProduct({ title: 'New', variants: [{ sku: 'X', price: '1.00' }] }),
    ],
    [
      'a deleted product',
      ['inventory_levels/disconnect', 'products/delete'],
      ({ shop }) => shop.deleteProduct(shop.variant('N-1').productId),
    ],
    ['a new location', ['locations/create'], ({ shop }) => shop.addLocation({ name: 'Fair' })],
    [
      'a renamed location',
      ['locations/update'],
      ({ shop }) => shop.changeLocation(shop.location('Bench').id, { name: 'Atelier' }),
    ],
    ['other scopes', ['app/scopes_update'], ({ shop }) => shop.changeScopes(['read_products'])],
    [
      'a customer who asks',
      ['customers/data_request'],
      ({ shop }) => shop.requestCustomerData({ id: 1, email: 'a@b.c' }),
    ],
    ['a customer to be forgotten', ['customers/redact'], ({ shop }) => shop.redactCustomer({ id: 1, email: 'a@b.c' })],
  ]

  test.each(acts)('%s: %j', async (_what, topics, act) => {
    const every = [...new Set(acts.flatMap(([, all]) => all)), 'locations/deactivate', 'app/uninstalled']
    const opened = await openShop({ topics: every })
    act(opened)
    await opened.passing(0)
    const events = opened.sent.map((one) => header(one, 'event-id'))
    const last = opened.sent.filter((one) => header(one, 'event-id') === events.at(-1))
    expect(topicsOf(last).sort()).toEqual([...topics].sort())
  })
})

describe('the body', () => {
  test('of a level has its numbers after the act', async () => {
    const { shop, sent, passing } = await openShop({ topics: ['inventory_levels/update'] })
    given(shop.placeOrder(ring))
    await passing(0)
    const level = shop.levels('R-54')[0]!
    expect(sent[0]?.body).toEqual({
      inventory_item_id: Number(level.itemId.split('/').at(-1)),
      location_id: Number(level.locationId.split('/').at(-1)),
      available: 4,
      updated_at: '2026-11-23T10:00:00+00:00',
      admin_graphql_api_id: level.id,
    })
  })

  test('of an order has its lines with what is left of them', async () => {
    const { shop, sent, passing } = await openShop({ topics: ['orders/cancelled'] })
    const { id } = given(shop.placeOrder({ ...ring, buyer: { name: 'Eve', email: 'eve@example.com' } }))
    given(shop.cancelOrder(id, { restock: true, reason: 'INVENTORY' }))
    await passing(0)
    expect(sent[0]?.body).toMatchObject({
      admin_graphql_api_id: id,
      name: '#1001',
      email: 'eve@example.com',
      cancel_reason: 'inventory',
      financial_status: 'refunded',
      fulfillment_status: null,
      line_items: [{ sku: 'R-54', quantity: 1, current_quantity: 0, fulfillable_quantity: 0, price: '100.00' }],
      refunds: [{ restock: true, refund_line_items: [{ quantity: 1, restock_type: 'cancel' }] }],
    })
  })
})

describe('on its way', () => {
  const failing = (times: number) => {
    const at: number[] = []
    const ids = new Set<string | null>()
    const opened = openShop({
      topics: ['orders/create'],
      deliver: async (request) => {
        ids.add(request.headers.get('x-shopify-webhook-id'))
        at.push((await opened).clock.now().getTime() - START.getTime())
        if (at.length % 2 === 0) throw new TypeError('no connection')
        return new Response(null, { status: at.length > times ? 200 : 500 })
      },
    })
    return { opened, at, ids }
  }

  test('it is tried again until it is answered, with the same id', async () => {
    const { opened, at, ids } = failing(2)
    const { shop, passing } = await opened
    given(shop.placeOrder(ring))
    await passing(5 * HOUR)
    expect(at).toHaveLength(3)
    expect(ids.size).toBe(1)
    expect(shop.pendingWebhooks()).toBe(0)
  })

  test('it is given up after eight retries in four hours, each wait longer than the one before', async () => {
    const { opened, at } = failing(Infinity)
    const { shop, passing } = await opened
    given(shop.placeOrder(ring))
    await passing(4 * HOUR - 1)
    expect([at.length, shop.pendingWebhooks()]).toEqual([8, 1])
    await passing(10 * HOUR)
    expect([at.length, shop.pendingWebhooks()]).toEqual([9, 0])
    expect(Math.round(at.at(-1)! / HOUR)).toBe(4)
    const waits = at.slice(1).map((time, i) => time - at[i]!)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
  })

  test.each([
    { fault: { drop: 1 }, arrives: 0 },
    { fault: { repeat: 1 }, arrives: 2 },
    { fault: { loseAnswer: 1 }, arrives: 9 },
    { fault: {}, arrives: 1 },
  ])('with $fault it arrives $arrives times', async ({ fault, arrives }) => {
    const { shop, sent, passing } = await openShop({ topics: ['orders/create'], faults: fault })
    given(shop.placeOrder(ring))
    await passing(5 * HOUR)
    expect(sent).toHaveLength(arrives)
    expect(new Set(sent.map((one) => header(one, 'webhook-id'))).size).toBe(Math.min(1, arrives))
  })

  test('with delays later ones overtake', async () => {
    const { shop, sent, passing } = await openShop({ topics: ['orders/create'], faults: { delayMs: 60_000 } })
    for (let i = 0; i < 5; i++) given(shop.placeOrder(ring))
    await passing(60_000)
    const names = sent.map(({ body }) => body.name)
    expect(names).toHaveLength(5)
    expect(names).not.toEqual([...names].sort())
  })

  test('an answer that takes five seconds counts as none', async () => {
    // A clock of its own: the virtual one waits for a task, and this one never ends.
    const timers: { ms: number; task: () => unknown }[] = []
    const clock: Clock = {
      now: () => START,
      after: (ms, task) => {
        timers.push({ ms, task })
        return () => {}
      },
    }
    let calls = 0
    const deliver = () => {
      calls += 1
      return new Promise<Response>(() => {})
    }
    const app = {
      apiKey: 'k',
      apiSecret: 's',
      url: 'https://app.test',
      scopes: [],
      webhooks: [{ topics: ['orders/create'], uri: '/' }],
    }
    const shop = createShopifySandbox({ clock, random: seeded(1), app, deliver }).addShop(SEED)
    given(shop.placeOrder(ring))
    const running = timers.shift()!.task() as Promise<void>
    expect(timers.map(({ ms }) => ms)).toEqual([5_000])
    timers.shift()!.task()
    await running
    expect([calls, timers.length]).toEqual([1, 1])
    expect(timers[0]!.ms).toBeGreaterThan(50_000)
  })
})

describe('subscriptions made through the API', () => {
  const CREATE = `mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) { webhookSubscription { id uri topic } userErrors { field message } } }`
  const LIST = '{ webhookSubscriptions(first: 10) { nodes { id topic uri } } }'
  type Created = {
    webhookSubscriptionCreate: { webhookSubscription: { id: string } | null; userErrors: { message: string }[] }
  }

  test('are sent to beside those of the app’s configuration, with the fields asked for', async () => {
    const { ask, shop, sent, passing } = await openShop({ topics: ['orders/create'] })
    const input = { uri: 'https://app.test/mine', includeFields: ['id', 'name'] }
    await ask(CREATE, { topic: 'ORDERS_CREATE', input })
    given(shop.placeOrder(ring))
    await passing(0)
    expect(sent.map(({ url }) => url)).toEqual(['https://app.test/webhooks', 'https://app.test/mine'])
    expect(Object.keys(sent[1]!.body)).toEqual(['id', 'name'])
  })

  test.each([
    { input: { uri: '' }, message: "Address can't be blank" },
    { input: { uri: 'http://app.test' }, message: 'Address protocol http:// is not supported' },
    { input: { uri: 'https://app.test/mine' }, message: 'Address for this topic has already been taken' },
  ])('$input.uri: $message', async ({ input, message }) => {
    const { ask } = await openShop()
    await ask(CREATE, { topic: 'ORDERS_CREATE', input: { uri: 'https://app.test/mine' } })
    const { data } = await ask<Created>(CREATE, { topic: 'ORDERS_CREATE', input })
    expect(data.webhookSubscriptionCreate).toMatchObject({ webhookSubscription: null, userErrors: [{ message }] })
  })

  test('are deleted by the app, or by eight failures in a row', async () => {
    const { sandbox, ask, shop, passing } = await openShop({ deliver: async () => new Response(null, { status: 500 }) })
    const { data } = await ask<Created>(CREATE, { topic: 'ORDERS_CREATE', input: { uri: 'https://app.test/a' } })
    await ask(CREATE, { topic: 'ORDERS_UPDATED', input: { uri: 'https://app.test/b' } })
    const { id } = data.webhookSubscriptionCreate.webhookSubscription!
    const query = `mutation { webhookSubscriptionDelete(id: "${id}") { deletedWebhookSubscriptionId userErrors { message } } }`
    await ask(query)
    expect(await ask(LIST)).toMatchObject({ data: { webhookSubscriptions: { nodes: [{ topic: 'ORDERS_UPDATED' }] } } })
    const order = given(shop.placeOrder(ring))
    given(shop.cancelOrder(order.id, { restock: true }))
    await passing(5 * HOUR)
    expect(sandbox.save().shops[0]?.subscriptions).toEqual([])
  })
})

test.each([
  ['ORDERS_CREATE', 'orders/create'],
  ['INVENTORY_LEVELS_UPDATE', 'inventory_levels/update'],
  ['BULK_OPERATIONS_FINISH', 'bulk_operations/finish'],
  ['APP_SCOPES_UPDATE', 'app/scopes_update'],
  ['CUSTOMERS_DATA_REQUEST', 'customers/data_request'],
])('the topic %s is %s on the webhook', (name, topic) => {
  expect(topicOf(name)).toBe(topic)
})

describe('an app that is taken off the shop', () => {
  const topics = ['app/uninstalled', 'shop/redact', 'orders/create']

  test('is told once, hears of no more orders, and after 48 hours has to forget the shop', async () => {
    const { shop, sent, passing } = await openShop({ topics })
    shop.uninstallApp()
    shop.uninstallApp()
    given(shop.placeOrder(ring))
    await passing(48 * HOUR - 1)
    expect(topicsOf(sent)).toEqual(['app/uninstalled'])
    await passing(1)
    expect(topicsOf(sent)).toEqual(['app/uninstalled', 'shop/redact'])
    expect(sent[1]?.body).toMatchObject({ shop_domain: shop.domain })
  })

  test('and comes back within two days has to forget nothing', async () => {
    const { shop, sent, passing } = await openShop({ topics })
    shop.uninstallApp()
    await passing(HOUR)
    shop.installApp()
    await passing(72 * HOUR)
    expect(topicsOf(sent)).toEqual(['app/uninstalled'])
  })
})
