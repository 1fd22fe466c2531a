import { describe, expect, test } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { given, type Opening } from '#test/sandbox/square/opened-seller.ts'
import { connectedTill } from './connected-till.ts'

type ToldLine = { quantity: number; currentQuantity: number; shipped: number; restocked: unknown[] }

function opened(opening: Opening = {}) {
  const world = connectedTill(opening)
  const { connector, seller, main, lines } = world
  const order = async (orderId: string) => present(await connector.order(orderId), `Order ${orderId}`)
  const since = async (from: Date) => (await connector.ordersSince(from, null)).rows
  const sell = (quantity = 1) => given(seller.sell({ locationId: main, lines: lines(quantity) }))
  const online = (quantity = 1) => given(seller.orderOnline({ locationId: main, lines: lines(quantity) }))
  return { ...world, order, since, sell, online, begin: world.clock.now() }
}

const pieces = ({ lines }: { lines: ToldLine[] }) =>
  lines.map(({ quantity, currentQuantity, shipped }) => [quantity, currentQuantity, shipped])

describe('a sale at the till', () => {
  test('is paid and handed over at once, at the place that Square names', async () => {
    const { order, sell, main, ref } = opened()
    const told = await order(sell(2).orderId)
    expect(pieces(told)).toEqual([[2, 2, 2]])
    expect(told.paidAt).not.toBeNull()
    expect(told.lines[0]).toMatchObject({
      listing: ref,
      sources: [{ externalLocationId: main, quantity: 2 }],
      restocked: [],
      unitPriceMinor: 120_000,
      title: 'Solitaire ring - 54',
    })
  })

  test('is found by its variation, for its lines have no SKU', async () => {
    const { order, sell, thing } = opened()
    const [line] = (await order(sell().orderId)).lines
    expect(line?.sku).toBe('')
    expect((await thing(line?.listing?.externalId)).sku).toBe('R1-54')
  })

  test('of an amount takes no stock', async () => {
    const { order, seller, main } = opened()
    const { orderId } = given(seller.sell({ locationId: main, lines: [{ amount: 4_500, name: 'Repair' }] }))
    expect((await order(orderId)).lines).toMatchObject([{ listing: null, takesStock: false, title: 'Repair' }])
  })

  test('of no whole number of pieces is for a person to say', async () => {
    const { order, seller, main, ring } = opened()
    const { orderId } = given(seller.sell({ locationId: main, lines: [{ variationId: ring, quantity: 1.25 }] }))
    const told = await order(orderId)
    expect(told.lines).toMatchObject([{ takesStock: false }])
    expect(told.unclear).toContain('1.25')
  })

  test('below zero is told like any other', async () => {
    const { order, sell } = opened({ rings: 1 })
    expect(pieces(await order(sell(3).orderId))).toEqual([[3, 3, 3]])
  })

  test('made without network comes when the network is back, as of then', async () => {
    const { since, seller, main, lines, pass, clock } = opened()
    seller.sellOffline({ locationId: main, lines: lines() })
    await pass(3_600_000)
    const polled = clock.now()
    expect(await since(polled)).toEqual([])
    await pass(1_000)
    const [uploaded] = seller.upload()
    expect((await since(polled)).map(({ externalId }) => externalId)).toEqual([uploaded!.orderId])
  })

  test('is none while its ticket is only saved', async () => {
    const { connector, seller, main, lines, since, begin } = opened()
    const { orderId } = given(seller.openTicket({ locationId: main, lines: lines() }))
    expect(await connector.order(orderId)).toBeNull()
    expect(await since(begin)).toEqual([])
    seller.payTicket(orderId)
    expect((await since(begin)).map(pieces)).toEqual([[[1, 1, 1]]])
  })
})

describe('what comes back to the till', () => {
  test('is told with the order that was sold, whichever of the two is asked for', async () => {
    const { order, sell, seller, pass, main } = opened()
    const sold = sell(2)
    await pass(60_000)
    const back = given(seller.takeBack(sold.orderId, { lines: { [sold.lines[0]!.uid]: 1 }, restock: true }))
    for (const id of [sold.orderId, back.orderId]) {
      const told = await order(id)
      expect(told.externalId).toBe(sold.orderId)
      expect(pieces(told)).toEqual([[2, 1, 1]])
      expect(told.lines[0]?.restocked).toEqual([{ externalLocationId: main, quantity: 1 }])
      expect(told.unclear).toBeNull()
      // As new as the return, or it would be taken for older than what is known.
      expect(told.updatedAt).toEqual(new Date('2026-03-01T10:01:00Z'))
    }
  })

  test.each([false, true])(
    'is found by a poll, whether it touches the sale or not: %s',
    async (returnTouchesSource) => {
      const { since, sell, seller, pass, clock } = opened({ switches: { returnTouchesSource } })
      const sold = sell(2)
      await pass(3_600_000)
      const polled = clock.now()
      given(seller.takeBack(sold.orderId, { restock: true }))
      const told = await since(polled)
      expect(new Set(told.map(({ externalId }) => externalId))).toEqual(new Set([sold.orderId]))
      expect(pieces(told.at(-1)!)).toEqual([[2, 0, 0]])
    },
  )

  test('and the sale of it in one poll end as what is true', async () => {
    const { since, sell, seller, pass, begin } = opened()
    const sold = sell()
    await pass(60_000)
    given(seller.takeBack(sold.orderId, { restock: true }))
    const told = await since(begin)
    const newest = told.toSorted((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime()).at(-1)!
    expect(pieces(newest)).toEqual([[1, 0, 0]])
    // The sale as it was is older news, not a second truth of the same moment.
    for (const one of told.filter((other) => other !== newest)) {
      expect(one.updatedAt < newest.updatedAt || pieces(one).join() === pieces(newest).join()).toBe(true)
    }
  })

  test('in two times is told in all', async () => {
    const { order, sell, seller, pass } = opened()
    const sold = sell(3)
    for (let i = 0; i < 2; i++) {
      await pass(60_000)
      given(seller.takeBack(sold.orderId, { lines: { [sold.lines[0]!.uid]: 1 }, restock: true }))
    }
    const told = await order(sold.orderId)
    expect(pieces(told)).toEqual([[3, 1, 1]])
    expect(told.lines[0]?.restocked).toMatchObject([{ quantity: 2 }])
  })

  test('to another shop is in stock there', async () => {
    const { order, sell, seller, harbour, has, ring } = opened()
    const sold = sell()
    given(seller.takeBack(sold.orderId, { restock: true, at: harbour }))
    expect((await order(sold.orderId)).lines[0]?.restocked).toEqual([{ externalLocationId: harbour, quantity: 1 }])
    expect(has(ring, harbour)).toBe(1)
  })

  test('and is not put in stock again has left the stock all the same, and a person is asked', async () => {
    const { order, sell, seller } = opened()
    const sold = sell(2)
    given(seller.takeBack(sold.orderId, { restock: false }))
    const told = await order(sold.orderId)
    expect(pieces(told)).toEqual([[2, 2, 2]])
    expect(told.lines[0]?.restocked).toEqual([])
    expect(told.unclear).toContain('not put back in stock')
  })

  test('of one line is not dealt to another', async () => {
    const { order, seller, main, ring } = opened()
    const { variationIds } = seller.addItem({
      name: 'Chain',
      variations: [{ sku: 'C1', priceCents: 9_000, stock: { [main]: 5 } }],
    })
    const lines = [{ variationId: ring }, { variationId: variationIds[0]!, quantity: 2 }]
    const sold = given(seller.sell({ locationId: main, lines }))
    given(seller.takeBack(sold.orderId, { lines: { [sold.lines[1]!.uid]: 1 }, restock: true }))
    const told = await order(sold.orderId)
    expect(pieces(told)).toEqual([
      [1, 1, 1],
      [2, 1, 1],
    ])
    expect(told.lines.map(({ restocked }) => restocked.length)).toEqual([0, 1])
  })

  test('as money alone moves nothing, and a person is asked', async () => {
    const { order, sell, seller } = opened()
    const sold = sell()
    given(seller.refundAmount(sold.orderId, 1_000))
    const told = await order(sold.orderId)
    expect(pieces(told)).toEqual([[1, 1, 1]])
    expect(told.unclear).toContain('refunded as an amount')
  })

  test('without a receipt is of no order: it is seen in the count', async () => {
    const { connector, seller, ring, main, since, begin, thing } = opened()
    const { orderId } = seller.takeBackUnlinked({ variationId: ring, locationId: main, quantity: 1 })
    expect(await connector.order(orderId)).toBeNull()
    expect(await since(begin)).toEqual([])
    expect((await thing()).shown).toBe(4)
  })

  test('costs a poll of many sales nothing where nothing came back', async () => {
    const { since, sell, calls, sent, begin } = opened({ rings: 50 })
    for (let i = 0; i < 20; i++) sell()
    sent.length = 0
    expect(await since(begin)).toHaveLength(20)
    expect(calls()).toEqual(['GET locations', 'POST orders/search'])
  })
})

describe('an order of the online store', () => {
  test('that is cancelled gives its pieces up', async () => {
    const { order, online, seller } = opened()
    const { orderId } = online(2)
    given(seller.cancel(orderId))
    expect(pieces(await order(orderId))).toEqual([[2, 0, 0]])
  })

  test('that is cancelled and does not put them back in Square’s stock is a question, not stock', async () => {
    const { order, online, seller } = opened({ switches: { cancelRestocks: false } })
    const { orderId } = online(2)
    given(seller.cancel(orderId))
    const told = await order(orderId)
    expect(pieces(told)).toEqual([[2, 2, 2]])
    expect(told.unclear).toContain('did not put its pieces back')
    expect(told.cancelledAt).not.toBeNull()
  })

  test('is unshipped until it is fulfilled; what a till sold never is', async () => {
    const { connector, online, sell, seller } = opened()
    sell()
    const { orderId } = online()
    expect((await connector.unshipped(null)).rows.map(({ externalId }) => externalId)).toEqual([orderId])
    given(seller.fulfil(orderId))
    expect((await connector.unshipped(null)).rows).toEqual([])
  })
})

describe('places', () => {
  test('are asked in tens, and none is left out', async () => {
    const locations = Array.from({ length: 23 }, (_, n) => `Shop ${n}`)
    const { connector, seller, ring, sent, calls, begin, pass } = opened({ locations })
    const placed: string[] = []
    for (const { locationId } of seller.locations()) {
      placed.push(given(seller.sell({ locationId, lines: [{ variationId: ring }] })).orderId)
      await pass(1_000)
    }
    const found: string[] = []
    let cursor: string | null = null
    let asOf: Date | undefined
    do {
      const page: Awaited<ReturnType<typeof connector.ordersSince>> = await connector.ordersSince(begin, cursor)
      found.push(...page.rows.map(({ externalId }) => externalId))
      asOf ??= page.asOf
      expect(page.asOf).toEqual(asOf)
      cursor = page.next
    } while (cursor !== null)
    expect(new Set(found)).toEqual(new Set(placed))
    const asked = sent.filter(({ call }) => call === 'POST orders/search').map(({ body }) => body.location_ids.length)
    expect(asked).toEqual([10, 10, 3])
    expect(calls().filter((call) => call === 'GET locations')).toHaveLength(1)
  })

  test('that are closed are known as such, and their pieces are not for sale', async () => {
    const { connector, seller, main, harbour, thing } = opened()
    seller.closeLocation(main)
    expect(await connector.places()).toEqual([
      { externalId: main, name: 'Main Street', sellsOnline: false, active: false },
      { externalId: harbour, name: 'Harbour', sellsOnline: true, active: true },
    ])
    expect((await thing()).shown).toBe(0)
    expect((await thing()).levels).toMatchObject([{ externalLocationId: main, quantities: { available: 3 } }])
  })
})
