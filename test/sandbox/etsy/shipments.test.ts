import { expect, test } from 'vitest'
import { given, openedShop, RING } from './opened-shop.ts'

const opened = (options: { charges?: object; paid?: boolean } = {}) => {
  const world = openedShop({ listings: [RING], badRequests: false })
  const { listingId } = world.shop.listings()[0]!
  const { receiptId } = given(
    world.shop.buy({
      lines: [{ listingId, sku: 'R1-6-Y', quantity: 1 }],
      buyer: { name: 'Ada Byron', email: 'ada@example.org' },
      ...options,
    }),
  )
  const path = `shops/${world.shop.shopId}/receipts/${receiptId}/tracking`
  const tell = (json: object) => world.call('POST', path, { json })
  return { ...world, receiptId, tell }
}

test('an order is marked as shipped with its tracking, and each further one is another parcel', async () => {
  const { tell, shop, receiptId } = opened()
  const answer = await tell({ tracking_code: 'A1', carrier_name: 'usps' })
  expect(answer).toMatchObject({
    status: 200,
    body: { is_shipped: true, shipments: [{ tracking_code: 'A1', carrier_name: 'usps' }] },
  })
  await tell({ tracking_code: 'B2', carrier_name: 'other' })
  expect(shop.receipt(receiptId)).toMatchObject({
    shipment: { trackingCode: 'A1' },
    furtherShipments: [{ trackingCode: 'B2' }],
  })
})
test('an order over ten dollars is not marked without tracking, nor with a carrier that nobody knows', async () => {
  const { tell, shop, receiptId } = opened()
  expect((await tell({})).status).toBe(400)
  expect((await tell({ tracking_code: 'A1', carrier_name: 'pigeon' })).status).toBe(400)
  expect(shop.receipt(receiptId)?.shippedAt).toBeNull()
})
test('an order that is not paid, or not there, is not marked', async () => {
  const { tell, call, shop } = opened({ paid: false })
  expect((await tell({ tracking_code: 'A1', carrier_name: 'usps' })).status).toBe(400)
  expect((await call('POST', `shops/${shop.shopId}/receipts/1/tracking`, { json: {} })).status).toBe(404)
})
test('what an order costs beside its pieces is stated', async () => {
  const { call, shop, receiptId } = opened({ charges: { shipping: 500, tax: 900, discount: 1_000 } })
  const { body } = await call('GET', `shops/${shop.shopId}/receipts/${receiptId}`)
  expect(body).toMatchObject({
    total_price: { amount: 12_000 },
    subtotal: { amount: 11_000 },
    total_shipping_cost: { amount: 500 },
    total_tax_cost: { amount: 900 },
    grandtotal: { amount: 12_400 },
  })
})
