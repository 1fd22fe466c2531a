import { beforeAll, expect, test } from 'vitest'
import { accountMemory } from '#app/channels/account-memory.server.ts'
import { notesIn } from '#app/channels/ebay/notes.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { NOON, openShop, type ShopRows } from '#test/support/shop-rows.ts'

let database: FreshDatabase
let shop: ShopRows

beforeAll(async () => {
  database = await freshDatabase()
  shop = await openShop(database.pool)
})

const memoryOf = (id: number) =>
  accountMemory({ db: database.pool, clock: new VirtualClock(NOON), account: { merchantId: shop.merchantId, id } })

test('what a connector remembers is there for the next process, and for no other account', async () => {
  await memoryOf(shop.etsy).write(
    new Map<string, unknown>([
      ['note/1', { sku: 'A' }],
      ['note/2', null],
    ]),
  )
  await memoryOf(shop.etsy).write(new Map([['note/1', { sku: 'B' }]]))
  expect(await memoryOf(shop.etsy).read(['note/1', 'note/2', 'note/3'])).toEqual(
    new Map<string, unknown>([
      ['note/1', { sku: 'B' }],
      ['note/2', null],
    ]),
  )
  expect(await memoryOf(shop.shopify).read(['note/1'])).toEqual(new Map())
  expect(await memoryOf(shop.etsy).read([])).toEqual(new Map())
})

test('how listings are written to, and how often they were, outlives a process; yesterday’s count does not', async () => {
  const ref = { externalId: '110', variantId: 'Metal:Gold' }
  const notes = () => notesIn(memoryOf(shop.etsy))
  await notes().keep([{ ref, sku: 'R1', manner: 'inventory' }])
  expect(await notes().of([ref, { ...ref, variantId: '' }])).toEqual([{ ref, sku: 'R1', manner: 'inventory' }])
  await notes().addRevisions([{ listingId: '110', times: 2 }], '2026-03-10')
  await notes().addRevisions(
    [
      { listingId: '110', times: 1 },
      { listingId: '111', times: 1 },
    ],
    '2026-03-10',
  )
  expect(await notes().revisions(['110', '111', '112'], '2026-03-10')).toEqual([
    { listingId: '110', times: 3 },
    { listingId: '111', times: 1 },
    { listingId: '112', times: 0 },
  ])
  expect(await notes().revisions(['110'], '2026-03-11')).toEqual([{ listingId: '110', times: 0 }])
})

test('what an older version has kept in another form is found out anew', async () => {
  await memoryOf(shop.etsy).write(new Map([['note/9/', { sku: 7 }]]))
  expect(await notesIn(memoryOf(shop.etsy)).of([{ externalId: '9', variantId: '' }])).toEqual([])
})
