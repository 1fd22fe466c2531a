import { describe, expect, test } from 'vitest'
import { type Opening, type Page, RING, type WireReceipt, given, openedShop } from './opened-shop.ts'

const MANY = { ...RING, products: RING.products.map((product) => ({ ...product, quantity: 300 })) }

/** A shop with `n` orders, one every ten seconds from ten o'clock on. */
async function withOrders(n: number, opening: Opening = {}) {
  const opened = openedShop({ listings: [MANY], ...opening })
  const ids: number[] = []
  const start = opened.clock.now().getTime()
  for (let i = 0; i < n; i++) {
    await opened.clock.runTo(new Date(start + i * 10_000))
    const line = { listingId: opened.first, sku: 'R1-6-Y', quantity: 1 }
    ids.push(given(opened.shop.buy({ lines: [line], paid: i % 4 !== 3 })).receiptId)
  }
  const at = (index: number) => start / 1_000 + index * 10
  return { ...opened, ids, at }
}

const idsOf = ({ results }: Page<WireReceipt>) => results.map((receipt) => receipt.receipt_id)

describe('reading a shop’s orders', () => {
  test('newest first unless asked otherwise, 25 at a time, with the count of all that match', async () => {
    const { receipts, ids } = await withOrders(30)
    const page = await receipts()
    expect(page.count).toBe(30)
    expect(idsOf(page)).toEqual(ids.slice(5).reverse())
    expect(idsOf(await receipts('limit=10&offset=25&sort_order=asc'))).toEqual(ids.slice(25))
    expect(idsOf(await receipts('sort_on=receipt_id&sort_order=up&limit=3'))).toEqual(ids.slice(0, 3))
  })

  test('a window by time of change includes both its ends', async () => {
    const { receipts, ids, at } = await withOrders(6)
    const window = `min_last_modified=${at(2)}&max_last_modified=${at(4)}`
    expect(idsOf(await receipts(`${window}&sort_on=updated&sort_order=asc`))).toEqual(ids.slice(2, 5))
    expect(idsOf(await receipts(`${window}&sort_on=created&sort_order=asc`))).toEqual(ids.slice(2, 5))
  })

  test('an order changed within a second is in the window that starts, and in the one that ends, with that second', async () => {
    const { clock, shop, first, receipts } = openedShop({ listings: [MANY] })
    const second = clock.now().getTime() / 1_000
    await clock.runTo(new Date(clock.now().getTime() + 900))
    given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
    expect((await receipts(`min_last_modified=${second}&sort_on=updated`)).count).toBe(1)
    expect((await receipts(`max_last_modified=${second}&sort_on=updated`)).count).toBe(1)
    expect((await receipts(`min_last_modified=${second + 1}&sort_on=updated`)).count).toBe(0)
    expect((await receipts(`max_last_modified=${second - 1}&sort_on=updated`)).count).toBe(0)
  })

  test('a change moves an order to the end of the list by time of change, and leaves its place by creation', async () => {
    const { receipts, ids, shop, clock, at } = await withOrders(4)
    await clock.runTo(new Date(at(10) * 1_000))
    given(shop.ship(ids[1]!))
    expect(idsOf(await receipts('sort_on=updated&sort_order=asc'))).toEqual([ids[0], ids[2], ids[3], ids[1]])
    expect(idsOf(await receipts(`sort_on=updated&min_last_modified=${at(10)}`))).toEqual([ids[1]])
    expect(idsOf(await receipts('sort_order=asc'))).toEqual(ids)
    expect(idsOf(await receipts(`max_created=${at(1)}&sort_order=asc`))).toEqual(ids.slice(0, 2))
  })

  test.each([
    ['was_paid=true', [0, 1, 2, 4]],
    ['was_paid=false', [3]],
    ['was_shipped=true', [0]],
    ['was_shipped=false', [1, 2, 3, 4]],
    ['was_canceled=true', [1]],
    ['was_canceled=false', [0, 2, 3, 4]],
    ['was_paid=true&was_shipped=false&was_canceled=false', [2, 4]],
    ['was_delivered=true', []],
  ])('%s', async (query, expected) => {
    const { receipts, ids, shop } = await withOrders(5)
    given(shop.ship(ids[0]!))
    given(shop.cancel(ids[1]!))
    expect(idsOf(await receipts(`${query}&sort_order=asc`))).toEqual(expected.map((i) => ids[i]))
  })

  test.each([
    'limit=101',
    'limit=none',
    'was_paid=maybe',
    'min_last_modified=1',
    'sort_on=price',
    'sort_order=sideways',
  ])('%s is refused', async (query) => {
    const { call, shop } = openedShop({ badRequests: true })
    expect((await call('GET', `shops/${shop.shopId}/receipts?${query}`)).status).toBe(400)
  })
})

describe('one order', () => {
  test('says what was bought, of which variation, for how much, and where it stands', async () => {
    const { call, shop, first, clock } = openedShop({ listings: [RING] })
    const lines = [
      { listingId: first, sku: 'R1-7-Y', quantity: 2 },
      { listingId: first, sku: 'R1-6-W', quantity: 1 },
    ]
    const { receiptId } = given(shop.buy({ lines, paid: false }))
    const read = async () => (await call<WireReceipt>('GET', `shops/${shop.shopId}/receipts/${receiptId}`)).body
    expect(await read()).toMatchObject({
      status: 'payment processing',
      is_paid: false,
      grandtotal: { amount: 38_000, divisor: 100, currency_code: 'USD' },
      transactions: [
        {
          listing_id: first,
          sku: 'R1-7-Y',
          quantity: 2,
          paid_timestamp: null,
          price: { amount: 12_000 },
          variations: [
            { property_id: 513, formatted_name: 'Ring size', formatted_value: '7' },
            { property_id: 514, formatted_name: 'Metal', formatted_value: 'Yellow gold' },
          ],
        },
        { sku: 'R1-6-W', quantity: 1 },
      ],
    })
    const { productId } = shop.listing(first)!.inventory.products[1]!
    expect((await read()).transactions[0]!.product_id).toBe(productId)

    given(shop.pay(receiptId))
    expect(await read()).toMatchObject({
      status: 'paid',
      is_paid: true,
      transactions: [{ paid_timestamp: 1_772_359_200 }, {}],
    })
    given(shop.refundPartially(receiptId, { amount: 1_000, reason: 'Scratch' }))
    expect(await read()).toMatchObject({
      status: 'partially refunded',
      refunds: [{ amount: { amount: 1_000 }, reason: 'Scratch' }],
    })
    await clock.runTo(new Date(clock.now().getTime() + 60_000))
    given(shop.ship(receiptId, { carrier: 'ups', trackingCode: '1Z' }))
    expect(await read()).toMatchObject({ is_shipped: true, shipments: [{ carrier_name: 'ups', tracking_code: '1Z' }] })
    given(shop.refundPartially(receiptId, { amount: 37_000 }))
    expect((await read()).status).toBe('fully refunded')
  })

  test.each([
    ['shipped is completed', 'completed', (shop: ReturnType<typeof openedShop>['shop'], id: number) => shop.ship(id)],
    ['canceled', 'canceled', (shop: ReturnType<typeof openedShop>['shop'], id: number) => shop.cancel(id)],
  ])('%s', async (_, status, act) => {
    const { shop, ids, receipts } = await withOrders(1)
    given(act(shop, ids[0]!))
    expect((await receipts()).results[0]!.status).toBe(status)
  })

  test('keeps the title and the price of the day it was bought', async () => {
    const { shop, first, receipts } = await withOrders(1)
    const { productId } = shop.listing(first)!.inventory.products[0]!
    given(shop.editBySeller(first, { title: 'Renamed', prices: { [productId]: 1 } }))
    expect((await receipts()).results[0]!.transactions[0]).toMatchObject({
      title: 'Solitaire ring',
      price: { amount: 12_000 },
    })
  })

  test('can be read line by line', async () => {
    const { call, shop, ids } = await withOrders(1)
    const path = `shops/${shop.shopId}/receipts/${ids[0]}/transactions`
    expect((await call('GET', path)).body).toMatchObject({ count: 1, results: [{ sku: 'R1-6-Y', receipt_id: ids[0] }] })
    expect((await call('GET', path.replace(String(ids[0]), '1'))).status).toBe(404)
  })

  test('is not found under a number that is not the shop’s', async () => {
    const { call, shop, ids } = await withOrders(1)
    expect((await call('GET', `shops/${shop.shopId}/receipts/${ids[0]! + 1}`)).status).toBe(404)
  })
})

test('orders last changed before a moment can be forgotten, and nothing else is', async () => {
  const { sandbox, shop, ids, receipts, call, clock, at } = await withOrders(10)
  await clock.runTo(new Date(at(20) * 1_000))
  given(shop.cancel(ids[2]!))
  sandbox.forgetReceipts(new Date(at(5) * 1_000))
  const left = [ids[2]!, ...ids.slice(5)]
  expect(idsOf(await receipts('sort_order=asc'))).toEqual(left)
  expect(shop.receipts().map((receipt) => receipt.receiptId)).toEqual(left)
  expect((await call('GET', `shops/${shop.shopId}/receipts/${ids[0]}`)).status).toBe(404)
})
