import { expect, test } from 'vitest'
import { given, openedSeller } from './opened-seller.ts'

const ids = ({ body }: { body: { objects: { id: string }[] } }) => body.objects.map(({ id }) => id)

test('variations are found by SKU, with the item they are of', async () => {
  const { call, ring } = openedSeller()
  const query = { exact_query: { attribute_name: 'sku', attribute_value: 'R1-54' } }
  const asked = { object_types: ['ITEM_VARIATION'], include_related_objects: true }
  const found = await call('POST', 'v2/catalog/search', { ...asked, query })
  expect(found.body.objects).toMatchObject([
    { id: ring, item_variation_data: { sku: 'R1-54', track_inventory: true, price_money: { amount: 120_000 } } },
  ])
  expect(found.body.related_objects).toMatchObject([{ type: 'ITEM', item_data: { name: 'Solitaire ring' } }])
  const none = { set_query: { attribute_name: 'sku', attribute_values: ['R1'] } }
  expect(ids(await call('POST', 'v2/catalog/search', { ...asked, query: none }))).toEqual([])
})

test('a thing that nobody tracks says nothing of tracking, and one without a SKU has none', async () => {
  const { call, seller } = openedSeller()
  const { variationIds } = seller.addItem({ name: 'Polish', variations: [{ priceCents: 500, tracked: false }] })
  const { body } = await call('POST', 'v2/catalog/batch-retrieve', { object_ids: variationIds })
  expect(Object.keys(body.objects[0].item_variation_data)).not.toContain('track_inventory')
  expect(Object.keys(body.objects[0].item_variation_data)).not.toContain('sku')
})

test('what is removed is missing, and says so to who asks for it too', async () => {
  const { call, seller, ring } = openedSeller()
  const item = seller.variations()[0]!.itemId
  seller.removeItem(item)
  expect(ids(await call('POST', 'v2/catalog/batch-retrieve', { object_ids: [ring, 'NONE1'] }))).toEqual([])
  const asked = { object_types: ['ITEM_VARIATION'], include_deleted_objects: true }
  expect((await call('POST', 'v2/catalog/search', asked)).body.objects).toMatchObject([{ id: ring, is_deleted: true }])
})

test('pages follow one another to the end, and what changed since is found', async () => {
  const { call, seller, pass, clock, ring } = openedSeller()
  for (let i = 0; i < 250; i++) seller.addItem({ name: `Bead ${i}`, variations: [{ sku: `B${i}`, priceCents: 100 }] })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await call('GET', `v2/catalog/list?types=item_variation${cursor ? `&cursor=${cursor}` : ''}`)
    seen.push(...ids(page))
    cursor = page.body.cursor
  } while (cursor)
  expect(new Set(seen).size).toBe(251)
  const begin_time = clock.now().toISOString()
  await pass(1_000)
  seller.rename(ring, 'R1-54-A')
  const changed = await call('POST', 'v2/catalog/search', { object_types: ['ITEM_VARIATION'], begin_time })
  expect(changed.body.objects).toMatchObject([{ id: ring, item_variation_data: { sku: 'R1-54-A' } }])
})

test('a business and its places are told, closed ones too', async () => {
  const { call, seller, harbour, main } = openedSeller()
  seller.closeLocation(harbour)
  expect((await call('GET', 'v2/locations')).body.locations).toMatchObject([
    { id: main, name: 'Main Street', status: 'ACTIVE', currency: 'USD' },
    { id: harbour, name: 'Harbour', status: 'INACTIVE' },
  ])
  const { merchant } = (await call('GET', 'v2/merchants/me')).body
  expect(merchant).toMatchObject({ id: seller.merchantId, business_name: 'Moonstone Atelier', main_location_id: main })
  expect((await call('GET', 'v2/merchants/SOMEBODY')).status).toBe(404)
})

test('a saved world goes on where it was', async () => {
  const { sandbox, seller, ring, main, call } = openedSeller()
  given(seller.sell({ locationId: main, lines: [{ variationId: ring }] }))
  const saved = JSON.parse(JSON.stringify(sandbox.save()))
  given(seller.sell({ locationId: main, lines: [{ variationId: ring }] }))
  sandbox.load(saved)
  expect(seller.inStock(ring, main)).toBe(2)
  expect((await call('POST', 'v2/orders/search', { location_ids: [main] })).body.orders).toHaveLength(1)
  given(seller.sell({ locationId: main, lines: [{ variationId: ring }] }))
  expect(seller.orders()).toHaveLength(2)
  expect(() => sandbox.load({ format: 2 })).toThrow('not a state it has saved')
})
