import { describe, expect, test } from 'vitest'
import { given, numbers, openShop } from './open-shop.ts'

const web = (...lines: { sku: string; quantity: number }[]) => ({ source: 'web' as const, lines })

describe('a web order', () => {
  test('commits its pieces where they lie, and what lies there stays', async () => {
    const { shop } = await openShop()
    given(shop.placeOrder(web({ sku: 'R-54', quantity: 2 })))
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 3, committed: 2 })
    expect(shop.quantity('R-54', shop.location('Safe').id, 'on_hand')).toBe(5)
  })

  test('is refused whole when one line is not shown', async () => {
    const { shop } = await openShop()
    const refusal = shop.placeOrder(web({ sku: 'R-54', quantity: 1 }, { sku: 'R-56', quantity: 4 }))
    expect(refusal).toMatchObject({ refused: true, code: 'sold-out', sentence: '"Band" (R-56): 4 wanted, 3 shown.' })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 5 })
    expect(shop.orders()).toEqual([])
  })

  test('does not see what lies where nothing is sold online', async () => {
    const { shop } = await openShop()
    expect(shop.shown('R-56')).toBe(3)
    expect(shop.available('R-56')).toBe(7)
  })

  test('sums its lines of one variant before looking whether there are enough', async () => {
    const { shop } = await openShop()
    expect(shop.placeOrder(web({ sku: 'R-54', quantity: 3 }, { sku: 'R-54', quantity: 3 }))).toMatchObject({
      code: 'sold-out',
    })
    expect(given(shop.placeOrder(web({ sku: 'R-54', quantity: 3 }, { sku: 'R-54', quantity: 2 }))).lines).toMatchObject(
      [{ quantity: 5 }],
    )
  })

  test('of a piece that is sold on without stock leaves available owing', async () => {
    const { shop } = await openShop()
    given(shop.placeOrder(web({ sku: 'N-1', quantity: 3 })))
    expect(numbers(shop, 'N-1', 'Window')).toEqual({ available: -2, committed: 3 })
  })

  test('takes no stock for what has none: an engraving, a gift card, a tip, a custom line', async () => {
    const { shop } = await openShop()
    const other = (kind: 'custom' | 'tip') => ({ kind, title: kind, price: '5.00', quantity: 1 })
    const order = given(
      shop.placeOrder({
        source: 'web',
        lines: [{ sku: 'ENG', quantity: 9 }, { sku: 'GIFT', quantity: 1 }, other('tip'), other('custom')],
      }),
    )
    expect(order.lines.map(({ kind, itemId }) => [kind, itemId])).toEqual([
      ['variant', null],
      ['gift_card', null],
      ['tip', null],
      ['custom', null],
    ])
    expect(shop.levels('ENG')).toEqual([])
  })

  test.each([
    { wrong: 'a SKU nobody has', lines: [{ sku: 'X', quantity: 1 }], code: 'unknown' },
    { wrong: 'no pieces', lines: [{ sku: 'R-54', quantity: 0 }], code: 'quantity' },
    { wrong: 'half a piece', lines: [{ sku: 'R-54', quantity: 0.5 }], code: 'quantity' },
    { wrong: 'nothing', lines: [], code: 'empty' },
  ])('with $wrong is refused', async ({ lines, code }) => {
    const { shop } = await openShop()
    expect(shop.placeOrder(web(...lines))).toMatchObject({ refused: true, code })
  })

  test('of a SKU that two variants have is ambiguous', async () => {
    const { shop } = await openShop()
    shop.addVariant(shop.products()[0]!.id, { sku: 'R-54', choice: ['60'], price: '1.00' })
    expect(shop.placeOrder(web({ sku: 'R-54', quantity: 1 }))).toMatchObject({ code: 'ambiguous' })
  })

  test('of something archived is refused, and it is shown no more', async () => {
    const { shop } = await openShop()
    shop.archiveProduct(shop.variant('R-54').productId)
    expect(shop.placeOrder(web({ sku: 'R-54', quantity: 1 }))).toMatchObject({ code: 'not-for-sale' })
    expect(shop.shown('R-54')).toBe(0)
    expect(shop.available('R-54')).toBe(5)
  })
})

describe('where a web order is taken from', () => {
  const parcels = (shop: Awaited<ReturnType<typeof openShop>>['shop'], lines: { sku: string; quantity: number }[]) => {
    const order = given(shop.placeOrder(web(...lines)))
    const named = (lineId: string) => order.lines.find(({ id }) => id === lineId)?.sku
    return order.fulfillmentOrders.map(({ locationId, lines: rows }) => [
      shop.location(locationId).name,
      ...rows.map(({ lineId, total }) => `${total} ${named(lineId)}`),
    ])
  }

  test.each([
    { lines: [{ sku: 'R-56', quantity: 1 }], from: [['Safe', '1 R-56']] },
    { lines: [{ sku: 'R-56', quantity: 2 }], from: [['Window', '2 R-56']] },
    {
      lines: [{ sku: 'R-56', quantity: 3 }],
      from: [
        ['Safe', '1 R-56'],
        ['Window', '2 R-56'],
      ],
    },
    {
      lines: [
        { sku: 'R-54', quantity: 1 },
        { sku: 'R-56', quantity: 1 },
      ],
      from: [['Safe', '1 R-54', '1 R-56']],
    },
    {
      lines: [
        { sku: 'R-54', quantity: 1 },
        { sku: 'R-56', quantity: 2 },
      ],
      from: [
        ['Safe', '1 R-54'],
        ['Window', '2 R-56'],
      ],
    },
    { lines: [{ sku: 'N-1', quantity: 4 }], from: [['Window', '4 N-1']] },
    { lines: [{ sku: 'ENG', quantity: 1 }], from: [['Safe', '1 ENG']] },
  ])('$lines from $from', async ({ lines, from }) => {
    const { shop } = await openShop()
    expect(parcels(shop, lines)).toEqual(from)
  })
})

describe('a sale at the till', () => {
  test('takes its pieces at once, from its own place', async () => {
    const { shop } = await openShop()
    const locationId = shop.location('Bench').id
    const order = given(shop.placeOrder({ source: 'pos', lines: [{ sku: 'R-56', quantity: 2 }], locationId }))
    expect(numbers(shop, 'R-56', 'Bench')).toEqual({ available: 2, quality_control: 1 })
    expect(order.lines[0]).toMatchObject({ fulfilled: 2 })
    expect(order.fulfillmentOrders[0]).toMatchObject({ status: 'CLOSED', locationId })
  })

  test('is refused when its own place does not have them, wherever else they lie', async () => {
    const { shop } = await openShop()
    const locationId = shop.location('Window').id
    expect(shop.placeOrder({ source: 'pos', lines: [{ sku: 'R-54', quantity: 1 }], locationId })).toMatchObject({
      code: 'sold-out',
    })
    expect(shop.shown('R-54', locationId)).toBe(0)
  })
})

describe('cancelling', () => {
  test.each([
    { restock: true, expected: { available: 5 } },
    { restock: false, expected: { available: 3 } },
  ])('with restock $restock leaves $expected', async ({ restock, expected }) => {
    const { shop } = await openShop()
    const { id } = given(shop.placeOrder(web({ sku: 'R-54', quantity: 2 })))
    given(shop.cancelOrder(id, { restock }))
    expect(numbers(shop, 'R-54', 'Safe')).toEqual(expected)
  })

  test('gives back where each piece was taken', async () => {
    const { shop } = await openShop()
    const { id } = given(shop.placeOrder(web({ sku: 'R-56', quantity: 3 })))
    given(shop.cancelOrder(id, { restock: true }))
    expect(numbers(shop, 'R-56', 'Safe')).toEqual({ available: 1 })
    expect(numbers(shop, 'R-56', 'Window')).toEqual({ available: 2 })
  })

  test('twice gives back once', async () => {
    const { shop } = await openShop()
    const { id } = given(shop.placeOrder(web({ sku: 'R-54', quantity: 2 })))
    shop.cancelOrder(id, { restock: true })
    expect(shop.cancelOrder(id, { restock: true })).toMatchObject({ refused: true, code: 'cancelled' })
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 5 })
  })

  test('is refused once something was sent', async () => {
    const { shop } = await openShop()
    const { id } = given(shop.placeOrder(web({ sku: 'R-54', quantity: 2 })))
    given(shop.fulfill(id))
    expect(shop.cancelOrder(id, { restock: true })).toMatchObject({ code: 'fulfilled' })
  })

  test('an order whose item was deleted meanwhile changes no stock and stops nobody', async () => {
    const { shop } = await openShop()
    const { id } = given(shop.placeOrder(web({ sku: 'R-54', quantity: 2 })))
    shop.deleteProduct(shop.variant('R-54').productId)
    expect(given(shop.cancelOrder(id, { restock: true })).lines[0]).toMatchObject({ sku: 'R-54', removed: 2 })
  })
})

describe('sending', () => {
  test('takes pieces out of what is committed and so out of the house', async () => {
    const { shop } = await openShop()
    const order = given(shop.placeOrder(web({ sku: 'R-54', quantity: 3 })))
    given(shop.fulfill(order.id, [{ lineId: order.lines[0]!.id, quantity: 1 }]))
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 2, committed: 2 })
    given(shop.fulfill(order.id))
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 2 })
    expect(order.fulfillments.map(({ name }) => name)).toEqual(['#1001-F1', '#1001-F2'])
  })

  test('more than is left is refused', async () => {
    const { shop } = await openShop()
    const order = given(shop.placeOrder(web({ sku: 'R-54', quantity: 1 })))
    expect(shop.fulfill(order.id, [{ lineId: order.lines[0]!.id, quantity: 2 }])).toMatchObject({ code: 'quantity' })
  })
})

describe('refunding', () => {
  async function sold({ sent }: { sent: number }) {
    const { shop } = await openShop()
    const order = given(shop.placeOrder(web({ sku: 'R-54', quantity: 3 })))
    const lineId = order.lines[0]!.id
    if (sent > 0) given(shop.fulfill(order.id, [{ lineId, quantity: sent }]))
    return { shop, order, lineId, safe: () => numbers(shop, 'R-54', 'Safe') }
  }

  test.each([
    { restock: 'CANCEL' as const, sent: 0, expected: { available: 3, committed: 2 } },
    { restock: 'NO_RESTOCK' as const, sent: 0, expected: { available: 2, committed: 2 } },
    { restock: 'RETURN' as const, sent: 3, expected: { available: 3 } },
    { restock: 'NO_RESTOCK' as const, sent: 3, expected: { available: 2 } },
  ])('one of three, $sent sent, $restock: $expected', async ({ restock, sent, expected }) => {
    const { shop, order, lineId, safe } = await sold({ sent })
    given(shop.refund(order.id, [{ lineId, quantity: 1, restock }]))
    expect(safe()).toEqual(expected)
  })

  test('a return is put where the person says', async () => {
    const { shop, order, lineId } = await sold({ sent: 3 })
    const locationId = shop.location('Bench').id
    given(shop.refund(order.id, [{ lineId, quantity: 2, restock: 'RETURN', locationId }]))
    expect(numbers(shop, 'R-54', 'Bench')).toEqual({ available: 2 })
  })

  test.each([
    { restock: 'CANCEL' as const, sent: 2, quantity: 2 },
    { restock: 'RETURN' as const, sent: 2, quantity: 3 },
    { restock: 'NO_RESTOCK' as const, sent: 2, quantity: 4 },
  ])('$quantity with $restock when $sent of three are sent is refused', async ({ restock, sent, quantity }) => {
    const { shop, order, lineId } = await sold({ sent })
    expect(shop.refund(order.id, [{ lineId, quantity, restock }])).toMatchObject({
      sentence: 'Quantity cannot refund more items than were purchased',
    })
  })

  test('cannot give back twice what is there once', async () => {
    const { shop, order, lineId, safe } = await sold({ sent: 0 })
    given(shop.refund(order.id, [{ lineId, quantity: 3, restock: 'CANCEL' }]))
    expect(shop.refund(order.id, [{ lineId, quantity: 1, restock: 'CANCEL' }])).toMatchObject({ code: 'quantity' })
    expect(safe()).toEqual({ available: 5 })
  })
})

describe('changing an order', () => {
  test('takes pieces off it and back on sale', async () => {
    const { shop } = await openShop()
    const order = given(shop.placeOrder(web({ sku: 'R-54', quantity: 3 })))
    given(shop.editOrder(order.id, [{ lineId: order.lines[0]!.id, quantity: 2 }], { restock: true }))
    expect(numbers(shop, 'R-54', 'Safe')).toEqual({ available: 4, committed: 1 })
    expect(order).toMatchObject({ edited: true, refunds: [] })
  })

  test('gives it to another place to send', async () => {
    const { shop } = await openShop()
    const order = given(shop.placeOrder(web({ sku: 'R-56', quantity: 1 })))
    given(shop.moveFulfillment(order.id, shop.location('Bench').id))
    expect(numbers(shop, 'R-56', 'Safe')).toEqual({ available: 1 })
    expect(numbers(shop, 'R-56', 'Bench')).toEqual({ available: 3, committed: 1, quality_control: 1 })
    given(shop.fulfill(order.id))
    expect(numbers(shop, 'R-56', 'Bench')).toEqual({ available: 3, quality_control: 1 })
  })
})

test('an act on an order nobody knows is refused', async () => {
  const { shop } = await openShop()
  expect(shop.cancelOrder('gid://shopify/Order/1', { restock: true })).toMatchObject({ code: 'unknown' })
})
