import { expect, test } from 'vitest'
import { allPages } from '#test/contract/connector.ts'
import { given } from '#test/sandbox/square/opened-seller.ts'
import { connectedTill } from './connected-till.ts'

test('a thing has its SKU, its item’s name, and what is in stock of it at each place', async () => {
  const { thing, seller, main, harbour, ring, ref } = connectedTill()
  seller.recount({ variationId: ring, locationId: harbour, quantity: 2 })
  expect(await thing()).toMatchObject({
    ref,
    sku: 'R1-54',
    title: 'Solitaire ring',
    variant: '54',
    attributes: { Variation: '54' },
    shown: 5,
    priceMinor: 120_000,
    currency: 'USD',
    tracked: true,
    levels: [
      { externalLocationId: main, quantities: { available: 3 } },
      { externalLocationId: harbour, quantities: { available: 2 } },
    ],
  })
})

test('a number below zero stays one at its place, and takes nothing from what the other shop shows', async () => {
  const { thing, seller, main, harbour, ring, lines } = connectedTill({ rings: 1 })
  seller.recount({ variationId: ring, locationId: harbour, quantity: 2 })
  given(seller.sell({ locationId: main, lines: lines(3) }))
  const { shown, levels } = await thing()
  expect(shown).toBe(2)
  expect(levels.map(({ quantities }) => quantities.available)).toEqual([-2, 2])
})

test('half a unit is none', async () => {
  const { thing, seller, ring, main } = connectedTill()
  seller.recount({ variationId: ring, locationId: main, quantity: 2.5 })
  expect((await thing()).levels).toMatchObject([{ quantities: { available: 2 } }])
})

test('what nobody tracks is told as such, and the only one of an item has no name of its own', async () => {
  const { thing, seller } = connectedTill()
  const { variationIds } = seller.addItem({ name: 'Polish', variations: [{ priceCents: 500, tracked: false }] })
  expect(await thing(variationIds[0])).toMatchObject({
    tracked: false,
    sku: '',
    variant: '',
    attributes: {},
    levels: [],
  })
})

test('a number is as of when Square last heard of it, not of the time a change was for', async () => {
  const { thing, seller, main, lines, pass, clock } = connectedTill()
  seller.sellOffline({ locationId: main, lines: lines() })
  await pass(3_600_000)
  seller.upload()
  expect((await thing()).levels[0]?.updatedAt).toEqual(clock.now())
})

test('all of a large library is found, a hundred at a time, with the counts of many places', async () => {
  const locations = Array.from({ length: 12 }, (_, n) => `Shop ${n}`)
  const { connector, seller } = connectedTill({ locations })
  const stock = Object.fromEntries(seller.locations().map(({ locationId }) => [locationId, 1]))
  for (let i = 0; i < 150; i++) seller.addItem({ name: `Bead ${i}`, variations: [{ priceCents: 100, stock }] })
  const { rows, pages } = await allPages((cursor) => connector.things(cursor))
  expect([rows.length, pages.length]).toEqual([151, 2])
  expect(rows.filter(({ shown }) => shown === 12)).toHaveLength(150)
})

test('an expired token is asked for anew, and the call is made again', async () => {
  const { connector, pass, calls } = connectedTill()
  await pass(31 * 86_400_000)
  expect(await connector.places()).toHaveLength(2)
  expect(calls()).toEqual(['GET locations', 'GET locations'])
})

test('a permission that is missing is nothing that passes', async () => {
  const { connector, deps, seller } = connectedTill()
  deps.tokens.accessToken = async () => seller.signIn({ scopes: ['ITEMS_READ'] }).accessToken
  await expect(connector.places()).rejects.toThrow('Square does not allow it')
})
