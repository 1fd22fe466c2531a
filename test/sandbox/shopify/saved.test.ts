import { describe, expect, test } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { createShopifySandbox, type SavedSandbox } from '#sandbox/shopify/sandbox.ts'
import { given, numbers, openShop, SCOPES } from './open-shop.ts'

const ring = { source: 'web' as const, lines: [{ sku: 'R-54', quantity: 2 }] }

function reopened(saved: SavedSandbox, now: Date) {
  const clock = new VirtualClock(now)
  const topics: (string | null)[] = []
  const sandbox = createShopifySandbox({
    clock,
    random: seeded(9),
    app: {
      apiKey: 'key',
      apiSecret: 'secret',
      url: 'https://app.test',
      scopes: SCOPES,
      webhooks: [{ topics: ['orders/create', 'shop/redact'], uri: '/' }],
    },
    deliver: async ({ headers }) => {
      topics.push(headers.get('x-shopify-topic'))
      return new Response(null)
    },
  })
  sandbox.load(JSON.parse(JSON.stringify(saved)) as SavedSandbox)
  return { sandbox, clock, topics, shop: sandbox.shop('ring-lab.myshopify.com') }
}

describe('what was saved', () => {
  test('is all there again: orders go on, tokens open, keys are remembered', async () => {
    const { sandbox, shop, token, clock } = await openShop()
    const { id } = given(shop.placeOrder(ring))
    const saved = sandbox.save()
    const again = reopened(saved, clock.now())
    expect(again.sandbox.save()).toEqual(saved)
    given(again.shop.cancelOrder(id, { restock: true }))
    expect(numbers(again.shop, 'R-54', 'Safe')).toEqual({ available: 5 })
    const headers = { 'x-shopify-access-token': token }
    const body = JSON.stringify({ query: '{ orders(first: 1) { nodes { name } } }' })
    const request = new Request(`https://${shop.domain}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      body,
      headers,
    })
    expect(await (await again.sandbox.fetch(request)).json()).toMatchObject({
      data: { orders: { nodes: [{ name: '#1001' }] } },
    })
  })

  test('is not changed by what happens afterwards', async () => {
    const { sandbox, shop } = await openShop()
    const saved = sandbox.save()
    given(shop.placeOrder(ring))
    expect(saved.shops[0]?.orders).toEqual([])
    expect(saved.shops[0]?.levels.find(({ quantities }) => quantities.committed > 0)).toBeUndefined()
  })

  test('goes on with what it waited for: webhooks, bulk operations, redaction', async () => {
    const { sandbox, shop, ask, clock } = await openShop({ topics: ['orders/create'] })
    given(shop.placeOrder(ring))
    await ask(
      'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { userErrors { message } } }',
    )
    const again = reopened(sandbox.save(), clock.now())
    await again.clock.runTo(new Date(clock.now().getTime() + 2_000))
    expect(again.topics).toEqual(['orders/create'])
    expect(again.shop.bulkOperations()).toMatchObject([{ status: 'COMPLETED' }])
    again.shop.uninstallApp()
    const last = reopened(again.sandbox.save(), again.clock.now())
    await last.clock.runTo(new Date(again.clock.now().getTime() + 48 * 3_600_000))
    expect(last.topics).toContain('shop/redact')
  })
})

test('whoever keeps the state is told of every change', async () => {
  let changes = 0
  const { shop } = await openShop({ onChange: () => (changes += 1) })
  const before = changes
  given(shop.placeOrder(ring))
  expect(changes).toBe(before + 1)
  shop.placeOrder({ ...ring, lines: [{ sku: 'R-54', quantity: 99 }] })
  expect(changes).toBe(before + 1)
})

test('orders that nobody touched for a while can be forgotten, their stock staying as it is', async () => {
  const { shop, passing, clock } = await openShop()
  const first = given(shop.placeOrder(ring))
  await passing(1_000)
  const second = given(shop.placeOrder(ring))
  expect(shop.forgetOrders(clock.now())).toBe(1)
  expect(shop.orders()).toEqual([second])
  expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 1, committed: 4 })
  expect(shop.cancelOrder(first.id, { restock: true })).toMatchObject({ code: 'unknown' })
})
