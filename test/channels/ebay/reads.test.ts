import { describe, expect, test } from 'vitest'
import { choicesIn, variantIdOf } from '#app/channels/ebay/choices.ts'
import { present } from '#app/kernel/assert.ts'
import { AUCTION, BROOCH, given, PENDANT, RING } from '#test/sandbox/ebay/opened-account.ts'
import { allPages, pass } from '#test/contract/connector.ts'
import { connectedAccount } from './connected-account.ts'

describe('listings', () => {
  test('are found wherever they were made, in one list, each variation by its choices', async () => {
    const world = connectedAccount({ listings: [RING, PENDANT, BROOCH, AUCTION] })
    const { rows } = await allPages((cursor) => world.connector.listings(cursor))
    expect(rows.map(({ sku, shown }) => [sku, shown])).toEqual(
      [
        ['R1-6-Y', 2],
        ['R1-7-Y', 3],
        ['R1-6-W', 1],
        ['P1', 4],
        ['B1', 5],
        ['A1', 1],
      ].toSorted((a, b) => rows.findIndex(({ sku }) => sku === a[0]) - rows.findIndex(({ sku }) => sku === b[0])),
    )
    expect(rows.find(({ sku }) => sku === 'R1-6-W')).toMatchObject({
      ref: world.refOf(0, 2),
      attributes: { Metal: 'White gold', 'Ring size': '6' },
      priceMinor: 12_000 + 2_000,
      currency: 'USD',
    })
  })

  test('of more than a page are all found, though some end and others are put up meanwhile', async () => {
    const one = (i: number) => ({
      title: `Bead ${i}`,
      via: 'trading' as const,
      products: [{ sku: `S${i}`, quantity: 1, priceCents: 100 }],
    })
    const world = connectedAccount({ listings: Array.from({ length: 450 }, (_, i) => one(i)) })
    const { rows, pages } = await allPages(
      (cursor) => world.connector.listings(cursor),
      async (page) => {
        for (let i = 0; i < 5; i++) given(world.seller.end(world.seller.listings()[page * 5 + i]!.listingId))
        world.seller.addListing(one(1_000 + page))
      },
    )
    const found = new Set(rows.map(({ sku }) => sku))
    expect(pages.length).toBeGreaterThan(2)
    for (const { ended, variations } of world.seller.listings()) if (!ended) expect(found).toContain(variations[0]!.sku)
  })

  test.each<Record<string, string>>([{}, { Metal: 'Gold' }, { 'Ring size': '6:1/2', 'Metal|Stone': 'Gold\\Opal' }])(
    'the choices %j make a name, and the name them',
    (choices: Record<string, string>) => {
      expect(choicesIn(variantIdOf(choices))).toEqual(choices)
    },
  )

  test('a variation has one name, in whatever order its choices come', () => {
    expect(variantIdOf({ b: '2', a: '1' })).toBe(variantIdOf({ a: '1', b: '2' }))
  })
})

describe('orders', () => {
  const opened = () => {
    const world = connectedAccount({ listings: [RING, PENDANT] })
    const buy = async (quantity = 1) => {
      const lines = [
        { listingId: world.listingIds[0]!, sku: 'R1-7-Y', quantity: 1 },
        { listingId: world.listingIds[1]!, quantity },
      ]
      return given(await world.seller.buy({ lines }))
    }
    const read = async (orderId: string) => present(await world.connector.order(orderId), `Order ${orderId}`)
    return { ...world, buy, read }
  }

  test('name the variation that was bought, by its choices', async () => {
    const world = opened()
    const order = await world.read((await world.buy()).orderId)
    expect(order.lines.map(({ listing, sku }) => [listing, sku])).toEqual([
      [world.refOf(0, 1), 'R1-7-Y'],
      [world.refOf(1), 'P1'],
    ])
    expect(order).toMatchObject({ currency: 'USD', unclear: null, cancelledAt: null })
  })

  test('a cancellation that a buyer only asks for changes nothing', async () => {
    const world = opened()
    const { orderId } = await world.buy()
    given(world.seller.requestCancel(orderId))
    const order = await world.read(orderId)
    expect(order.lines.map(({ currentQuantity }) => currentQuantity)).toEqual([1, 1])
    expect(order.cancelledAt).toBeNull()
  })

  test('in a list say as well that they are cancelled, though its requests are always empty there', async () => {
    const world = opened()
    const { orderId } = await world.buy()
    given(world.seller.cancel(orderId))
    const { rows } = await world.connector.ordersSince(new Date('2026-03-01T09:00:00Z'), null)
    expect(rows[0]?.lines.map(({ currentQuantity }) => currentQuantity)).toEqual([0, 0])
  })

  test('a part that has left is counted by its parcels', async () => {
    const world = opened()
    const { orderId, lines } = await world.buy(3)
    given(world.seller.ship(orderId, { lines: [{ lineId: lines[1]!.lineId, quantity: 2 }] }))
    const order = await world.read(orderId)
    expect(order.lines.map(({ quantity, shipped }) => [quantity, shipped])).toEqual([
      [1, 0],
      [3, 2],
    ])
    expect((await world.connector.unshipped(null)).rows.map(({ externalId }) => externalId)).toEqual([orderId])
  })

  test('a line refunded in full before it left is free again; a part of a refund is a person’s to explain', async () => {
    const world = opened()
    const whole = await world.buy()
    given(world.seller.refund(whole.orderId, { amount: 90_000, lineId: whole.lines[1]!.lineId }))
    const order = await world.read(whole.orderId)
    expect(order.lines.map(({ currentQuantity }) => currentQuantity)).toEqual([1, 0])
    expect(order.unclear).toBeNull()
    const part = await world.buy()
    given(world.seller.refund(part.orderId, { amount: 500, lineId: part.lines[1]!.lineId }))
    expect((await world.read(part.orderId)).unclear).toContain('did any come back')
    const loose = await world.buy()
    given(world.seller.refund(loose.orderId, { amount: 500 }))
    expect((await world.read(loose.orderId)).unclear).toContain('did any come back')
  })

  test('refunded whole after it was shipped, nobody knows whether it came back', async () => {
    const world = opened()
    const { orderId } = await world.buy()
    given(world.seller.ship(orderId))
    given(world.seller.refund(orderId, { amount: 102_000 }))
    const order = await world.read(orderId)
    expect(order.unclear).toContain('after it was shipped')
    expect(order.lines.map(({ currentQuantity, shipped }) => [currentQuantity, shipped])).toEqual([
      [1, 1],
      [1, 1],
    ])
  })

  test('without payment keep their pieces until it fails', async () => {
    const world = opened()
    const order = given(
      await world.seller.buy({ lines: [{ listingId: world.listingIds[1]!, quantity: 1 }], paid: false }),
    )
    expect(await world.read(order.orderId)).toMatchObject({ paidAt: null, lines: [{ currentQuantity: 1 }] })
    given(world.seller.cancel(order.orderId))
    expect(await world.read(order.orderId)).toMatchObject({ lines: [{ currentQuantity: 0 }] })
  })

  test.each(['newest-first', 'oldest-first'] as const)(
    'come oldest change first, though eBay lists them %s',
    async (orderSort) => {
      const world = connectedAccount({
        listings: [{ ...PENDANT, products: [{ sku: 'P1', quantity: 999, priceCents: 1 }] }],
        switches: { orderSort },
      })
      const placed: string[] = []
      for (let i = 0; i < 210; i++) {
        placed.push(
          given(await world.seller.buy({ lines: [{ listingId: world.listingIds[0]!, quantity: 1 }] })).orderId,
        )
        await pass(world.clock, 1_000)
      }
      const { rows } = await allPages((cursor) => world.connector.ordersSince(new Date('2026-03-01T09:00:00Z'), cursor))
      expect([...new Set(rows.map(({ externalId }) => externalId))]).toEqual(placed)
    },
  )

  test('more than a page in one millisecond are counted, and none is missed', async () => {
    const world = connectedAccount({
      listings: [{ ...PENDANT, products: [{ sku: 'P1', quantity: 999, priceCents: 1 }] }],
    })
    const placed: string[] = []
    for (let i = 0; i < 450; i++)
      placed.push(given(await world.seller.buy({ lines: [{ listingId: world.listingIds[0]!, quantity: 1 }] })).orderId)
    await pass(world.clock, 60_000)
    const { rows } = await allPages((cursor) => world.connector.ordersSince(new Date('2026-03-01T09:59:59Z'), cursor))
    expect(new Set(rows.map(({ externalId }) => externalId))).toEqual(new Set(placed))
  })
})
