import { describe, expect, it } from 'vitest'
import { orderOf } from '#app/channels/shopify/translate-orders.ts'
import { levelOf, shownOf, thingOf } from '#app/channels/shopify/translate-things.ts'
import type { WireLine, WireOrder, WireParcel } from '#app/channels/shopify/wire-orders.ts'
import type { WireLevel, WireThing } from '#app/channels/shopify/wire-things.ts'
import { SHOPIFY_ADMIN } from '#app/channels/shopify/shop.ts'

const SHOP = { domain: 'northlight.myshopify.com', adminOrigin: SHOPIFY_ADMIN }
const T = (minute: number) => new Date(Date.UTC(2026, 10, 23, 9, minute))
const all = <N>(nodes: N[]) => ({ nodes, pageInfo: { hasNextPage: false, endCursor: null } })

const level = (available: number, over: Partial<WireLevel['location']> = {}): WireLevel => ({
  updatedAt: T(1),
  location: { id: 'gid://shopify/Location/1', isActive: true, fulfillsOnlineOrders: true, ...over },
  quantities: [{ name: 'available', quantity: available, updatedAt: null }],
})

describe('what a buyer online can have', () => {
  const cases: [string, WireLevel[], number][] = [
    ['nothing where it never lay', [], 0],
    ['what all places have', [level(2), level(3)], 5],
    ['not what a closed place has', [level(2), level(3, { isActive: false })], 2],
    ['not what a place has that sells nothing online', [level(2), level(3, { fulfillsOnlineOrders: false })], 2],
    ['less where another place owes pieces', [level(5), level(-2)], 3],
    ['never less than nothing', [level(1), level(-4)], 0],
  ]
  it.each(cases)('is %s', (_, levels, shown) => expect(shownOf(levels)).toBe(shown))
})

describe('the moment a level is of', () => {
  const at = (...moments: (Date | null)[]): WireLevel => ({
    ...level(0),
    quantities: moments.map((updatedAt) => ({ name: 'available', quantity: 0, updatedAt })),
  })

  it.each([
    ['the newest of its quantities', at(T(3), T(7), T(5)), T(7)],
    ['that of the one that ever changed', at(null, T(3), null), T(3)],
    ['its own where none ever changed', at(null, null), T(1)],
    ['its own where there are none', at(), T(1)],
  ])('is %s', (_, wire, expected) => expect(levelOf(wire).updatedAt).toEqual(expected))

  it('has no place for a quantity that is a sum, or one we do not know', () => {
    const quantities = ['on_hand', 'available', 'in_orbit'].map((name) => ({ name, quantity: 4, updatedAt: null }))
    expect(levelOf({ ...level(0), quantities }).quantities).toEqual({ available: 4 })
  })
})

describe('a thing', () => {
  const product = {
    legacyResourceId: '7',
    title: 'Ring',
    productType: 'Rings',
    status: 'ACTIVE' as const,
    tags: [],
    isGiftCard: false,
  }
  const variant = {
    legacyResourceId: '8',
    title: '54',
    price: '12.50',
    inventoryPolicy: 'DENY' as const,
    requiresComponents: false,
    selectedOptions: [{ name: 'Size', value: '54' }],
    product,
  }
  const wire: WireThing = {
    id: 'gid://shopify/InventoryItem/1',
    sku: null,
    tracked: true,
    variants: { nodes: [variant] },
    inventoryLevels: all([level(4)]),
  }
  const inShop = { ...SHOP, currency: 'EUR' }

  it.each([
    ['ACTIVE', 'active', 4],
    ['UNLISTED', 'active', 4],
    ['DRAFT', 'draft', 0],
    ['ARCHIVED', 'inactive', 0],
  ] as const)('of a product that is %s is %s and shows %i', (status, expected, shown) => {
    const variants = { nodes: [{ ...variant, product: { ...product, status } }] }
    expect(thingOf({ ...wire, variants }, inShop)).toMatchObject({ status: expected, shown, sku: '' })
  })

  it.each([
    ['Rings', 'Rings'],
    [' Wedding bands ', 'Wedding bands'],
    ['', null],
  ])('of the product type “%s” is of the category %s', (productType, category) => {
    const variants = { nodes: [{ ...variant, product: { ...product, productType } }] }
    expect(thingOf({ ...wire, variants }, inShop)?.category).toBe(category)
  })

  it('costs minor units of the shop’s currency, which need not be hundredths', () => {
    const variants = { nodes: [{ ...variant, price: '1250' }] }
    expect(thingOf(wire, inShop)).toMatchObject({ priceMinor: 1_250, currency: 'EUR' })
    expect(thingOf({ ...wire, variants }, { ...SHOP, currency: 'JPY' })).toMatchObject({ priceMinor: 1_250 })
  })

  it('is found in the admin', () => {
    const url = 'https://admin.shopify.com/store/northlight/products/7/variants/8'
    expect(thingOf(wire, inShop)?.url).toBe(url)
    expect(thingOf(wire, { ...inShop, adminOrigin: 'http://127.0.0.1:4100' })?.url).toBe(
      'http://127.0.0.1:4100/store/northlight/products/7/variants/8',
    )
  })

  it('is none where no variant uses the item', () => {
    expect(thingOf({ ...wire, variants: { nodes: [] } }, inShop)).toBeNull()
    expect(thingOf({ ...wire, variants: null }, inShop)).toBeNull()
  })
})

describe('a line of an order', () => {
  const line: WireLine = {
    id: 'line',
    title: 'Ring',
    variantTitle: null,
    sku: 'SIG-54',
    vendor: 'Northlight',
    quantity: 3,
    currentQuantity: 3,
    unfulfilledQuantity: 3,
    isGiftCard: false,
    originalUnitPriceSet: { shopMoney: { amount: '480.0' } },
    variant: { inventoryPolicy: 'DENY', inventoryItem: { id: 'gid://shopify/InventoryItem/1', tracked: true } },
  }
  type Refunded = [type: 'CANCEL' | 'RETURN' | 'NO_RESTOCK' | 'LEGACY_RESTOCK', quantity: number]

  const told = (over: Partial<WireLine>, refunded: Refunded[] = [], parcels: WireParcel[] = []) => {
    const rows = refunded.map(([restockType, quantity]) => {
      const location = restockType === 'NO_RESTOCK' ? null : { id: 'place' }
      return { restockType, quantity, location, lineItem: { id: 'line' } }
    })
    const order: WireOrder = {
      id: 'gid://shopify/Order/1',
      legacyResourceId: '1',
      name: '#1001',
      createdAt: T(0),
      processedAt: T(0),
      updatedAt: T(0),
      cancelledAt: null,
      fullyPaid: false,
      currencyCode: 'EUR',
      customAttributes: [],
      lineItems: all([{ ...line, ...over }]),
      fulfillmentOrders: all(parcels),
      refunds: [{ id: 'refund', refundLineItems: all(rows) }],
    }
    const [first] = orderOf(order, SHOP).lines
    return first
  }

  const counts: [string, Partial<WireLine>, Refunded[], { current: number; shipped: number; restocked: number }][] = [
    ['is wanted whole at first', {}, [], { current: 3, shipped: 0, restocked: 0 }],
    ['is shipped in part', { unfulfilledQuantity: 1 }, [], { current: 3, shipped: 2, restocked: 0 }],
    [
      'has pieces given up before they were sent, and put back',
      { currentQuantity: 1, unfulfilledQuantity: 1 },
      [['CANCEL', 2]],
      { current: 1, shipped: 0, restocked: 0 },
    ],
    [
      'has a piece given up before it was sent, and not put back',
      { currentQuantity: 2, unfulfilledQuantity: 2 },
      [['NO_RESTOCK', 1]],
      { current: 3, shipped: 1, restocked: 0 },
    ],
    [
      'has one of either',
      { currentQuantity: 1, unfulfilledQuantity: 1 },
      [
        ['NO_RESTOCK', 1],
        ['CANCEL', 1],
      ],
      { current: 2, shipped: 1, restocked: 0 },
    ],
    [
      'was sent, and a piece came back',
      { currentQuantity: 2, unfulfilledQuantity: 0 },
      [['RETURN', 1]],
      { current: 2, shipped: 2, restocked: 1 },
    ],
    [
      'was sent, and the buyer got money back for a piece',
      { currentQuantity: 2, unfulfilledQuantity: 0 },
      [['NO_RESTOCK', 1]],
      { current: 3, shipped: 3, restocked: 0 },
    ],
    [
      'had a piece edited off it, which no refund tells of',
      { currentQuantity: 2, unfulfilledQuantity: 2 },
      [],
      { current: 2, shipped: 0, restocked: 0 },
    ],
  ]
  it.each(counts)('that %s', (_, over, refunded, { current, shipped, restocked }) => {
    expect(told(over, refunded)).toMatchObject({
      quantity: 3,
      currentQuantity: current,
      shipped,
      restocked: restocked === 0 ? [] : [{ externalLocationId: 'place', quantity: restocked }],
    })
  })

  it.each([
    ['its variant is counted', {}, true],
    [
      'its variant is not counted',
      { variant: { inventoryPolicy: 'DENY' as const, inventoryItem: { id: 'x', tracked: false } } },
      false,
    ],
    ['it is a gift card', { isGiftCard: true }, false],
    ['its product is gone', { variant: null }, true],
    ['it is a custom line', { variant: null, vendor: null }, false],
  ])('when %s, takes stock: %s', (_, over, takesStock) => expect(told(over)?.takesStock).toBe(takesStock))

  it('lies where what is left of it is to be sent from, and nowhere once a parcel is closed or called off', () => {
    const parcel = (status: string, place: string | null, remainingQuantity: number): WireParcel => ({
      id: status,
      status,
      assignedLocation: { location: place === null ? null : { id: place } },
      lineItems: all([{ inventoryItemId: 'item', remainingQuantity, lineItem: { id: 'line' } }]),
    })
    const parcels = [
      parcel('OPEN', 'Safe', 1),
      parcel('ON_HOLD', 'Window', 2),
      parcel('SCHEDULED', 'Safe', 4),
      parcel('OPEN', 'Bench', 0),
      parcel('OPEN', null, 1),
      parcel('CLOSED', 'Bench', 1),
      parcel('CANCELLED', 'Bench', 1),
    ]
    expect(told({}, [], parcels)?.sources).toEqual([
      { externalLocationId: 'Safe', quantity: 5 },
      { externalLocationId: 'Window', quantity: 2 },
    ])
  })

  it('costs what one piece of it costs', () => {
    expect(told({})?.unitPriceMinor).toBe(48_000)
  })
})
