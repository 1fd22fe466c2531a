import { describe, expect, test } from 'vitest'
import { type Page, PENDANT, RING, type WireListing, given, openedShop, rewritten } from './opened-shop.ts'

const DAY = 86_400_000
const later = (clock: { now(): Date }, days: number) => new Date(clock.now().getTime() + days * DAY)

describe('taking a listing off sale and putting it back', () => {
  test('inactive shows nothing, and coming back before its end is free', async () => {
    const { patch, shop, first } = openedShop()
    expect(await patch(first, { state: 'inactive' })).toMatchObject({
      status: 200,
      body: { state: 'inactive', quantity: 6 },
    })
    expect(shop.shown(first)).toBe(0)
    expect(await patch(first, { state: 'active' })).toMatchObject({ status: 200, body: { state: 'active' } })
    expect(shop.shown(first)).toBe(6)
    expect(shop.fees()).toBe(0)
  })

  test('inactive past its end costs a fee to come back', async () => {
    const { patch, shop, first, clock, sandbox } = openedShop({ listings: [PENDANT] })
    await patch(first, { state: 'inactive' })
    await clock.runTo(later(clock, 121))
    const token = shop.signIn().accessToken
    const renewed = await sandbox.fetch(
      new Request(`https://etsy.test/v3/application/shops/${shop.shopId}/listings/${first}`, {
        method: 'PATCH',
        headers: { 'x-api-key': 'keystring:shared', authorization: `Bearer ${token}` },
        body: new URLSearchParams({ state: 'active' }),
      }),
    )
    expect(renewed.status).toBe(200)
    expect(shop.fees()).toBe(1)
  })

  test('sold out comes back with one piece and a fee, whatever was written meanwhile', async () => {
    const { patch, put, inventory, shop, first } = openedShop({ listings: [PENDANT] })
    given(shop.buy({ lines: [{ listingId: first, quantity: 1 }] }))
    expect((await put(first, rewritten(await inventory(first), { P1: 5 }))).status).toBe(200)
    expect(shop.shown(first)).toBe(0)
    expect(await patch(first, { state: 'active' })).toMatchObject({
      status: 200,
      body: { state: 'active', quantity: 1 },
    })
    expect(shop.shown(first)).toBe(1)
    expect(shop.fees()).toBe(1)
  })

  test('sold out with variations comes back with one piece of the first', async () => {
    const { patch, shop, first } = openedShop({ listings: [RING] })
    const skus = [
      ['R1-6-Y', 2],
      ['R1-7-Y', 3],
      ['R1-6-W', 1],
    ] as const
    given(shop.buy({ lines: skus.map(([sku, quantity]) => ({ listingId: first, sku, quantity })) }))
    await patch(first, { state: 'active' })
    expect(shop.listing(first)!.inventory.products.map((product) => product.quantity)).toEqual([1, 0, 0])
  })

  test('an inactive listing with nothing left cannot come back before it has stock', async () => {
    const { patch, put, inventory, shop, first } = openedShop({ listings: [PENDANT] })
    given(shop.buy({ lines: [{ listingId: first, quantity: 1 }] }))
    await patch(first, { state: 'inactive' })
    expect(await patch(first, { state: 'active' })).toMatchObject({
      status: 400,
      body: { error: 'One offering must have quantity greater than 0' },
    })
    await put(first, rewritten(await inventory(first), { P1: 2 }))
    expect((await patch(first, { state: 'active' })).status).toBe(200)
    expect(shop.shown(first)).toBe(2)
  })

  test.each([
    ['a quantity, which the call has no more', { quantity: '0' }, "Unexpected field 'quantity'"],
    ['a state only Etsy can give', { state: 'sold_out' }, "Invalid value for 'state'"],
  ])('the call refuses %s', async (_, form, error) => {
    const { patch, first } = openedShop({ badRequests: true })
    const { status, body } = await patch(first, form)
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: expect.stringContaining(error) })
  })

  test('the call wants a form: the same in JSON is refused', async () => {
    const { call, shop, first } = openedShop({ badRequests: true })
    const path = `shops/${shop.shopId}/listings/${first}`
    expect(await call('PATCH', path, { json: { state: 'inactive' } })).toMatchObject({ status: 400 })
    expect(shop.shown(first)).toBe(6)
  })

  test('title, description and renewal can be changed as well', async () => {
    const { patch, first, shop } = openedShop()
    await patch(first, { title: 'New name', description: 'New words', should_auto_renew: 'false' })
    expect(shop.listing(first)).toMatchObject({
      title: 'New name',
      description: 'New words',
      autoRenew: false,
      state: 'active',
    })
  })
})

describe('after four months', () => {
  test('a listing renews itself, for a fee each time', async () => {
    const { shop, first, clock } = openedShop({ listings: [RING] })
    await clock.runTo(later(clock, 241))
    expect(shop.listing(first)?.state).toBe('active')
    expect(shop.fees()).toBe(2)
  })

  test('a listing that does not renew itself is expired, and costs a fee to come back with its stock', async () => {
    const { shop, first, clock } = openedShop({ listings: [{ ...PENDANT, autoRenew: false }] })
    await clock.runTo(later(clock, 119))
    expect(shop.shown(first)).toBe(1)
    await clock.runTo(later(clock, 1))
    expect(shop.listing(first)?.state).toBe('expired')
    expect(shop.shown(first)).toBe(0)
    given(shop.editBySeller(first, { state: 'active' }))
    expect(shop.shown(first)).toBe(1)
    expect(shop.fees()).toBe(1)
  })
})

describe('the seller in Shop Manager', () => {
  test('empties a listing, which the API cannot do, and it is sold out', () => {
    const { shop, first } = openedShop({ listings: [PENDANT] })
    const { productId } = shop.listing(first)!.inventory.products[0]!
    given(shop.editBySeller(first, { quantities: { [productId]: 0 } }))
    expect(shop.listing(first)?.state).toBe('sold_out')
  })

  test('brings a sold-out listing back with the quantity she types', () => {
    const { shop, first } = openedShop({
      listings: [{ ...PENDANT, products: [{ sku: 'P1', quantity: 0, priceCents: 1_000 }] }],
    })
    const { productId } = shop.listing(first)!.inventory.products[0]!
    expect(shop.listing(first)?.state).toBe('sold_out')
    given(shop.editBySeller(first, { quantities: { [productId]: 4 }, state: 'active' }))
    expect(shop.shown(first)).toBe(4)
  })

  test('cannot put up more than 999 pieces either', () => {
    const { shop, first } = openedShop()
    const { productId } = shop.listing(first)!.inventory.products[0]!
    expect(shop.editBySeller(first, { quantities: { [productId]: 996 } })).toMatchObject({ code: 'too-many' })
    expect(shop.shown(first)).toBe(6)
  })

  test('changes SKU, price and what is offered', () => {
    const { shop, first } = openedShop({ listings: [PENDANT] })
    const { productId } = shop.listing(first)!.inventory.products[0]!
    const edit = {
      title: 'Opal',
      skus: { [productId]: 'P-NEW' },
      prices: { [productId]: 80_000 },
      enabled: { [productId]: false },
    }
    given(shop.editBySeller(first, edit))
    expect(shop.listing(first)).toMatchObject({
      title: 'Opal',
      inventory: { products: [{ sku: 'P-NEW', price: 80_000, enabled: false }] },
    })
    expect(shop.shown(first)).toBe(0)
  })
})

describe('reading listings', () => {
  const many = Array.from({ length: 7 }, (_, i) => ({ ...PENDANT, title: `Pendant ${i}` }))
  const titles = ({ results }: Page<WireListing>) => results.map((listing) => listing.title)

  test('one state per call, newest first, in pages', async () => {
    const { call, shop, listingIds, patch } = openedShop({ listings: many })
    await patch(listingIds[5]!, { state: 'inactive' })
    const page = async (query: string) =>
      (await call<Page<WireListing>>('GET', `shops/${shop.shopId}/listings?${query}`)).body
    expect(titles(await page('state=active&limit=4'))).toEqual(['Pendant 6', 'Pendant 4', 'Pendant 3', 'Pendant 2'])
    expect(titles(await page('limit=4&offset=4'))).toEqual(['Pendant 1', 'Pendant 0'])
    expect(titles(await page('limit=4&offset=8'))).toEqual([])
    expect(await page('state=inactive')).toMatchObject({ count: 1, results: [{ title: 'Pendant 5', inventory: null }] })
    expect((await page('limit=1')).count).toBe(6)
  })

  test('SKUs and quantities come along when they are asked for', async () => {
    const { call, shop } = openedShop({ listings: [RING] })
    const { body } = await call<Page<WireListing>>('GET', `shops/${shop.shopId}/listings?includes=Images,Inventory`)
    expect(body.results[0]!.skus).toEqual(['R1-6-Y', 'R1-7-Y', 'R1-6-W'])
    expect(body.results[0]!.inventory?.products.map((product) => product.offerings[0]!.quantity)).toEqual([2, 3, 1])
  })

  test.each(['limit=0', 'limit=101', 'offset=-1', 'state=gone'])('%s is refused', async (query) => {
    const { call, shop } = openedShop({ badRequests: true })
    expect((await call('GET', `shops/${shop.shopId}/listings?${query}`)).status).toBe(400)
  })

  test.each([
    ['commas', (ids: number[]) => `listing_ids=${ids.join(',')}`],
    ['brackets', (ids: number[]) => ids.map((id) => `listing_ids[]=${id}`).join('&')],
    ['repetition', (ids: number[]) => ids.map((id) => `listing_ids=${id}`).join('&')],
  ])('the inventories of many listings at once, their ids with %s', async (_, query) => {
    const { call, listingIds } = openedShop({ listings: many })
    const { body } = await call<Page<WireListing>>('GET', `listings/batch/inventory?${query(listingIds)}`)
    expect(body.count).toBe(7)
    expect(body.results.map((listing) => listing.listing_id)).toEqual(listingIds)
    expect(body.results.every((listing) => listing.inventory?.products.length === 1)).toBe(true)
  })

  test('one missing id, and the whole batch of inventories is not found; a batch of listings leaves it out', async () => {
    const { call, listingIds, shop } = openedShop({ listings: many })
    shop.deleteBySeller(listingIds[3]!)
    const query = `listing_ids=${listingIds.join(',')}`
    expect((await call('GET', `listings/batch/inventory?${query}`)).status).toBe(404)
    expect((await call('GET', `listings/batch?${query}`)).body).toMatchObject({ count: 6 })
  })

  test('a hundred at once and no more', async () => {
    const { call, first } = openedShop({ badRequests: true })
    const batch = (ids: unknown[]) => call('GET', `listings/batch/inventory?listing_ids=${ids.join(',')}`)
    expect((await batch(Array(100).fill(first))).status).toBe(200)
    expect((await batch(Array(101).fill(first))).status).toBe(400)
    expect((await batch(['x'])).status).toBe(400)
    expect((await batch([])).status).toBe(400)
  })

  test('a deleted listing is not found, in whatever way it is asked for', async () => {
    const { call, shop, first, put, patch, inventory } = openedShop()
    const body = rewritten(await inventory(first))
    shop.deleteBySeller(first)
    expect((await call('GET', `listings/${first}`)).status).toBe(404)
    expect((await call('GET', `listings/${first}/inventory`)).status).toBe(404)
    expect((await put(first, body)).status).toBe(404)
    expect((await patch(first, { state: 'inactive' })).status).toBe(404)
  })
})

describe('where Etsy shows a write only after a while', () => {
  const slow = () => openedShop({ listings: [PENDANT], switches: { writeLagMs: 3_000 } })

  test('the write is acknowledged at once, and read and sold three seconds later', async () => {
    const { put, inventory, shop, first, clock } = slow()
    const { body } = await put(first, rewritten(await inventory(first), { P1: 4 }))
    expect(body.products[0]!.offerings[0]!.quantity).toBe(4)
    expect(shop.shown(first)).toBe(1)
    await clock.runTo(new Date(clock.now().getTime() + 2_999))
    expect((await inventory(first)).products[0]!.offerings[0]!.quantity).toBe(1)
    await clock.runTo(new Date(clock.now().getTime() + 1))
    expect(shop.shown(first)).toBe(4)
  })

  test('a sale that lands in between is overwritten', async () => {
    const { put, inventory, shop, first, clock } = slow()
    await put(first, rewritten(await inventory(first), { P1: 4 }))
    given(shop.buy({ lines: [{ listingId: first, quantity: 1 }] }))
    await clock.runTo(new Date(clock.now().getTime() + 3_000))
    expect(shop.listing(first)!.inventory.products[0]!.quantity).toBe(4)
  })

  test('writes take effect in their order, and what was acknowledged counts for the next one', async () => {
    const { put, patch, inventory, shop, first, clock, sandbox } = slow()
    given(shop.buy({ lines: [{ listingId: first, quantity: 1 }] }))
    await patch(first, { state: 'inactive' })
    await clock.runTo(new Date(clock.now().getTime() + 3_000))
    await put(first, rewritten(await inventory(first), { P1: 2 }))
    expect((await patch(first, { state: 'active' })).status).toBe(200)
    sandbox.configure({ switches: { writeLagMs: 0 } })
    await put(first, rewritten(await inventory(first), { P1: 7 }))
    await clock.runTo(new Date(clock.now().getTime() + 3_000))
    expect(shop.shown(first)).toBe(7)
  })
})
