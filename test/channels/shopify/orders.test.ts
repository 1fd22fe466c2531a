import { describe, expect, it } from 'vitest'
import type { ChannelOrder } from '#app/kernel/channel-order.ts'
import { present } from '#app/kernel/assert.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import type { ProductSeed } from '#sandbox/shopify/seed.ts'
import { GIFT_CARD, granted, openWorld, RING, STUDS, type World } from './world.ts'

const buy = (world: World, sku: string, quantity = 1): Order =>
  granted(world.shop.placeOrder({ source: 'web', lines: [{ sku, quantity }] }))

const read = async (world: World, { id }: Order): Promise<ChannelOrder> =>
  present(await world.connector.order(id), `the order ${id}`)

const lineOf = async (world: World, order: Order) => present((await read(world, order)).lines[0], 'its line')

const firstLine = (order: Order): string => present(order.lines[0], 'a line').id

describe('an order of a Shopify store', () => {
  it('tells what was bought, for how much, and where it lies', async () => {
    const world = openWorld({ products: [RING, STUDS] })
    const order = granted(
      world.shop.placeOrder({
        source: 'web',
        lines: [
          { sku: 'SIG-54', quantity: 2 },
          { sku: 'STUD', quantity: 1 },
        ],
      }),
    )
    expect(await read(world, order)).toEqual({
      externalId: order.id,
      name: '#1001',
      placedAt: world.clock.now(),
      paidAt: world.clock.now(),
      updatedAt: world.clock.now(),
      cancelledAt: null,
      currency: 'USD',
      url: `https://admin.shopify.com/store/northlight/orders/${order.id.split('/').at(-1)}`,
      carts: [],
      standsFor: null,
      unclear: null,
      lines: [
        {
          externalId: firstLine(order),
          listing: { externalId: world.shop.item('SIG-54').id, variantId: '' },
          sku: 'SIG-54',
          title: 'Signet ring - 54 / Gold',
          quantity: 2,
          currentQuantity: 2,
          shipped: 0,
          restocked: [],
          takesStock: true,
          backorder: false,
          unitPriceMinor: 48_000,
          sources: [{ externalLocationId: world.place('Safe'), quantity: 2 }],
        },
        expect.objectContaining({ sku: 'STUD', title: 'Pearl studs', quantity: 1, unitPriceMinor: 9_550 }),
      ],
    })
  })

  it('names every place its pieces come from', async () => {
    const world = openWorld({ products: [STUDS] })
    expect((await lineOf(world, buy(world, 'STUD', 12))).sources).toEqual([
      { externalLocationId: world.place('Safe'), quantity: 10 },
      { externalLocationId: world.place('Window'), quantity: 2 },
    ])
  })

  it('names the place it was moved to', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD', 2)
    granted(world.shop.moveFulfillment(order.id, world.place('Window')))
    expect((await lineOf(world, order)).sources).toEqual([{ externalLocationId: world.place('Window'), quantity: 2 }])
  })

  it('is shipped piece by piece', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD', 3)
    granted(world.shop.fulfill(order.id, [{ lineId: firstLine(order), quantity: 2 }]))
    expect(await lineOf(world, order)).toMatchObject({
      currentQuantity: 3,
      shipped: 2,
      sources: [{ externalLocationId: world.place('Safe'), quantity: 1 }],
    })
    granted(world.shop.fulfill(order.id))
    expect(await lineOf(world, order)).toMatchObject({ currentQuantity: 3, shipped: 3, sources: [] })
  })

  it('sold at the till is handed over at once, from the place of the till', async () => {
    const world = openWorld({ products: [STUDS] })
    const lines = [{ sku: 'STUD', quantity: 1 }]
    const order = granted(world.shop.placeOrder({ source: 'pos', locationId: world.place('Window'), lines }))
    expect(await lineOf(world, order)).toMatchObject({ currentQuantity: 1, shipped: 1 })
  })

  it('that is cancelled has nothing left, and nothing came back: it never left', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD', 2)
    await world.clock.runTo(new Date('2026-11-23T09:05:00Z'))
    granted(world.shop.cancelOrder(order.id, { restock: true }))
    const cancelled = await read(world, order)
    expect(cancelled.cancelledAt).toEqual(world.clock.now())
    expect(cancelled.lines[0]).toMatchObject({
      quantity: 2,
      currentQuantity: 0,
      shipped: 0,
      restocked: [],
      sources: [],
    })
  })

  it('that is cancelled without putting it back is gone as if it were sent: Shopify has taken it out of its stock', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD', 2)
    granted(world.shop.cancelOrder(order.id, { restock: false }))
    expect(world.shop.quantity('STUD', world.place('Safe'), 'on_hand')).toBe(8)
    expect(await lineOf(world, order)).toMatchObject({ currentQuantity: 2, shipped: 2, restocked: [] })
  })

  it('of which a piece is edited off has one piece less', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD', 2)
    granted(world.shop.editOrder(order.id, [{ lineId: firstLine(order), quantity: 1 }], { restock: true }))
    expect(await lineOf(world, order)).toMatchObject({ quantity: 2, currentQuantity: 1, shipped: 0 })
  })

  it('says which pieces came back, and where they were put on sale again', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD', 3)
    granted(world.shop.fulfill(order.id))
    const back = { lineId: firstLine(order), restock: 'RETURN' as const }
    granted(world.shop.refund(order.id, [{ ...back, quantity: 1, locationId: world.place('Window') }]))
    granted(world.shop.refund(order.id, [{ ...back, quantity: 1, locationId: world.place('Window') }]))
    expect(await lineOf(world, order)).toMatchObject({
      currentQuantity: 1,
      shipped: 1,
      restocked: [{ externalLocationId: world.place('Window'), quantity: 2 }],
    })
  })

  it('keeps what the buyer was refunded for and did not send back off the shelf', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD', 2)
    granted(world.shop.fulfill(order.id))
    granted(world.shop.refund(order.id, [{ lineId: firstLine(order), quantity: 1, restock: 'NO_RESTOCK' }]))
    expect(await lineOf(world, order)).toMatchObject({ currentQuantity: 2, shipped: 2, restocked: [] })
  })

  it('takes no stock for a tip, a gift card, a custom line or what nobody counts', async () => {
    const engraving: ProductSeed = {
      title: 'Engraving',
      variants: [{ sku: 'ENGRAVE', price: '20.00', tracked: false }],
    }
    const world = openWorld({ products: [STUDS, GIFT_CARD, engraving] })
    const lines = [
      { sku: 'STUD', quantity: 1 },
      { sku: 'GIFT', quantity: 1 },
      { sku: 'ENGRAVE', quantity: 1 },
      { kind: 'custom' as const, title: 'Gift wrap', price: '5.00', quantity: 1 },
      { kind: 'tip' as const, title: 'Tip', price: '10.00', quantity: 1 },
    ]
    const order = await read(world, granted(world.shop.placeOrder({ source: 'web', lines })))
    expect(order.lines.map(({ title, takesStock }) => [title, takesStock])).toEqual([
      ['Pearl studs', true],
      ['Gift card', false],
      ['Engraving', false],
      ['Gift wrap', false],
      ['Tip', false],
    ])
  })

  it('says where the merchant sells without stock on purpose', async () => {
    const variants = [{ sku: 'MTO', price: '900.00', inventoryPolicy: 'CONTINUE' as const }]
    const world = openWorld({ products: [{ title: 'To order', variants }] })
    expect(await lineOf(world, buy(world, 'MTO'))).toMatchObject({ backorder: true, takesStock: true })
  })

  it('still takes stock when its variant was deleted, and knows the thing from what is left to send', async () => {
    const world = openWorld({ products: [STUDS] })
    const itemId = world.shop.item('STUD').id
    const order = buy(world, 'STUD')
    world.shop.deleteProduct(world.shop.variant('STUD').productId)
    expect(await lineOf(world, order)).toMatchObject({
      listing: { externalId: itemId, variantId: '' },
      sku: 'STUD',
      takesStock: true,
      currentQuantity: 1,
    })
  })

  it('is known by its number as well', async () => {
    const world = openWorld({ products: [STUDS] })
    const order = buy(world, 'STUD')
    expect(await world.connector.order(order.id.split('/').at(-1) ?? '')).toEqual(await read(world, order))
    expect(await world.connector.order('1042')).toBeNull()
  })

  it('is unknown when the shop has no such order', async () => {
    const world = openWorld({ products: [STUDS] })
    expect(await world.connector.order('gid://shopify/Order/1')).toBeNull()
    expect(await world.connector.order(world.shop.variant('STUD').productId)).toBeNull()
    expect(await world.connector.order('not an id')).toBeNull()
  })

  it('is read to its end, however many lines, parcels and refunds it has', async () => {
    const locations = Array.from({ length: 7 }, (_, n) => ({ name: `Store ${n}` }))
    // Each variant lies in one store, so that the order is sent in seven parcels, one of them long.
    const variants = Array.from({ length: 140 }, (_, n) => {
      const location = `Store ${n < 100 ? 0 : n % 7}`
      return { sku: `CHARM-${n}`, choice: [`${n}`], price: '10.00', stock: [{ location, available: 1 }] }
    })
    const world = openWorld({ locations, products: [{ title: 'Charm', options: ['No'], variants }] })
    const lines = variants.map(({ sku }) => ({ sku, quantity: 1 }))
    const order = granted(world.shop.placeOrder({ source: 'web', lines }))
    expect(order.fulfillmentOrders).toHaveLength(7)
    const sources = (await read(world, order)).lines.map((line) => line.sources)
    expect(sources).toHaveLength(140)
    expect(sources.every(([source, ...others]) => source?.quantity === 1 && others.length === 0)).toBe(true)

    granted(world.shop.fulfill(order.id))
    const back = order.lines.map(({ id }) => ({ lineId: id, quantity: 1, restock: 'RETURN' as const }))
    granted(world.shop.refund(order.id, back))
    const returned = await read(world, order)
    expect(returned.lines.flatMap(({ restocked }) => restocked)).toHaveLength(140)
    expect(new Set(world.sent.map(({ operation }) => operation))).toEqual(
      new Set(['OneOrder', 'MoreLines', 'MoreParcels', 'MoreOfParcel', 'MoreOfRefund']),
    )
    for (const { cost } of world.sent) expect(cost).toBeLessThan(1_000)
  })
})

describe('the orders of a Shopify store', () => {
  const SINCE = new Date('2026-11-23T09:00:00Z')

  const minutes = async (world: World, n: number) =>
    world.clock.runTo(new Date(world.clock.now().getTime() + n * 60_000))

  it('come in the order of their changes, from a moment on', async () => {
    const world = openWorld({ products: [STUDS] })
    const placed: Order[] = []
    for (let n = 0; n < 4; n += 1) {
      placed.push(buy(world, 'STUD'))
      await minutes(world, 1)
    }
    granted(world.shop.fulfill(present(placed[1], 'the second').id))
    const [first, second, third, fourth] = placed.map(({ name }) => name)
    const names = async (since: Date) => (await world.connector.ordersSince(since, null)).rows.map(({ name }) => name)
    expect(await names(SINCE)).toEqual([first, third, fourth, second])
    expect(await names(new Date('2026-11-23T09:02:00.900Z'))).toEqual([third, fourth, second])
    expect(await names(new Date('2026-11-23T09:03:00.000Z'))).toEqual([fourth, second])
  })

  it('are all told, page after page, while one of them changes meanwhile', async () => {
    const world = openWorld({
      products: [{ ...STUDS, variants: [{ sku: 'STUD', price: '1.00', inventoryPolicy: 'CONTINUE' }] }],
    })
    const placed: Order[] = []
    for (let n = 0; n < 60; n += 1) {
      placed.push(buy(world, 'STUD'))
      await world.clock.runTo(new Date(world.clock.now().getTime() + 1_000))
    }
    const seen: string[] = []
    let cursor: string | null = null
    const asOf = world.clock.now()
    do {
      const page = await world.connector.ordersSince(SINCE, cursor)
      expect(page.asOf).toEqual(asOf)
      seen.push(...page.rows.map(({ externalId }) => externalId))
      cursor = page.next
      await minutes(world, 1)
      if (seen.length === 25) granted(world.shop.fulfill(present(placed[3], 'the fourth').id))
    } while (cursor !== null)
    expect(seen).toHaveLength(61)
    expect(new Set(seen).size).toBe(60)
    expect(seen.at(-1)).toBe(placed[3]?.id)
  })

  it('are known up to the moment Shopify itself gives', async () => {
    const world = openWorld()
    world.trouble(async (request) => {
      const answer = await world.sandbox.fetch(request)
      answer.headers.set('date', 'Mon, 23 Nov 2026 08:59:57 GMT')
      return answer
    })
    expect((await world.connector.ordersSince(SINCE, null)).asOf).toEqual(new Date('2026-11-23T08:59:57Z'))
  })

  it('that are still to be shipped leave out what is sent, cancelled, or takes no stock', async () => {
    const world = openWorld({ products: [STUDS, GIFT_CARD] })
    const [open, partly, sent, cancelled] = [1, 2, 1, 1].map((quantity) => buy(world, 'STUD', quantity)) as [
      Order,
      Order,
      Order,
      Order,
    ]
    buy(world, 'GIFT')
    granted(world.shop.fulfill(partly.id, [{ lineId: firstLine(partly), quantity: 1 }]))
    granted(world.shop.fulfill(sent.id))
    granted(world.shop.cancelOrder(cancelled.id, { restock: true }))
    const { rows, next } = await world.connector.unshipped(null)
    expect(rows.map(({ name }) => name)).toEqual([open.name, partly.name])
    expect(next).toBeNull()
  })

  it('placed at a till without network count from when Shopify heard of them', async () => {
    const world = openWorld({ products: [STUDS] })
    world.trouble(async (request) => {
      const answer = await (await world.sandbox.fetch(request)).json()
      answer.data.order.processedAt = '2026-11-20T09:00:00Z'
      return Response.json(answer)
    })
    expect(await read(world, buy(world, 'STUD'))).toMatchObject({
      placedAt: world.clock.now(),
      paidAt: new Date('2026-11-20T09:00:00Z'),
    })
  })
})
