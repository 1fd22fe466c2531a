import { describe, expect, test } from 'vitest'
import { AUCTION, PENDANT, RING, given, openedAccount, type Opening } from './opened-account.ts'

const BASE = '/sell/inventory/v1'

type Offer = {
  offerId: string
  availableQuantity: number
  format: string
  status: string
  listing?: { listingId: string; listingStatus: string; soldQuantity: number }
}
type Item = {
  sku: string
  availability: { shipToLocationAvailability: { quantity: number } }
  product: { title: string }
}
type Bulk = { responses: { statusCode: number; sku?: string; offerId?: string; errors?: { errorId: number }[] }[] }

function opened(opening: Opening = {}) {
  const account = openedAccount(opening)
  const offersOf = async (sku: string) =>
    (await account.call<{ offers: Offer[] }>('GET', `${BASE}/offer?sku=${sku}`)).body.offers
  const itemOf = async (sku: string) => (await account.call<Item>('GET', `${BASE}/inventory_item/${sku}`)).body
  const update = (requests: unknown[], token = account.accessToken) =>
    account.call<Bulk>('POST', `${BASE}/bulk_update_price_quantity`, { json: { requests }, token })
  const both = async (sku: string, quantity: number) => {
    const [offer] = await offersOf(sku)
    return {
      sku,
      shipToLocationAvailability: { quantity },
      offers: [{ offerId: offer!.offerId, availableQuantity: quantity }],
    }
  }
  const shown = (n: number, variation = 0) =>
    account.seller.shown(account.listingIds[n]!, account.seller.listings()[n]!.variations[variation]!.variationId)
  return { ...account, offersOf, itemOf, update, both, shown }
}

describe('reading', () => {
  test('what the Inventory API looks after is listed by pages; what was made elsewhere is not there', async () => {
    const { call } = opened()
    const first = await call<{ inventoryItems: Item[]; total: number }>(
      'GET',
      `${BASE}/inventory_item?limit=3&offset=0`,
    )
    const second = await call<{ inventoryItems: Item[] }>('GET', `${BASE}/inventory_item?limit=3&offset=1`)
    expect(first.body.total).toBe(4)
    expect([...first.body.inventoryItems, ...second.body.inventoryItems].map(({ sku }) => sku)).toEqual([
      'R1-6-Y',
      'R1-7-Y',
      'R1-6-W',
      'P1',
    ])
    expect((await call('GET', `${BASE}/inventory_item/B1`)).status).toBe(404)
  })

  test('many at once: each has its own status', async () => {
    const { call } = opened()
    const { status, body } = await call<Bulk>('POST', `${BASE}/bulk_get_inventory_item`, {
      json: { requests: [{ sku: 'P1' }, { sku: 'B1' }] },
    })
    expect(status).toBe(207)
    expect(body.responses).toMatchObject([
      { sku: 'P1', statusCode: 200 },
      { sku: 'B1', statusCode: 404 },
    ])
  })

  test('an offer says which listing it is, and there is no list of all offers', async () => {
    const { call, offersOf, listingIds } = opened({ badRequests: true })
    expect(await offersOf('P1')).toMatchObject([
      { availableQuantity: 4, status: 'PUBLISHED', listing: { listingId: listingIds[1], listingStatus: 'ACTIVE' } },
    ])
    expect((await call('GET', `${BASE}/offer`)).status).toBe(400)
    expect(await call('GET', `${BASE}/offer?sku=B1`)).toMatchObject({
      status: 404,
      body: { errors: [{ errorId: 25_713 }] },
    })
  })

  test('an auction and a fixed price of the same SKU are two offers', async () => {
    const { offersOf } = opened({
      listings: [PENDANT, { ...AUCTION, via: 'inventory', products: [{ sku: 'P1', quantity: 1, priceCents: 1 }] }],
    })
    expect((await offersOf('P1')).map(({ format, availableQuantity }) => [format, availableQuantity])).toEqual([
      ['FIXED_PRICE', 4],
      ['AUCTION', 1],
    ])
  })
})

describe('writing', () => {
  test('item and offer together are what buyers see', async () => {
    const { update, both, shown } = opened()
    expect(await update([await both('P1', 9)])).toMatchObject({
      status: 200,
      body: { responses: [{ sku: 'P1', statusCode: 200 }] },
    })
    expect(shown(1)).toBe(9)
  })

  test('the offer alone is capped by its item', async () => {
    const { update, offersOf, shown } = opened()
    const [offer] = await offersOf('P1')
    await update([{ offers: [{ offerId: offer!.offerId, availableQuantity: 50 }] }])
    expect(shown(1)).toBe(4)
  })

  test('the item alone does not raise an offer', async () => {
    const { update, shown } = opened()
    await update([{ sku: 'P1', shipToLocationAvailability: { quantity: 50 } }])
    expect(shown(1)).toBe(4)
  })

  test('one bad SKU leaves the others alone', async () => {
    const { update, both, shown } = opened()
    const bad = { ...(await both('P1', 1)), sku: 'NOBODY' }
    const { status, body } = await update([await both('R1-6-Y', 1), bad, await both('R1-7-Y', 1)])
    expect(status).toBe(207)
    expect(body.responses.map(({ statusCode }) => statusCode)).toEqual([200, 404, 200])
    expect([shown(0, 0), shown(0, 1), shown(1)]).toEqual([1, 1, 4])
  })

  test('more than one SKU is refused where eBay takes one', async () => {
    const { update, both, shown } = opened({ switches: { skusPerUpdate: 1 } })
    expect((await update([await both('P1', 1), await both('R1-6-Y', 1)])).status).toBe(400)
    expect(shown(1)).toBe(4)
    expect((await update([await both('P1', 1)])).status).toBe(200)
  })

  test('a replaced item loses what was left out, its quantity too', async () => {
    const { call, itemOf, shown } = opened()
    const headers = { 'content-language': 'en-US' }
    expect(
      (await call('PUT', `${BASE}/inventory_item/P1`, { json: { product: { title: 'Opal' } }, headers })).status,
    ).toBe(204)
    expect((await itemOf('P1')).product.title).toBe('Opal')
    expect(shown(1)).toBe(0)
  })

  test.each([undefined, 'en', 'EBAY_US'])(
    'the language %s is an internal error, and nothing says why',
    async (language) => {
      const { call } = opened({ badRequests: true })
      const headers: Record<string, string> = language === undefined ? {} : { 'content-language': language }
      const reply = await call('PUT', `${BASE}/inventory_item/P1`, { json: {}, headers })
      expect(reply).toMatchObject({ status: 500, body: { errors: [{ errorId: 25_001 }] } })
    },
  )

  test('a listing is revised 250 times a day, and again after midnight in California', async () => {
    const { update, both, clock, shown, seller } = opened({ listings: [PENDANT] })
    const request = await both('P1', 2)
    for (let i = 0; i < 250; i++) expect((await update([request])).status).toBe(200)
    expect(await update([{ ...request, offers: [{ ...request.offers[0]!, availableQuantity: 1 }] }])).toMatchObject({
      status: 207,
      body: { responses: [{ statusCode: 400, errors: [{ errorId: 25_794 }] }] },
    })
    expect(shown(0)).toBe(2)
    await clock.runTo(new Date('2026-03-02T08:00:01Z'))
    expect((await update([request], seller.signIn().accessToken)).status).toBe(200)
  })

  test('an acknowledged revision is seen when eBay shows it', async () => {
    const { update, both, clock, shown } = opened({ switches: { writeLagMs: 5_000 } })
    await update([await both('P1', 2)])
    expect(shown(1)).toBe(4)
    await clock.runTo(new Date('2026-03-01T10:00:05Z'))
    expect(shown(1)).toBe(2)
  })
})

describe('the last piece', () => {
  const last = { ...PENDANT, products: [{ sku: 'P1', quantity: 1, priceCents: 90_000 }] }

  test.each([
    ['stays, hidden, with out-of-stock control', true, 'OUT_OF_STOCK'],
    ['ends the listing without it', false, undefined],
  ])('sold, it %s', async (_, control, status) => {
    const { seller, listingIds, offersOf } = opened({ listings: [last] })
    seller.outOfStockControl(control)
    given(await seller.buy({ lines: [{ listingId: listingIds[0]!, quantity: 1 }] }))
    expect((await offersOf('P1'))[0]?.listing?.listingStatus).toBe(status)
    expect(seller.listing(listingIds[0]!)?.ended).toBe(!control)
  })

  test('a number taken to nothing ends the listing too, and it does not come back', async () => {
    const { seller, update, both, listingIds } = opened({ listings: [last] })
    seller.outOfStockControl(false)
    await update([await both('P1', 0)])
    expect(seller.listing(listingIds[0]!)?.ended).toBe(true)
    expect((await update([await both('P1', 1)])).body.responses).toMatchObject([{ statusCode: 400 }])
  })

  test('of one variation, it only greys that out, whatever the control', async () => {
    const { seller, update, both, listingIds, shown } = opened({ listings: [RING] })
    seller.outOfStockControl(false)
    await update([await both('R1-6-W', 0)])
    expect(seller.listing(listingIds[0]!)?.ended).toBe(false)
    expect([shown(0, 0), shown(0, 2)]).toEqual([2, 0])
  })
})

describe('a sale', () => {
  test.each([
    ['lowers item and offer', true, 3],
    ['lowers the offer alone', false, 4],
  ])('%s', async (_, saleLowersItem, quantity) => {
    const { seller, listingIds, offersOf, itemOf } = opened({ switches: { saleLowersItem } })
    given(await seller.buy({ lines: [{ listingId: listingIds[1]!, quantity: 1 }] }))
    expect((await offersOf('P1'))[0]).toMatchObject({ availableQuantity: 3, listing: { soldQuantity: 1 } })
    expect((await itemOf('P1')).availability.shipToLocationAvailability.quantity).toBe(quantity)
  })

  test('never promises a piece twice, in one order or in two', async () => {
    const { seller, listingIds } = opened({ listings: [PENDANT] })
    const line = { listingId: listingIds[0]!, quantity: 3 }
    expect(await seller.buy({ lines: [line, line] })).toMatchObject({ code: 'sold-out' })
    given(await seller.buy({ lines: [line] }))
    expect(await seller.buy({ lines: [line] })).toMatchObject({ code: 'sold-out' })
  })
})

describe('migrating', () => {
  const migrate = (account: ReturnType<typeof opened>, ids: (string | undefined)[]) =>
    account.call<Bulk>('POST', `${BASE}/bulk_migrate_listing`, {
      json: { requests: ids.map((listingId) => ({ listingId })) },
    })

  test('a listing made elsewhere gets an item and an offer, and keeps its id and what it shows', async () => {
    const account = opened()
    expect(await migrate(account, [account.listingIds[2]])).toMatchObject({
      status: 200,
      body: { responses: [{ inventoryItems: [{ sku: 'B1' }] }] },
    })
    expect((await account.offersOf('B1'))[0]?.listing?.listingId).toBe(account.listingIds[2])
    expect(account.shown(2)).toBe(5)
  })

  test.each([
    ['without a SKU', { products: [{ sku: '', quantity: 1, priceCents: 1 }] }],
    ['without business policies', { businessPolicies: false, products: [{ sku: 'X', quantity: 1, priceCents: 1 }] }],
    ['by auction', { format: 'AUCTION' as const, products: [{ sku: 'X', quantity: 1, priceCents: 1 }] }],
    ['looked after already', { via: 'inventory' as const, products: [{ sku: 'X', quantity: 1, priceCents: 1 }] }],
  ])('one %s is turned away', async (_, listing) => {
    const account = opened({ listings: [{ title: 'Odd one', via: 'trading', ...listing }] })
    expect(await migrate(account, account.listingIds)).toMatchObject({
      status: 207,
      body: { responses: [{ statusCode: 400 }] },
    })
  })

  test('at most five at a time', async () => {
    const account = opened({ badRequests: true })
    expect(
      (
        await migrate(
          account,
          Array.from({ length: 6 }, () => account.listingIds[2]),
        )
      ).status,
    ).toBe(400)
  })
})
