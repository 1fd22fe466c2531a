import { describe, expect, test } from 'vitest'
import { given, type Opening, openedSeller } from './opened-seller.ts'

type Told = { at?: string; variation?: string; location?: string; from?: string; to?: string; reference?: string }

function opened(opening: Opening = {}) {
  const world = openedSeller(opening)
  const { ring, main, call, clock } = world
  let key = 0
  const place = ({ at, variation, location, reference }: Told) => ({
    catalog_object_id: variation ?? ring,
    location_id: location ?? main,
    occurred_at: at ?? clock.now().toISOString(),
    ...(reference === undefined ? {} : { reference_id: reference }),
  })
  const adjust = (quantity: string, told: Told = {}) => ({
    type: 'ADJUSTMENT',
    adjustment: { ...place(told), quantity, from_state: told.from ?? 'IN_STOCK', to_state: told.to ?? 'SOLD' },
  })
  const count = (quantity: string, told: Told = {}) => ({
    type: 'PHYSICAL_COUNT',
    physical_count: { ...place(told), quantity, state: 'IN_STOCK' },
  })
  const send = (changes: unknown[], more: Record<string, unknown> = {}) =>
    call('POST', 'v2/inventory/changes/batch-create', { idempotency_key: `key-${(key += 1)}`, changes, ...more })
  const counts = async (asked: Record<string, unknown> = {}) =>
    (await call('POST', 'v2/inventory/counts/batch-retrieve', asked)).body
  return { ...world, adjust, count, send, counts, has: () => world.seller.inStock(ring, main) }
}

const minutes = (n: number) => new Date(Date.parse('2026-03-01T10:00:00Z') + n * 60_000).toISOString()

describe('what is told is applied by its own time', () => {
  test('an adjustment takes from what is there, and the answer says what there is now, as text', async () => {
    const { adjust, send, ring, main } = opened()
    const { status, body } = await send([adjust('2')])
    expect(status).toBe(200)
    expect(body.counts).toMatchObject([
      { catalog_object_id: ring, location_id: main, state: 'IN_STOCK', quantity: '1' },
    ])
    expect(body.changes).toMatchObject([{ type: 'ADJUSTMENT', adjustment: { from_state: 'IN_STOCK', quantity: '2' } }])
  })

  test('an older count that arrives later does not undo a newer one', async () => {
    const { count, send, pass, has } = opened()
    await pass(10 * 60_000)
    await send([count('7', { at: minutes(9) })])
    await send([count('2', { at: minutes(5) })])
    expect(has()).toBe(7)
  })

  test('a sale rung up without network before a count is swallowed by it, and one after it is not', async () => {
    const { seller, ring, main, pass, count, send, has, clock } = opened({ rings: 5 })
    const lines = [{ variationId: ring, quantity: 1 }]
    await pass(60_000)
    seller.sellOffline({ locationId: main, lines })
    await pass(1_000)
    await send([count('4', { at: clock.now().toISOString() })])
    await pass(1_000)
    seller.sellOffline({ locationId: main, lines })
    await pass(60_000)
    expect(has()).toBe(4)
    seller.upload()
    expect(has()).toBe(3)
  })

  test('adjustments commute with the sales of the till, whichever comes first', async () => {
    for (const first of ['till', 'app'] as const) {
      const { seller, ring, main, adjust, send, has, pass } = opened({ rings: 5 })
      const sell = () => given(seller.sell({ locationId: main, lines: [{ variationId: ring, quantity: 1 }] }))
      if (first === 'till') sell()
      await pass(1_000)
      await send([adjust('2')])
      if (first === 'app') sell()
      expect(has()).toBe(2)
    }
  })

  test('a till sells on below zero, and Square tells a number below zero', async () => {
    const { seller, ring, main, counts, has } = opened({ rings: 1 })
    given(seller.sell({ locationId: main, lines: [{ variationId: ring, quantity: 3 }] }))
    expect(has()).toBe(-2)
    expect((await counts({ catalog_object_ids: [ring] })).counts).toMatchObject([{ quantity: '-2' }])
  })

  test('what was never counted starts from nothing, and has no count until something happens', async () => {
    const { seller, main, counts, adjust, send } = opened()
    const { variationIds } = seller.addItem({ name: 'Chain', variations: [{ sku: 'C1', priceCents: 100 }] })
    const asked = { catalog_object_ids: variationIds }
    expect((await counts(asked)).counts).toEqual([])
    await send([adjust('4', { variation: variationIds[0]!, from: 'NONE', to: 'IN_STOCK' })])
    expect((await counts(asked)).counts).toMatchObject([{ location_id: main, quantity: '4' }])
  })
})

describe('a batch', () => {
  test('happens once for its key', async () => {
    const { adjust, send, has } = opened()
    const change = adjust('1')
    const first = await send([change], { idempotency_key: 'same' })
    expect(await send([change], { idempotency_key: 'same' })).toMatchObject({ status: 200, body: first.body })
    expect(has()).toBe(2)
    expect((await send([change])).status).toBe(200)
    expect(has()).toBe(1)
  })

  test('with the key of another is refused', async () => {
    const { adjust, send } = opened()
    await send([adjust('1')], { idempotency_key: 'same' })
    const { status, body } = await send([adjust('2')], { idempotency_key: 'same' })
    expect([status, body.errors[0].code]).toEqual([400, 'IDEMPOTENCY_KEY_REUSED'])
  })

  test('with the key of one long ago happens again', async () => {
    const { adjust, send, has, pass } = opened({ switches: { idempotencyLastsMs: 60_000 } })
    const change = adjust('1')
    await send([change], { idempotency_key: 'same' })
    await pass(61_000)
    await send([change], { idempotency_key: 'same' })
    expect(has()).toBe(1)
  })

  test('may have a hundred changes, and not one more', async () => {
    const { adjust, send, has } = opened({ rings: 200 })
    const hundred = Array.from({ length: 100 }, () => adjust('1'))
    expect((await send(hundred)).status).toBe(200)
    expect((await send([...hundred, adjust('1')])).body.errors).toMatchObject([{ code: 'ARRAY_LENGTH_TOO_LONG' }])
    expect(has()).toBe(100)
  })

  test.each([
    ['an unknown thing', { variation: 'VARIATION999' }, 404, 'NOT_FOUND'],
    ['an unknown place', { location: 'LOC999' }, 404, 'NOT_FOUND'],
    ['a time in the future', { at: minutes(1) }, 400, 'INVALID_TIME'],
    ['a time of more than a day ago', { at: minutes(-24 * 60 - 1) }, 400, 'INVALID_TIME'],
    ['a state that is Square’s own', { to: 'RESERVED_FOR_SALE' }, 400, 'INVALID_VALUE'],
  ])('of which one names %s does nothing at all, and is told which', async (_, told, status, code) => {
    const { adjust, send, has } = opened()
    const answer = await send([adjust('1'), adjust('1', told)])
    expect([answer.status, answer.body.errors[0].code, answer.body.errors[0].field]).toEqual([
      status,
      code,
      'changes[1]',
    ])
    expect(has()).toBe(3)
  })

  test('does not always say which change is at fault', async () => {
    const { adjust, send } = opened({ switches: { namesBadChange: false } })
    expect((await send([adjust('1', { variation: 'X' })])).body.errors[0].field).toBeUndefined()
  })

  test.each(['0', '-1', '1.1234567', 'two'])('that moves %s of something is refused', async (quantity) => {
    const { adjust, send } = opened()
    expect((await send([adjust(quantity)])).status).toBe(400)
  })

  test('waits while the library is being written', async () => {
    const { adjust, send, seller, pass } = opened()
    seller.importLibrary(5_000)
    expect((await send([adjust('1')])).body.errors).toMatchObject([{ code: 'CONFLICT' }])
    await pass(5_000)
    expect((await send([adjust('1')])).status).toBe(200)
  })

  test('ignores a count equal to the last count, though things were sold since, unless it is told not to', async () => {
    const { count, send, seller, ring, main, has } = opened({ rings: 3 })
    given(seller.sell({ locationId: main, lines: [{ variationId: ring, quantity: 1 }] }))
    await send([count('3')])
    expect(has()).toBe(2)
    await send([count('3')], { ignore_unchanged_counts: false })
    expect(has()).toBe(3)
  })
})

describe('reading', () => {
  test('counts are those that changed after a moment, page by page', async () => {
    const { seller, main, counts, pass, clock, adjust, send, ring } = opened()
    for (let i = 0; i < 4; i++) {
      seller.addItem({ name: `Bead ${i}`, variations: [{ priceCents: 100, stock: { [main]: i } }] })
    }
    const first = await counts({ states: ['IN_STOCK'], limit: 3 })
    const second = await counts({ states: ['IN_STOCK'], limit: 3, cursor: first.cursor })
    expect([first.counts.length, second.counts.length, second.cursor]).toEqual([3, 2, undefined])
    const moment = clock.now().toISOString()
    await pass(1_000)
    await send([adjust('1')])
    expect((await counts({ updated_after: moment })).counts).toMatchObject([{ catalog_object_id: ring, quantity: '2' }])
  })

  test('a cursor of another question is refused', async () => {
    const { seller, main, counts, call } = opened()
    seller.addItem({ name: 'Bead', variations: [{ priceCents: 100, stock: { [main]: 1 } }] })
    const { cursor } = await counts({ limit: 1 })
    const asked = { cursor, limit: 1, location_ids: [main] }
    expect((await call('POST', 'v2/inventory/counts/batch-retrieve', asked)).body.errors[0].code).toBe('INVALID_CURSOR')
  })

  test('changes say who made them, and what for', async () => {
    const { adjust, send, call, seller, ring, main } = opened()
    await send([adjust('1', { reference: 'order/3/1042' })])
    given(seller.sell({ locationId: main, lines: [{ variationId: ring }] }))
    const { body } = await call('POST', 'v2/inventory/changes/batch-retrieve', { types: ['ADJUSTMENT'] })
    expect(body.changes).toMatchObject([
      { adjustment: { reference_id: 'order/3/1042', source: { product: 'EXTERNAL_API' } } },
      { adjustment: { transaction_id: seller.orders()[0]!.orderId, source: { product: 'SQUARE_POS' } } },
    ])
  })

  test('a long history is folded, and gives the same number', async () => {
    const { adjust, send, pass, has } = opened({ rings: 1_000 })
    for (let i = 0; i < 80; i++) {
      await send([adjust('1')])
      await pass(3 * 3_600_000)
    }
    expect(has()).toBe(920)
  })
})
