import { describe, expect, test } from 'vitest'
import { TryAgain } from '#app/kernel/outage.ts'
import type { ListingSeed } from '#sandbox/etsy/shop-manager.ts'
import { ENGRAVED, PENDANT, RING, given } from '#test/sandbox/etsy/opened-shop.ts'
import { connectedShop } from './connected-shop.ts'

// The sandbox checks every call against Etsy's specification, where that is there, and refuses what Etsy refuses
// without saying so in it: read-only ids, zeros, more than 999.

const calls = ({ sent }: ReturnType<typeof connectedShop>) =>
  sent.map(({ lane, call }) => `${lane} ${call.split('?')[0]}`)

const plain = (sku: string, quantity: number): ListingSeed => ({
  title: sku,
  products: [{ sku, quantity, priceCents: 900 }],
})

describe('a whole listing is written, and nothing of it is lost', () => {
  test('only the quantity of one variation differs afterwards', async () => {
    const world = connectedShop({ listings: [RING] })
    const [productId] = world.shop.listing(world.first)!.inventory.products.map((product) => product.productId)
    given(world.shop.editBySeller(world.first, { enabled: { [productId!]: false }, prices: { [productId!]: 12_349 } }))
    const before = await world.inventory(world.first)
    await world.tell({ 'R1-7-Y': 9 })
    const expected = structuredClone(before)
    expected.products[1]!.offerings[0]!.quantity = 9
    expect(await world.inventory(world.first)).toEqual(expected)
    expect(calls(world)).toEqual(['write GET listings/batch/inventory', `write PUT listings/${world.first}/inventory`])
  })

  test('property ids, scale, names and the lists of what depends on what travel along', async () => {
    const world = connectedShop({ listings: [RING] })
    const [size] = world.shop.listing(world.first)!.inventory.products.map((product) => product.values[0]!)
    size!.scaleId = 327
    await world.tell({ 'R1-7-Y': 9 })
    const body = JSON.parse(world.sent.at(-1)!.body)
    expect(body).toMatchObject({
      price_on_property: [513, 514],
      quantity_on_property: [513, 514],
      sku_on_property: [513, 514],
      readiness_state_on_property: [],
    })
    expect(body.products[0]).toEqual({
      sku: 'R1-6-Y',
      property_values: [
        { property_id: 513, property_name: 'Ring size', scale_id: 327, value_ids: size!.valueIds, values: ['6'] },
        expect.objectContaining({ property_id: 514, scale_id: null, values: ['Yellow gold'] }),
      ],
      offerings: [{ price: 120, quantity: 2, is_enabled: true, readiness_state_id: expect.any(Number) }],
    })
  })

  test('the processing profile is asked for where a read of many leaves it out', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    world.tamper(async (request) => {
      if (!request.url.includes('batch')) return undefined
      const body = await (await world.sandbox.fetch(request)).text()
      return new Response(body.replaceAll(/("is_enabled":\w+,.*?"readiness_state_id":)\d+/g, '$1null'))
    })
    const profile = world.shop.listing(world.first)!.inventory.products[0]!.readinessStateId
    expect(await world.tell({ P1: 3 })).toMatchObject([{ outcome: 'accepted', shown: 3 }])
    expect(world.shop.listing(world.first)!.inventory.products[0]!.readinessStateId).toBe(profile)
    expect(calls(world)).toContain(`write GET listings/${world.first}/inventory`)
  })

  test('a variation is found again after Etsy has given every product a new id', async () => {
    const world = connectedShop({ listings: [RING] })
    const ref = await world.refOf('R1-6-W')
    for (const product of world.shop.listing(world.first)!.inventory.products) product.productId += 1_000_000
    const told = [{ listingId: 1, ref, quantity: 4, expected: 1 }]
    expect(await world.connector.apply(world.connector.planWrites(told))).toMatchObject([
      { outcome: 'accepted', shown: 4 },
    ])
    expect((await world.connector.show([ref])).map(({ shown }) => shown)).toEqual([4])
  })
})

describe('nothing left', () => {
  test('takes the listing off sale, and no zeros are written', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    expect(await world.tell({ P1: 0 })).toMatchObject([{ outcome: 'accepted', shown: 0 }])
    expect(calls(world)).toEqual([
      'urgent GET listings/batch/inventory',
      `urgent PATCH shops/${world.shop.shopId}/listings/${world.first}`,
    ])
    expect(world.shop.listing(world.first)!.state).toBe('inactive')
  })

  test('of all variations takes it off sale too', async () => {
    const world = connectedShop({ listings: [RING] })
    await world.tell({ 'R1-6-Y': 0, 'R1-7-Y': 0, 'R1-6-W': 0 })
    expect(world.shop.listing(world.first)!.state).toBe('inactive')
  })

  test('of what is not on sale anyway takes no write', async () => {
    const world = connectedShop({
      listings: [
        { ...PENDANT, state: 'inactive' },
        { ...RING, state: 'draft' },
      ],
    })
    expect(await world.tell({ P1: 0, 'R1-6-W': 0 })).toMatchObject([
      { outcome: 'accepted', shown: 0 },
      { outcome: 'accepted', shown: 0 },
    ])
    expect(calls(world)).toEqual(['urgent GET listings/batch/inventory'])
  })

  test('of ours leaves a listing that its seller took off sale alone, whatever else is in it', async () => {
    const world = connectedShop({ listings: [{ ...RING, state: 'inactive' }] })
    await world.tell({ 'R1-6-W': 0 })
    expect(world.shop.listing(world.first)!.state).toBe('inactive')
    expect(calls(world)).toEqual(['urgent GET listings/batch/inventory'])
  })
})

describe('back on sale', () => {
  test('from off sale is free, and buyers never see an old number', async () => {
    const world = connectedShop({ listings: [plain('P1', 8)] })
    await world.tell({ P1: 0 })
    const seen: number[] = []
    world.tamper(() => void seen.push(world.shop.shown(world.first)))
    expect(await world.tell({ P1: [3, 0] })).toMatchObject([{ outcome: 'accepted', shown: 3 }])
    expect(new Set(seen)).toEqual(new Set([0]))
    expect(world.shop.shown(world.first)).toBe(3)
    expect(world.shop.fees()).toBe(0)
  })

  test('from sold out costs a fee, and gets its number in a second call', async () => {
    const world = connectedShop({ listings: [plain('P1', 8)] })
    given(world.shop.buy({ lines: [{ listingId: world.first, quantity: 8 }] }))
    expect(await world.tell({ P1: [3, 0] })).toMatchObject([{ outcome: 'accepted', shown: 3 }])
    expect(calls(world).slice(1)).toEqual([
      `write PATCH shops/${world.shop.shopId}/listings/${world.first}`,
      `write PUT listings/${world.first}/inventory`,
    ])
    expect(world.shop.fees()).toBe(1)
  })

  test('from sold out with the one piece it gets by itself needs no second call', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    given(world.shop.buy({ lines: [{ listingId: world.first, quantity: 1 }] }))
    expect(await world.tell({ P1: [1, 0] })).toMatchObject([{ outcome: 'accepted', shown: 1 }])
    expect(calls(world)).toHaveLength(2)
  })

  test('with one variation does not bring back the old number of another', async () => {
    const world = connectedShop({ listings: [RING] })
    await world.tell({ 'R1-6-Y': 0, 'R1-7-Y': 0, 'R1-6-W': 0 })
    await world.tell({ 'R1-7-Y': [1, 0] })
    const products = world.shop.listing(world.first)!.inventory.products
    expect(products.map(({ productId }) => world.shop.shown(world.first, productId))).toEqual([0, 1, 0])
  })

  test.each(['draft', 'expired'] as const)('from %s is for a person to decide', async (state) => {
    const world = connectedShop({ listings: [{ ...PENDANT, state }] })
    expect(await world.tell({ P1: 2 })).toMatchObject([{ outcome: 'rejected', reason: expect.stringMatching(state) }])
    expect(world.shop.listing(world.first)!.state).toBe(state)
  })

  test('a variation its seller has switched off keeps quiet, and that is said', async () => {
    const world = connectedShop({ listings: [RING] })
    const product = world.shop.listing(world.first)!.inventory.products[2]!
    given(world.shop.editBySeller(world.first, { enabled: { [product.productId]: false } }))
    const [outcome] = await world.tell({ 'R1-6-W': [5, 0] })
    expect(outcome).toMatchObject({ outcome: 'accepted', shown: 0, reason: expect.stringMatching('switched it off') })
    expect(world.shop.listing(world.first)!.inventory.products[2]).toMatchObject({ quantity: 5, enabled: false })
  })
})

describe('what Etsy can show', () => {
  test('is 999 over all variations: the largest is cut, and that is said', async () => {
    const world = connectedShop({ listings: [RING] })
    const outcomes = await world.tell({ 'R1-6-Y': 900, 'R1-7-Y': 200, 'R1-6-W': 50 })
    expect(outcomes.map(({ shown }) => shown)).toEqual([749, 200, 50])
    expect(outcomes.map(({ reason }) => reason)).toEqual([expect.stringContaining('at most 999'), null, null])
    expect(world.shop.shown(world.first)).toBe(999)
  })

  test('of variations that share one quantity is what the scarcest has', async () => {
    const world = connectedShop({
      listings: [{ ...ENGRAVED, products: ENGRAVED.products.map((p, i) => ({ ...p, sku: `B${i}` })) }],
    })
    const outcomes = await world.tell({ B0: 7, B1: 3 })
    expect(outcomes).toMatchObject([
      { outcome: 'accepted', shown: 3, reason: expect.stringContaining('shares') },
      { outcome: 'accepted', shown: 3 },
    ])
    expect(world.shop.shown(world.first)).toBe(3)
  })
})

describe('what Etsy answers', () => {
  const TWO = [plain('A', 5), plain('B', 5)]
  const answer =
    (status: number, error: string, headers = {}) =>
    () =>
      Response.json({ error }, { status, headers })

  test.each([
    [400, 'rejected', 'Bad sku'],
    [403, 'rejected', 'Not the owner'],
    [404, 'rejected', 'dead'],
    [409, 'changed', 'Conflict'],
    [500, 'unknown', 'Server Error'],
  ])('a write answered with %i is %s', async (status, outcome, reason) => {
    const world = connectedShop({ listings: TWO })
    const fail = answer(status, reason)
    world.tamper(({ method, url }) => (method === 'PUT' && url.includes(`/${world.first}/`) ? fail() : undefined))
    const outcomes = await world.tell({ A: 2, B: 2 })
    expect(outcomes).toMatchObject([
      { outcome, shown: null, reason: expect.stringContaining(reason) },
      { outcome: 'accepted', shown: 2 },
    ])
  })

  test('what is turned away while the rest is written is unknown; if all are, nothing was written', async () => {
    const world = connectedShop({ listings: TWO })
    const wait = answer(429, 'Exceeded per second rate limit', { 'retry-after': '3' })
    world.tamper(({ method, url }) => (method === 'PUT' && url.includes(`/${world.first}/`) ? wait() : undefined))
    expect(await world.tell({ A: 2, B: 2 })).toMatchObject([{ outcome: 'unknown' }, { outcome: 'accepted' }])
    world.tamper(({ method }) => (method === 'PUT' ? wait() : undefined))
    const outage: unknown = await world.tell({ A: 3, B: 3 }).catch((error: unknown) => error)
    expect(outage).toBeInstanceOf(TryAgain)
    expect(outage).toMatchObject({ afterMs: 3_000 })
  })

  test('a listing that is on sale again, but whose number was refused, must be read', async () => {
    const world = connectedShop({ listings: [plain('P1', 8)] })
    given(world.shop.buy({ lines: [{ listingId: world.first, quantity: 8 }] }))
    world.tamper(({ method }) => (method === 'PUT' ? answer(400, 'Bad sku')() : undefined))
    expect(await world.tell({ P1: [3, 0] })).toMatchObject([{ outcome: 'unknown', reason: 'Bad sku' }])
  })

  test('a listing without an inventory cannot be written', async () => {
    const world = connectedShop({ listings: [PENDANT] })
    const ref = { externalId: String(world.first), variantId: '' }
    world.tamper(async (request) => {
      const body = await (await world.sandbox.fetch(request)).json()
      return Response.json({ ...body, results: body.results.map((one: object) => ({ ...one, inventory: null })) })
    })
    const units = world.connector.planWrites([{ listingId: 1, ref, quantity: 2, expected: null }])
    expect(await world.connector.apply(units)).toMatchObject([
      { outcome: 'rejected', reason: expect.stringMatching('inventory') },
    ])
  })

  test('a variation that is gone is dead, and its listing is written all the same', async () => {
    const world = connectedShop({ listings: [RING] })
    const [there, gone] = [
      await world.refOf('R1-6-W'),
      { externalId: String(world.first), variantId: '513:99|514:Tin' },
    ]
    const changes = [there, gone].map((ref, i) => ({ listingId: i + 1, ref, quantity: 4, expected: null }))
    expect(await world.connector.apply(world.connector.planWrites(changes))).toMatchObject([
      { outcome: 'accepted', shown: 4 },
      { outcome: 'rejected', reason: 'dead' },
    ])
  })
})

test.each([
  ['one listing', [[['a', 2, 5]]], 2],
  [
    'two variations of one',
    [
      [
        ['a', 2, 5],
        ['a', 0, 1],
      ],
    ],
    2,
  ],
  ['two listings', [[['a', 2, 5]], [['b', 0, 1]]], 3],
  ['one that comes back', [[['a', 2, 0]]], 3],
  [
    'one variation that comes back in a listing on sale',
    [
      [
        ['a', 2, 0],
        ['a', 1, 3],
      ],
    ],
    2,
  ],
] as const)('the limiter is asked for as many calls as %s takes', (_, units, calls) => {
  const { connector } = connectedShop({ listings: [] })
  const asked = units.map((unit) =>
    unit.map(([externalId, quantity, expected], i) => ({
      listingId: i,
      ref: { externalId, variantId: '' },
      quantity,
      expected,
    })),
  )
  expect(connector.callsFor(asked)).toBe(calls)
})
