import { describe, expect, test } from 'vitest'
import { given, openShop } from './open-shop.ts'

type Nodes = {
  nodes: { id: string; name?: string; sku?: string }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}
const ring = { source: 'web' as const, lines: [{ sku: 'N-1', quantity: 1 }] }

describe('a product', () => {
  test('has its variants, their items and what lies of them at every place', async () => {
    const { ask, shop } = await openShop()
    const query = `query($id: ID!) { product(id: $id) { title totalInventory tracksInventory status
      variants(first: 5) { nodes { sku title price inventoryQuantity sellableOnlineQuantity selectedOptions { name value }
        inventoryItem { tracked sku inventoryLevels(first: 5) { nodes { isActive location { name }
          quantities(names: ["available", "on_hand", "quality_control", "incoming"]) { name quantity updatedAt } } } } } } } }`
    const { data } = await ask<{ product: { variants: { nodes: unknown[] } } }>(query, { id: shop.products()[0]!.id })
    expect(data.product).toMatchObject({ title: 'Band', totalInventory: 12, tracksInventory: true, status: 'ACTIVE' })
    expect(data.product.variants.nodes[1]).toMatchObject({
      sku: 'R-56',
      inventoryQuantity: 7,
      sellableOnlineQuantity: 3,
      selectedOptions: [{ name: 'Size', value: '56' }],
    })
    const bench = (
      data as { product: { variants: { nodes: { inventoryItem: { inventoryLevels: { nodes: unknown[] } } }[] } } }
    ).product.variants.nodes[1]!.inventoryItem.inventoryLevels.nodes[2]
    expect(bench).toEqual({
      isActive: true,
      location: { name: 'Bench' },
      quantities: [
        { name: 'available', quantity: 4, updatedAt: '2026-11-23T10:00:00Z' },
        { name: 'on_hand', quantity: 5, updatedAt: null },
        { name: 'quality_control', quantity: 1, updatedAt: '2026-11-23T10:00:00Z' },
        { name: 'incoming', quantity: 0, updatedAt: null },
      ],
    })
  })

  test('is archived by the app, and deleted with everything of it', async () => {
    const { ask, shop } = await openShop()
    const { id } = shop.products()[0]!
    await ask('mutation($p: ProductUpdateInput!) { productUpdate(product: $p) { product { status } } }', {
      p: { id, status: 'ARCHIVED' },
    })
    expect(shop.product(id).status).toBe('ARCHIVED')
    const item = shop.item('R-54').id
    await ask(`mutation { productDelete(input: { id: "${id}" }) { deletedProductId } }`)
    expect(
      await ask('query($id: ID!, $item: ID!) { product(id: $id) { id } inventoryItem(id: $item) { id } }', {
        id,
        item,
      }),
    ).toMatchObject({
      data: { product: null, inventoryItem: null },
    })
  })
})

describe('a long list', () => {
  async function pages(query: string, name: string, first: number) {
    const { ask, shop } = await openShop()
    for (let i = 0; i < 7; i++) shop.addProduct({ title: `P${i}`, variants: [{ sku: `P-${i}`, price: '1.00' }] })
    const found: string[] = []
    const sizes: number[] = []
    for (let after: string | null = null; ;) {
      const answer: { data: Record<string, Nodes> } = await ask(query, { first, after })
      const { nodes, pageInfo } = answer.data[name]!
      found.push(...nodes.map(({ id }) => id))
      sizes.push(nodes.length)
      if (!pageInfo.hasNextPage) return { found, sizes }
      after = pageInfo.endCursor
    }
  }

  test.each([
    { name: 'products', more: '' },
    { name: 'products', more: ', reverse: true' },
    { name: 'products', more: ', sortKey: UPDATED_AT' },
    { name: 'products', more: ', sortKey: UPDATED_AT, reverse: true' },
    { name: 'productVariants', more: '' },
    { name: 'inventoryItems', more: '' },
    { name: 'productVariants', more: ', query: "sku:P-*"' },
  ])('of $name$more is read whole, page by page, nothing twice', async ({ name, more }) => {
    const query = `query($first: Int!, $after: String) { ${name}(first: $first, after: $after${more}) {
      nodes { id } pageInfo { hasNextPage endCursor } } }`
    const whole = await pages(query, name, 250)
    const { found, sizes } = await pages(query, name, 3)
    expect(whole.sizes).toHaveLength(1)
    expect(found.map((id) => Number(id.split('/').at(-1)) % 1000)).toEqual(
      whole.found.map((id) => Number(id.split('/').at(-1)) % 1000),
    )
    expect(sizes.slice(0, -1).every((size) => size === 3)).toBe(true)
    expect(new Set(found).size).toBe(found.length)
  })

  test.each([
    { args: '', message: 'you must provide one of first or last' },
    { args: '(first: 251)', message: 'first cannot exceed 250' },
    { args: '(first: 1, after: "x")', message: 'Invalid cursor for current pagination sort.' },
    { args: '(last: 1)', message: 'The sandbox does not have paging backwards by last and before.' },
    { args: '(first: 1, sortKey: VENDOR)', message: 'The sandbox does not have Products sorted by VENDOR.' },
  ])('asked for as products$args: $message', async ({ args, message }) => {
    const { ask } = await openShop()
    expect(await ask(`{ products${args} { nodes { id } } }`)).toMatchObject({ errors: [{ message }] })
  })
})

test.each(['sku:ring-1', "sku:'RING-1'", 'sku:Ring-*'])(
  'a search for %s finds a SKU in any case, which an order tells apart',
  async (query) => {
    const { ask, shop } = await openShop()
    const stock = [{ location: 'Safe', available: 1 }]
    const lower = shop.addProduct({ title: 'A', variants: [{ sku: 'ring-1', price: '1.00', stock }] })
    shop.addProduct({ title: 'B', variants: [{ sku: 'RING-1', price: '1.00', stock }] })
    const { data } = await ask<{ productVariants: Nodes }>(
      'query($query: String!) { productVariants(first: 5, query: $query) { nodes { id sku } } }',
      { query },
    )
    expect(data.productVariants.nodes.map(({ sku }) => sku)).toEqual(['ring-1', 'RING-1'])
    expect(shop.variant('ring-1').id).toBe(lower.variantIds[0])
  },
)

describe('polling orders', () => {
  const POLL = `query($query: String!) { orders(first: 50, sortKey: UPDATED_AT, query: $query) { nodes { name } } }`
  const names = async ({ ask }: Awaited<ReturnType<typeof openShop>>, query: string) =>
    (await ask<{ orders: { nodes: { name: string }[] } }>(POLL, { query })).data.orders.nodes.map(({ name }) => name)

  test('since a moment finds what changed since, the last change last', async () => {
    const opened = await openShop()
    const [first, , third] = [1, 2, 3].map(() => given(opened.shop.placeOrder(ring)))
    await opened.passing(10_000)
    given(opened.shop.cancelOrder(third!.id, { restock: true }))
    given(opened.shop.fulfill(first!.id))
    expect(await names(opened, "updated_at:>='2026-11-23T10:00:05Z'")).toEqual(['#1003', '#1001'])
    expect(await names(opened, "updated_at:>='2026-11-23T10:00:00Z'")).toEqual(['#1002', '#1003', '#1001'])
  })

  test('in whole seconds finds again what changed within the second', async () => {
    const opened = await openShop()
    given(opened.shop.placeOrder(ring))
    const { data } = await opened.ask<{ orders: { nodes: { updatedAt: string }[] } }>(
      '{ orders(first: 1) { nodes { updatedAt } } }',
    )
    expect(data.orders.nodes).toEqual([{ updatedAt: '2026-11-23T10:00:00Z' }])
    expect(await names(opened, 'updated_at:>=2026-11-23T10:00:00Z')).toEqual(['#1001'])
    expect(await names(opened, 'updated_at:>2026-11-23T10:00:00Z')).toEqual([])
  })

  test.each([
    { query: 'fulfillment_status:unfulfilled', expected: ['#1001', '#1003'] },
    { query: 'fulfillment_status:partial', expected: ['#1003'] },
    { query: 'fulfillment_status:shipped', expected: ['#1004'] },
    { query: 'status:cancelled', expected: ['#1002'] },
    { query: 'status:open', expected: ['#1001', '#1003', '#1004'] },
    { query: 'source_name:pos', expected: ['#1004'] },
    { query: 'name:#1003', expected: ['#1003'] },
  ])('with "$query" finds $expected', async ({ query, expected }) => {
    const opened = await openShop()
    const { shop } = opened
    given(shop.placeOrder(ring))
    given(shop.cancelOrder(given(shop.placeOrder(ring)).id, { restock: true }))
    const partly = given(shop.placeOrder({ ...ring, lines: [{ sku: 'N-1', quantity: 2 }] }))
    given(shop.fulfill(partly.id, [{ lineId: partly.lines[0]!.id, quantity: 1 }]))
    given(shop.placeOrder({ source: 'pos', lines: [{ sku: 'R-54', quantity: 1 }] }))
    expect((await names(opened, query)).sort()).toEqual(expected)
  })

  test('by ids', async () => {
    const opened = await openShop()
    const [first, , third] = [1, 2, 3].map(() => given(opened.shop.placeOrder(ring)))
    const number = (id: string) => id.split('/').at(-1)
    expect(await names(opened, `id:${number(first!.id)} OR id:${number(third!.id)}`)).toEqual(['#1001', '#1003'])
  })
})

describe('an order', () => {
  const ORDER = `query($id: ID!) { order(id: $id) { name displayFulfillmentStatus displayFinancialStatus closed cancelledAt cancelReason
    sourceName test totalPriceSet { shopMoney { amount currencyCode } }
    lineItems(first: 10) { nodes { sku title quantity currentQuantity unfulfilledQuantity nonFulfillableQuantity refundableQuantity
      requiresShipping isGiftCard variant { id } originalUnitPriceSet { shopMoney { amount } } } }
    fulfillmentOrders(first: 5) { nodes { status assignedLocation { name location { name } } lineItems(first: 5) { nodes {
      remainingQuantity totalQuantity lineItem { sku } } } } }
    refunds { refundLineItems(first: 5) { nodes { quantity restockType location { name } lineItem { sku } } } } } }`

  test('says of every line what is left of it, and where it lies', async () => {
    const { ask, shop } = await openShop()
    const tip = { kind: 'tip' as const, title: 'Tip', price: '5.00', quantity: 1 }
    const order = given(shop.placeOrder({ source: 'web', lines: [{ sku: 'R-54', quantity: 4 }, tip] }))
    const lineId = order.lines[0]!.id
    given(shop.fulfill(order.id, [{ lineId, quantity: 2 }]))
    given(shop.refund(order.id, [{ lineId, quantity: 1, restock: 'CANCEL' }]))
    given(shop.refund(order.id, [{ lineId, quantity: 1, restock: 'RETURN' }]))
    const { data } = await ask<{ order: object }>(ORDER, { id: order.id })
    expect(data.order).toMatchObject({
      name: '#1001',
      displayFulfillmentStatus: 'PARTIALLY_FULFILLED',
      displayFinancialStatus: 'PARTIALLY_REFUNDED',
      sourceName: 'web',
      totalPriceSet: { shopMoney: { amount: '405.00', currencyCode: 'USD' } },
      lineItems: {
        nodes: [
          {
            sku: 'R-54',
            quantity: 4,
            currentQuantity: 2,
            unfulfilledQuantity: 1,
            nonFulfillableQuantity: 1,
            refundableQuantity: 2,
          },
          { sku: null, title: 'Tip', variant: null, requiresShipping: false, isGiftCard: false },
        ],
      },
      fulfillmentOrders: {
        nodes: [
          {
            status: 'OPEN',
            assignedLocation: { name: 'Safe', location: { name: 'Safe' } },
            lineItems: { nodes: [{ remainingQuantity: 1, totalQuantity: 4, lineItem: { sku: 'R-54' } }] },
          },
        ],
      },
      refunds: [
        { refundLineItems: { nodes: [{ quantity: 1, restockType: 'CANCEL', location: { name: 'Safe' } }] } },
        { refundLineItems: { nodes: [{ quantity: 1, restockType: 'RETURN', location: { name: 'Safe' } }] } },
      ],
    })
  })

  test('that is cancelled stays UNFULFILLED, is closed and paid back', async () => {
    const { ask, shop } = await openShop()
    const { id } = given(shop.placeOrder(ring))
    const CANCEL = `mutation($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true) {
      job { done } orderCancelUserErrors { message code } } }`
    expect(await ask(CANCEL, { id })).toMatchObject({ data: { orderCancel: { orderCancelUserErrors: [] } } })
    expect(await ask(CANCEL, { id })).toMatchObject({
      data: {
        orderCancel: {
          orderCancelUserErrors: [
            { message: 'Cannot cancel an order that has already been canceled', code: 'INVALID' },
          ],
        },
      },
    })
    expect(await ask(ORDER, { id })).toMatchObject({
      data: {
        order: {
          displayFulfillmentStatus: 'UNFULFILLED',
          displayFinancialStatus: 'REFUNDED',
          closed: true,
          cancelReason: 'CUSTOMER',
          fulfillmentOrders: { nodes: [{ status: 'CANCELLED' }] },
        },
      },
    })
  })

  test('is refunded through the API once for a key, the answer being the same refund', async () => {
    const { ask, shop } = await openShop()
    const order = given(shop.placeOrder({ source: 'web', lines: [{ sku: 'R-54', quantity: 3 }] }))
    const REFUND = `mutation($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {
      refund { id } userErrors { field message } } }`
    const line = (quantity: number) => ({ lineItemId: order.lines[0]!.id, quantity, restockType: 'CANCEL' })
    const refund = (key: string, quantity: number) =>
      ask(REFUND, { key, input: { orderId: order.id, refundLineItems: [line(quantity)] } })
    const first = await refund('a', 1)
    await refund('b', 1)
    expect((await refund('a', 1)).data).toEqual(first.data)
    expect(order.refunds).toHaveLength(2)
    expect(await refund('c', 9)).toMatchObject({
      data: { refundCreate: { userErrors: [{ message: 'Quantity cannot refund more items than were purchased' }] } },
    })
  })
})

describe('a location', () => {
  test('is polled for what changed there, in the order it changed', async () => {
    const { ask, shop, passing } = await openShop()
    const { id } = shop.location('Safe')
    await passing(10_000)
    const adjust = (idOrSku: string) =>
      shop.editByStaff({ idOrSku, locationId: id, kind: 'adjust', name: 'available', delta: 1 })
    adjust('R-56')
    adjust('R-54')
    const query = `query($id: ID!) { location(id: $id) { inventoryLevels(first: 10, query: "updated_at:>='2026-11-23T10:00:10Z'") {
      nodes { item { sku } updatedAt } } } }`
    expect(await ask(query, { id })).toMatchObject({
      data: {
        location: {
          inventoryLevels: {
            nodes: [{ item: { sku: 'R-56' }, updatedAt: '2026-11-23T10:00:10Z' }, { item: { sku: 'R-54' } }],
          },
        },
      },
    })
  })

  test('that is closed is not listed unless asked for', async () => {
    const { ask, shop } = await openShop()
    given(shop.setLocationActive(shop.addLocation({ name: 'Fair' }).id, false))
    const listed = async (more: string) => {
      const { data } = await ask<{ locations: Nodes }>(
        `{ locations(first: 10${more}) { nodes { id name } pageInfo { hasNextPage endCursor } } }`,
      )
      return data.locations.nodes.map(({ name }) => name)
    }
    expect(await listed('')).toEqual(['Safe', 'Window', 'Bench'])
    expect(await listed(', includeInactive: true')).toEqual(['Safe', 'Window', 'Bench', 'Fair'])
    expect(shop.setLocationActive(shop.location('Safe').id, false)).toMatchObject({ code: 'stocked' })
  })
})

test('rows are found by any of their ids, and what is not there is null', async () => {
  const { ask, shop } = await openShop()
  const order = given(shop.placeOrder(ring))
  const ids = [
    shop.facts.id,
    shop.variant('R-54').id,
    shop.levels('R-54')[0]!.id,
    order.fulfillmentOrders[0]!.id,
    'gid://shopify/Order/1',
    'gid://shopify/Cheese/1',
  ]
  const { data } = await ask<{ nodes: unknown[] }>('query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
    ids,
  })
  expect(data.nodes).toMatchObject([
    { __typename: 'Shop' },
    { __typename: 'ProductVariant' },
    { __typename: 'InventoryLevel', id: ids[2] },
    { __typename: 'FulfillmentOrder' },
    null,
    null,
  ])
})

test.each([
  {
    query: '{ shop { nmae } }',
    error: { message: "Field 'nmae' doesn't exist on type 'Shop'", extensions: { code: 'undefinedField' } },
  },
  {
    query: '{ shop { alerts { action { title } } } }',
    error: { message: 'The sandbox does not have Shop.alerts.', extensions: { code: 'NOT_IN_SANDBOX' } },
  },
  { query: '{ shop {', error: { message: /Syntax Error/ } },
  {
    query: 'mutation { tagsAdd(id: "1", tags: []) { userErrors { message } } }',
    error: { message: 'The sandbox does not have Mutation.tagsAdd.' },
  },
])('what cannot be answered is an error, never a silent null: $query', async ({ query, error }) => {
  const { ask } = await openShop()
  const { errors } = await ask(query)
  expect(errors?.[0]).toMatchObject({
    ...error,
    message: typeof error.message === 'string' ? error.message : expect.stringMatching(error.message),
  })
})
