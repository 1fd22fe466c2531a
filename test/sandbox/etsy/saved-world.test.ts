import { expect, test } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { createEtsySandbox } from '#sandbox/etsy/sandbox.ts'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { APP, PENDANT, RING, given, openedShop, rewritten } from './opened-shop.ts'

const throughJson = (state: unknown): unknown => JSON.parse(JSON.stringify(state))

test('a saved state, loaded by another sandbox, is the same shop with the same tokens, orders and limits', async () => {
  const { sandbox, shop, first, clock, accessToken, call } = openedShop({ limits: {} })
  const { receiptId } = given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
  await call('GET', 'users/me')
  const again = createEtsySandbox({ clock, random: seeded(8), app: APP, deliver: async () => new Response() })
  again.load(throughJson(sandbox.save()))
  expect(again.shop(shop.shopId).listings()).toEqual(shop.listings())
  expect(again.shop(shop.shopId).receipts()).toEqual(shop.receipts())
  const headers = { 'x-api-key': 'keystring:shared', authorization: `Bearer ${accessToken}` }
  const path = `https://etsy.test/v3/application/shops/${shop.shopId}/receipts/${receiptId}`
  const response = await again.fetch(new Request(path, { headers }))
  expect(response.status).toBe(200)
  expect(response.headers.get('x-remaining-today')).toBe('9998')
  given(again.shop(shop.shopId).buy({ lines: [{ listingId: first, sku: 'R1-7-Y', quantity: 1 }] }))
  expect(again.shop(shop.shopId).shown(first)).toBe(4)
})

test('what happens after saving is not in what was saved', async () => {
  const { sandbox, shop, first } = openedShop()
  const state = sandbox.save()
  given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
  sandbox.load(state)
  given(shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))
  sandbox.load(state)
  expect(shop.shown(first)).toBe(6)
  expect(shop.receipts()).toEqual([])
})

test('news that was on its way sets out again, once, with its id and its place in the schedule', async () => {
  const { sandbox, shop, clock, first } = openedShop({
    listings: [PENDANT],
    deliver: async () => new Response('', { status: 503 }),
  })
  given(shop.buy({ lines: [{ listingId: first, quantity: 1 }] }))
  await clock.runTo(new Date(clock.now().getTime() + 6_000))
  const state = throughJson(sandbox.save())
  const later = new VirtualClock(new Date(clock.now().getTime() + 60_000))
  const arrived: { id: string | null; at: Date }[] = []
  const again = createEtsySandbox({
    clock: later,
    random: seeded(8),
    app: APP,
    deliver: async (request) => (
      arrived.push({ id: request.headers.get('webhook-id'), at: later.now() }),
      new Response()
    ),
  })
  again.load(state)
  again.load(state)
  await later.runOut(new Date('2027-01-01'))
  // 5 s and then 5 min after the order of ten o'clock.
  expect(arrived).toEqual([{ id: 'msg_000000000001', at: new Date('2026-03-01T10:05:05Z') }])
})

test('a write that is not shown yet is not lost', async () => {
  const { sandbox, shop, clock, first, put, inventory } = openedShop({
    listings: [PENDANT],
    switches: { writeLagMs: 5_000 },
  })
  await put(first, rewritten(await inventory(first), { P1: 7 }))
  sandbox.load(throughJson(sandbox.save()))
  expect(shop.shown(first)).toBe(1)
  await clock.runTo(new Date(clock.now().getTime() + 5_000))
  expect(shop.shown(first)).toBe(7)
})

test.each([[null], [{}], [{ format: 2 }], ['text']])('%j is not a state', (state) => {
  const { sandbox } = openedShop({ listings: [RING] })
  expect(() => sandbox.load(state)).toThrow('not a state it has saved')
})

test('whoever saves is told of every change, and of no reading', async () => {
  let changes = 0
  const { shop, first, inventory, put, patch, clock } = openedShop({ onChange: () => void changes++ })
  const during = async (action: () => unknown) => {
    const before = changes
    await action()
    return changes - before
  }
  const read = await inventory(first)
  expect(await during(() => inventory(first))).toBe(0)
  expect(await during(() => shop.shown(first))).toBe(0)
  expect(await during(() => put(first, rewritten(read)))).toBe(1)
  expect(await during(() => patch(first, { state: 'inactive' }))).toBe(1)
  expect(await during(() => shop.editBySeller(first, { state: 'active' }))).toBe(1)
  expect(await during(() => shop.buy({ lines: [{ listingId: first, sku: 'R1-6-Y', quantity: 1 }] }))).toBe(1)
  expect(await during(() => clock.runTo(clock.now()))).toBe(1)
})
