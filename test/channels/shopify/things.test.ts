import { describe, expect, it } from 'vitest'
import { GIFT_CARD, openWorld, RING, STUDS } from './world.ts'

describe('what a Shopify store keeps stock of', () => {
  it('is a thing for each inventory item, named by its product and its choice', async () => {
    const world = openWorld({ products: [RING] })
    expect(await world.thing('SIG-54')).toMatchObject({
      ref: { externalId: world.shop.item('SIG-54').id, variantId: '' },
      sku: 'SIG-54',
      title: 'Signet ring',
      variant: '54 / Gold',
      attributes: { Size: '54', Metal: 'Gold' },
      status: 'active',
      priceMinor: 48_000,
      currency: 'USD',
      tracked: true,
      continueSelling: false,
      bundleParent: false,
      archived: false,
    })
  })

  it('has no variation where its product has no choice', async () => {
    const world = openWorld({ products: [STUDS] })
    const studs = await world.thing('STUD')
    expect(studs).toMatchObject({ title: 'Pearl studs', variant: '', attributes: {}, priceMinor: 9_550 })
    expect(studs.url).toMatch(/^https:\/\/admin\.shopify\.com\/store\/northlight\/products\/\d+$/)
  })

  it('lies at its places in our states: committed is reserved, reserved is held', async () => {
    const world = openWorld({ products: [RING] })
    const { levels } = await world.thing('SIG-54')
    const none = { available: 0, reserved: 0, held: 0, quality_check: 0, damaged: 0, safety_stock: 0, incoming: 0 }
    expect(levels.map(({ externalLocationId, quantities }) => [externalLocationId, quantities])).toEqual([
      [world.place('Safe'), { ...none, available: 3, reserved: 1, held: 2, damaged: 1 }],
      [world.place('Bench'), { ...none, available: 4, quality_check: 1, safety_stock: 2, incoming: 5 }],
    ])
  })

  it('is shown as the sum over open places that sell online', async () => {
    const world = openWorld({ products: [RING, STUDS] })
    expect((await world.thing('SIG-54')).shown).toBe(3)
    expect((await world.thing('STUD')).shown).toBe(15)
    world.shop.changeLocation(world.place('Window'), { fulfillsOnlineOrders: false })
    expect((await world.thing('STUD')).shown).toBe(10)
    world.shop.archiveProduct(world.shop.variant('STUD').productId)
    expect(await world.thing('STUD')).toMatchObject({ shown: 0, status: 'inactive', archived: true })
  })

  it('says when the newest of its states changed', async () => {
    const world = openWorld({ products: [STUDS] })
    await world.clock.runTo(new Date('2026-11-23T09:30:00Z'))
    world.shop.editByStaff({
      idOrSku: 'STUD',
      locationId: world.place('Safe'),
      kind: 'move',
      from: 'available',
      to: 'damaged',
      quantity: 1,
    })
    await world.clock.runTo(new Date('2026-11-23T10:00:00Z'))
    const { levels } = await world.thing('STUD')
    expect(levels.map(({ updatedAt }) => updatedAt.toISOString())).toEqual([
      '2026-11-23T09:30:00.000Z',
      '2026-11-23T09:00:00.000Z',
    ])
  })

  it('tells what a person must decide about: untracked, sold beyond its stock, computed from others', async () => {
    const world = openWorld({
      products: [
        { title: 'Engraving', variants: [{ sku: 'ENGRAVE', price: '20.00', tracked: false }] },
        { title: 'To order', variants: [{ sku: 'MTO', price: '900.00', inventoryPolicy: 'CONTINUE' }] },
        { title: 'Bridal set', variants: [{ sku: 'SET', price: '1500.00', requiresComponents: true }] },
        { title: 'New', status: 'DRAFT', variants: [{ sku: '', price: '1.00' }] },
      ],
    })
    const { rows } = await world.connector.things(null)
    expect(
      rows.map((thing) => [thing.sku, thing.tracked, thing.continueSelling, thing.bundleParent, thing.status]),
    ).toEqual([
      ['ENGRAVE', false, false, false, 'active'],
      ['MTO', true, true, false, 'active'],
      ['SET', true, false, true, 'active'],
      ['', true, false, false, 'draft'],
    ])
  })

  it.each(['one of a kind', 'One-of-a-kind', 'one of one'])(
    'is the only one of its kind where it is tagged "%s"',
    async (tag) => {
      const variants = [{ sku: 'OPAL', price: '2400.00' }]
      const world = openWorld({ products: [{ title: 'Opal, 4.2 ct', tags: ['opal', tag], variants }, STUDS] })
      expect([(await world.thing('OPAL')).oneOfOne, (await world.thing('STUD')).oneOfOne]).toEqual([true, false])
    },
  )

  it('is no gift card', async () => {
    const world = openWorld({ products: [GIFT_CARD, STUDS] })
    expect((await world.connector.things(null)).rows.map(({ sku }) => sku)).toEqual(['STUD'])
    expect((await world.connector.listings(null)).rows.map(({ sku }) => sku)).toEqual(['STUD'])
  })

  it('is found page after page, and from any page again', async () => {
    const variants = Array.from({ length: 600 }, (_, n) => ({ sku: `CHAIN-${n}`, choice: [`${n} mm`], price: '10.00' }))
    const world = openWorld({ products: [{ title: 'Chain', options: ['Length'], variants }] })
    const first = await world.connector.things(null)
    const second = await world.connector.things(first.next)
    const third = await world.connector.things(second.next)
    expect([first, second, third].map(({ rows, total }) => [rows.length, total])).toEqual([
      [250, 600],
      [250, 600],
      [100, 600],
    ])
    expect(third.next).toBeNull()
    expect(new Set([first, second, third].flatMap(({ rows }) => rows.map(({ sku }) => sku))).size).toBe(600)
    expect(await world.connector.things(first.next)).toEqual(second)
    for (const { cost, learned } of world.sent) expect(Math.max(cost, learned?.cost ?? 0)).toBeLessThan(1_000)
  })

  it('is read at all its places, however many', async () => {
    const locations = Array.from({ length: 130 }, (_, n) => ({ name: `Store ${n}` }))
    const stock = locations.map(({ name }) => ({ location: name, available: 1 }))
    const world = openWorld({
      locations,
      products: [{ title: 'Pin', variants: [{ sku: 'PIN', price: '5.00', stock }] }],
    })
    const pin = await world.thing('PIN')
    expect(pin.levels).toHaveLength(130)
    expect(pin.shown).toBe(130)
    expect((await world.connector.places()).length).toBe(130)
  })

  it('is shown again by its id, without what is gone and without what was never there', async () => {
    const world = openWorld({ products: [RING, STUDS] })
    const ids = ['SIG-54', 'STUD', 'SIG-56'].map((sku) => world.shop.item(sku).id)
    world.shop.deleteProduct(world.shop.variant('STUD').productId)
    const asked = [...ids, 'gid://shopify/InventoryItem/1', '12345'].map((externalId) => ({
      externalId,
      variantId: '',
    }))
    const shown = await world.connector.show(asked)
    expect(shown.map(({ sku, shown: n }) => [sku, n])).toEqual([
      ['SIG-54', 3],
      ['SIG-56', 2],
    ])
    expect(await world.connector.thingsOf([])).toEqual([])
  })

  it('is found by its product as well, as a webhook about a product names it', async () => {
    const world = openWorld({ products: [RING, STUDS] })
    const externalId = world.shop.variant('SIG-54').productId
    const things = await world.connector.thingsOf([{ externalId, variantId: '' }])
    expect(things.map(({ sku }) => sku)).toEqual(['SIG-54', 'SIG-56'])
    world.shop.deleteProduct(externalId)
    expect(await world.connector.thingsOf([{ externalId, variantId: '' }])).toEqual([])
  })

  it('is asked for in few calls, however many things are named', async () => {
    const variants = Array.from({ length: 300 }, (_, n) => ({ sku: `BEAD-${n}`, choice: [`${n}`], price: '1.00' }))
    const world = openWorld({ products: [{ title: 'Bead', options: ['No'], variants }] })
    const refs = variants.map(({ sku }) => ({ externalId: world.shop.item(sku).id, variantId: '' }))
    expect(await world.connector.thingsOf(refs)).toHaveLength(300)
    expect(world.sent.map(({ operation }) => operation)).toEqual(['ThingsById', 'ThingsById'])
  })
})

describe('the places of a Shopify store', () => {
  it('say whether they sell online and whether they are open', async () => {
    const world = openWorld()
    world.shop.setLocationActive(world.place('Window'), false)
    expect(await world.connector.places()).toEqual([
      { externalId: world.place('Safe'), name: 'Safe', sellsOnline: true, active: true },
      { externalId: world.place('Window'), name: 'Window', sellsOnline: true, active: false },
      { externalId: world.place('Bench'), name: 'Bench', sellsOnline: false, active: true },
    ])
  })
})
