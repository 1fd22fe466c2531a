import { describe, expect, test } from 'vitest'
import { isRefusal } from '#app/kernel/refusal.ts'
import { given, openedSeller, type Opening } from './opened-seller.ts'

function opened(opening: Opening = {}) {
  const world = openedSeller(opening)
  const { seller, ring, main, call } = world
  const lines = (quantity = 1) => [{ variationId: ring, quantity }]
  const search = async (asked: Record<string, unknown> = {}) =>
    (await call('POST', 'v2/orders/search', { location_ids: [main], ...asked })).body
  const read = async (orderId: string) => (await call('GET', `v2/orders/${orderId}`)).body.order
  const sell = (quantity = 1) => given(seller.sell({ locationId: main, lines: lines(quantity) }))
  return { ...world, lines, search, read, sell, has: () => seller.inStock(ring, main) }
}

const sinceIn = (field: string, start_at: string) => ({
  filter: { date_time_filter: { [field]: { start_at } } },
  sort: { sort_field: field.toUpperCase(), sort_order: 'ASC' },
})

describe('an order', () => {
  test('of the till names the variation and no SKU, is paid and done', async () => {
    const { sell, read, ring, main } = opened()
    const order = await read(sell(2).orderId)
    expect(order).toMatchObject({ state: 'COMPLETED', location_id: main, tenders: [{ type: 'CARD' }] })
    expect(order.line_items).toMatchObject([{ catalog_object_id: ring, quantity: '2', item_type: 'ITEM' }])
    expect(JSON.stringify(order)).not.toContain('R1-54')
    expect(order.fulfillments).toBeUndefined()
  })

  test('of an amount typed in at the till has no thing', async () => {
    const { seller, main, read, has } = opened()
    const { orderId } = given(seller.sell({ locationId: main, lines: [{ amount: 2_500, name: 'Repair' }] }))
    expect((await read(orderId)).line_items).toMatchObject([{ item_type: 'CUSTOM_AMOUNT', name: 'Repair' }])
    expect(has()).toBe(3)
  })

  test('online is not taken for more than there is, while the till goes on', () => {
    const { seller, main, lines, has, sell } = opened({ rings: 1 })
    expect(isRefusal(seller.orderOnline({ locationId: main, lines: lines(2) }))).toBe(true)
    sell(2)
    expect(has()).toBe(-1)
  })

  test.each([false, true])(
    'online is still to be fulfilled; its pieces are kept apart: %s',
    async (openOrdersReserve) => {
      const { seller, main, ring, lines, read, has, call } = opened({ switches: { openOrdersReserve } })
      const { orderId } = given(seller.orderOnline({ locationId: main, lines: lines(2) }))
      expect(await read(orderId)).toMatchObject({ state: 'OPEN', fulfillments: [{ state: 'PROPOSED' }] })
      expect([has(), seller.reserved(ring, main)]).toEqual([1, openOrdersReserve ? 2 : 0])
      const { body } = await call('POST', 'v2/inventory/counts/batch-retrieve', { catalog_object_ids: [ring] })
      expect(body.counts.map(({ state }: { state: string }) => state)).toEqual(
        openOrdersReserve ? ['IN_STOCK', 'RESERVED_FOR_SALE'] : ['IN_STOCK'],
      )
      given(seller.fulfil(orderId))
      expect(await read(orderId)).toMatchObject({ state: 'COMPLETED', fulfillments: [{ state: 'COMPLETED' }] })
      expect([has(), seller.reserved(ring, main)]).toEqual([1, 0])
    },
  )

  test.each([
    [true, 3],
    [false, 1],
  ])('that is cancelled puts its pieces back: %s', async (cancelRestocks, left) => {
    const { seller, main, lines, read, has } = opened({ switches: { cancelRestocks } })
    const { orderId } = given(seller.orderOnline({ locationId: main, lines: lines(2) }))
    given(seller.cancel(orderId))
    expect(await read(orderId)).toMatchObject({ state: 'CANCELED' })
    expect(has()).toBe(left)
    expect(isRefusal(seller.cancel(orderId))).toBe(true)
  })

  test('that is only a ticket takes nothing until it is paid', async () => {
    const { seller, main, lines, read, has } = opened()
    const { orderId } = given(seller.openTicket({ locationId: main, lines: lines(1) }))
    expect((await read(orderId)).tenders).toBeUndefined()
    expect(has()).toBe(3)
    seller.payTicket(orderId)
    expect(await read(orderId)).toMatchObject({ state: 'COMPLETED', tenders: [{}] })
    expect(has()).toBe(2)
  })

  test('of another merchant is not there', async () => {
    const { sandbox, call, sell } = opened()
    const { orderId } = sell()
    const other = sandbox.addSeller({ name: 'Somebody else' }).signIn().accessToken
    expect((await call('GET', `v2/orders/${orderId}`, undefined, other)).status).toBe(404)
    expect((await call('POST', 'v2/orders/batch-retrieve', { order_ids: [orderId] }, other)).body.orders).toEqual([])
  })

  test.each([
    ['sale', '2026-03-01T10:00:00.000Z'],
    ['upload', '2026-03-01T11:00:00.000Z'],
  ] as const)('made without network is of the time of its %s', async (offlineCreatedAt, created_at) => {
    const { seller, main, lines, pass, read } = opened({ switches: { offlineCreatedAt } })
    seller.sellOffline({ locationId: main, lines: lines() })
    expect(seller.orders()).toEqual([])
    await pass(3_600_000)
    const [order] = seller.upload()
    expect(await read(order!.orderId)).toMatchObject({ created_at, updated_at: '2026-03-01T11:00:00.000Z' })
  })
})

describe('what comes back', () => {
  test.each([
    [true, 3],
    [false, 1],
  ])('is an order of its own, which names what was sold; for sale again: %s', async (restock, left) => {
    const { seller, sell, read, has, pass } = opened()
    const sold = sell(2)
    await pass(60_000)
    const back = given(seller.takeBack(sold.orderId, { restock }))
    const order = await read(back.orderId)
    expect(order.returns).toMatchObject([
      {
        source_order_id: sold.orderId,
        return_line_items: [{ source_line_item_uid: sold.lines[0]!.uid, quantity: '2' }],
      },
    ])
    expect(order.line_items).toBeUndefined()
    expect(has()).toBe(left)
    expect((await read(sold.orderId)).updated_at).toBe('2026-03-01T10:00:00.000Z')
  })

  test('is found from the sale by its payment and the refund', async () => {
    const { seller, sell, read, call } = opened()
    const sold = sell(2)
    const back = given(seller.takeBack(sold.orderId, { lines: { [sold.lines[0]!.uid]: 1 }, restock: true }))
    const [{ payment_id }] = (await read(sold.orderId)).tenders
    const { payment } = (await call('GET', `v2/payments/${payment_id}`)).body
    const { refund } = (await call('GET', `v2/refunds/${payment.refund_ids[0]}`)).body
    expect(refund).toMatchObject({ order_id: back.orderId, payment_id })
    expect((await call('GET', 'v2/refunds?sort_order=ASC')).body.refunds).toMatchObject([{ id: refund.id }])
  })

  test('may move the sale too', async () => {
    const { seller, sell, read, pass } = opened({ switches: { returnTouchesSource: true } })
    const sold = sell()
    await pass(60_000)
    given(seller.takeBack(sold.orderId, { restock: true }))
    expect((await read(sold.orderId)).updated_at).toBe('2026-03-01T10:01:00.000Z')
  })

  test('without a receipt names no sale', async () => {
    const { seller, ring, main, read, has } = opened()
    const { orderId } = seller.takeBackUnlinked({ variationId: ring, locationId: main, quantity: 1 })
    expect((await read(orderId)).returns[0].source_order_id).toBeUndefined()
    expect(has()).toBe(4)
  })

  test('as money alone is an amount, and no thing', async () => {
    const { seller, sell, read, has } = opened()
    const sold = sell()
    const { orderId } = given(seller.refundAmount(sold.orderId, 500))
    expect((await read(orderId)).returns[0].return_line_items).toMatchObject([{ item_type: 'CUSTOM_AMOUNT' }])
    expect(has()).toBe(2)
    expect(isRefusal(seller.refundAmount(sold.orderId, 9_999_999))).toBe(true)
    expect(isRefusal(seller.takeBack(sold.orderId, { lines: {}, restock: true }))).toBe(true)
  })
})

describe('searching orders', () => {
  test('gives those changed since a moment, oldest change first, and none is skipped while they change', async () => {
    const { seller, main, lines, search, pass } = opened({ rings: 50 })
    const ids: string[] = []
    for (let i = 0; i < 7; i++) {
      ids.push(given(seller.orderOnline({ locationId: main, lines: lines() })).orderId)
      await pass(1_000)
    }
    const query = sinceIn('updated_at', '2026-03-01T10:00:00Z')
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await search({ query, limit: 3, ...(cursor && { cursor }) })
      seen.push(...page.orders.map(({ id }: { id: string }) => id))
      cursor = page.cursor
      if (seen.length === 3) given(seller.fulfil(ids[0]!))
    } while (cursor)
    expect(seen).toEqual([...ids, ids[0]])
  })

  test('is refused for more than ten places, for those of others, and by one time while sorted by another', async () => {
    const { call, main, sandbox } = opened({ badRequests: true })
    const many = Array.from({ length: 11 }, () => main)
    expect((await call('POST', 'v2/orders/search', { location_ids: many })).status).toBe(400)
    const other = sandbox.addSeller({ name: 'Somebody else' }).locations()[0]!.locationId
    expect((await call('POST', 'v2/orders/search', { location_ids: [other] })).status).toBe(404)
    const { filter } = sinceIn('updated_at', '2026-03-01T10:00:00Z')
    const query = { filter, sort: { sort_field: 'CREATED_AT' } }
    expect((await call('POST', 'v2/orders/search', { location_ids: [main], query })).status).toBe(400)
  })

  test('goes by state and by time of creation too, newest first', async () => {
    const { seller, main, lines, search, sell, pass } = opened()
    const first = sell()
    await pass(1_000)
    const second = given(seller.orderOnline({ locationId: main, lines: lines() }))
    const ids = async (asked: Record<string, unknown>) =>
      (await search(asked)).orders.map(({ id }: { id: string }) => id)
    expect(await ids({})).toEqual([second.orderId, first.orderId])
    expect(await ids({ query: { filter: { state_filter: { states: ['OPEN'] } } } })).toEqual([second.orderId])
    expect(await ids({ query: sinceIn('created_at', '2026-03-01T10:00:01Z') })).toEqual([second.orderId])
  })

  test('refuses a cursor of another query', async () => {
    const { search, sell, call, main } = opened()
    sell()
    sell()
    const { cursor } = await search({ limit: 1 })
    expect(cursor).toBeDefined()
    const asked = { location_ids: [main], cursor, query: { filter: { state_filter: { states: ['OPEN'] } } } }
    expect((await call('POST', 'v2/orders/search', asked)).body.errors[0].code).toBe('INVALID_CURSOR')
  })

  test('forgets what is old, with its payments', async () => {
    const { sandbox, sell, pass, search, clock, seller } = opened()
    const old = sell()
    await pass(60_000)
    const kept = sell()
    sandbox.forgetOrders(clock.now())
    expect(seller.orders().map(({ orderId }) => orderId)).toEqual([kept.orderId])
    expect((await search()).orders).toMatchObject([{ id: kept.orderId }])
    expect(seller.order(old.orderId)).toBeUndefined()
  })
})
