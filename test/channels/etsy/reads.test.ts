import { describe, expect, test } from 'vitest'
import type { ListingSeed } from '#sandbox/etsy/shop-manager.ts'
import { PENDANT, RING, given } from '#test/sandbox/etsy/opened-shop.ts'
import { connectedShop } from './connected-shop.ts'

const many = (n: number): ListingSeed[] =>
  Array.from({ length: n }, (_, i) => ({
    title: `Stud ${i}`,
    products: [{ sku: `E${i}`, quantity: 1, priceCents: 900 }],
  }))

describe('the listings of a shop', () => {
  test('are found in every state they can be in', async () => {
    const states = ['active', 'inactive', 'sold_out', 'draft', 'expired'] as const
    const { snapshots, sent } = connectedShop({
      listings: states.map((state) => ({
        title: state,
        state,
        products: [{ sku: state, quantity: 2, priceCents: 900 }],
      })),
    })
    const rows = await snapshots()
    expect(rows.map(({ sku, status, shown }) => [sku, status, shown])).toEqual(
      states.map((state) => [state, state, state === 'active' ? 2 : 0]),
    )
    expect(sent).toHaveLength(5)
    expect(sent[0]).toMatchObject({ lane: 'sweep', call: expect.stringContaining('includes=Inventory') })
  })

  test('are one for each variation', async () => {
    const { snapshots } = connectedShop({ listings: [RING] })
    expect((await snapshots()).map(({ sku, attributes }) => [sku, attributes])).toEqual([
      ['R1-6-Y', { 'Ring size': '6', Metal: 'Yellow gold' }],
      ['R1-7-Y', { 'Ring size': '7', Metal: 'Yellow gold' }],
      ['R1-6-W', { 'Ring size': '6', Metal: 'White gold' }],
    ])
  })

  test('are all found over several pages, though some sell out and a new one is put up meanwhile', async () => {
    const { shop, connector, listingIds } = connectedShop({ listings: many(230) })
    const skus = new Set<string>()
    let page = await connector.listings(null)
    for (let n = 0; ; n++) {
      for (const { sku } of page.rows) skus.add(sku)
      if (page.next === null) break
      // The newest come first: it is those on the page just read that sell out.
      for (const listingId of listingIds.slice(-3 * (n + 1)).slice(0, 3)) {
        if (shop.listing(listingId)!.state === 'active') given(shop.buy({ lines: [{ listingId, quantity: 1 }] }))
      }
      if (n === 0) shop.addListing({ title: 'New', products: [{ sku: 'NEW', quantity: 1, priceCents: 900 }] })
      page = await connector.listings(page.next)
    }
    expect([...skus].filter((sku) => sku !== 'NEW')).toHaveLength(230)
  })

  test('that are asked for by a hundred take a call for each hundred', async () => {
    const { connector, listingIds, sent } = connectedShop({ listings: many(130) })
    const refs = listingIds.map((id) => ({ externalId: String(id), variantId: '' }))
    expect(await connector.show(refs)).toHaveLength(130)
    expect(sent.map(({ lane }) => lane)).toEqual(['read', 'read'])
  })

  test('cost two more calls for every halving when one of a hundred is gone', async () => {
    const { connector, shop, listingIds, sent } = connectedShop({ listings: many(100) })
    shop.deleteBySeller(listingIds[37]!)
    const refs = listingIds.map((id) => ({ externalId: String(id), variantId: '' }))
    const shown = await connector.show(refs)
    expect(shown.map(({ ref }) => Number(ref.externalId))).toEqual(listingIds.filter((_, i) => i !== 37))
    expect(sent.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(100)))
  })

  test('are shown only as far as they were asked for', async () => {
    const { connector, refOf } = connectedShop({ listings: [RING] })
    const ref = await refOf('R1-7-Y')
    expect(await connector.show([ref])).toMatchObject([{ ref, shown: 3 }])
    expect(await connector.show([{ ...ref, variantId: '513:none' }])).toEqual([])
  })
})

describe('orders', () => {
  const bought = (world: ReturnType<typeof connectedShop>, paid = true) =>
    given(world.shop.buy({ lines: [{ listingId: world.first, sku: 'R1-7-Y', quantity: 1 }], paid })).receiptId

  test('name the variation as the listings do', async () => {
    const world = connectedShop({ listings: [RING] })
    const order = await world.connector.order(String(bought(world)))
    expect(order?.lines[0]?.listing).toEqual(await world.refOf('R1-7-Y'))
  })

  test('whose payment is being processed hold their pieces, and are unshipped', async () => {
    const world = connectedShop({ listings: [RING] })
    bought(world, false)
    const { rows } = await world.connector.unshipped(null)
    expect(rows).toMatchObject([{ paidAt: null, lines: [{ currentQuantity: 1, shipped: 0 }] }])
  })

  test('that were refunded in full have nothing left to ship', async () => {
    const world = connectedShop({ listings: [RING] })
    const [whole, part] = [bought(world), bought(world)]
    given(world.shop.refundPartially(whole, { amount: 12_000 }))
    given(world.shop.refundPartially(part, { amount: 500 }))
    const { rows } = await world.connector.unshipped(null)
    expect(rows.map(({ externalId }) => externalId)).toEqual([String(part)])
    expect(rows[0]?.unclear).toMatch('which pieces')
  })

  test('more than a page of which are of one second are all found, though some of them change', async () => {
    const listing = { ...PENDANT, products: [{ sku: 'P', quantity: 300, priceCents: 900 }] }
    const { shop, clock, connector, first } = connectedShop({ listings: [listing] })
    const since = clock.now()
    const line = { listingId: first, quantity: 1 }
    const placed = Array.from({ length: 250 }, () => given(shop.buy({ lines: [line] })).receiptId)
    const found = new Set<string>()
    let next: string | null = null
    do {
      const page = await connector.ordersSince(since, next)
      for (const { externalId } of page.rows) found.add(externalId)
      expect(page.total).toBe(250)
      next = page.next
      await clock.runTo(new Date(clock.now().getTime() + 1_000))
      for (const receiptId of placed.splice(0, 3)) given(shop.ship(receiptId))
    } while (next !== null)
    expect(found.size).toBe(250)
  })

  test('are asked for from the second that has begun', async () => {
    const world = connectedShop({ listings: [RING] })
    await world.clock.runTo(new Date('2026-03-01T10:00:00.900Z'))
    bought(world)
    expect((await world.connector.ordersSince(new Date('2026-03-01T10:00:00.950Z'), null)).rows).toHaveLength(1)
  })

  test('from the beginning of time are asked for from the first second Etsy takes', async () => {
    const world = connectedShop({ listings: [RING] })
    await world.connector.ordersSince(new Date(0), null)
    expect(world.sent[0]?.call).toContain('min_last_modified=946684800')
  })

  test('are known up to when Etsy was asked, by Etsy’s clock', async () => {
    const world = connectedShop({ listings: [RING] })
    world.tamper(async (request) => {
      const answer = await world.sandbox.fetch(request)
      // The call takes 300 ms, and Etsy's clock is two hours ahead.
      await world.clock.runTo(new Date(world.clock.now().getTime() + 300))
      return new Response(answer.body, { headers: { date: 'Sun, 01 Mar 2026 12:00:00 GMT' } })
    })
    const { asOf } = await world.connector.ordersSince(new Date('2026-03-01T00:00:00Z'), null)
    expect(asOf).toEqual(new Date('2026-03-01T11:59:59.700Z'))
  })
})
