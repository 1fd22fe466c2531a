import { describe, expect, test } from 'vitest'
import { at, childrenOf, tag, textAt } from '#app/kernel/xml.ts'
import { AUCTION, BROOCH, given, openedAccount, PENDANT, RING, SPECIFICATIONS } from './opened-account.ts'

const ITEMS = '/sell/inventory/v1/inventory_item'

describe('the door', () => {
  test.each([
    ['no token', null],
    ['an invented one', 'invented'],
  ])('with %s stays shut', async (_, token) => {
    expect((await openedAccount().call('GET', ITEMS, { token })).status).toBe(401)
  })

  test.each([403, 401] as const)(
    'a token that has ended is %i at the Inventory API, and 401 elsewhere',
    async (expiredToken) => {
      const { call, clock } = openedAccount({ switches: { expiredToken } })
      await clock.runTo(new Date('2026-03-01T12:00:00Z'))
      expect((await call('GET', ITEMS)).status).toBe(expiredToken)
      expect((await call('GET', '/sell/fulfillment/v1/order')).status).toBe(401)
    },
  )

  test('a token without the scope opens only what it is for', async () => {
    const { call, seller } = openedAccount()
    const { accessToken } = seller.signIn(['https://api.ebay.com/oauth/api_scope/sell.inventory'])
    expect((await call('GET', ITEMS, { token: accessToken })).status).toBe(200)
    expect((await call('GET', '/sell/fulfillment/v1/order', { token: accessToken })).status).toBe(403)
  })

  test('the language that a program sends without thinking is refused', async () => {
    const { call } = openedAccount()
    expect(await call('GET', ITEMS, { headers: { 'accept-language': '*' } })).toMatchObject({
      status: 400,
      body: { errors: [{ errorId: 25_709 }] },
    })
    expect((await call('GET', ITEMS, { headers: { 'accept-language': 'en-US' } })).status).toBe(200)
  })

  test('a second seller’s things are not there', async () => {
    const { sandbox, call, listingIds, trading } = openedAccount()
    const other = sandbox.addSeller({ username: 'elsewhere' }).signIn().accessToken
    expect((await call<{ total: number }>('GET', ITEMS, { token: other })).body.total).toBe(0)
    expect((await call('GET', '/sell/inventory/v1/offer?sku=P1', { token: other })).status).toBe(404)
    expect(textAt(await trading('GetItem', [tag('ItemID', listingIds[2])], other), 'Ack')).toBe('Failure')
  })
})

describe('budgets', () => {
  test('each API has its own, over all sellers, until midnight in California', async () => {
    const { call, sandbox, clock, seller } = openedAccount({
      limits: { inventory: 3, fulfillment: 10, trading: 5, notification: 10, perSecond: null },
    })
    const other = sandbox.addSeller({ username: 'elsewhere' }).signIn().accessToken
    const asked = [
      await call('GET', ITEMS),
      await call('GET', ITEMS, { token: other }),
      await call('GET', ITEMS),
      await call('GET', ITEMS),
    ]
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect((await call('GET', '/sell/fulfillment/v1/order')).status).toBe(200)
    type Limits = {
      rateLimits: { apiName: string; resources: { rates: { limit: number; remaining: number; reset: string }[] }[] }[]
    }
    const { body } = await call<Limits>('GET', '/developer/analytics/v1_beta/rate_limit/')
    const left = body.rateLimits.map(({ apiName, resources }) => [apiName, resources[0]!.rates[0]!.remaining])
    expect(Object.fromEntries(left)).toMatchObject({ Inventory: 0, Fulfillment: 9, TradingAPI: 5 })
    expect(body.rateLimits[0]!.resources[0]!.rates[0]!.reset).toBe('2026-03-02T08:00:00.000Z')
    await clock.runTo(new Date('2026-03-02T08:00:00Z'))
    expect((await call('GET', ITEMS, { token: seller.signIn().accessToken })).status).toBe(200)
  })

  test('Trading’s is told inside an answer that is 200', async () => {
    const { trading, listingIds } = openedAccount({
      limits: { trading: 1, inventory: null, fulfillment: null, notification: null, perSecond: null },
    })
    await trading('GetItem', [tag('ItemID', listingIds[0])])
    expect(textAt(await trading('GetItem', [tag('ItemID', listingIds[0])]), 'Errors', 'ErrorCode')).toBe('518')
  })
})

describe('Trading', () => {
  test('counts what was sold into a quantity, and takes what is available', async () => {
    const { trading, seller, listingIds } = openedAccount()
    const id = listingIds[2]!
    given(await seller.buy({ lines: [{ listingId: id, quantity: 2 }] }))
    const item = at(await trading('GetItem', [tag('ItemID', id)]), 'Item')
    expect([textAt(item, 'Quantity'), textAt(item, 'SellingStatus', 'QuantitySold')]).toEqual(['5', '2'])
    const list = await trading('GetMyeBaySelling', [tag('ActiveList', tag('Pagination', tag('EntriesPerPage', 200)))])
    const mine = childrenOf(at(list, 'ActiveList', 'ItemArray'), 'Item').find((one) => textAt(one, 'ItemID') === id)
    expect(textAt(mine, 'QuantityAvailable')).toBe('3')
    const revised = await trading('ReviseInventoryStatus', [
      tag('InventoryStatus', [tag('ItemID', id), tag('Quantity', 4)]),
    ])
    expect(textAt(revised, 'InventoryStatus', 'Quantity')).toBe('6')
    expect(seller.shown(id)).toBe(4)
  })

  test.each([
    ['an auction', 1, '21916750'],
    ['what the Inventory API looks after', 0, '21919474'],
  ])('does not revise %s', async (_, which, code) => {
    const { trading, listingIds } = openedAccount({ listings: [PENDANT, AUCTION] })
    const answer = await trading('ReviseInventoryStatus', [
      tag('InventoryStatus', [tag('ItemID', listingIds[which]), tag('Quantity', 1)]),
    ])
    expect(textAt(answer, 'Errors', 'ErrorCode')).toBe(code)
  })

  test('takes four at most, and a variation by its SKU alone', async () => {
    const { trading, seller, listingIds } = openedAccount({ listings: [{ ...RING, via: 'trading' }, BROOCH] })
    const status = (sku: string | null, quantity: number) =>
      tag('InventoryStatus', [tag('ItemID', listingIds[0]), sku && tag('SKU', sku), tag('Quantity', quantity)])
    expect(
      textAt(
        await trading(
          'ReviseInventoryStatus',
          Array.from({ length: 5 }, () => status('R1-6-Y', 1)),
        ),
        'Ack',
      ),
    ).toBe('Failure')
    const mixed = await trading('ReviseInventoryStatus', [status('R1-6-Y', 1), status(null, 0)])
    expect(textAt(mixed, 'Ack')).toBe('PartialFailure')
    expect(seller.shown(listingIds[0]!)).toBe(5)
  })

  test('knows the account’s out-of-stock control, and can turn it on', async () => {
    const { trading, seller } = openedAccount()
    seller.outOfStockControl(false)
    expect(textAt(await trading('GetUserPreferences', []), 'OutOfStockControlPreference')).toBe('false')
    await trading('SetUserPreferences', [tag('OutOfStockControlPreference', true)])
    expect(textAt(await trading('GetUserPreferences', []), 'OutOfStockControlPreference')).toBe('true')
  })

  test('an auction with bids cannot be ended in its last twelve hours', async () => {
    const { trading, seller, listingIds, clock } = openedAccount({ listings: [AUCTION] })
    given(seller.bid(listingIds[0]!))
    await clock.runTo(new Date('2026-03-08T01:00:00Z'))
    const answer = await trading('EndFixedPriceItem', [tag('ItemID', listingIds[0])], seller.signIn().accessToken)
    expect(textAt(answer, 'Ack')).toBe('Failure')
    await clock.runTo(new Date('2026-03-09T00:00:00Z'))
    expect(seller.shown(listingIds[0]!)).toBe(0)
  })
})

describe('orders', () => {
  type Orders = { total: number; orders: { orderId: string; cancelStatus: { cancelRequests: unknown[] } }[] }
  const BASE = '/sell/fulfillment/v1/order'

  test('a range of creation makes eBay forget the one of change', async () => {
    const { call, seller, listingIds, clock } = openedAccount()
    const order = given(await seller.buy({ lines: [{ listingId: listingIds[1]!, quantity: 1 }] }))
    await clock.runTo(new Date('2026-03-01T11:00:00Z'))
    given(seller.cancel(order.orderId))
    const changed = 'lastmodifieddate:[2026-03-01T10:30:00.000Z..]'
    const total = async (filter: string) =>
      (await call<Orders>('GET', `${BASE}?filter=${encodeURIComponent(filter)}`)).body.total
    expect(await total(changed)).toBe(1)
    expect(await total(`creationdate:[2026-03-01T10:30:00.000Z..],${changed}`)).toBe(0)
    expect(await total(`creationdate:[2026-03-01T09:30:00.000Z..],lastmodifieddate:[2026-03-01T11:30:00.000Z..]`)).toBe(
      1,
    )
  })

  test('a list has no requests to cancel; the order has', async () => {
    const { call, seller, listingIds } = openedAccount()
    const { orderId } = given(await seller.buy({ lines: [{ listingId: listingIds[1]!, quantity: 1 }] }))
    given(seller.requestCancel(orderId))
    expect((await call<Orders>('GET', BASE)).body.orders[0]!.cancelStatus.cancelRequests).toEqual([])
    expect(
      (await call<Orders['orders'][0]>('GET', `${BASE}/${orderId}`)).body.cancelStatus.cancelRequests,
    ).toHaveLength(1)
  })

  test('more than two hundred a page, and a filter nobody knows, are refused', async () => {
    const { call } = openedAccount({ badRequests: true })
    expect((await call('GET', `${BASE}?limit=201`)).status).toBe(400)
    expect((await call('GET', `${BASE}?filter=colour:[red]`)).status).toBe(400)
  })

  test('a parcel leaves once, and money goes back at most once', async () => {
    const { call, seller, listingIds } = openedAccount()
    const { orderId, lines } = given(await seller.buy({ lines: [{ listingId: listingIds[1]!, quantity: 2 }] }))
    const parcel = {
      lineItems: [{ lineItemId: lines[0]!.lineId, quantity: 2 }],
      trackingNumber: 'T1',
      shippingCarrierCode: 'USPS',
    }
    const sent = await call('POST', `${BASE}/${orderId}/shipping_fulfillment`, { json: parcel })
    expect(sent.headers.get('location')).toContain('/shipping_fulfillment/T1')
    expect((await call('POST', `${BASE}/${orderId}/shipping_fulfillment`, { json: parcel })).status).toBe(400)
    const back = { reasonForRefund: 'BUYER_RETURN', orderLevelRefundAmount: { value: '1800.00', currency: 'USD' } }
    expect((await call('POST', `${BASE}/${orderId}/issue_refund`, { json: back })).status).toBe(200)
    expect((await call('POST', `${BASE}/${orderId}/issue_refund`, { json: back })).status).toBe(409)
  })

  test.each([false, true])('a cancelled order gives its pieces back: %s', async (cancelRestocks) => {
    const { seller, listingIds } = openedAccount({ switches: { cancelRestocks } })
    const { orderId } = given(await seller.buy({ lines: [{ listingId: listingIds[1]!, quantity: 1 }] }))
    given(seller.cancel(orderId))
    expect(seller.shown(listingIds[1]!)).toBe(cancelRestocks ? 4 : 3)
  })
})

const here = SPECIFICATIONS === undefined ? 'skipped, for ../shared/specs/ebay is not here: ' : ''

test.skipIf(!SPECIFICATIONS)(`${here}a request that departs from eBay’s specification is told of`, async () => {
  const { call, violations } = openedAccount({ badRequests: true })
  await call('POST', '/sell/inventory/v1/bulk_update_price_quantity', {
    json: { requests: [{ sku: 'P1', colour: 'red' }] },
  })
  expect(violations).toMatchObject([{ operation: 'bulkUpdatePriceQuantity', side: 'request' }])
})

test('a saved world goes on where it was, its notifications too', async () => {
  const first = openedAccount()
  const order = given(await first.seller.buy({ lines: [{ listingId: first.listingIds[1]!, quantity: 1 }] }))
  const second = openedAccount({ listings: [] })
  second.sandbox.load(JSON.parse(JSON.stringify(first.sandbox.save())))
  const again = second.sandbox.seller(first.seller.userId)
  expect(again.shown(first.listingIds[1]!)).toBe(3)
  expect(again.order(order.orderId)?.lines).toHaveLength(1)
  expect((await second.call('GET', ITEMS, { token: first.accessToken })).status).toBe(200)
  expect(() => second.sandbox.load({ format: 2 })).toThrow('not a state')
})

describe('the pages', () => {
  const visit = async (world: ReturnType<typeof openedAccount>, path: string, form?: Record<string, string>) => {
    const init = form ? { method: 'POST', body: new URLSearchParams(form) } : {}
    return world.sandbox.fetch(new Request(`https://www.ebay.test${path}`, init))
  }

  test('a buyer buys, and the seller sees the order and cancels it', async () => {
    const world = openedAccount()
    const [, pendant = ''] = world.listingIds
    expect(await (await visit(world, '/')).text()).toContain('moonstone-atelier')
    expect(await (await visit(world, `/usr/${world.seller.userId}`)).text()).toContain('Opal pendant')
    const bought = await visit(world, `/itm/${pendant}/buy`, { quantity: '1' })
    expect(bought.headers.get('location')).toContain('placed')
    const [order] = world.seller.orders()
    expect(await (await visit(world, `/usr/${world.seller.userId}/orders`)).text()).toContain(order!.orderId)
    await visit(world, `/usr/${world.seller.userId}/orders/${order!.orderId}/cancel`, {})
    expect(world.seller.order(order!.orderId)?.cancelledAt).not.toBeNull()
    const edited = await visit(world, `/itm/${pendant}/edit`, { quantity: '7' })
    expect(edited.status).toBe(303)
    expect(world.seller.shown(pendant)).toBe(7)
    expect((await visit(world, `/itm/${pendant}/buy`, { quantity: '99' })).headers.get('location')).toContain('refused')
    expect((await visit(world, '/nowhere')).status).toBe(404)
  })

  test('a consent page for nobody we know leads nowhere', async () => {
    const world = openedAccount()
    expect((await visit(world, '/oauth2/authorize?client_id=other')).status).toBe(400)
  })
})
