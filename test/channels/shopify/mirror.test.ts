import { describe, expect, it } from 'vitest'
import type { MirrorChange, MirrorMove } from '#app/channels/connector.ts'
import { IDEMPOTENCY_WINDOW_MS } from '#app/channels/shopify/limits.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { granted, openWorld, RING, STUDS, type World } from './world.ts'

const NAMES = ['available', 'reserved', 'quality_control', 'damaged', 'on_hand'] as const

const move = (world: World, over: Partial<MirrorMove> = {}): MirrorMove => ({
  ref: { externalId: world.shop.item('STUD').id, variantId: '' },
  externalLocationId: world.place('Safe'),
  quantity: 2,
  from: 'available',
  to: 'reserved',
  ...over,
})

const change = (moves: MirrorMove[], over: Partial<MirrorChange> = {}): MirrorChange => ({
  key: 'order/2/77/sold/1',
  reason: 'sold',
  cause: 'order/2/77',
  moves,
  ...over,
})

const at = (world: World, sku = 'STUD', place = 'Safe') =>
  Object.fromEntries(NAMES.map((name) => [name, world.shop.quantity(sku, world.place(place), name)]))

const ACCEPTED = { outcome: 'accepted', reason: null }

describe('a movement of ours in a Shopify store', () => {
  it('sets pieces sold elsewhere aside, without taking them off the shelf', async () => {
    const world = openWorld({ products: [STUDS] })
    expect(await world.connector.mirror(change([move(world)]))).toEqual(ACCEPTED)
    expect(at(world)).toMatchObject({ available: 8, reserved: 2, on_hand: 10 })
    expect((await world.thing('STUD')).levels[0]?.quantities).toMatchObject({ available: 8, held: 2, reserved: 0 })
  })

  it('happens once, however often it is told', async () => {
    const world = openWorld({ products: [STUDS] })
    for (let n = 0; n < 3; n += 1) expect(await world.connector.mirror(change([move(world)]))).toEqual(ACCEPTED)
    expect(at(world)).toMatchObject({ available: 8, reserved: 2 })
    // Another change of the same kind is another movement.
    await world.connector.mirror(change([move(world)], { key: 'order/2/78/sold/1' }))
    expect(at(world)).toMatchObject({ available: 6, reserved: 4 })
  })

  it('is only safe to repeat for a day', async () => {
    const world = openWorld({ products: [STUDS] })
    await world.connector.mirror(change([move(world)]))
    await world.clock.runTo(new Date(world.clock.now().getTime() + IDEMPOTENCY_WINDOW_MS - 1))
    await world.connector.mirror(change([move(world)]))
    expect(at(world).reserved).toBe(2)
    await world.clock.runTo(new Date(world.clock.now().getTime() + 1))
    await world.connector.mirror(change([move(world)]))
    expect(at(world).reserved).toBe(4)
  })

  it('takes shipped pieces out, and gives cancelled ones back', async () => {
    const world = openWorld({ products: [STUDS] })
    await world.connector.mirror(change([move(world, { quantity: 3 })]))
    const shipped = change([move(world, { quantity: 2, from: 'reserved', to: null })], {
      key: 'order/2/77/shipped/2',
      reason: 'shipped',
    })
    expect(await world.connector.mirror(shipped)).toEqual(ACCEPTED)
    expect(at(world)).toMatchObject({ available: 7, reserved: 1, on_hand: 8 })
    const cancelled = change([move(world, { quantity: 1, from: 'reserved', to: 'available' })], {
      key: 'order/2/77/cancelled/3',
    })
    expect(await world.connector.mirror(cancelled)).toEqual(ACCEPTED)
    expect(at(world)).toMatchObject({ available: 8, reserved: 0, on_hand: 8 })
  })

  it('brings pieces in, where the item never lay as well', async () => {
    const world = openWorld({ products: [STUDS] })
    const found = move(world, { from: null, to: 'available', externalLocationId: world.place('Bench'), quantity: 4 })
    const damaged = move(world, { from: null, to: 'damaged', externalLocationId: world.place('Bench'), quantity: 1 })
    expect(await world.connector.mirror(change([found, damaged], { reason: 'counted' }))).toEqual(ACCEPTED)
    expect(at(world, 'STUD', 'Bench')).toMatchObject({ available: 4, damaged: 1, on_hand: 5 })
  })

  it('moves all the pieces of a change together, whatever each does', async () => {
    const world = openWorld({ products: [STUDS, RING] })
    const ring = { externalId: world.shop.item('SIG-56').id, variantId: '' }
    const moves = [
      move(world),
      move(world, { ref: ring, externalLocationId: world.place('Window'), quantity: 1 }),
      move(world, { from: 'available', to: 'in_work', quantity: 1 }),
      move(world, { from: 'available', to: 'held', quantity: 1 }),
    ]
    expect(await world.connector.mirror(change(moves))).toEqual(ACCEPTED)
    expect(at(world)).toMatchObject({ available: 6, reserved: 3, quality_control: 1, on_hand: 10 })
    expect(at(world, 'SIG-56', 'Window')).toMatchObject({ available: 1, reserved: 1 })
    expect(world.sent.map(({ operation }) => operation)).toEqual(['MoveQuantities', 'MoveQuantities'])
  })

  it('needs no call when both its states are one there', async () => {
    const world = openWorld({ products: [STUDS] })
    expect(await world.connector.mirror(change([move(world, { from: 'reserved', to: 'held' })]))).toEqual(ACCEPTED)
    expect(world.sent).toEqual([])
  })

  it('goes before all else when it takes pieces out of what a buyer there can have', async () => {
    const world = openWorld({ products: [STUDS] })
    await world.connector.mirror(change([move(world)]))
    await world.connector.mirror(
      change([move(world, { from: 'reserved', to: 'available' })], { key: 'order/2/77/cancelled/2' }),
    )
    expect(world.sent.map(({ lane }) => lane)).toEqual(['urgent', 'write'])
  })

  it('of more than 250 things takes several calls, the same however it is put, each of them once', async () => {
    const variants = Array.from({ length: 251 }, (_, n) => ({
      sku: `BEAD-${n}`,
      choice: [`${n}`],
      price: '1.00',
      stock: [{ location: 'Safe', available: 1 }],
    }))
    const world = openWorld({ products: [STUDS, { title: 'Bead', options: ['No'], variants }] })
    const moves = variants.map(({ sku }) =>
      move(world, { ref: { externalId: world.shop.item(sku).id, variantId: '' }, quantity: 1 }),
    )
    const moved = () => variants.filter(({ sku }) => at(world, sku).reserved === 1).length
    // The second call is lost on its way.
    world.trouble((request) =>
      world.sent.length === 2 ? new Response('', { status: 502 }) : world.sandbox.fetch(request),
    )
    expect(await world.connector.mirror(change(moves))).toMatchObject({ outcome: 'unknown' })
    expect(moved()).toBe(250)
    world.trouble(null)
    expect(await world.connector.mirror(change(moves.toReversed()))).toEqual(ACCEPTED)
    expect(moved()).toBe(251)
  })
})

describe('a movement that Shopify does not take', () => {
  const PARENT = { title: 'Bridal set', variants: [{ sku: 'SET', price: '1500.00', requiresComponents: true }] }

  it('is rejected with what Shopify says, and changes nothing', async () => {
    const world = openWorld({ products: [STUDS, PARENT] })
    const set = { externalId: world.shop.item('SET').id, variantId: '' }
    expect(await world.connector.mirror(change([move(world), move(world, { ref: set })]))).toEqual({
      outcome: 'rejected',
      reason: 'The specified inventory item is not allowed to be adjusted via API.',
    })
    expect(at(world)).toMatchObject({ available: 10, reserved: 0 })
  })

  it('is taken later under the same key, when a person has set right what was wrong', async () => {
    const world = openWorld({ products: [STUDS] })
    const ship = change([move(world, { from: 'reserved', to: null })], { key: 'order/2/77/shipped/2' })
    for (let n = 0; n < 2; n += 1) {
      expect(await world.connector.mirror(ship)).toEqual({
        outcome: 'rejected',
        reason: "The quantities couldn't be adjusted. Try again.",
      })
    }
    granted(
      world.shop.editByStaff({
        idOrSku: 'STUD',
        locationId: world.place('Safe'),
        kind: 'move',
        from: 'available',
        to: 'reserved',
        quantity: 2,
      }),
    )
    expect(await world.connector.mirror(ship)).toEqual(ACCEPTED)
    expect(await world.connector.mirror(ship)).toEqual(ACCEPTED)
    expect(at(world)).toMatchObject({ available: 8, reserved: 0, on_hand: 8 })
  })

  it('is rejected, not repeated for ever, where every key is spent', async () => {
    const world = openWorld({ products: [STUDS] })
    world.trouble(() =>
      told('inventoryMoveQuantities', 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED', 'A previous request failed.'),
    )
    expect(await world.connector.mirror(change([move(world)]))).toEqual({
      outcome: 'rejected',
      reason: 'Shopify has refused this too often today.',
    })
    const keys = world.sent.map(({ variables }) => variables['key'])
    expect(new Set(keys).size).toBe(keys.length)
  })

  it.each(['IDEMPOTENCY_CONCURRENT_REQUEST', 'SERVICE_UNAVAILABLE'])(
    'is told again with its own key after %s',
    async (code) => {
      const world = openWorld({ products: [STUDS] })
      world.trouble(() => told('inventoryMoveQuantities', code, 'Please try again.'))
      expect(await world.connector.mirror(change([move(world)]))).toEqual({
        outcome: 'unknown',
        reason: 'Please try again.',
      })
      world.trouble(null)
      expect(await world.connector.mirror(change([move(world)]))).toEqual(ACCEPTED)
      const [first, second] = world.sent.map(({ variables }) => variables['key'])
      expect(first).toBe(second)
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    },
  )
})

describe('a movement that Shopify does not answer', () => {
  const lost = (world: World, answer: () => Response | never) =>
    world.trouble(async (request) => {
      await world.sandbox.fetch(request)
      return answer()
    })

  it.each([
    ['the line breaks', () => Promise.reject(new TypeError('fetch failed'))],
    ['a gateway gives up', () => new Response('<html>', { status: 502 })],
    [
      'Shopify fails',
      () => Response.json({ errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }),
    ],
    ['the answer is cut off', () => new Response('{"data":', { headers: { 'content-type': 'application/json' } })],
  ])('is unknown when %s after it was done, and told again it is not done twice', async (_, answer) => {
    const world = openWorld({ products: [STUDS] })
    lost(world, answer as () => Response)
    expect(await world.connector.mirror(change([move(world)]))).toMatchObject({ outcome: 'unknown' })
    expect(at(world).reserved).toBe(2)
    world.trouble(null)
    expect(await world.connector.mirror(change([move(world)]))).toEqual(ACCEPTED)
    expect(at(world).reserved).toBe(2)
  })

  it('was not made when Shopify throttles it', async () => {
    const world = openWorld({ products: [STUDS], limits: { maximumAvailable: 5, restoreRate: 1 } })
    const refused = await world.connector.mirror(change([move(world)])).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(TryAgain)
    expect(refused).toMatchObject({ afterMs: 5_000 })
    expect(at(world).reserved).toBe(0)
  })

  it('ends for good when the app is gone from the store', async () => {
    const world = openWorld({ products: [STUDS] })
    world.shop.uninstallApp()
    await expect(world.connector.mirror(change([move(world)]))).rejects.toBeInstanceOf(GiveUp)
  })
})

const told = (mutation: string, code: string, message: string) =>
  Response.json({ data: { [mutation]: { userErrors: [{ code, message }] } } })
