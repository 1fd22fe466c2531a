import { describe, expect, test } from 'vitest'
import { ENGRAVED, type Inventory, PENDANT, RING, openedShop, rewritten } from './opened-shop.ts'

describe('writing a listing’s inventory', () => {
  test('a write of what was read, with one quantity changed, changes that quantity and nothing else', async () => {
    const { inventory, put, first } = openedShop()
    const before = await inventory(first)
    const { status } = await put(first, rewritten(before, { 'R1-7-Y': 9 }))
    const after = await inventory(first)
    expect(status).toBe(200)
    expect(after.products.map((product) => product.offerings[0]!.quantity)).toEqual([2, 9, 1])
    const asBefore = structuredClone(after)
    asBefore.products[1]!.offerings[0]!.quantity = 3
    expect(asBefore).toEqual(before)
  })

  test('a price goes in as a float and comes out as Money', async () => {
    const { inventory, put, first } = openedShop({ listings: [PENDANT] })
    const body = rewritten(await inventory(first))
    body.products[0]!.offerings[0]!.price = 912.35
    await put(first, body)
    expect((await inventory(first)).products[0]!.offerings[0]!.price).toEqual({
      amount: 91_235,
      divisor: 100,
      currency_code: 'USD',
    })
  })

  test('a variation that is left out is deleted', async () => {
    const { inventory, put, first } = openedShop()
    const body = rewritten(await inventory(first))
    body.products.splice(1, 1)
    await put(first, body)
    expect((await inventory(first)).products.map((product) => product.sku)).toEqual(['R1-6-Y', 'R1-6-W'])
  })

  test('a product keeps its id under another SKU, and gets a new one under other property values and SKU', async () => {
    const { inventory, put, first } = openedShop()
    const before = await inventory(first)
    const body = rewritten(before)
    body.products[0]!.sku = 'NEW-SKU'
    body.products[1]!.sku = 'ANOTHER'
    body.products[1]!.property_values[0] = { ...body.products[1]!.property_values[0]!, value_ids: [], values: ['8'] }
    const { body: after } = await put(first, body)
    const ids = ({ products }: Inventory) => products.map((product) => product.product_id)
    expect(ids(after)[0]).toBe(ids(before)[0])
    expect(ids(before)).not.toContain(ids(after)[1])
    expect(ids(after)[2]).toBe(ids(before)[2])
  })

  test('a product whose size is renamed keeps its id by its SKU', async () => {
    const { inventory, put, first } = openedShop()
    const before = await inventory(first)
    const body = rewritten(before)
    body.products[1]!.property_values[0] = { ...body.products[1]!.property_values[0]!, value_ids: [], values: ['7.5'] }
    const { body: after } = await put(first, body)
    expect(after.products[1]!.product_id).toBe(before.products[1]!.product_id)
    expect(after.products[1]!.property_values[0]!.values).toEqual(['7.5'])
  })

  test('a SKU that moves to another variation does not take the id of one that stays', async () => {
    const { inventory, put, first } = openedShop()
    const body = rewritten(await inventory(first))
    const added = structuredClone(body.products[0]!)
    added.property_values[0] = { ...added.property_values[0]!, value_ids: [], values: ['9'] }
    const { body: after } = await put(first, { ...body, products: [...body.products, added] })
    expect(new Set(after.products.map((product) => product.product_id)).size).toBe(4)
  })

  test('values sent without their ids are recognised by their text', async () => {
    const { inventory, put, first } = openedShop()
    const before = await inventory(first)
    const body = rewritten(before)
    for (const product of body.products) {
      product.property_values = product.property_values.map((value) => ({ ...value, value_ids: [] }))
    }
    expect((await put(first, body)).body).toEqual(before)
  })

  test('one variation may go to 0 while another has stock', async () => {
    const { inventory, put, first, shop } = openedShop()
    const { status, body } = await put(first, rewritten(await inventory(first), { 'R1-6-Y': 0 }))
    expect(status).toBe(200)
    expect(shop.shown(first, body.products[0]!.product_id)).toBe(0)
    expect(shop.shown(first)).toBe(4)
  })

  test('the quantity a listing has in common is written once for all its products', async () => {
    const { inventory, put, first, shop } = openedShop({ listings: [ENGRAVED] })
    const body = rewritten(await inventory(first), { B1: 999 })
    expect((await put(first, body)).status).toBe(200)
    expect(shop.shown(first)).toBe(999)
    body.products[0]!.offerings[0]!.quantity = 1
    expect(await put(first, body)).toMatchObject({
      status: 400,
      body: { error: 'quantity must be the same for all products that quantity_on_property does not tell apart' },
    })
  })

  test('a variation that is not enabled is not shown and does not count', async () => {
    const { inventory, put, first, shop } = openedShop()
    const body = rewritten(await inventory(first))
    body.products[1]!.offerings[0]!.is_enabled = false
    const written = (await put(first, body)).body
    expect(shop.shown(first, written.products[1]!.product_id)).toBe(0)
    expect(shop.shown(first)).toBe(3)
  })

  test('images stay linked to the values that stay', async () => {
    const { call, inventory, put, first, shop } = openedShop()
    const before = await inventory(first)
    const image = (product: number) => {
      const { property_id, value_ids } = before.products[product]!.property_values[0]!
      return { property_id, value_id: value_ids[0]!, image_id: product + 1 }
    }
    const path = `shops/${shop.shopId}/listings/${first}/variation-images`
    await call('POST', path, { json: { variation_images: [image(0), image(1)] } })
    const body = rewritten(before)
    body.products.splice(1, 1)
    await put(first, body)
    expect((await call('GET', path)).body).toMatchObject({ count: 1, results: [{ ...image(0), value: '6' }] })
  })

  test('images are all lost where Etsy unlinks them', async () => {
    const { call, inventory, put, first, shop } = openedShop({ switches: { inventoryWriteUnlinksImages: true } })
    const before = await inventory(first)
    const { property_id, value_ids } = before.products[0]!.property_values[0]!
    const path = `shops/${shop.shopId}/listings/${first}/variation-images`
    await call('POST', path, { json: { variation_images: [{ property_id, value_id: value_ids[0], image_id: 5 }] } })
    await put(first, rewritten(before))
    expect((await call('GET', path)).body).toEqual({ count: 0, results: [] })
  })
})

type Body = ReturnType<typeof rewritten>
type Loose = {
  products: {
    [field: string]: unknown
    offerings: Record<string, unknown>[]
    property_values: Record<string, unknown>[]
  }[]
}

const first = (body: Loose) => body.products[0]!
const offering = (body: Loose) => first(body).offerings[0]!

describe('a write Etsy refuses, and leaves the listing as it was', () => {
  const refusals: [string, (body: Loose & Body) => void, string][] = [
    [
      'nothing left over all variations',
      (b) => b.products.forEach((p) => (p.offerings[0]!.quantity = 0)),
      'One offering must have quantity greater than 0',
    ],
    [
      'stock on disabled variations alone',
      (b) => b.products.forEach((p) => (p.offerings[0]!.is_enabled = false)),
      'One offering must have quantity greater than 0',
    ],
    ['1,000 of one variation', (b) => (offering(b).quantity = 1_000), 'Quantity must be between 0 and 999'],
    ['less than nothing', (b) => (offering(b).quantity = -1), 'Quantity must be between 0 and 999'],
    [
      '1,000 over all variations',
      (b) => (offering(b).quantity = 996),
      'Total quantity over all variations must not exceed 999',
    ],
    ['half a piece', (b) => (offering(b).quantity = 1.5), "Expected int value for 'quantity'"],
    ['the product id of a read', (b) => (first(b).product_id = 1), "Unexpected field 'product_id' in products.0"],
    [
      'the deletion mark of a read',
      (b) => (first(b).is_deleted = false),
      "Unexpected field 'is_deleted' in products.0",
    ],
    [
      'the offering id of a read',
      (b) => (offering(b).offering_id = 1),
      "Unexpected field 'offering_id' in products.0.offerings.0",
    ],
    [
      'the scale’s name of a read',
      (b) => (first(b).property_values[0]!.scale_name = null),
      "Unexpected field 'scale_name' in products.0.property_values.0",
    ],
    [
      'a price as Money',
      (b) => (offering(b).price = { amount: 1, divisor: 1, currency_code: 'USD' }),
      "Expected float value for 'price'",
    ],
    ['no price', (b) => delete offering(b).price, "Expected float value for 'price'"],
    [
      'no readiness state',
      (b) => delete offering(b).readiness_state_id,
      "Expected number value for 'readiness_state_id'",
    ],
    ['a price of nothing', (b) => (offering(b).price = 0), 'Price must be greater than 0'],
    ['no products', (b) => Reflect.deleteProperty(b, 'products'), 'Missing input parameter: [products]'],
    [
      'the same variation twice',
      (b) => (first(b).property_values = b.products[1]!.property_values),
      'Property values must be unique per product',
    ],
    [
      'one product without its property',
      (b) => first(b).property_values.pop(),
      'All products must have the same properties, in the same order',
    ],
    [
      'parentheses',
      (b) => (first(b).property_values[0]!.values = ['6 (small)']),
      'Property values must not contain parentheses',
    ],
    [
      'price on a property nobody has',
      (b) => (b.price_on_property = [999]),
      'price_on_property: property IDs must be in the same order as in products',
    ],
    [
      'price on properties in another order',
      (b) => (b.price_on_property = b.price_on_property.toReversed()),
      'price_on_property: property IDs must be in the same order as in products',
    ],
    [
      'different prices on no property',
      (b) => (b.price_on_property = []),
      'price must be the same for all products that price_on_property does not tell apart',
    ],
    [
      'different SKUs on one property',
      (b) => (b.sku_on_property = [514]),
      'sku must be the same for all products that sku_on_property does not tell apart',
    ],
  ]
  test.each(refusals)('%s', async (_, spoil, error) => {
    const { inventory, put, first: listingId } = openedShop({ listings: [RING], badRequests: true })
    const before = await inventory(listingId)
    const body = rewritten(before)
    spoil(body)
    expect(await put(listingId, body)).toMatchObject({ status: 400, body: { error } })
    expect(await inventory(listingId)).toEqual(before)
  })

  test('several products without property values', async () => {
    const { inventory, put, first: listingId } = openedShop({ listings: [PENDANT] })
    const body = rewritten(await inventory(listingId))
    body.products.push(...body.products)
    expect(await put(listingId, body)).toMatchObject({ status: 400, body: { error: "Property values can't be empty" } })
  })

  test('a body that is not JSON', async () => {
    const { call, first: listingId } = openedShop({ badRequests: true })
    const reply = await call('PUT', `listings/${listingId}/inventory`, { form: { products: 'none' } })
    expect(reply).toMatchObject({ status: 400 })
  })
})
