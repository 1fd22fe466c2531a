import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type AskedLying, lyingPage } from '#app/pool/lying-page.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { addItem, addStock, openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows
beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => void (shop = await openShop(database.pool)))

const page = (said: Partial<AskedLying> = {}) =>
  lyingPage(database.pool, shop.merchantId, {
    locationId: shop.safe,
    state: 'available',
    find: '',
    cursor: null,
    ...said,
  })
const names = async (said: Partial<AskedLying> = {}) => (await page(said)).rows.map(({ item }) => item)
async function lies(title: string, row: Record<string, unknown> = {}, states = { available: 2 }): Promise<number> {
  const itemId = await addItem(database.pool, shop, { title, sku: `SKU-${title}`, ...row })
  await addStock(database.pool, shop, { itemId, place: shop.safe, ...states })
  return itemId
}

it('what lies at a place in that state is listed by title, with how many there are', async () => {
  const ring = await lies('Ring', { variant: '52', sku: 'RNG-52' })
  await lies('Brooch')
  await lies('Chain', {}, { damaged: 1 } as never)
  expect((await page()).rows).toEqual([
    { itemId: expect.any(Number), item: 'Brooch', sku: 'SKU-Brooch', pieces: 2 },
    { itemId: ring, item: 'Ring, 52', sku: 'RNG-52', pieces: 2 },
  ])
  expect(await names({ state: 'damaged' })).toEqual(['Chain'])
  expect(await names({ locationId: shop.bench })).toEqual([])
})

it('is found by the beginning of its SKU or a part of its title, whatever is typed', async () => {
  await lies('Ring', { sku: 'RNG-52' })
  await lies('Earring')
  expect(await names({ find: 'ring' })).toEqual(['Earring', 'Ring'])
  expect(await names({ find: ' rng-5 ' })).toEqual(['Ring'])
  expect(await names({ find: '%' })).toEqual([])
})

it('more than 50 come page by page, each once, whatever they are called', async () => {
  for (let n = 0; n < 52; n += 1) await lies(n < 3 ? 'The same, 100%\nof it' : `Ring ${String(n).padStart(2, '0')}`)
  const first = await page()
  const second = await page({ cursor: first.next })
  expect([first.rows.length, second.rows.length, second.next]).toEqual([50, 2, null])
  expect(new Set([...first.rows, ...second.rows].map(({ itemId }) => itemId)).size).toBe(52)
  expect((await page({ cursor: 'garbage' })).rows).toHaveLength(50)
})

it('nothing of another shop’s is listed', async () => {
  await lies('Ring')
  const theirs = await openShop(database.pool)
  expect(
    (
      await lyingPage(database.pool, theirs.merchantId, {
        locationId: shop.safe,
        state: 'available',
        find: '',
        cursor: null,
      })
    ).rows,
  ).toEqual([])
})
