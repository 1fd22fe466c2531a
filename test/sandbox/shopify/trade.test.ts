import { expect, test } from 'vitest'
import { isRefusal } from '#app/kernel/refusal.ts'
import { pick, seeded, whole } from '#sandbox/jeweler/chance.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import { openShop } from './open-shop.ts'

const SKUS = ['R-54', 'R-56', 'N-1']

/**
 * A day of random trade beside a plain count: pieces only leave the house by being sent or written off, and come back
 * by returns. Whatever is done in whatever order, every number follows.
 */
test.each([1, 2, 3, 4])('after random trade (seed %i) every piece is accounted for', async (seed) => {
  const { shop } = await openShop()
  const random = seeded(seed)
  const places = shop.locations().map(({ id }) => id)
  const inHouse = () =>
    SKUS.flatMap((sku) => places.map((id) => shop.quantity(sku, id, 'on_hand'))).reduce((a, b) => a + b, 0)
  let expected = inHouse()
  const orders: Order[] = []
  const acts = {
    buy: () => {
      const source = pick(random, ['web', 'web', 'pos'] as const)
      const lines = SKUS.filter(() => random() < 0.5).map((sku) => ({ sku, quantity: whole(random, 1, 3) }))
      const order = shop.placeOrder({ source, lines, locationId: pick(random, places) })
      if (isRefusal(order)) return
      orders.push(order)
      if (source === 'pos') expected -= order.lines.reduce((sum, { quantity }) => sum + quantity, 0)
    },
    cancel: (order: Order) => {
      const left = order.lines.reduce((sum, line) => sum + line.quantity - line.removed, 0)
      const restock = random() < 0.7
      if (!isRefusal(shop.cancelOrder(order.id, { restock })) && !restock) expected -= left
    },
    send: (order: Order) => {
      const left = order.lines.reduce((sum, line) => sum + line.quantity - line.fulfilled - line.removed, 0)
      if (!isRefusal(shop.fulfill(order.id))) expected -= left
    },
    refund: (order: Order) => {
      const restock = pick(random, ['CANCEL', 'RETURN', 'NO_RESTOCK'] as const)
      const line = pick(random, order.lines)
      const unsent = line.quantity - line.fulfilled - line.removed
      if (isRefusal(shop.refund(order.id, [{ lineId: line.id, quantity: 1, restock }]))) return
      if (restock === 'RETURN') expected += 1
      if (restock === 'NO_RESTOCK' && unsent > 0) expected -= 1
    },
    edit: (order: Order) =>
      void shop.editOrder(order.id, [{ lineId: pick(random, order.lines).id, quantity: 1 }], { restock: true }),
    move: (order: Order) => void shop.moveFulfillment(order.id, pick(random, places)),
    count: () => {
      const edit = { idOrSku: pick(random, SKUS), locationId: pick(random, places) }
      const delta = whole(random, -1, 3)
      if (!isRefusal(shop.editByStaff({ ...edit, kind: 'adjust', name: 'available', delta }))) expected += delta
    },
  }
  let kept = 0
  for (let step = 0; step < 600; step++) {
    const name = pick(random, Object.keys(acts) as (keyof typeof acts)[])
    const order = orders.length > 0 ? pick(random, orders) : undefined
    if (name === 'buy' || name === 'count') acts[name]()
    else if (order) acts[name](order)
    expect(inHouse(), `step ${step}: ${name}`).toBe(expected)
    kept += 1
  }
  const committed = SKUS.flatMap((sku) => places.map((id) => shop.quantity(sku, id, 'committed'))).reduce(
    (a, b) => a + b,
    0,
  )
  const owed = orders.flatMap(({ lines }) => lines).reduce((sum, l) => sum + l.quantity - l.fulfilled - l.removed, 0)
  expect(committed).toBe(owed)
  expect([kept, orders.length > 20]).toEqual([600, true])
})
