import { describe, expect, test } from 'vitest'
import { REVISIONS_A_DAY } from '#app/channels/ebay/limits.ts'
import { memoryOfProcess, notesIn } from '#app/channels/ebay/notes.ts'
import { openEbay } from '#app/channels/ebay/connector.server.ts'
import { mayRevise } from '#app/channels/ebay/revisions.ts'
import { AUCTION, BROOCH, given, PENDANT, RING } from '#test/sandbox/ebay/opened-account.ts'
import type { ListingSeed } from '#sandbox/ebay/selling.ts'
import { connectedAccount } from './connected-account.ts'

const many = (n: number, via: 'inventory' | 'trading'): ListingSeed[] =>
  Array.from({ length: n }, (_, i) => ({
    title: `Chain ${i}`,
    via,
    products: [{ sku: `C${i}`, quantity: 9, priceCents: 2_000 }],
  }))

const isUpdate = (call: string) => call.includes('bulk_update')

describe('by the Inventory API', () => {
  test('the quantity goes to the item and to its offer: the smaller is what buyers see', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    expect(await world.tell([{ ref: world.refOf(0), quantity: 9, expected: 4 }])).toMatchObject([
      { outcome: 'accepted', shown: 9 },
    ])
    const body = JSON.parse(world.sent.find(({ call }) => isUpdate(call))!.body)
    expect(body.requests).toMatchObject([
      { sku: 'P1', shipToLocationAvailability: { quantity: 9 }, offers: [{ availableQuantity: 9 }] },
    ])
    expect(world.shown(world.refOf(0))).toBe(9)
  })

  test('an offer that another tool raised alone still shows what its item has', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    const { body } = await world.call<{ offers: { offerId: string }[] }>('GET', '/sell/inventory/v1/offer?sku=P1')
    const requests = [{ offers: [{ offerId: body.offers[0]!.offerId, availableQuantity: 50 }] }]
    await world.call('POST', '/sell/inventory/v1/bulk_update_price_quantity', { json: { requests } })
    expect((await world.connector.show([world.refOf(0)]))[0]?.shown).toBe(4)
  })

  test('thirty SKUs are two calls, those that go to nothing in the first', async () => {
    const world = connectedAccount({ listings: many(30, 'inventory') })
    const told = Array.from({ length: 30 }, (_, i) => ({
      ref: world.refOf(i),
      quantity: i === 29 ? 0 : 5,
      expected: 9,
    }))
    const outcomes = await world.tell(told)
    expect(outcomes.map(({ listingId, outcome }) => [listingId, outcome])).toEqual(
      told.map((_, i) => [i + 1, 'accepted']),
    )
    const updates = world.sent.filter(({ call }) => isUpdate(call))
    expect(updates.map(({ body }) => JSON.parse(body).requests.length)).toEqual([25, 5])
    expect(JSON.parse(updates[0]!.body).requests[0].sku).toBe('C29')
  })

  test.each([
    [0, 'urgent'],
    [1, 'write'],
  ])('a write to %i goes before others as %s', async (quantity, lane) => {
    const world = connectedAccount({ listings: [PENDANT] })
    await world.tell([{ ref: world.refOf(0), quantity, expected: 4 }])
    expect(world.sent.at(-1)).toMatchObject({ lane, call: expect.stringContaining('bulk_update') })
  })

  test('where eBay takes one SKU in a call, that is learned once', async () => {
    const world = connectedAccount({ listings: many(3, 'inventory'), switches: { skusPerUpdate: 1 } })
    const told = (quantity: number, expected: number) =>
      [0, 1, 2].map((i) => ({ ref: world.refOf(i), quantity, expected }))
    expect((await world.tell(told(5, 9))).map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(world.calls().filter(isUpdate)).toHaveLength(4)
    await world.tell(told(4, 5))
    expect(world.calls().filter(isUpdate)).toHaveLength(3)
  })

  test('one bad SKU fails nobody else', async () => {
    const world = connectedAccount({ listings: many(3, 'inventory') })
    const refs = [0, 1, 2].map((i) => world.refOf(i))
    world.tamper(async (request) => {
      if (!isUpdate(request.url)) return undefined
      const { requests } = await request.clone().json()
      requests[1].offers[0].offerId = 'nobody'
      return world.sandbox.fetch(new Request(request, { body: JSON.stringify({ requests }) }))
    })
    const outcomes = await world.tell(refs.map((ref) => ({ ref, quantity: 2, expected: 9 })))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'unknown', 'accepted'])
    expect(refs.map(world.shown)).toEqual([2, 9, 2])
  })

  test('what is shown already takes no write, and none of the listing’s revisions', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    expect(await world.tell([{ ref: world.refOf(0), quantity: 4, expected: 4 }])).toMatchObject([
      { outcome: 'accepted', shown: 4 },
    ])
    expect(world.calls().filter(isUpdate)).toEqual([])
  })

  test('a half that is turned away while the other was written is not known, and nothing is thrown', async () => {
    const world = connectedAccount({ listings: many(26, 'inventory') })
    let updates = 0
    world.tamper(({ url }) => (isUpdate(url) && ++updates === 2 ? Response.json({}, { status: 429 }) : undefined))
    const outcomes = await world.tell(
      Array.from({ length: 26 }, (_, i) => ({ ref: world.refOf(i), quantity: 1, expected: 9 })),
    )
    expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(25)
    expect(outcomes.filter(({ outcome }) => outcome === 'unknown')).toHaveLength(1)
  })
})

describe('listings made elsewhere', () => {
  test('six are two calls of Trading, and none of the Inventory API’s', async () => {
    const world = connectedAccount({ listings: many(6, 'trading') })
    const outcomes = await world.tell(
      Array.from({ length: 6 }, (_, i) => ({ ref: world.refOf(i), quantity: 3, expected: 9 })),
    )
    expect(outcomes.every(({ outcome }) => outcome === 'accepted')).toBe(true)
    expect(world.calls().filter((call) => call === 'ReviseInventoryStatus')).toHaveLength(2)
    expect(world.calls().some(isUpdate)).toBe(false)
  })

  test('units are not confused: read is the total with what was sold, written is what is available', async () => {
    const world = connectedAccount({ listings: [BROOCH] })
    const ref = world.refOf(0)
    given(await world.seller.buy({ lines: [{ listingId: ref.externalId, quantity: 2 }] }))
    expect((await world.connector.show([ref]))[0]?.shown).toBe(3)
    expect(await world.tell([{ ref, quantity: 10, expected: 3 }])).toMatchObject([{ outcome: 'accepted', shown: 10 }])
    expect(world.shown(ref)).toBe(10)
    expect((await world.connector.show([ref]))[0]?.shown).toBe(10)
  })

  test.each([true, false])(
    'one that has ended fails nobody else (the others are done by eBay: %s)',
    async (tradingPartial) => {
      const world = connectedAccount({ listings: many(3, 'trading'), switches: { tradingPartial } })
      const refs = [0, 1, 2].map((i) => world.refOf(i))
      let ended = false
      world.tamper((request) => {
        if (!ended && request.headers.get('x-ebay-api-call-name') === 'ReviseInventoryStatus') {
          ended = true
          given(world.seller.end(refs[1]!.externalId))
        }
        return undefined
      })
      const outcomes = await world.tell(refs.map((ref) => ({ ref, quantity: 2, expected: 9 })))
      expect(outcomes).toMatchObject([
        { outcome: 'accepted' },
        { outcome: 'rejected', reason: 'dead' },
        { outcome: 'accepted' },
      ])
    },
  )

  test('one without a SKU is written by its id; a variation without one cannot be named, and says so', async () => {
    const bare = { ...BROOCH, products: [{ sku: '', quantity: 5, priceCents: 1_000 }] }
    const ring = {
      ...RING,
      via: 'trading' as const,
      products: RING.products.map((one, i) => ({ ...one, sku: i === 0 ? '' : one.sku })),
    }
    const world = connectedAccount({ listings: [bare, ring] })
    expect(await world.tell([{ ref: world.refOf(0), quantity: 2, expected: 5 }])).toMatchObject([
      { outcome: 'accepted' },
    ])
    const [nameless, named] = await world.tell([
      { ref: world.refOf(1, 0), quantity: 1, expected: 2 },
      { ref: world.refOf(1, 1), quantity: 1, expected: 3 },
    ])
    expect(nameless).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('SKU') })
    expect(named).toMatchObject({ outcome: 'accepted', shown: 1 })
  })

  test('one that was migrated meanwhile is turned away once, and then written by the Inventory API', async () => {
    const world = connectedAccount({ listings: [BROOCH] })
    const ref = world.refOf(0)
    await world.tell([{ ref, quantity: 4, expected: 5 }])
    await world.call('POST', '/sell/inventory/v1/bulk_migrate_listing', {
      json: { requests: [{ listingId: ref.externalId }] },
    })
    expect(await world.tell([{ ref, quantity: 3, expected: 4 }])).toMatchObject([{ outcome: 'rejected' }])
    expect(await world.tell([{ ref, quantity: 3, expected: 4 }])).toMatchObject([{ outcome: 'accepted', shown: 3 }])
    expect(world.calls().some(isUpdate)).toBe(true)
  })
})

describe('an auction', () => {
  const both = [AUCTION, { ...PENDANT, products: [{ sku: 'A1', quantity: 1, priceCents: 10_000 }] }]

  test('is listed as one, and its number is never written', async () => {
    const world = connectedAccount({ listings: [AUCTION] })
    const [listed] = (await world.connector.listings(null)).rows
    expect(listed).toMatchObject({ title: 'Art Deco clip (auction)', shown: 1, status: 'active' })
    const [gone] = await world.tell([{ ref: world.refOf(0), quantity: 0, expected: 1 }])
    expect(gone).toMatchObject({ outcome: 'rejected', reason: expect.stringContaining('end the auction') })
    expect(await world.tell([{ ref: world.refOf(0), quantity: 7, expected: 1 }])).toMatchObject([
      { outcome: 'accepted', shown: 1 },
    ])
    expect(world.calls()).toEqual(['GetItem'])
  })

  test('beside a fixed price of the same piece leaves that to be taken off', async () => {
    const world = connectedAccount({ listings: both })
    const outcomes = await world.tell([
      { ref: world.refOf(0), quantity: 0, expected: 1 },
      { ref: world.refOf(1), quantity: 0, expected: 1 },
    ])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['rejected', 'accepted'])
    expect(world.shown(world.refOf(1))).toBe(0)
  })
})

describe('the last piece', () => {
  test('without out-of-stock control ends the listing: it is dead, and not put up again by us', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    const ref = world.refOf(0)
    world.seller.outOfStockControl(false)
    expect(await world.tell([{ ref, quantity: 0, expected: 4 }])).toMatchObject([{ outcome: 'accepted', shown: 0 }])
    expect(await world.connector.show([ref])).toEqual([])
    expect(await world.tell([{ ref, quantity: 1, expected: 0 }])).toMatchObject([
      { outcome: 'rejected', reason: 'dead' },
    ])
  })

  test('of one variation only greys it out', async () => {
    const world = connectedAccount({ listings: [RING] })
    world.seller.outOfStockControl(false)
    await world.tell([{ ref: world.refOf(0, 2), quantity: 0, expected: 1 }])
    expect((await world.connector.show([world.refOf(0, 0), world.refOf(0, 2)])).map(({ shown }) => shown)).toEqual([
      2, 0,
    ])
  })
})

describe('250 revisions a day', () => {
  const RAISE = { from: 1, to: 5 }
  const FALL = { from: 5, to: 3 }
  const LAST = { from: 1, to: 0 }

  test.each([
    [0, true, true, true],
    [199, true, true, true],
    [200, false, true, true],
    [239, false, true, true],
    [240, false, false, true],
    [249, false, false, true],
    [250, false, false, false],
  ])('after %i, a raise %s, a fall %s, the last piece %s', (used, raise, fall, last) => {
    expect([RAISE, FALL, LAST].map((change) => mayRevise(used, change))).toEqual([raise, fall, last])
  })

  test('are counted over restarts, by eBay’s day, and what is left goes to pieces that are sold', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    const ref = world.refOf(0)
    const memory = memoryOfProcess()
    await notesIn(memory).addRevisions([{ listingId: ref.externalId, times: REVISIONS_A_DAY - 20 }], '2026-03-01')
    const again = openEbay({ deps: world.deps, notes: notesIn(memory) })
    const tell = (quantity: number, expected: number) => again.apply([[{ listingId: 1, ref, quantity, expected }]])
    expect(await tell(9, 4)).toMatchObject([
      { outcome: 'rejected', reason: expect.stringContaining('250 times a day') },
    ])
    expect(await tell(1, 4)).toMatchObject([{ outcome: 'accepted' }])
    expect(await notesIn(memory).revisions([ref.externalId], '2026-03-01')).toEqual([
      { listingId: ref.externalId, times: 231 },
    ])
    await world.clock.runTo(new Date('2026-03-02T08:00:01Z'))
    expect(await tell(9, 1)).toMatchObject([{ outcome: 'accepted', shown: 9 }])
  })

  test('a write whose answer was lost may have been one', async () => {
    const world = connectedAccount({ listings: [PENDANT] })
    world.sandbox.configure({ faults: { calls: { lostAnswer: 1 } } })
    await world.tell([{ ref: world.refOf(0), quantity: 1, expected: 4 }])
    const { externalId } = world.refOf(0)
    expect(await world.notes.revisions([externalId], '2026-03-01')).toEqual([{ listingId: externalId, times: 1 }])
  })
})

test('how a listing is written to is found out once', async () => {
  const world = connectedAccount({ listings: [PENDANT] })
  const ref = world.refOf(0)
  await world.tell([{ ref, quantity: 3, expected: 4 }])
  expect(world.calls()).toEqual([
    'GetItem',
    'GET sell/inventory/v1/offer?sku=P1',
    'POST sell/inventory/v1/bulk_get_inventory_item',
    'POST sell/inventory/v1/bulk_update_price_quantity',
  ])
  await world.tell([{ ref, quantity: 2, expected: 3 }])
  expect(world.calls()).not.toContain('GetItem')
})
