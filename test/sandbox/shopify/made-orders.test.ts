import { describe, expect, test } from 'vitest'
import type { Order } from '#sandbox/shopify/rows.ts'
import { BYPASSED_STOCK } from '#sandbox/shopify/settings.ts'
import { given, numbers, openShop } from './open-shop.ts'

const SCOPES = [
  'write_products',
  'write_inventory',
  'read_locations',
  'write_orders',
  'write_merchant_managed_fulfillment_orders',
]
const MAKE = `mutation ($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order { id name sourceIdentifier tags displayFinancialStatus totalPriceSet { shopMoney { amount currencyCode } }
      lineItems(first: 5) { nodes { id title quantity customAttributes { key value } variant { id } } }
      fulfillmentOrders(first: 5) { nodes { id lineItems(first: 5) { nodes { id remainingQuantity } } } } }
    userErrors { field code }
  }
}`
const FULFIL = `mutation ($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status trackingInfo(first: 1) { company number } } userErrors { field message }
  }
}`

type Wire = {
  id: string
  name: string
  sourceIdentifier: string
  lineItems: { nodes: { id: string }[] }
  fulfillmentOrders: { nodes: { id: string; lineItems: { nodes: { id: string }[] } }[] }
}
type Made = { orderCreate: { order: Wire | null; userErrors: { field: string[] | null; code: string | null }[] } }
type Sent = { fulfillmentCreate: { fulfillment: { id: string } | null; userErrors: { message: string }[] } }

const usd = (amount: string) => ({ shopMoney: { amount, currencyCode: 'USD' } })

async function opened() {
  const shop = await openShop({ scopes: SCOPES, topics: ['orders/create'] })
  const line = (sku: string, quantity = 1) => ({
    variantId: shop.shop.variant(sku).id,
    quantity,
    priceSet: usd('90.00'),
  })
  const order = (more: object = {}) => ({
    currency: 'USD',
    sourceIdentifier: 'etsy/7/1001',
    lineItems: [line('R-54', 2)],
    shippingLines: [{ title: 'Post', priceSet: usd('5.00') }],
    taxLines: [{ title: 'Tax', rate: '0.1', priceSet: usd('18.00') }],
    transactions: [{ kind: 'SALE', status: 'SUCCESS', gateway: 'Etsy', amountSet: usd('203.00') }],
    tags: ['Etsy'],
    ...more,
  })
  const make = async (more: object = {}, options?: object) =>
    (await shop.ask<Made>(MAKE, { order: order(more), options })).data.orderCreate
  return { ...shop, line, make }
}

describe('orderCreate', () => {
  test('makes an order with what was said of it, moves nothing, and tells of it', async () => {
    const { make, shop, sent, passing } = await opened()
    const before = numbers(shop, 'R-54', 'Safe')
    const { order, userErrors } = await make()
    expect(userErrors).toEqual([])
    expect(order).toMatchObject({
      sourceIdentifier: 'etsy/7/1001',
      tags: ['Etsy'],
      displayFinancialStatus: 'PAID',
      totalPriceSet: { shopMoney: { amount: '203.00', currencyCode: 'USD' } },
      lineItems: { nodes: [{ title: 'Band', quantity: 2 }] },
      fulfillmentOrders: { nodes: [{ lineItems: { nodes: [{ remainingQuantity: 2 }] } }] },
    })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual(before)
    await passing(1_000)
    expect(sent.map(({ body }) => body['source_identifier'])).toEqual(['etsy/7/1001'])
  })
  test('has no key of its own: sent twice it makes two', async () => {
    const { make, shop } = await opened()
    await make()
    await make()
    expect(shop.orders()).toHaveLength(2)
  })
  test('takes the stock where it is asked to, and refuses what is not there', async () => {
    const { make, shop, line } = await opened()
    await make({}, { inventoryBehaviour: 'DECREMENT_IGNORING_POLICY' })
    expect(numbers(shop, 'R-54', 'Safe')).toMatchObject({ available: 3, committed: 2 })
    const refused = await make({ lineItems: [line('R-54', 4)] }, { inventoryBehaviour: 'DECREMENT_OBEYING_POLICY' })
    expect(refused.userErrors).toMatchObject([{ code: 'INVENTORY_CLAIM_FAILED' }])
  })

  const WRONG: [string, object, string][] = [
    ['has no line', { lineItems: [] }, 'lineItems'],
    ['has a line of nothing', { lineItems: [{ quantity: 1, priceSet: usd('1.00') }] }, 'lineItems'],
    ['has a line without a price', { lineItems: [{ quantity: 1, title: 'Wrap' }] }, 'lineItems'],
    ['has no piece', { lineItems: [{ quantity: 0, title: 'Wrap', priceSet: usd('1.00') }] }, 'lineItems'],
    [
      'names a variant that is none',
      { lineItems: [{ quantity: 1, variantId: 'gid://shopify/ProductVariant/1' }] },
      'lineItems',
    ],
    ['has an address that is none', { email: 'nobody' }, 'email'],
    ['has a number that is none', { phone: '12' }, 'phone'],
    ['is in another currency than its money', { currency: 'EUR' }, 'currency'],
    [
      'names its customer twice',
      { customerId: 'gid://shopify/Customer/1', customer: { toUpsert: { email: 'a@b.ch' } } },
      'customerId',
    ],
  ]
  test.each(WRONG)('refuses an order that %s', async (_, more, field) => {
    const { make, shop } = await opened()
    const { order, userErrors } = await make(more)
    expect([order, userErrors[0]?.field?.[1]]).toEqual([null, field])
    expect(shop.orders()).toEqual([])
  })
  test('needs its scope', async () => {
    const { shop, ask } = await opened()
    shop.changeScopes(['read_orders'])
    expect((await ask(MAKE, { order: { lineItems: [] } })).errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED')
  })
  test('takes five in a minute in a development store', async () => {
    const { make, sandbox, passing } = await opened()
    sandbox.setSwitches({ ordersPerMinute: 5 })
    for (let n = 0; n < 5; n += 1) expect((await make()).userErrors).toEqual([])
    expect((await make()).userErrors).toEqual([{ field: null, code: null }])
    await passing(61_000)
    expect((await make()).userErrors).toEqual([])
  })
  test('is found by its source, a little later than it is there', async () => {
    const { make, ask, sandbox, passing } = await opened()
    sandbox.setSwitches({ orderSearchLagMs: 3_000 })
    await make()
    const find = async () =>
      (
        await ask<{ orders: { nodes: object[] } }>(
          `{ orders(first: 5, sortKey: ID, query: "source_identifier:'etsy/7/1001'") { nodes { id } } }`,
        )
      ).data.orders.nodes.length
    expect(await find()).toBe(0)
    await passing(4_000)
    expect(await find()).toBe(1)
  })
})

describe('fulfillmentCreate', () => {
  const portion = ({ fulfillmentOrders: { nodes } }: Wire, quantity?: number) => ({
    fulfillmentOrderId: nodes[0]!.id,
    ...(quantity && { fulfillmentOrderLineItems: [{ id: nodes[0]!.lineItems.nodes[0]!.id, quantity }] }),
  })
  test('sends pieces of an order with their tracking, no more than are left', async () => {
    const { make, ask, shop } = await opened()
    const order = (await make()).order!
    const send = async (quantity?: number) =>
      (
        await ask<Sent>(FULFIL, {
          fulfillment: {
            lineItemsByFulfillmentOrder: [portion(order, quantity)],
            trackingInfo: { company: 'USPS', number: '94' },
          },
        })
      ).data.fulfillmentCreate
    expect(await send(3)).toMatchObject({
      fulfillment: null,
      userErrors: [{ message: expect.stringContaining('quantity') }],
    })
    expect((await send(1)).fulfillment).toMatchObject({
      status: 'SUCCESS',
      trackingInfo: [{ company: 'USPS', number: '94' }],
    })
    expect((await send()).userErrors).toEqual([])
    expect((await send()).userErrors[0]?.message).toMatch(/unfulfillable status/)
    expect(shop.order(order.id).fulfillments).toHaveLength(2)
  })
  test('knows none of another order, and not what does not exist', async () => {
    const { make, ask } = await opened()
    const [one, two] = [(await make()).order!, (await make()).order!]
    const both = { lineItemsByFulfillmentOrder: [portion(one), portion(two)] }
    expect((await ask<Sent>(FULFIL, { fulfillment: both })).data.fulfillmentCreate.userErrors[0]?.message).toMatch(
      /same location and order/,
    )
    const none = { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: 'gid://shopify/FulfillmentOrder/1' }] }
    expect((await ask<Sent>(FULFIL, { fulfillment: none })).data.fulfillmentCreate.userErrors[0]?.message).toMatch(
      /does not exist/,
    )
  })
})

describe.each(BYPASSED_STOCK)('an order that took no stock (%s)', (bypassedStock) => {
  const EXPECTED = {
    untouched: { sent: {}, restocked: {}, returned: {} },
    committed: {
      sent: { committed: -1 },
      restocked: { committed: -1, available: 1 },
      returned: { committed: -1, available: 1 },
    },
    available: { sent: { available: -1 }, restocked: { available: 1 }, returned: {} },
    reserved: {
      sent: { reserved: -1 },
      restocked: { reserved: -1, available: 1 },
      returned: { reserved: -1, available: 1 },
    },
    restocks: { sent: {}, restocked: { available: 1 }, returned: { available: 1 } },
  }[bypassedStock]
  const changed = async (act: (shop: Awaited<ReturnType<typeof opened>>, order: Order) => void) => {
    const world = await opened()
    world.sandbox.setSwitches({ bypassedStock })
    await world.make({ lineItems: [world.line('R-54')] })
    const before = world.shop.levels('R-54')[0]!.quantities
    const was = { ...before }
    act(world, world.shop.orders()[0]!)
    const now = world.shop.levels('R-54')[0]!.quantities
    const names = Object.keys(was) as (keyof typeof was)[]
    return Object.fromEntries(names.flatMap((name) => (now[name] === was[name] ? [] : [[name, now[name] - was[name]]])))
  }
  test('changes what the switch says when it is sent, cancelled with a restock, or comes back', async () => {
    expect(await changed(({ shop }, { id }) => given(shop.fulfill(id)))).toEqual(EXPECTED.sent)
    expect(await changed(({ shop }, { id }) => given(shop.cancelOrder(id, { restock: true })))).toEqual(
      EXPECTED.restocked,
    )
    const back = await changed(({ shop }, { id, lines }) => {
      given(shop.fulfill(id))
      given(shop.refund(id, [{ lineId: lines[0]!.id, quantity: 1, restock: 'RETURN' }]))
    })
    expect(back).toEqual(EXPECTED.returned)
  })
})
