import { describe, expect, test } from 'vitest'
import { ENGRAVED, PENDANT, RING, given, openedShop } from './opened-shop.ts'

describe('a buyer at the checkout', () => {
  test('takes pieces off the listing and gets an order that says what she bought', () => {
    const { shop, first } = openedShop()
    const receipt = given(shop.buy({ lines: [{ listingId: first, sku: 'R1-7-Y', quantity: 2 }] }))
    expect(receipt.lines).toMatchObject([{ sku: 'R1-7-Y', quantity: 2, price: 12_000, title: 'Solitaire ring' }])
    expect(shop.shown(first, receipt.lines[0]!.productId)).toBe(1)
    expect(shop.shown(first)).toBe(4)
  })

  test('finds the listing sold out once the last piece is gone', () => {
    const { shop, listingIds } = openedShop({ listings: [PENDANT] })
    const line = { listingId: listingIds[0]!, quantity: 1 }
    given(shop.buy({ lines: [line] }))
    expect(shop.listing(line.listingId)?.state).toBe('sold_out')
    expect(shop.buy({ lines: [line] })).toMatchObject({ refused: true, code: 'not-shown' })
  })

  test('leaves the listing on sale while another variation has stock', () => {
    const { shop, first } = openedShop()
    given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-W', quantity: 1 }] }))
    expect(shop.listing(first)?.state).toBe('active')
  })

  test('takes from the quantity that all products have in common', () => {
    const { shop, first } = openedShop({ listings: [ENGRAVED] })
    const [script, block] = shop.listing(first)!.inventory.products
    given(shop.buy({ lines: [{ listingId: first, productId: script!.productId, quantity: 3 }] }))
    expect(shop.shown(first, block!.productId)).toBe(1)
    expect(shop.shown(first)).toBe(1)
  })

  test('holds pieces while her payment is being processed', () => {
    const { shop, first } = openedShop({ listings: [PENDANT] })
    given(shop.buy({ lines: [{ listingId: first, quantity: 1 }], paid: false }))
    expect(shop.shown(first)).toBe(0)
  })

  test.each([
    ['more than is shown', { sku: 'R1-6-Y', quantity: 3 }, 'not-shown'],
    ['a SKU the listing has not', { sku: 'nothing', quantity: 1 }, 'unknown-product'],
    ['no choice where there is one', { quantity: 1 }, 'unknown-product'],
    ['no piece', { sku: 'R1-6-Y', quantity: 0 }, 'no-quantity'],
    ['half a piece', { sku: 'R1-6-Y', quantity: 0.5 }, 'no-quantity'],
  ])('is refused %s', (_, line, code) => {
    const { shop, first } = openedShop()
    expect(shop.buy({ lines: [{ listingId: first, ...line }] })).toMatchObject({ refused: true, code })
    expect(shop.shown(first)).toBe(6)
  })

  test('is refused what two of her lines together exceed, and nothing of the order is taken', () => {
    const { shop, listingIds } = openedShop()
    const [ring, pendant] = listingIds
    const half = { listingId: ring!, sku: 'R1-6-Y', quantity: 1 }
    const order = { lines: [{ listingId: pendant!, quantity: 1 }, half, { ...half, quantity: 2 }] }
    expect(shop.buy(order)).toMatchObject({ refused: true, code: 'not-shown' })
    expect(shop.shown(ring!)).toBe(6)
    expect(shop.shown(pendant!)).toBe(1)
    expect('refused' in shop.buy({ lines: [half, half] })).toBe(false)
  })

  test('is refused the listing of another shop, and one that is deleted', () => {
    const { sandbox, shop, first } = openedShop()
    const other = sandbox.addShop({ name: 'Other', listings: [RING] })
    const line = { sku: 'R1-6-Y', quantity: 1 }
    expect(other.buy({ lines: [{ listingId: first, ...line }] })).toMatchObject({ code: 'unknown-listing' })
    shop.deleteBySeller(first)
    expect(shop.buy({ lines: [{ listingId: first, ...line }] })).toMatchObject({ code: 'unknown-listing' })
  })
})

describe('an order afterwards', () => {
  const bought = (paid = true, switches = {}) => {
    const opened = openedShop({ listings: [PENDANT], switches })
    const receipt = given(opened.shop.buy({ lines: [{ listingId: opened.first, quantity: 1 }], paid }))
    return { ...opened, id: receipt.receiptId }
  }
  const quantity = ({ shop, first }: ReturnType<typeof bought>) => shop.listing(first)!.inventory.products[0]!.quantity

  test('is canceled without giving its piece back to the listing', () => {
    const opened = bought()
    given(opened.shop.cancel(opened.id))
    expect(quantity(opened)).toBe(0)
  })

  test('is canceled and gives its piece back, off sale, where Etsy restocks', () => {
    const opened = bought(true, { cancelRestocks: true })
    given(opened.shop.cancel(opened.id))
    expect(quantity(opened)).toBe(1)
    expect(opened.shop.shown(opened.first)).toBe(0)
  })

  test('releases its piece when the payment fails', () => {
    const opened = bought(false)
    given(opened.shop.cancel(opened.id))
    expect(quantity(opened)).toBe(1)
  })

  test('can be refunded in parts until nothing is left to refund', () => {
    const { shop, id } = bought()
    given(shop.refundPartially(id, { amount: 40_000 }))
    expect(shop.refundPartially(id, { amount: 50_001 })).toMatchObject({ code: 'amount' })
    expect(given(shop.refundPartially(id, { amount: 50_000 })).refunds).toHaveLength(2)
    expect(shop.refundPartially(id, { amount: 1 })).toMatchObject({ code: 'amount' })
  })

  type Stage = { act: (shop: ReturnType<typeof bought>['shop'], id: number) => unknown; paid: boolean; code: string }
  const stages: [string, Stage][] = [
    ['paid twice', { act: (shop, id) => shop.pay(id), paid: true, code: 'paid' }],
    ['canceled twice', { act: (shop, id) => (shop.cancel(id), shop.cancel(id)), paid: true, code: 'canceled' }],
    ['canceled once shipped', { act: (shop, id) => (shop.ship(id), shop.cancel(id)), paid: true, code: 'shipped' }],
    ['shipped twice', { act: (shop, id) => (shop.ship(id), shop.ship(id)), paid: true, code: 'shipped' }],
    ['shipped once canceled', { act: (shop, id) => (shop.cancel(id), shop.ship(id)), paid: true, code: 'canceled' }],
    ['shipped before it is paid', { act: (shop, id) => shop.ship(id), paid: false, code: 'unpaid' }],
    [
      'refunded before it is paid',
      { act: (shop, id) => shop.refundPartially(id, { amount: 1 }), paid: false, code: 'unpaid' },
    ],
    ['paid once canceled', { act: (shop, id) => (shop.cancel(id), shop.pay(id)), paid: false, code: 'canceled' }],
    ['touched by another number', { act: (shop, id) => shop.cancel(id + 1), paid: true, code: 'unknown-receipt' }],
  ]
  test.each(stages)('cannot be %s', (_, { act, paid, code }) => {
    const { shop, id } = bought(paid)
    expect(act(shop, id)).toMatchObject({ refused: true, code })
  })

  test('from before the world began takes no stock and tells nobody', async () => {
    const { shop, first, clock, delivered, receipts } = openedShop({ listings: [PENDANT] })
    const placedAt = new Date('2026-02-20T08:00:00Z')
    shop.recordPastSale({
      placedAt,
      lines: [{ listingId: first, quantity: 1 }],
      buyer: { name: 'Ada', email: 'ada@test' },
    })
    await clock.runTo(clock.now())
    expect(shop.shown(first)).toBe(1)
    expect(delivered).toEqual([])
    expect((await receipts()).results).toMatchObject([
      { name: 'Ada', status: 'paid', created_timestamp: placedAt.getTime() / 1000 },
    ])
  })
})
