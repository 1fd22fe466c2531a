import { describe, expect, test } from 'vitest'
import { orderOf, snapshotsOf, variantIdOf } from '#app/channels/etsy/translate.ts'
import { wireListing, wireReceipt } from '#app/channels/etsy/wire.ts'

const price = { amount: 12_000, divisor: 100, currency_code: 'EUR' }
const size = (text: string) => ({ property_id: 100, property_name: 'Ring size', values: [text] })
const metal = (text: string) => ({ property_id: 52, property_name: 'Metal', values: [text] })

const offering = { quantity: 3, is_enabled: true, price }
const product = { product_id: 7, sku: 'R-54', offerings: [offering], property_values: [size('54')] }
const listing = {
  listing_id: 1,
  title: 'Ring',
  state: 'active',
  url: 'https://www.etsy.com/listing/1',
  inventory: { products: [product] },
}

const snapshots = (told: object) => snapshotsOf(wireListing.parse({ ...listing, ...told }))
const inventory = (...products: object[]) => ({ inventory: { products } })

describe('a variation is named by what the buyer chooses', () => {
  test.each([
    ['nothing to choose', [], ''],
    ['one choice', [size('54')], '100:54'],
    ['two, in the order of their properties', [size('54'), metal('Gold')], '52:Gold|100:54'],
    ['the same two the other way round', [metal('Gold'), size('54')], '52:Gold|100:54'],
    ['a choice written as HTML', [size('6&quot; &amp; more ')], '100:6" & more'],
    ['several values in one', [{ ...metal('Gold'), values: ['Gold', 'Silver'] }], '52:Gold, Silver'],
  ])('%s', (_, choices, variantId) => {
    expect(variantIdOf(choices)).toBe(variantId)
  })
})

describe('a listing', () => {
  test('is one listing of ours for each variation', () => {
    const other = { ...product, product_id: 8, sku: 'R-56', property_values: [size('56')] }
    expect(snapshots(inventory(product, other))).toEqual([
      {
        ref: { externalId: '1', variantId: '100:54' },
        sku: 'R-54',
        title: 'Ring',
        attributes: { 'Ring size': '54' },
        status: 'active',
        shown: 3,
        priceMinor: 12_000,
        currency: 'EUR',
        url: 'https://www.etsy.com/listing/1',
      },
      expect.objectContaining({ ref: { externalId: '1', variantId: '100:56' }, sku: 'R-56' }),
    ])
  })

  test.each([
    ['on sale', {}, 3],
    ['off sale', { state: 'inactive' }, 0],
    ['sold out', { state: 'sold_out' }, 0],
    ['switched off by its seller', inventory({ ...product, offerings: [{ ...offering, is_enabled: false }] }), 0],
  ])('%s shows %i', (_, told, shown) => {
    expect(snapshots(told).map((one) => one.shown)).toEqual([shown])
  })

  test('in a state nobody documented is off sale', () => {
    expect(snapshots({ state: 'edit' })).toMatchObject([{ status: 'inactive', shown: 0 }])
  })

  test('leaves out variations that were deleted', () => {
    expect(snapshots(inventory({ ...product, is_deleted: true }, product))).toHaveLength(1)
  })

  test('without an inventory is one listing with the number Etsy gives for it', () => {
    const told = { inventory: null, quantity: 4, price }
    expect(snapshots(told)).toMatchObject([{ ref: { externalId: '1', variantId: '' }, shown: 4, priceMinor: 12_000 }])
    expect(snapshots({ ...told, state: 'inactive' })).toMatchObject([{ shown: 0 }])
  })

  test.each([
    ['USD', 100, 4_999, 4_999],
    ['JPY', 1, 9_000, 9_000],
    ['JPY', 100, 900_000, 9_000],
  ])('has its price in the minor units of %s (divisor %i)', (currency_code, divisor, amount, minor) => {
    const told = inventory({ ...product, offerings: [{ ...offering, price: { amount, divisor, currency_code } }] })
    expect(snapshots(told)).toMatchObject([{ priceMinor: minor, currency: currency_code }])
  })
})

const line = {
  transaction_id: 9,
  title: 'Ring &quot;Luna&quot;',
  quantity: 2,
  listing_id: 1,
  product_data: [size('54')],
  sku: 'R-54',
  price,
  paid_timestamp: 1_790_000_060,
}
const receipt = {
  receipt_id: 33,
  status: 'paid',
  is_paid: true,
  is_shipped: false,
  created_timestamp: 1_790_000_000,
  updated_timestamp: 1_790_000_100,
  grandtotal: price,
  transactions: [line],
}

const order = (told: object) => orderOf(wireReceipt.parse({ ...receipt, ...told }))
const pieces = (told: object) => order(told).lines.map((one) => [one.quantity, one.currentQuantity, one.shipped])

describe('an order', () => {
  test('is told in our words', () => {
    expect(order({})).toEqual({
      externalId: '33',
      name: '#33',
      placedAt: new Date(1_790_000_000_000),
      paidAt: new Date(1_790_000_060_000),
      updatedAt: new Date(1_790_000_100_000),
      cancelledAt: null,
      currency: 'EUR',
      url: 'https://www.etsy.com/your/orders/sold?order_id=33',
      lines: [
        {
          externalId: '9',
          listing: { externalId: '1', variantId: '100:54' },
          sku: 'R-54',
          title: 'Ring "Luna"',
          quantity: 2,
          currentQuantity: 2,
          shipped: 0,
          restocked: [],
          takesStock: true,
          backorder: false,
          unitPriceMinor: 12_000,
          sources: [],
        },
      ],
      unclear: null,
    })
  })

  test.each([
    ['paid', {}, [2, 2, 0], null],
    ['open', {}, [2, 2, 0], null],
    ['payment processing', { is_paid: false }, [2, 2, 0], null],
    ['completed', { is_shipped: true }, [2, 2, 2], null],
    ['canceled', {}, [2, 0, 0], null],
    ['fully refunded', {}, [2, 0, 0], null],
    ['partially refunded', {}, [2, 2, 0], /which pieces/],
    ['partially refunded', { is_shipped: true }, [2, 2, 2], /which pieces/],
    ['fully refunded', { is_shipped: true }, [2, 2, 2], /came back/],
    ['canceled', { is_shipped: true }, [2, 2, 2], /came back/],
  ])('that is %s %o has its pieces as %j', (status, told, expected, unclear) => {
    expect(pieces({ status, ...told })).toEqual([expected])
    const sentence = order({ status, ...told }).unclear
    if (unclear === null) expect(sentence).toBeNull()
    else expect(sentence).toMatch(unclear)
  })

  test('of which one line has left has that one shipped', () => {
    const left = { ...line, transaction_id: 10, shipped_timestamp: 1_790_000_090 }
    expect(pieces({ transactions: [line, left] })).toEqual([
      [2, 2, 0],
      [2, 2, 2],
    ])
  })

  test('was cancelled when its money went back, or else when it last changed', () => {
    const refunds = [{ created_timestamp: 1_790_000_070 }]
    expect(order({ status: 'canceled', refunds }).cancelledAt).toEqual(new Date(1_790_000_070_000))
    expect(order({ status: 'canceled' }).cancelledAt).toEqual(new Date(1_790_000_100_000))
    expect(order({ status: 'partially refunded', refunds }).cancelledAt).toBeNull()
  })

  test.each([
    ['not paid yet', { is_paid: false, transactions: [{ ...line, paid_timestamp: null }] }, null],
    ['paid, nobody says when', { transactions: [{ ...line, paid_timestamp: null }] }, new Date(1_790_000_000_000)],
  ])('%s', (_, told, paidAt) => {
    expect(order(told).paidAt).toEqual(paidAt)
  })

  test('of a file to download takes no stock', () => {
    expect(order({ transactions: [{ ...line, is_digital: true }] }).lines).toMatchObject([{ takesStock: false }])
  })

  test('of a listing that is gone names none', () => {
    const gone = { ...line, listing_id: null, product_data: [], sku: null, title: null }
    expect(order({ transactions: [gone] }).lines).toMatchObject([{ listing: null, sku: '', title: '' }])
  })

  test('keeps nothing of its buyer', () => {
    const buyer = { name: 'Ada Buyer', buyer_email: 'ada@example.com', first_line: '1 High Street' }
    expect(JSON.stringify(order(buyer))).not.toMatch(/Ada|ada@|High Street/)
  })
})
