import { describe, expect, it } from 'vitest'
import type { OrderToMake } from '#app/channels/order-desk.ts'
import { orderInput, refusalOf, without } from '#app/channels/shopify/order-input.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { granted, openWorld, STUDS, type World } from './world.ts'

const ORDER: OrderToMake = {
  externalId: '1001',
  name: '#1001',
  channel: 'Etsy',
  standsFor: 'etsy/7/1001',
  placedAt: new Date('2026-11-23T08:00:00Z'),
  currency: 'USD',
  url: 'https://www.etsy.com/your/orders/sold?order_id=1001',
  buyer: { name: 'Ada Augusta Byron', email: 'ada@example.org', phone: null },
  address: {
    ...{ name: 'Ada Byron', company: null, lines: ['1 Lane', 'Flat 2', 'Rear'], city: 'Bern', region: 'Bern' },
    ...{ postalCode: '3000', countryCode: 'CH', phone: null },
  },
  lines: [
    {
      ...{
        externalId: 'L1',
        listing: null,
        sku: 'STUD',
        title: 'Studs',
        quantity: 2,
        unitPriceMinor: 9_550,
        needsShipping: true,
      },
      ...{ details: [{ name: 'Engraving', value: 'A.B.' }], ownThing: null },
    },
  ],
  shipping: { title: 'Post', priceMinor: 500 },
  taxes: [{ title: 'VAT', amountMinor: 1_000, collected: true }],
  taxesIncluded: true,
  discountMinor: 100,
  totalMinor: 19_500,
  note: null,
}

const made = async (world: World, more: Partial<OrderToMake> = {}) => {
  const ownThing = world.shop.item('STUD').id
  const lines = ORDER.lines.map((line) => ({ ...line, ownThing }))
  const outcome = await world.connector.makeOrder({ ...ORDER, lines, ...more })
  if (outcome.outcome !== 'made') throw new Error(outcome.reason)
  return outcome
}

describe('an order of another channel', () => {
  it('is said in Shopify’s words: whole cents, its buyer by two names, its own lines with what was asked for', () => {
    expect(orderInput(ORDER, new Map())).toMatchObject({
      sourceName: 'etsy',
      tags: ['Etsy', 'Etsy #1001'],
      customer: { toUpsert: { firstName: 'Ada Augusta', lastName: 'Byron', email: 'ada@example.org' } },
      shippingAddress: {
        firstName: 'Ada',
        lastName: 'Byron',
        address1: '1 Lane',
        address2: 'Flat 2, Rear',
        province: 'Bern',
        countryCode: 'CH',
      },
      lineItems: [
        {
          title: 'Studs',
          quantity: 2,
          priceSet: { shopMoney: { amount: '95.50' } },
          properties: [{ value: 'L1' }, { value: 'A.B.' }],
        },
      ],
      taxLines: [{ rate: '0.055556', priceSet: { shopMoney: { amount: '10.00', currencyCode: 'USD' } } }],
      discountCode: { itemFixedDiscountCode: { amountSet: { shopMoney: { amount: '1.00' } } } },
      transactions: [{ gateway: 'Etsy', amountSet: { shopMoney: { amount: '195.00' } } }],
    })
    const yen = { ...ORDER, currency: 'JPY', totalMinor: 19_500 }
    expect(orderInput(yen, new Map()).transactions[0]?.amountSet.shopMoney.amount).toBe('19500')
  })
  it('without an e-mail address has no customer: each would be another', () => {
    expect(orderInput({ ...ORDER, buyer: { ...ORDER.buyer, email: null } }, new Map())).not.toHaveProperty('customer')
  })
  it('goes without what it can do without, and is refused in words that repeat nothing of it', () => {
    const input = orderInput(ORDER, new Map())
    expect(without(input, [{ code: 'INVALID', field: ['order', 'email'] }])).not.toHaveProperty('customer')
    expect(without(input, [{ code: 'INVALID', field: ['order', 'lineItems', '0'] }])).toBeNull()
    expect(refusalOf([{ code: 'INVALID', field: ['order', 'shippingAddress', 'zip'] }])).toBe(
      'Shopify does not take the address (INVALID).',
    )
    expect(refusalOf([{ code: null, field: null }])).toBe('Shopify does not take something in it.')
  })
  it('is made with the variant of its piece, moves none, and is found by what it stands for', async () => {
    const world = openWorld({ products: [STUDS] })
    expect(await world.connector.findMade(ORDER.standsFor)).toBeNull()
    const { externalId } = await made(world)
    expect(world.shop.order(externalId).lines).toMatchObject([{ kind: 'variant', sku: 'STUD' }])
    expect(world.shop.available('STUD')).toBe(15)
    expect(await world.connector.findMade(ORDER.standsFor)).toMatchObject({ externalId })
    expect(await world.connector.findMade('etsy/7/1')).toBeNull()
    expect(await world.connector.order(externalId)).toMatchObject({ standsFor: ORDER.standsFor })
  })
  it('tells what was sent of it and with which number, line by line of its channel', async () => {
    const world = openWorld({ products: [STUDS] })
    const { externalId } = await made(world)
    const [line] = world.shop.order(externalId).lines
    granted(
      world.shop.fulfill(externalId, [{ lineId: line!.id, quantity: 1 }], { company: 'USPS', number: '94', url: null }),
    )
    expect(await world.connector.madeOrder(externalId)).toMatchObject({
      cancelledAt: null,
      lines: [{ line: 'L1', current: 2, sent: 1 }],
      fulfilments: [{ carrier: 'USPS', trackingNumber: '94', lines: [{ quantity: 1 }] }],
    })
  })
  it('is sent, taken off in part, and cancelled as its channel says', async () => {
    const world = openWorld({ products: [STUDS] })
    const { externalId } = await made(world)
    const one = [{ line: 'L1', quantity: 1 }]
    expect(await world.connector.takeOffMade(externalId, one, 'key')).toMatchObject({ outcome: 'accepted' })
    expect(await world.connector.takeOffMade(externalId, one, 'key')).toMatchObject({ outcome: 'accepted' })
    expect(await world.connector.madeOrder(externalId)).toMatchObject({ lines: [{ current: 1 }] })
    expect(await world.connector.fulfilMade(externalId, one)).toMatchObject({ outcome: 'accepted' })
    expect(await world.connector.madeOrder(externalId)).toMatchObject({ lines: [{ sent: 1 }] })
    expect(await world.connector.cancelMade(externalId)).toMatchObject({ outcome: 'rejected' })
    const other = await made(world, { standsFor: 'etsy/7/2' })
    expect(await world.connector.cancelMade(other.externalId)).toMatchObject({ outcome: 'accepted' })
    expect(world.shop.order(other.externalId).cancelledAt).not.toBeNull()
    expect(await world.connector.fulfilMade('gid://shopify/Order/1', one)).toMatchObject({ outcome: 'rejected' })
  })
})

describe('when Shopify does not answer as it should', () => {
  const answered =
    (status: number, body: object = {}) =>
    () =>
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
  it('nobody knows whether it was made', async () => {
    const world = openWorld({ products: [STUDS] })
    world.trouble(answered(503))
    expect(await world.connector.makeOrder(ORDER)).toMatchObject({ outcome: 'unknown' })
  })
  it('to be told later is an outage, and so is a store that is closed', async () => {
    const world = openWorld({ products: [STUDS] })
    world.trouble(answered(429))
    await expect(world.connector.makeOrder(ORDER)).rejects.toThrow(TryAgain)
    world.trouble(answered(402))
    await expect(world.connector.makeOrder(ORDER)).rejects.toThrow(GiveUp)
  })
  it('what it says of a buyer’s data is repeated nowhere', async () => {
    const world = openWorld({ products: [STUDS] })
    const message = 'Variable $order was provided invalid value for Ada Byron'
    world.trouble(answered(200, { errors: [{ message, extensions: { code: 'INVALID_VARIABLE' } }] }))
    const outcome = await world.connector.makeOrder(ORDER)
    expect(outcome).toMatchObject({ outcome: 'rejected' })
    expect(JSON.stringify(outcome)).not.toContain('Ada')
  })
  it('an address in a country that is none is refused in words of ours', async () => {
    const world = openWorld({ products: [STUDS] })
    const address = { ...ORDER.address!, countryCode: 'XQ' }
    expect(await world.connector.makeOrder({ ...ORDER, address })).toMatchObject({ outcome: 'rejected' })
  })
})
