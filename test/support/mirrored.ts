import type pg from 'pg'
import { expect } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { turnOrderMirroring } from '#app/merchant/order-mirroring.server.ts'
import { present } from '#app/kernel/assert.ts'
import type { Order } from '#sandbox/shopify/rows.ts'
import type { BYPASSED_STOCK } from '#sandbox/shopify/settings.ts'
import { given, openTwoShops, type TwoShops, type TwoShopsOptions } from './two-shops.ts'

export const BUYER = {
  name: 'Wilhelmina Oldenburg',
  email: 'w.oldenburg@example.org',
  message: 'Please wrap it, it is for Ottilie',
}

/** Turned on as a person does it. */
export const turn = (pool: pg.Pool, shops: TwoShops, on: boolean) =>
  transaction(pool, (tx) =>
    turnOrderMirroring(tx, {
      ...{ merchantId: shops.merchantId, channels: ['shopify'], on, actor: 'person/1' },
      at: shops.clock.now(),
    }),
  )

/** Two shops whose Etsy orders are made in Shopify, some seconds ago. */
export async function mirroredShops(
  pool: pg.Pool,
  options: TwoShopsOptions & { stock?: (typeof BYPASSED_STOCK)[number] } = {},
): Promise<TwoShops> {
  const { stock = 'untouched', ...rest } = options
  const shops = await openTwoShops(pool, rest)
  shops.sandboxes.shopify.setSwitches({ bypassedStock: stock })
  expect(await turn(pool, shops, true)).toBeUndefined()
  await shops.pass(2_000)
  return shops
}

/** Somebody buys on Etsy; the order is on its way into Shopify. */
export async function buyOnEtsy(
  shops: TwoShops,
  {
    quantity = 1,
    sku = 'SIG',
    paid = true,
    ms = 20_000,
  }: { quantity?: number; sku?: string; paid?: boolean; ms?: number } = {},
): Promise<number> {
  const { receiptId } = given(shops.etsy.buy({ lines: [shops.etsyLine(sku, quantity)], buyer: BUYER, paid }))
  await shops.pass(ms)
  return receiptId
}

/** The orders in the store that apps have made, oldest first. */
export const madeOrders = (shops: TwoShops): Order[] =>
  shops.shopify
    .orders()
    .filter(({ made }) => made)
    .reverse()

export const onlyMade = (shops: TwoShops): Order => {
  const orders = madeOrders(shops)
  expect(orders).toHaveLength(1)
  return present(orders[0], 'the order that was made')
}

export type MirrorRow = { state: string; name: string | null; reason: string | null; dueAt: Date | null }

export async function mirrorRows(pool: pg.Pool, { merchantId }: { merchantId: number }): Promise<MirrorRow[]> {
  const text = `SELECT state, name, reason, due_at AS "dueAt" FROM order_mirror WHERE merchant_id = $1 ORDER BY order_id`
  return (await pool.query<MirrorRow>(text, [merchantId])).rows
}

/** Everything settles: what was sent between the shops, what is read again, what is put right. */
export async function settle(shops: TwoShops, minutes = 1): Promise<void> {
  for (let n = 0; n < minutes * 2; n += 1) {
    await shops.road.sweep(shops.merchantId)
    await shops.pass(30_000)
  }
}
