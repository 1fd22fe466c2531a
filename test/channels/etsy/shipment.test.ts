import { expect, test } from 'vitest'
import { given, RING } from '#test/sandbox/etsy/opened-shop.ts'
import { connectedShop } from './connected-shop.ts'

const opened = () => {
  const world = connectedShop({ listings: [RING] })
  const { listingId } = world.shop.listings()[0]!
  const { receiptId } = given(
    world.shop.buy({
      lines: [{ listingId, sku: 'R1-6-Y', quantity: 2 }],
      buyer: { name: 'Ada Byron', email: 'ada@example.org', message: 'No plastic, please' },
      charges: { shipping: 500, tax: 900, giftWrap: 300, discount: 1_000 },
    }),
  )
  const parcel = {
    externalId: String(receiptId),
    lines: [],
    carrier: 'DHL Express',
    trackingNumber: 'A1',
    again: false,
  }
  return { ...world, receiptId, parcel }
}

test('an order is read with its buyer, its address, and everything it costs', async () => {
  const { connector, receiptId } = opened()
  expect(await connector.wholeOrder?.(String(receiptId))).toMatchObject({
    externalId: String(receiptId),
    buyer: { name: 'Ada Byron', email: 'ada@example.org' },
    address: { name: 'Ada Byron', lines: ['12 Sandbox Lane'], city: 'Portland', region: 'ME', countryCode: 'US' },
    lines: [
      {
        sku: 'R1-6-Y',
        quantity: 2,
        unitPriceMinor: 12_000,
        details: [{ name: 'Ring size', value: '6' }, { name: 'Metal' }],
      },
      { externalId: 'gift-wrap', unitPriceMinor: 300, needsShipping: false },
    ],
    shipping: { priceMinor: 500 },
    taxes: [{ amountMinor: 900, collected: true }],
    taxesIncluded: false,
    discountMinor: 1_000,
    totalMinor: 24_700,
    note: 'No plastic, please',
  })
  expect(await connector.wholeOrder?.('1')).toBeNull()
})
test('a parcel is told with the carrier’s name there, or as another one', async () => {
  const { connector, shop, receiptId, parcel } = opened()
  expect(await connector.tellSent?.(parcel)).toEqual({ outcome: 'accepted', reason: null })
  expect(await connector.tellSent?.({ ...parcel, carrier: 'Swiss Post', trackingNumber: 'B2' })).toMatchObject({
    outcome: 'accepted',
  })
  expect(shop.receipt(receiptId)).toMatchObject({
    shipment: { carrier: 'dhl' },
    furtherShipments: [{ carrier: 'other' }],
  })
})
test('what may have been told is looked up before it is told again', async () => {
  const { connector, sandbox, shop, receiptId, parcel } = opened()
  sandbox.configure({ faults: { calls: { lostAnswer: 1 } } })
  expect(await connector.tellSent?.(parcel)).toMatchObject({ outcome: 'unknown' })
  sandbox.configure({ faults: null })
  expect(await connector.tellSent?.({ ...parcel, again: true })).toMatchObject({ outcome: 'accepted' })
  expect(shop.receipt(receiptId)?.furtherShipments).toBeUndefined()
  expect(await connector.tellSent?.({ ...parcel, trackingNumber: 'C3', again: true })).toMatchObject({
    outcome: 'accepted',
  })
  expect(shop.receipt(receiptId)?.furtherShipments).toHaveLength(1)
})
test('without the number that Etsy wants it is not told, and why is said', async () => {
  const { connector, parcel } = opened()
  expect(await connector.tellSent?.({ ...parcel, trackingNumber: null })).toMatchObject({
    outcome: 'rejected',
    reason: expect.stringMatching(/tracking/),
  })
})
